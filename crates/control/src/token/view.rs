//! A token as people and programs see it.

use gatepass_model::{Grant, Limits, Timestamp, Token, TokenState};
use gatepass_store::{Revision, StoredToken};
use serde::{Serialize, Serializer};

use crate::control::Control;

/// A token at a moment. Serialises as the JSON document of INTERFACE.md, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenView {
    /// The token, as stored.
    pub token: Token,
    /// The state that holds now: a token past its end is expired.
    pub state: TokenState,
    /// Whether its row was written with the keys of this store. If not, every gate refuses it.
    pub is_genuine: bool,
    /// The change that made it what it is.
    pub revision: Revision,
}

impl Control {
    pub(crate) fn view(&self, stored: StoredToken, now: Timestamp) -> TokenView {
        let StoredToken { token, mac, revision } = stored;
        let is_genuine = gatepass_vault::verify_row(&self.keyring(), &token, &mac);
        let state = token.state_at(now);
        TokenView { token, state, is_genuine, revision }
    }
}

/// A grant as a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantView {
    /// `read-only` or `read-write`.
    pub access: &'static str,
    /// Whether administration is within it.
    pub admin: bool,
    /// Empty: all of the owner's directory.
    pub instances: Vec<String>,
    /// Empty: from anywhere.
    pub networks: Vec<String>,
    /// Allow patterns.
    pub allow: Vec<String>,
    /// Deny patterns.
    pub deny: Vec<String>,
    /// `name: value`; the names alone where the bearer asks, for the value may be what proves
    /// where he calls from.
    pub required_headers: Vec<String>,
    /// How much load it may cause; `null` for what is not limited by the grant.
    pub limits: LimitsView,
}

impl GrantView {
    /// All of a grant.
    pub fn of(grant: &Grant) -> Self {
        Self {
            access: grant.access.as_str(),
            admin: grant.admin,
            instances: texts(&grant.instances),
            networks: texts(&grant.networks),
            allow: texts(&grant.allow),
            deny: texts(&grant.deny),
            required_headers: texts(&grant.required_headers),
            limits: LimitsView::of(&grant.limits),
        }
    }

    /// What the bearer of a token may see of its grant.
    pub fn for_bearer(grant: &Grant) -> Self {
        let names = grant.required_headers.iter().map(|header| header.name().to_owned());
        Self { required_headers: names.collect(), ..Self::of(grant) }
    }
}

/// Limits as a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitsView {
    /// `60/min`
    pub rate: Option<String>,
    /// How many at once after a pause.
    pub burst: Option<u32>,
    /// Requests on their way at once.
    pub concurrency: Option<u32>,
    /// Bytes of bodies, both ways, in a day of UTC.
    pub bytes_per_day: Option<u64>,
    /// The same for what the catalogue calls heavy.
    pub heavy_rate: Option<String>,
    /// Heavy requests on their way at once.
    pub heavy_concurrency: Option<u32>,
}

impl LimitsView {
    /// Of these limits.
    pub fn of(limits: &Limits) -> Self {
        Self {
            rate: limits.rate.map(|rate| rate.to_string()),
            burst: limits.burst_in_force(),
            concurrency: limits.concurrency,
            bytes_per_day: limits.bytes_per_day.map(gatepass_model::ByteCount::get),
            heavy_rate: limits.heavy_rate.map(|rate| rate.to_string()),
            heavy_concurrency: limits.heavy_concurrency,
        }
    }
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

#[derive(Serialize)]
struct Document<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    owner: &'a str,
    directory: &'a str,
    name: &'a str,
    state: &'static str,
    expires_at: Option<String>,
    created_at: String,
    creator: String,
    purpose: Option<&'a str>,
    integration: Option<&'a str>,
    hint: &'a str,
    former_secret_until: Option<String>,
    grant: GrantView,
    genuine: bool,
}

impl TokenView {
    /// Serialises the view with a secret that was just made.
    pub(crate) fn serialize_with<S: Serializer>(
        &self,
        secret: Option<&str>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let Token { id, owner, creator, name, grant, .. } = &self.token;
        Document {
            id: id.to_string(),
            secret,
            owner: owner.username.as_str(),
            directory: owner.directory.as_str(),
            name,
            state: self.state.as_str(),
            expires_at: self.token.expires_at.map(|end| end.to_string()),
            created_at: self.token.created_at.to_string(),
            creator: creator.to_string(),
            purpose: self.token.purpose.as_deref(),
            integration: self.token.integration.as_deref(),
            hint: &self.token.secret.hint,
            former_secret_until: self.token.former.as_ref().map(|one| one.until.to_string()),
            grant: GrantView::of(grant),
            genuine: self.is_genuine,
        }
        .serialize(serializer)
    }
}

impl Serialize for TokenView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_with(None, serializer)
    }
}
