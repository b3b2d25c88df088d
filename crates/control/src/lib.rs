//! The use cases: what people do with tokens, policy and credentials.
//!
//! Knows: who may do what ([`Ability`]), what is valid, which bounds hold, what is recorded,
//! and when a change is in effect. Deliberately does not know: how it was asked (command line,
//! API, console), SQL, wire formats, or how the gate decides (it asks `policy`, as the gate does).
//!
//! Every change is one method of [`Control`], in a file of its own: it is authorised, checked,
//! written with its audit line in one transaction, and waits until every running gate has it.
//! Start at [`Control`]; `token/issue.rs` shows the whole of it. How a policy file is read stands
//! in `policy_file/`, what is done with it in `policy/`, and the words for people in [`words`].

mod audit;
mod authorise;
mod bootstrap;
mod changed;
mod control;
mod credential;
mod effect;
mod error;
mod explain;
mod form;
mod input;
mod keys;
mod limits;
mod native;
mod nearest;
mod people;
mod policy;
mod policy_file;
mod roster;
mod session;
mod sign_in;
mod token;
mod whoami;
pub mod words;

pub use audit::{AuditBreak, AuditFault, AuditFound, AuditLine, AuditVerified, KeyUse};
pub use authorise::{Ability, Lacking, Standing};
pub use bootstrap::Bootstrap;
pub use control::{Control, ControlParts, KnownInstance};
pub use credential::{AddCredential, CredentialAdded, CredentialRemoved, CredentialView};
pub use effect::InEffect;
pub use error::{ControlError, Problem, Violation};
pub use explain::{ExplainRequest, Explained};
pub use form::FormState;
pub use gatepass_policy::{Bound, EffectiveBounds, Right, Rights};
pub use gatepass_store::activity::{LastUse, RecentRequest};
pub use gatepass_store::{AuditPage, Revision, StoredPolicy};
pub use gatepass_vault::{BearerSecret, is_same_secret};
pub use keys::{
    KeyNeeded, KeysOpened, KeysRotated, Rewrapped, check_keys, open_or_create_keys, record_new_keys,
};
pub use limits::{LeftView, LimitView};
pub use native::{NativeMade, NativeStanding, Renewal, Renewer};
pub use people::{
    Asked, AskedDirectory, LdapDirectory, OpenIdDirectory, People, PeopleSource, ProductDirectory,
    Products, Refresher,
};
pub use policy::{
    Applied, DiffLine, DiffSign, Matched, MatchedPerson, NonCompliance, NonCompliantSuspended,
    NonComplying, PolicyDiff, PolicyEdit, Run, SeenCaller, SeenKind, SeenThere,
};
pub use policy_file::{PolicyFile, PolicyMistake, export as policy_text, parse as parse_policy};
pub use session::{SessionView, SignedIn};
pub use sign_in::{
    Answered, AtProvider, Browser, Finished, FromProvider, ProviderBegun, Purpose, SignInAsked,
    SignInBegun, SignInProblem, Where, provider_redirect,
};
pub use token::{
    DayUse, EndsFilter, GrantView, IssueRequest, Issued, LimitsView, MayDo, MovePreview, Moved,
    RefusedLately, Rotated, Stuck, TokenListView, TokenQuery, TokenRow, TokenShown, TokenSortBy,
    TokenView, TokensFoundView, UsedFilter, WhyStuck,
};
pub use whoami::WhoAmI;
