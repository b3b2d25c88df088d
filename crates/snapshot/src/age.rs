//! How old what is known may be, and what stands in the way of judging tokens.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use gatepass_model::{DirectoryName, Lifetime, Timestamp};

/// Never heard of the store.
const NEVER: i64 = -1;

/// When the store was last heard of.
#[derive(Debug)]
pub(crate) struct Age {
    heard_at: AtomicI64,
    is_lost: AtomicBool,
    stale_limit: Lifetime,
}

impl Age {
    pub(crate) const fn new(stale_limit: Lifetime) -> Self {
        Self { heard_at: AtomicI64::new(NEVER), is_lost: AtomicBool::new(false), stale_limit }
    }

    /// All changes before `moment` are in effect. Whether the store had been lost.
    pub(crate) fn heard(&self, moment: Timestamp) -> bool {
        self.heard_at.store(moment.as_millis(), Ordering::Release);
        self.is_lost.swap(false, Ordering::AcqRel)
    }

    /// The store could not be asked. Whether that is news.
    pub(crate) fn lost(&self) -> bool {
        !self.is_lost.swap(true, Ordering::AcqRel)
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }

    pub(crate) fn heard_at(&self) -> Option<Timestamp> {
        match self.heard_at.load(Ordering::Acquire) {
            NEVER => None,
            millis => Some(Timestamp::from_millis(millis)),
        }
    }

    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.heard_at().is_some_and(|heard| now.since(heard) <= self.stale_limit)
    }
}

/// Something that is not as it should be. Readiness tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing was read from the store yet. No token is judged.
    NotLoaded,
    /// The people of a directory were not read yet. No token is judged: its owner would count
    /// as gone.
    DirectoryNotRead(DirectoryName),
    /// The store can't be reached since this moment. Known tokens go on for a while.
    StoreLost(Timestamp),
    /// The store could not be reached for longer than the stale limit. No token is judged.
    TooOld(Timestamp),
}

impl Condition {
    /// Whether this node judges no tokens because of it.
    pub const fn stops_tokens(&self) -> bool {
        !matches!(self, Self::StoreLost(_))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoaded => out.write_str("nothing was read from the store yet"),
            Self::DirectoryNotRead(name) => write!(out, "the directory {name} was not read yet"),
            Self::StoreLost(since) => write!(out, "the store can't be reached since {since}"),
            Self::TooOld(since) => {
                write!(out, "the store can't be reached since {since}, longer than stale_limit")
            }
        }
    }
}
