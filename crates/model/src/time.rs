//! Points in time, spans, and the clock as a parameter.

use std::fmt;
use std::str::FromStr;

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest moment that prints as RFC 3339 (year 9999).
    pub const MAX: Self = Self(253_402_207_200_000);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// From milliseconds since the epoch, kept between the epoch and [`Timestamp::MAX`].
    pub const fn from_millis(millis: i64) -> Self {
        if millis < 0 {
            Self::EPOCH
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// Later by `lifetime`; stops at [`Timestamp::MAX`].
    pub const fn plus(self, lifetime: Lifetime) -> Self {
        Self::from_millis(self.0.saturating_add(lifetime.as_millis()))
    }

    /// Earlier by `lifetime`; stops at the epoch.
    pub const fn minus(self, lifetime: Lifetime) -> Self {
        Self::from_millis(self.0.saturating_sub(lifetime.as_millis()))
    }

    /// How long after `earlier` this is; nothing when it is before.
    pub const fn since(self, earlier: Self) -> Lifetime {
        let millis = self.0 - earlier.0;
        Lifetime(if millis < 0 { 0 } else { millis })
    }
}

/// RFC 3339 in UTC, to the second: `2027-01-31T00:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.as_seconds()) {
            Ok(stamp) => write!(out, "{stamp}"),
            Err(_) => write!(out, "{}", self.0),
        }
    }
}

/// Why a date or a duration was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {expected}")]
pub struct InvalidTime {
    given: String,
    expected: &'static str,
}

/// RFC 3339: a full date and time with an offset, or a date alone, which means its start in UTC.
impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let wrong = || InvalidTime {
            given: text.to_owned(),
            expected: "a date such as 2027-01-31 or 2027-01-31T12:00:00Z",
        };
        if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
            let millis = stamp.as_millisecond();
            return if (0..=Self::MAX.0).contains(&millis) {
                Ok(Self(millis))
            } else {
                Err(wrong())
            };
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
        if text.len() != 10 {
            return Err(wrong());
        }
        let start =
            jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| wrong())?;
        let millis = start.as_millisecond();
        if (0..=Self::MAX.0).contains(&millis) { Ok(Self(millis)) } else { Err(wrong()) }
    }
}

/// A span of time in whole milliseconds, never negative.
///
/// Written as INTERFACE.md says: `45s`, `30m`, `12h`, `90d`, `1y` (a year is 365 days).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime(i64);

impl Lifetime {
    const UNITS: [(char, i64); 6] = [
        ('y', 365 * 86_400_000),
        ('w', 7 * 86_400_000),
        ('d', 86_400_000),
        ('h', 3_600_000),
        ('m', 60_000),
        ('s', 1000),
    ];

    /// From whole milliseconds; negative counts as none.
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }

    /// From whole seconds.
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds as i64 * 1000)
    }

    /// From whole days of 86,400 seconds.
    pub const fn from_days(days: u32) -> Self {
        Self(days as i64 * 86_400_000)
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// As the standard library counts.
    pub const fn as_duration(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.unsigned_abs())
    }
}

impl FromStr for Lifetime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let wrong = || InvalidTime {
            given: text.to_owned(),
            expected: "a duration such as 30m, 12h, 90d or 1y",
        };
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let number = text.strip_suffix(unit).ok_or_else(wrong)?;
        let scale = Self::UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let millis = number.checked_mul(scale).filter(|&millis| millis <= Timestamp::MAX.0);
        millis.map(Self).ok_or_else(wrong)
    }
}

/// In the largest unit that fits without remainder; below a second in `ms`.
impl fmt::Display for Lifetime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("0s");
        }
        for (name, scale) in Self::UNITS {
            // Weeks are read, but people think of tokens in days.
            if name != 'w' && self.0 % scale == 0 {
                return write!(out, "{}{name}", self.0 / scale);
            }
        }
        write!(out, "{}ms", self.0)
    }
}

/// When a token ends, as asked for: after a span, at a point in time, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// So long after its creation.
    After(Lifetime),
    /// At this moment.
    At(Timestamp),
    /// Not by itself.
    Never,
}

impl Expiry {
    /// The moment that it comes to for something created at `now`; `None` for never.
    pub const fn from(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::After(lifetime) => Some(now.plus(lifetime)),
            Self::At(moment) => Some(moment),
            Self::Never => None,
        }
    }
}

impl FromStr for Expiry {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        if text == "never" {
            return Ok(Self::Never);
        }
        if let Ok(lifetime) = text.parse::<Lifetime>() {
            return Ok(Self::After(lifetime));
        }
        text.parse::<Timestamp>().map(Self::At).map_err(|_| InvalidTime {
            given: text.to_owned(),
            expected: "a duration (90d), a date (2027-01-31) or the word never",
        })
    }
}

/// Where the present comes from. Production has one implementation, in the program's wiring.
pub trait Clock: Send + Sync {
    /// The present, by the wall clock.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_each_unit_and_printed_back() {
        for text in ["45s", "30m", "12h", "90d", "1y", "0s"] {
            assert_eq!(text.parse::<Lifetime>().unwrap().to_string(), text);
        }
        assert_eq!("2w".parse::<Lifetime>().unwrap().to_string(), "14d");
        for text in ["", "d", "-1d", "1.5h", "1 d", "9999999999999y", "1D", "ü"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_alone_means_its_start_in_utc() {
        let day: Timestamp = "2027-01-31".parse().unwrap();
        assert_eq!(day.to_string(), "2027-01-31T00:00:00Z");
        assert_eq!("2027-01-31T01:00:00+01:00".parse::<Timestamp>().unwrap(), day);
        for text in ["2027-02-30", "31.01.2027", "2027-01-31T01:00:00", "1969-12-31", ""] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_expiry_is_a_span_a_date_or_never() {
        let now = Timestamp::from_millis(1_000);
        assert_eq!("never".parse::<Expiry>().unwrap().from(now), None);
        assert_eq!("1s".parse::<Expiry>().unwrap().from(now), Some(Timestamp::from_millis(2_000)));
        assert!("tomorrow".parse::<Expiry>().is_err());
    }
}
