//! Tokens: one file per use case.

mod change;
mod issue;
mod list;
mod preview;
mod request;
mod resume;
mod revoke;
mod rotate;
mod row;
mod search;
mod show;
mod suspend;
mod view;

pub use change::Moved;
pub(crate) use change::check_count;
pub use issue::Issued;
pub use list::TokenListView;
pub use preview::{MovePreview, Stuck, WhyStuck};
pub use request::IssueRequest;
pub use rotate::Rotated;
pub use row::{RefusedLately, TokenRow};
pub use search::{EndsFilter, TokenQuery, TokenSortBy, TokensFoundView, UsedFilter};
pub(crate) use search::{LastUses, Roll};
pub use show::{DayUse, MayDo, TokenShown};
pub use view::{GrantView, LimitsView, TokenView};
