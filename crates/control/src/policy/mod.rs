//! Policy: export it, compare it, apply it as a whole or change a piece of it; whom it is about.

mod apply;
mod compliance;
mod diff;
mod edit;
mod export;
mod matched;
mod note;
mod observed;
mod verdicts;

pub use apply::{Applied, Run};
pub use compliance::{NonCompliance, NonCompliantSuspended, NonComplying};
pub use diff::{DiffLine, DiffSign, PolicyDiff};
pub use edit::PolicyEdit;
pub use matched::{Matched, MatchedPerson};
pub use observed::{SeenCaller, SeenKind, SeenThere};
pub(crate) use verdicts::Verdicts;
