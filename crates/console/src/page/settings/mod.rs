//! `GET /settings`: what happens if I switch this off?
//!
//! Forms: `POST /settings/modes/{instance}` (`csrf`, `form_id`, `do=preview`, and for each kind of
//! credential its mode: `passwords`, `native_tokens`, `sessions`, `oauth`, `anonymous`, each
//! `allow`, `observe` or `block`, and `sessions` also `browser`), answered by [`crate::page::modes_confirm`];
//! `POST /settings/noncompliant` (`csrf`, `form_id`, `noncompliant`: `leave` or `suspend`).

pub(crate) mod sample;
mod text;
mod words;

use gatepass_model::{CredentialKind, Exemption, Mode, Modes, Timestamp};

use crate::part::{NonCompliance, Place};

crate::page::page!(Settings, "page/settings/template.html");

/// All that an administrator sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// By instance.
    pub instances: Vec<InstanceSettings>,
    /// Who may do what, in the order in which it was written.
    pub rules: Vec<RuleRow>,
    /// Living tokens that policy would no longer let be made.
    pub noncompliance: NonCompliance,
    /// For the forms on the page.
    pub form_id: String,
}

/// What is set for an instance, and what was seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceSettings {
    /// Which.
    pub place: Place,
    /// The modes.
    pub modes: Modes,
    /// Who came without a token in the last seven days; a kind that is missing was not seen.
    pub seen: Vec<Seen>,
    /// Calls with a session in those days that `browser` would have refused, and that passed.
    pub outside_pages: u64,
    /// Whom a block doesn't hit.
    pub exemptions: Vec<Exemption>,
}

/// Requests with one kind of credential in the last seven days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which kind.
    pub kind: CredentialKind,
    /// All of them.
    pub requests: u64,
    /// Those who caused most; a handful.
    pub callers: Vec<SeenCaller>,
    /// How many callers there are beside these.
    pub more: u64,
}

/// Somebody who came without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCaller {
    /// The id of his native token, or the key of his OAuth consumer; may be empty.
    pub mark: String,
    /// Who he is, or says he is; `None` where nobody knows.
    pub name: Option<String>,
    /// His user agent; may be empty.
    pub agent: String,
    /// His requests.
    pub requests: u64,
    /// When he came last.
    pub last: Timestamp,
}

/// A rule in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// The rule.
    pub rule: gatepass_model::Rule,
    /// How many known people it is about.
    pub people: u64,
}
