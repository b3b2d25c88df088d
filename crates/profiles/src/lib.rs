//! What Jira, Confluence and Bitbucket mean by a request.
//!
//! Knows: the operation catalogue (`catalogue/*.tsv`: data that a person can read), which
//! spellings of a path a product takes for one, where passwords come in, which cookies and headers
//! carry an identity, how a product words a refusal. Deliberately does not know: HTTP libraries,
//! tokens, grants, whether anything may pass.
//!
//! Start at [`profile`] and [`Profile::operation`]; how a row is found stands in `catalogue.rs`,
//! how spellings are joined in `fold.rs`.
//!
//! Jira is complete. The catalogues of Confluence and Bitbucket are empty yet: every request of
//! theirs is unknown ([`gatepass_model::Operation::effect`] is `None`), whose family is told by
//! the path alone; their cookies and dialects are right.

mod action;
mod catalogue;
mod claimed_user;
mod dialect;
mod escape;
mod family;
mod fold;
pub mod identity_header;
mod key;
mod module;
mod native_page;
mod profile;
mod row;
mod session;

pub use claimed_user::ClaimedUser;
pub use dialect::{Audience, RefusalBody};
pub use identity_header::is_identity_header;
pub use profile::{Profile, profile};
pub use row::{Key, Problem, Row, RowSegment};
pub use session::is_kept_from_tokens;
