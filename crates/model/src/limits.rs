//! How much load a token, its owner, its integration or a whole instance may cause.

mod bytes;
mod rate;

use std::fmt;

pub use bytes::{ByteCount, InvalidByteCount};
pub use rate::{InvalidRate, Rate, RateUnit};

/// Most requests at once that a limit of concurrency, or a burst, may name.
pub const MOST: u32 = 1_000_000;

/// How much load somebody may cause. A field that is `None` limits nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Requests in a time.
    pub rate: Option<Rate>,
    /// How many requests of that may come at once after a pause; `None`: as many as the rate
    /// counts. Means nothing without a rate.
    pub burst: Option<u32>,
    /// Requests that are on their way at once.
    pub concurrency: Option<u32>,
    /// Bytes of requests' and answers' bodies together, in a day of UTC.
    pub bytes_per_day: Option<ByteCount>,
    /// Of the requests in a time, those that the catalogue calls heavy. They count for
    /// [`Limits::rate`] too.
    pub heavy_rate: Option<Rate>,
    /// Of the requests at once, those that the catalogue calls heavy.
    pub heavy_concurrency: Option<u32>,
}

/// One of the limits, as files, options and refusals name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LimitName {
    /// `rate`
    Rate,
    /// `burst`
    Burst,
    /// `concurrency`
    Concurrency,
    /// `bytes_per_day`
    BytesPerDay,
    /// `heavy_rate`
    HeavyRate,
    /// `heavy_concurrency`
    HeavyConcurrency,
}

impl LimitName {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 6] = [
        Self::Rate,
        Self::Burst,
        Self::Concurrency,
        Self::BytesPerDay,
        Self::HeavyRate,
        Self::HeavyConcurrency,
    ];

    /// The key in a file or a document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Burst => "burst",
            Self::Concurrency => "concurrency",
            Self::BytesPerDay => "bytes_per_day",
            Self::HeavyRate => "heavy_rate",
            Self::HeavyConcurrency => "heavy_concurrency",
        }
    }
}

/// Limits that make no sense together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLimits {
    /// A burst is a property of a rate.
    #[error("a burst needs a rate beside it")]
    BurstAlone,
    /// Nothing at all would pass.
    #[error("{} of 0 lets nothing pass; suspend the token, or deny its use, instead", .0.as_str())]
    Nothing(LimitName),
    /// More than [`MOST`].
    #[error("{} is {MOST} at most", .0.as_str())]
    TooMuch(LimitName),
}

impl Limits {
    /// No limit.
    pub const NONE: Self = Self {
        rate: None,
        burst: None,
        concurrency: None,
        bytes_per_day: None,
        heavy_rate: None,
        heavy_concurrency: None,
    };

    /// Whether it limits nothing.
    pub const fn is_none(&self) -> bool {
        self.rate.is_none()
            && self.concurrency.is_none()
            && self.bytes_per_day.is_none()
            && self.heavy_rate.is_none()
            && self.heavy_concurrency.is_none()
    }

    /// Whether the fields make sense together.
    pub fn check(&self) -> Result<(), InvalidLimits> {
        if self.burst.is_some() && self.rate.is_none() {
            return Err(InvalidLimits::BurstAlone);
        }
        let counts = [
            (LimitName::Burst, self.burst),
            (LimitName::Concurrency, self.concurrency),
            (LimitName::HeavyConcurrency, self.heavy_concurrency),
        ];
        for (name, count) in counts {
            match count {
                Some(0) => return Err(InvalidLimits::Nothing(name)),
                Some(count) if count > MOST => return Err(InvalidLimits::TooMuch(name)),
                _ => {}
            }
        }
        if self.bytes_per_day.is_some_and(|bytes| bytes.get() == 0) {
            return Err(InvalidLimits::Nothing(LimitName::BytesPerDay));
        }
        Ok(())
    }

    /// How many requests may come at once after a pause, where there is a rate.
    pub fn burst_in_force(&self) -> Option<u32> {
        let rate = self.rate?;
        Some(self.burst.unwrap_or_else(|| rate.count()))
    }

