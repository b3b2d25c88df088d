//! `GET /`: what runs in my name, and is it all right?
//!
//! Forms: `POST /upstream/{instance}/mend` (`csrf`, `form_id`, `back`).

mod order;
pub(crate) mod sample;
mod text;

use gatepass_model::{Timestamp, TokenId, TokenState};

use self::order::Attention;
use crate::part::{Doer, GrantFacts, IdentityProblem, LastUse, RefusedLately};

crate::page::page!(MyTokens, "page/my_tokens/template.html");

/// The tokens that act as who is looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyTokens {
    /// All of them, in any order: the page puts first what needs attention, last what has ended.
    pub tokens: Vec<MyToken>,
    /// Where the gate can't act as him, of the instances that his living tokens are for.
    pub identity: Vec<IdentityProblem>,
    /// Whether he may create one.
    pub may_create: MayCreate,
    /// For the forms on the page.
    pub form_id: String,
}

/// A token that acts as who is looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyToken {
    /// Its handle.
    pub id: TokenId,
    /// What he calls it.
    pub name: String,
    /// Where it is in its life.
    pub state: TokenState,
    /// What it may do, and until when.
    pub facts: GrantFacts,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was used last.
    pub last_use: Option<LastUse>,
    /// What was refused in the last seven days.
    pub refused_lately: Option<RefusedLately>,
    /// Who made it, where that was somebody else.
    pub made_by: Option<Doer>,
    /// Whether its row was written with the keys of this store.
    pub is_genuine: bool,
}

/// Whether somebody may create a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MayCreate {
    /// He may.
    Yes,
    /// A rule denies it.
    Denied {
        /// Which.
        rule: String,
    },
    /// No rule allows it.
    NotAllowed,
    /// He has as many as he may have.
    TooMany {
        /// Which rule says so.
        rule: String,
        /// How many he may have.
        most: u32,
    },
}
