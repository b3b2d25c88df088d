//! Tokens: one file per use case.

mod change;
mod issue;
mod list;
mod request;
mod resume;
mod revoke;
mod rotate;
mod show;
mod suspend;
mod view;

pub use change::Moved;
pub use issue::Issued;
pub use list::TokenListView;
pub use request::IssueRequest;
pub use rotate::Rotated;
pub use show::TokenShown;
pub use view::{GrantView, LimitsView, TokenView};
