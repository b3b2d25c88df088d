//! What people may do with tokens, what other credentials may do, and the bounds on both.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::credential::{CredentialKind, CredentialSet};
use crate::limits::Limits;
use crate::name::{InstanceName, Username};
use crate::network::Network;
use crate::pattern::Pattern;
use crate::time::{Lifetime, Timestamp};

/// What happens to a kind of credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Passes.
    #[default]
    Allow,
    /// Passes, and is counted as what `block` would hit.
    Observe,
    /// Passes only with what a browser's page sends. A mode of sessions alone: whatever else is
    /// found to have it is refused, as by `Block`.
    Browser,
    /// Is refused, exemptions excepted.
    Block,
}

impl Mode {
    /// Those that `kind` may have, the most lenient first.
    pub const fn choices(kind: CredentialKind) -> &'static [Self] {
        match kind {
            CredentialKind::Session => &[Self::Allow, Self::Observe, Self::Browser, Self::Block],
            CredentialKind::Password
            | CredentialKind::NativeToken
            | CredentialKind::Oauth
            | CredentialKind::Anonymous => &[Self::Allow, Self::Observe, Self::Block],
        }
    }

    /// The mode that the policy file writes so, if `kind` may have it.
    pub fn find(kind: CredentialKind, text: &str) -> Option<Self> {
        Self::choices(kind).iter().copied().find(|mode| mode.as_str() == text)
    }

    /// As the policy file writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Observe => "observe",
            Self::Browser => "browser",
            Self::Block => "block",
        }
    }
}

/// One mode for each kind of credential that is not a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// Local passwords, by every door.
    pub passwords: Mode,
    /// The product's own tokens.
    pub native_tokens: Mode,
    /// Session cookies on REST.
    pub sessions: Mode,
    /// OAuth.
    pub oauth: Mode,
    /// Calls without any credential.
    pub anonymous: Mode,
}

impl Modes {
    /// The mode of one kind.
    pub const fn of(&self, kind: CredentialKind) -> Mode {
        match kind {
            CredentialKind::Password => self.passwords,
            CredentialKind::NativeToken => self.native_tokens,
            CredentialKind::Session => self.sessions,
            CredentialKind::Oauth => self.oauth,
            CredentialKind::Anonymous => self.anonymous,
        }
    }

    /// The mode of one kind, to set it.
    pub const fn of_mut(&mut self, kind: CredentialKind) -> &mut Mode {
        match kind {
            CredentialKind::Password => &mut self.passwords,
            CredentialKind::NativeToken => &mut self.native_tokens,
            CredentialKind::Session => &mut self.sessions,
            CredentialKind::Oauth => &mut self.oauth,
            CredentialKind::Anonymous => &mut self.anonymous,
        }
    }

    /// The first kind that has a mode which it may not have.
    pub fn misfit(&self) -> Option<CredentialKind> {
        CredentialKind::ALL.into_iter().find(|&kind| !Mode::choices(kind).contains(&self.of(kind)))
    }
}

/// Whom a `block` or `browser` does not hit. Of people, groups, networks and paths, each one given must
/// match; people and groups are one condition together (either names the caller).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// For which kinds of credential.
    pub credentials: CredentialSet,
    /// By username, as claimed: a password's user is not verified when this is asked.
    pub people: Vec<Username>,
    /// By group of the claimed user.
    pub groups: Vec<String>,
    /// By address of the client.
    pub networks: Vec<Network>,
    /// By request.
    pub paths: Vec<Pattern>,
    /// From when on it no longer counts.
    pub until: Option<Timestamp>,
    /// Why it exists.
    pub reason: Option<String>,
}

/// What policy says of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstancePolicy {
    /// What happens to credentials that are not tokens.
    pub modes: Modes,
    /// Whom a `block` or `browser` does not hit.
    pub exemptions: Vec<Exemption>,
    /// What all requests with a token may cause together there.
    pub limits: Limits,
    /// How long the product may take, on average, until its answers begin: above it requests with
    /// tokens are shed. `None`: its time is not looked at, only its own 429 and 503.
    pub slow_above: Option<Lifetime>,
    /// What stands at the product's own page of native tokens.
    pub native_token_page: NativeTokenPage,
}

