//! Dates in JQL. All instants are unix milliseconds, all zones UTC.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::site::time::DAY;

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
