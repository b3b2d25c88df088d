//! Limits at use: arithmetic on cells that many threads share, without locks.
//!
//! A [`LimitCell`] has what was used by one subject: a token, an owner, an integration, an
//! instance. What is allowed is not in it but given with each question, so that a change of
//! policy counts from the next request on. [`admit`] asks all subjects of a request, and takes
//! from all of them or from none.

mod admission;
mod allowance;
mod cell;
mod gcra;
mod overrun;
mod quota;
pub mod shed;
mod slots;

pub use admission::{Admission, Subject, admit};
pub use allowance::{Debt, RateCell, Scope};
pub use cell::{Left, LimitCell, heavy_pace_of, pace_of};
pub use gcra::{Pace, Refused, Remaining, give_back, remaining, try_take};
pub use overrun::{Overrun, SubjectKind};

/// When a request is judged: by a clock that only goes forward, and by the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Nanoseconds since some fixed point, on a clock that does not go back.
    pub nanos: u64,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub wall_seconds: u64,
}

impl Moment {
    const DAY: u64 = 86_400;

    /// The day of UTC, counted from 1970-01-01; stays at 65,535 (in the year 2149).
    pub fn day(self) -> u16 {
        u16::try_from(self.wall_seconds / Self::DAY).unwrap_or(u16::MAX)
    }

    /// How many seconds are left of it, at least 1.
    pub const fn seconds_to_midnight(self) -> u64 {
        Self::DAY - self.wall_seconds % Self::DAY
    }
}