/// What stands at the page where a product lists somebody's native tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NativeTokenPage {
    /// The product's page.
    #[default]
    Upstream,
    /// Nothing: the browser is sent to the console.
    Gatepass,
}

impl NativeTokenPage {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Upstream, Self::Gatepass];

    /// As the policy file writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Gatepass => "gatepass",
        }
    }
}

impl FromStr for NativeTokenPage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|page| page.as_str() == text).ok_or(())
    }
}

/// What a rule says about one right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Say {
    /// Nothing.
    #[default]
    Nothing,
    /// Allowed, unless another rule denies.
    Allow,
    /// Denied, whatever other rules say.
    Deny,
}

impl Say {
    /// As the policy file writes it; `None` where the key is left out.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Allow => Some("allow"),
            Self::Deny => Some("deny"),
        }
    }
}

/// The longest life that a rule lets a token have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LongestLifetime {
    /// At most this.
    Within(Lifetime),
    /// No bound (sorts last: the strictest counts).
    Unbounded,
}

impl fmt::Display for LongestLifetime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(lifetime) => lifetime.fmt(out),
            Self::Unbounded => out.write_str("never"),
        }
    }
}

/// The bounds that a rule puts on tokens. A field that is `None` puts none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The instances on which tokens work; `None`: every one (`["*"]`).
    pub instances: Option<Vec<InstanceName>>,
    /// The longest life.
    pub longest_lifetime: Option<LongestLifetime>,
    /// Whether tokens are read-only, whatever was asked for.
    pub read_only: Option<bool>,
    /// Whether tokens may ask for administration; one `false` beats every `true`, and where no
    /// rule says `true` it is forbidden.
    pub admin_operations: Option<bool>,
    /// Whether a token must name the networks that it is used from.
    pub networks_required: Option<bool>,
    /// Whether a token must have a purpose.
    pub purpose_required: Option<bool>,
    /// Whether a token must name its integration.
    pub integration_required: Option<bool>,
    /// Whether a token waits until somebody approves it.
    pub approval_required: Option<bool>,
    /// How many living tokens one person may own.
    pub most_tokens: Option<u32>,
    /// What each single token may cause, whatever its grant says.
    pub token_limits: Limits,
    /// What all tokens of one owner may cause together.
    pub owner_limits: Limits,
    /// What all tokens of one integration may cause together, whoever owns them.
    pub integration_limits: Limits,
}

/// What some people may do with tokens, and within which bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Unique; named in refusals.
    pub name: String,
    /// Whom it is about: members of these groups,
    pub groups: Vec<String>,
    /// and these people. Neither given: everybody.
    pub people: Vec<Username>,
    /// Use tokens that they own.
    pub use_tokens: Say,
    /// Create tokens for themselves.
    pub create: Say,
    /// Create tokens for others.
    pub create_on_behalf: Say,
    /// The same for owners whose rights at the product are higher than the creator's own.
    pub on_behalf_of_administrators: Say,
    /// Approve tokens that wait.
    pub approve: Say,
    /// Administer Gatepass.
    pub administer: Say,
    /// The bounds on their tokens.
    pub bounds: Bounds,
}

/// All that people change while it runs: one document, applied whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    /// By instance; one that is missing has the defaults: everything allowed.
    pub instances: BTreeMap<InstanceName, InstancePolicy>,
    /// In the order in which people wrote them. The order has no meaning.
    pub rules: Vec<Rule>,
}

impl Default for PolicyDocument {
    /// What a new store holds: everybody may use and create, one year at most; nothing blocked.
    fn default() -> Self {
        Self {
            instances: BTreeMap::new(),
            rules: vec![Rule {
                name: "everybody".to_owned(),
                groups: Vec::new(),
                people: Vec::new(),
                use_tokens: Say::Allow,
                create: Say::Allow,
                create_on_behalf: Say::Nothing,
                on_behalf_of_administrators: Say::Nothing,
                approve: Say::Nothing,
                administer: Say::Nothing,
                bounds: Bounds {
                    longest_lifetime: Some(LongestLifetime::Within(Lifetime::from_days(365))),
                    ..Bounds::default()
                },
            }],
        }
    }
}
