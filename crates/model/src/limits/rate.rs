//! So many in a time.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The time in which a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RateUnit {
    /// `s`
    Second,
    /// `min`
    Minute,
    /// `h`
    Hour,
}

impl RateUnit {
    const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Hour];

    /// As written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }

    /// How long it is.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }
}

/// So many in a time: `60/min`, `10/s`, `1000/h`. At least 1, at most a million. The smaller one
/// is the stricter: rates are ordered by how fast they are, then by their count, so that `1/s` is
/// less than `60/min`, whose burst is larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    count: u32,
    unit: RateUnit,
}

/// A text that is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rate such as 60/min, 10/s or 1000/h (from 1 to 1000000)")]
pub struct InvalidRate(String);

impl Rate {
    /// How many; never 0.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// In which time.
    pub const fn unit(self) -> RateUnit {
        self.unit
    }

    /// How many in an hour.
    const fn per_hour(self) -> u64 {
        self.count as u64 * (3600 / self.unit.seconds()) as u64
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.per_hour().cmp(&other.per_hour()).then(self.count.cmp(&other.count))
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let wrong = || InvalidRate(text.to_owned());
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let unit = RateUnit::ALL.into_iter().find(|one| one.as_str() == unit).ok_or_else(wrong)?;
        if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let count: u32 = count.parse().map_err(|_| wrong())?;
        if (1..=super::MOST).contains(&count) { Ok(Self { count, unit }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.count, self.unit.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn rates_are_read_as_they_are_written() {
        for text in ["60/min", "10/s", "1000/h", "1/h", "1000000/s"] {
            assert_eq!(rate(text).to_string(), text);
        }
        for text in
            ["", "60", "60/", "/min", "0/min", "1000001/s", "60/m", "60/day", "+1/s", "1 /s"]
        {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_slower_rate_is_the_smaller_whatever_its_unit() {
        assert!(rate("59/min") < rate("1/s"));
        assert!(rate("1/s") < rate("60/min"));
        assert!(rate("3599/h") < rate("1/s"));
        assert!(rate("2/s") > rate("60/min"));
    }
}
