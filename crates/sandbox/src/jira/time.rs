//! Dates as Jira writes and reads them. All instants are unix milliseconds, all zones UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// One day in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;

/// `2026-11-23T10:00:00.000+0000`; the epoch when the instant is out of range.
pub(crate) fn write(millis: i64) -> String {
    instant(millis).strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// `2026-11-23`.
pub(crate) fn write_day(millis: i64) -> String {
    instant(millis).strftime("%Y-%m-%d").to_string()
}

/// A date as [`write`] and [`write_day`] write them, or by RFC 3339. A day is its beginning.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let at = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text)
        .or_else(|_| text.parse::<Timestamp>())
        .or_else(|_| {
            text.parse::<Date>()?.to_zoned_datetime(TimeZone::UTC).map(|day| day.timestamp())
        });
    Some(at.ok()?.as_millisecond())
}

fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

/// A date as JQL has it: `2026-11-23`, `2026/11/23 10:00`, or relative to `now` like `-7d`.
pub(crate) fn parse_jql(text: &str, now: i64) -> Option<i64> {
    if let Some(offset) = parse_offset(text) {
        return now.checked_add(offset);
    }
    let text = text.replace('/', "-");
    let at = DateTime::strptime("%Y-%m-%d %H:%M", &text)
        .or_else(|_| Date::strptime("%Y-%m-%d", &text).map(|day| day.at(0, 0, 0, 0)))
        .ok()?;
    Some(at.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// `-7d`, `4w`, `-30m`: several parts may follow each other (`-1w 2d`).
fn parse_offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut sum: i64 = 0;
    for part in rest.split_whitespace() {
        let unit = part.chars().last()?;
        let count: i64 = part.strip_suffix(unit)?.parse().ok()?;
        let millis = match unit {
            'w' => 7 * DAY,
            'd' => DAY,
            'h' => 3_600_000,
            'm' => 60_000,
            _ => return None,
        };
        sum = sum.checked_add(count.checked_mul(millis)?)?;
    }
    (!rest.trim().is_empty()).then_some(sign * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_jira_writes_them() {
        assert_eq!(write(1_795_428_000_007), "2026-11-23T10:00:00.007+0000");
        assert_eq!(write_day(1_795_428_000_007), "2026-11-23");
    }

    #[test]
    fn what_is_written_can_be_read() {
        let now = 1_795_428_000_007;
        assert_eq!(parse(&write(now)), Some(now));
        assert_eq!(parse("2026-11-23T11:00:00.007+01:00"), Some(now));
        assert_eq!(parse("2026-11-23"), Some(now - 7 - 10 * 3_600_000));
        assert_eq!(parse("soon"), None);
    }

    #[test]
    fn jql_dates_are_absolute_or_relative() {
        let now = 1_795_428_000_000;
        assert_eq!(parse_jql("2026-11-23 10:00", 0), Some(now));
        assert_eq!(parse_jql("2026/11/23", 0), Some(now - 10 * 3_600_000));
        assert_eq!(parse_jql("-7d", now), Some(now - 7 * DAY));
        assert_eq!(parse_jql("-1w 2d", now), Some(now - 9 * DAY));
        assert_eq!(parse_jql("soon", now), None);
        assert_eq!(parse_jql("", now), None);
    }
}
