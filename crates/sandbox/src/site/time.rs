//! Dates as the products write and read them. All instants are unix milliseconds, all zones UTC.

use jiff::Timestamp;
use jiff::civil::Date;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_the_products_write_them() {
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
}
