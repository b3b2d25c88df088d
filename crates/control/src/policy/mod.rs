//! Policy as a whole: export it, compare it, apply it.

mod apply;
mod compliance;
mod diff;
mod export;

pub use apply::{Applied, Run};
pub use compliance::{NonCompliance, NonComplying};
pub use diff::{DiffLine, DiffSign, PolicyDiff};