    /// Of each limit the stricter one. The burst of a rate stays with it: of two rates, the
    /// smaller burst counts.
    pub fn strictest(&self, other: &Self) -> Self {
        Self {
            rate: least(self.rate, other.rate),
            burst: least(self.burst_in_force(), other.burst_in_force()),
            concurrency: least(self.concurrency, other.concurrency),
            bytes_per_day: least(self.bytes_per_day, other.bytes_per_day),
            heavy_rate: least(self.heavy_rate, other.heavy_rate),
            heavy_concurrency: least(self.heavy_concurrency, other.heavy_concurrency),
        }
    }

    /// One limit as it is written; `None` where there is none.
    pub fn text(&self, name: LimitName) -> Option<String> {
        match name {
            LimitName::Rate => self.rate.map(|rate| rate.to_string()),
            LimitName::Burst => self.burst.map(|count| count.to_string()),
            LimitName::Concurrency => self.concurrency.map(|count| count.to_string()),
            LimitName::BytesPerDay => self.bytes_per_day.map(|bytes| bytes.to_string()),
            LimitName::HeavyRate => self.heavy_rate.map(|rate| rate.to_string()),
            LimitName::HeavyConcurrency => self.heavy_concurrency.map(|count| count.to_string()),
        }
    }
}

/// Of two limits the stricter one.
fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, None) => one,
        (None, other) => other,
    }
}

/// For people: `60/min (10 at once), 4 on their way, 2GiB a day, heavy: 10/min`.
impl fmt::Display for Limits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(rate) = self.rate {
            parts.push(match self.burst {
                Some(burst) if burst != rate.count() => format!("{rate} ({burst} at once)"),
                _ => rate.to_string(),
            });
        }
        parts.extend(self.concurrency.map(|count| format!("{count} on their way")));
        parts.extend(self.bytes_per_day.map(|bytes| format!("{bytes} a day")));
        parts.extend(self.heavy_rate.map(|rate| format!("heavy {rate}")));
        parts.extend(self.heavy_concurrency.map(|count| format!("heavy {count} on their way")));
        if parts.is_empty() { out.write_str("no limit") } else { out.write_str(&parts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(rate: &str, burst: Option<u32>) -> Limits {
        Limits { rate: Some(rate.parse().unwrap()), burst, ..Limits::NONE }
    }

    #[test]
    fn of_two_limits_the_stricter_one_counts_field_by_field() {
        let wide = Limits { concurrency: Some(4), ..limits("60/min", Some(10)) };
        let narrow = Limits { bytes_per_day: Some(ByteCount::new(5)), ..limits("30/min", None) };
        let both = wide.strictest(&narrow);
        assert_eq!(both.rate, Some("30/min".parse().unwrap()));
        assert_eq!((both.burst, both.concurrency), (Some(10), Some(4)));
        assert_eq!(both.bytes_per_day, Some(ByteCount::new(5)));
        assert_eq!(narrow.strictest(&wide), both);
        assert_eq!(limits("30/min", None).strictest(&limits("60/min", None)).burst, Some(30));
    }

    #[test]
    fn what_would_let_nothing_pass_is_no_limit() {
        assert_eq!(Limits::NONE.check(), Ok(()));
        let alone = Limits { burst: Some(1), ..Limits::NONE };
        assert_eq!(alone.check(), Err(InvalidLimits::BurstAlone));
        let none = Limits { concurrency: Some(0), ..Limits::NONE };
        assert_eq!(none.check(), Err(InvalidLimits::Nothing(LimitName::Concurrency)));
        let much = Limits { heavy_concurrency: Some(MOST + 1), ..Limits::NONE };
        assert_eq!(much.check(), Err(InvalidLimits::TooMuch(LimitName::HeavyConcurrency)));
    }

    #[test]
    fn limits_are_told_in_few_words() {
        let all = Limits {
            concurrency: Some(4),
            bytes_per_day: Some("2GiB".parse().unwrap()),
            heavy_rate: Some("10/min".parse().unwrap()),
            ..limits("60/min", Some(10))
        };
        assert_eq!(
            all.to_string(),
            "60/min (10 at once), 4 on their way, 2GiB a day, heavy 10/min"
        );
        assert_eq!(Limits::NONE.to_string(), "no limit");
    }
}
