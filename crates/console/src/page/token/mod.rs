//! `GET /tokens/{id}`: what did it do?
//!
//! Forms: `POST /tokens/{id}/{rotate,suspend,resume,revoke}` in dialogs, the same as the pages of
//! [`crate::page::confirm`]; `POST /upstream/{instance}/mend` (`csrf`, `form_id`, `back`).

mod chart;
pub(crate) mod sample;
mod text;

use gatepass_model::{Reason, Timestamp, TokenId, TokenState};

use crate::fault::PolicyFault;
use crate::page::confirm::Grace;
use crate::part::{Doer, GrantFacts, IdentityProblem, LastUse, TokenAction, Who};

crate::page::page!(TokenPage, "page/token/template.html");

/// A token and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPage {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Where it is in its life.
    pub state: TokenState,
    /// Whom it acts as.
    pub owner: Who,
    /// Who made it.
    pub creator: Doer,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it may do, and until when.
    pub facts: GrantFacts,
    /// Why it exists.
    pub purpose: Option<String>,
    /// What it is for.
    pub integration: Option<String>,
    /// The first characters of its secret.
    pub hint: String,
    /// Until when the secret before it works, while it does.
    pub former_until: Option<Timestamp>,
    /// Whether its row was written with the keys of this store.
    pub is_genuine: bool,
    /// What of policy it no longer keeps to.
    pub broken: Vec<PolicyFault>,
    /// Where the gate can't act as its owner.
    pub identity: Vec<IdentityProblem>,
    /// When it was used last.
    pub last_use: Option<LastUse>,
    /// The last 30 days, the oldest first; a day without requests is there too.
    pub days: Vec<Day>,
    /// The latest requests, the newest first.
    pub requests: Vec<RequestRow>,
    /// Refusals of the last 30 days by reason, the most frequent first.
    pub refusals: Vec<(Reason, u64)>,
    /// What who is looking may do with it now.
    pub may: Vec<TokenAction>,
    /// For the forms on the page, which share it: a form is known by it and by its path.
    pub form_id: String,
}

impl TokenPage {
    /// Whether the page explains a reason.
    fn explains(&self, reason: &Reason) -> bool {
        self.refusals.iter().any(|(known, _)| known == reason)
    }
}

/// A day of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its start.
    pub start: Timestamp,
    /// Requests that were forwarded.
    pub done: u64,
    /// Requests that the gate refused.
    pub refused: u64,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// When it came.
    pub at: Timestamp,
    /// Where it went, as people call the instance.
    pub place: String,
    /// `GET`
    pub method: String,
    /// Its path, or what the catalogue calls it where paths are not kept.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// Why the gate refused it.
    pub refused: Option<Reason>,
}
