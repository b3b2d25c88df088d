//! Tokens as they are stored.

use gatepass_model::{PersonKey, RowMac, Timestamp, Token, TokenId, TokenState};

use crate::search::{Candidates, FoundPage, TokenSearch, TokensFound};
use crate::{Answer, AuditEntry, Revision};

/// A token, as read. Nothing says yet that the row is honest: see `gatepass_vault::verify_row`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// The token.
    pub token: Token,
    /// The MAC that came with it.
    pub mac: RowMac,
    /// The change that made it what it is: what [`Tokens::change_token`] asks for.
    pub revision: Revision,
}

/// Which tokens to list; a field that is `None` limits nothing.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Of one owner.
    pub owner: Option<PersonKey>,
    /// In this state, and since when "now" is: a token past its end counts as expired.
    pub state: Option<(TokenState, Timestamp)>,
    /// Not ended at this moment: pending, active or suspended.
    pub living_at: Option<Timestamp>,
    /// For one integration, by its exact name.
    pub integration: Option<String>,
    /// With this text in name, owner, integration, purpose or hint, letter case ignored. `%` and
    /// `_` mean themselves. A text of more than 10,000 bytes is found nowhere.
    pub text: Option<String>,
}

/// Which page of a list. Pages are cut by handle, the oldest token first: a token that comes or
/// goes between two pages moves no other from one to the other.
#[derive(Clone, Copy, Debug)]
pub struct TokenPage {
    /// After this token; `None`: from the beginning.
    pub after: Option<TokenId>,
    /// At most so many, 1 to 1,000; others are brought into that range.
    pub limit: u32,
}

/// A page of tokens.
#[derive(Clone, Debug)]
pub struct TokenList {
    /// In the order of their handles.
    pub tokens: Vec<StoredToken>,
    /// Where the next page begins, if there is one.
    pub next: Option<TokenId>,
}

/// Another MAC for the row of a token, over the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMac {
    /// Whose row.
    pub id: TokenId,
    /// The change that made the token what it is.
    pub seen: Revision,
    /// The MAC that the row has.
    pub old: RowMac,
    /// The one that it is to have.
    pub new: RowMac,
}

/// Tokens, in the words of the use cases.
pub trait Tokens: Send + Sync {
    /// Adds a token. `Conflict` when its handle or the digest of its secret exists.
    fn create_token<'a>(
        &'a self,
        token: &'a Token,
        mac: &'a RowMac,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision>;

    /// A token by its handle, in whatever state.
    fn find_token(&self, id: TokenId) -> Answer<'_, Option<StoredToken>>;

    /// A page of the tokens that `filter` means. One row that can't be read fails it as
    /// `Corrupt`, which names that row.
    fn list_tokens<'a>(&'a self, filter: &'a TokenFilter, page: TokenPage)
    -> Answer<'a, TokenList>;

    /// The tokens with these handles that there are, in the order of their handles. At most
    /// 1,000 are looked for.
    fn find_tokens<'a>(&'a self, ids: &'a [TokenId]) -> Answer<'a, Vec<StoredToken>>;

    /// A page of what is looked for among all tokens, and how much there is of it. Pages are cut
    /// by number: what comes or goes between two of them moves others. One row of the page that
    /// can't be read fails it as `Corrupt`.
    fn search_tokens<'a>(
        &'a self,
        search: &'a TokenSearch,
        page: FoundPage,
    ) -> Answer<'a, TokensFound>;

    /// The handles of all that is looked for, in order, but not by state: for whoever sorts and
    /// filters it by what the store does not know. At most `limit`, any of them: who gets as many
    /// may not have got all.
    fn search_handles<'a>(
        &'a self,
        search: &'a TokenSearch,
        limit: u32,
    ) -> Answer<'a, Vec<TokenId>>;

    /// As much of all tokens as is needed to find, count and sort them, at `now`. At most `limit`,
    /// any of them: who gets as many may not have got all. Without texts where those of all tokens have more than
    /// `most_text` bytes together.
    fn candidates(&self, now: Timestamp, limit: u32, most_text: u32) -> Answer<'_, Candidates>;

    /// The names of integrations that there are tokens for, each once, in order; at most 1,000.
    fn integrations(&self, limit: u32) -> Answer<'_, Vec<String>>;

    /// How many tokens each owner has that have not ended at `now`. Owners without any are left
    /// out.
    fn count_living_by_owner(&self, now: Timestamp) -> Answer<'_, Vec<(PersonKey, u64)>>;

    /// How many tokens of `owner` have not ended at `now`: pending, active or suspended.
    fn count_living_tokens<'a>(&'a self, owner: &'a PersonKey, now: Timestamp) -> Answer<'a, u64>;

    /// Makes the token with this handle equal to `token`, if it is still as `seen` says:
    /// `Conflict` when it was changed since, `NotFound` when it is not there.
    fn change_token<'a>(
        &'a self,
        token: &'a Token,
        mac: &'a RowMac,
        seen: Revision,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision>;

    /// Gives rows other MACs, in one transaction. A row that was changed since it was read, or has
    /// another MAC by now, is left as it is. How many have the new one.
    ///
    /// No token is changed by that: no revision is taken and no node told, since what they know
    /// stays true.
    fn replace_macs<'a>(&'a self, macs: &'a [NewMac]) -> Answer<'a, u64>;
}
