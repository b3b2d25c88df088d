//! A limit that is used up, and of whom.

use gatepass_model::{Bucket, ByteCount, ComeAgain, LimitName, Limits, Rate, Reason, Refusal};

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// One token's.
    Token,
    /// That of all tokens of an owner.
    Owner,
    /// That of all tokens of an integration.
    Integration,
    /// That of all tokens at an instance.
    Instance,
}

impl SubjectKind {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 4] = [Self::Token, Self::Owner, Self::Integration, Self::Instance];

    /// As documents and metrics name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Owner => "owner",
            Self::Integration => "integration",
            Self::Instance => "instance",
        }
    }
}

/// A limit that a request would go beyond. Nothing was taken for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overrun {
    /// Whose.
    pub kind: SubjectKind,
    /// Which one.
    pub limit: LimitName,
    /// The limits of this subject.
    pub limits: Limits,
    /// When to come again, in whole seconds, at least 1.
    pub retry_after: u64,
}

impl Overrun {
    /// The reason that the caller is told.
    pub const fn reason(&self) -> Reason {
        match self.limit {
            LimitName::Rate | LimitName::Burst | LimitName::HeavyRate => Reason::RateLimited,
            LimitName::Concurrency | LimitName::HeavyConcurrency => Reason::TooManyConcurrent,
            LimitName::BytesPerDay => Reason::QuotaExhausted,
        }
    }

    /// The refusal, in words that say whose limit it is. `name` is a username, an integration's
    /// or an instance's name.
    pub fn refusal(&self, name: &str) -> Refusal {
        let again = ComeAgain { seconds: self.retry_after, bucket: self.bucket() };
        Refusal::new(self.reason(), self.words(name)).come_again(again)
    }

    /// The limit as the products tell of theirs. Places and bytes are told in the same headers:
    /// clients look for no others.
    pub fn bucket(&self) -> Option<Bucket> {
        let limits = &self.limits;
        let of_rate = |rate: Option<Rate>, burst: Option<u32>| {
            let rate = rate?;
            Some(Bucket {
                limit: u64::from(burst.unwrap_or_else(|| rate.count())),
                fill_rate: u64::from(rate.count()),
                interval_seconds: u64::from(rate.unit().seconds()),
            })
        };
        let each = |count: u64, interval_seconds| {
            Some(Bucket { limit: count, fill_rate: count, interval_seconds })
        };
        match self.limit {
            LimitName::Rate | LimitName::Burst => of_rate(limits.rate, limits.burst),
            LimitName::HeavyRate => of_rate(limits.heavy_rate, None),
            LimitName::Concurrency => each(limits.concurrency?.into(), 1),
            LimitName::HeavyConcurrency => each(limits.heavy_concurrency?.into(), 1),
            LimitName::BytesPerDay => each(limits.bytes_per_day.map(ByteCount::get)?, 86_400),
        }
    }

    fn words(&self, name: &str) -> String {
        let who = match self.kind {
            SubjectKind::Token => "This token".to_owned(),
            SubjectKind::Owner => format!("All tokens of {name} together"),
            SubjectKind::Integration => format!("All tokens of the integration {name:?} together"),
            SubjectKind::Instance => format!("All tokens together at {name}"),
        };
        let text = self.limits.text(self.limit).unwrap_or_default();
        let what = match self.limit {
            LimitName::Rate | LimitName::Burst => {
                let burst = self.limits.burst_in_force().unwrap_or_default();
                format!("may make {text} requests, {burst} at once")
            }
            LimitName::HeavyRate => {
                format!("may make {text} heavy requests (searches, exports, bulk)")
            }
            LimitName::Concurrency => format!("may have {text} requests on their way at once"),
            LimitName::HeavyConcurrency => format!(
                "may have {text} heavy requests (searches, exports, bulk) on their way at once"
            ),
            LimitName::BytesPerDay => format!("may move {text} a day (UTC)"),
        };
        format!("{who} {what}: that is used up. Try again in {} s.", self.retry_after)
    }
}
