//! Upstream credentials as they are stored: sealed.

use std::fmt;
use std::str::FromStr;

use gatepass_model::{Actor, InstanceName, PersonKey, Timestamp};

use crate::{Answer, AuditEntry, Revision};

/// What an upstream credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamKind {
    /// The owner's own native personal access token.
    NativeToken,
}

impl UpstreamKind {
    /// As stored and printed: `native-token`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NativeToken => "native-token",
        }
    }
}

impl fmt::Display for UpstreamKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for UpstreamKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == Self::NativeToken.as_str() { Ok(Self::NativeToken) } else { Err(()) }
    }
}

/// A native token that another one has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerCredential {
    /// What the product calls it.
    pub native_id: String,
    /// Until when requests may still be on their way with it.
    pub until: Timestamp,
}

/// What the gate presents at an instance to become this person. One for each of the two.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamCredential {
    /// Whose it is.
    pub owner: PersonKey,
    /// Where it counts.
    pub instance: InstanceName,
    /// What it is.
    pub kind: UpstreamKind,
    /// `gatepass_vault::SealedCredential`, as bytes.
    pub sealed: Vec<u8>,
    /// What the product calls it, where known: by which it can be found and revoked there.
    pub native_id: Option<String>,
    /// Something to recognise it by; never enough of it to use.
    pub hint: Option<String>,
    /// When it ends at the product, where known; `None`: not by itself, or nobody knows.
    pub expires_at: Option<Timestamp>,
    /// Why the product does not take it any more, in words; `None` while it does.
    pub problem: Option<String>,
    /// The one that it replaced, which still counts at the product: what the product calls it,
    /// and from when on it may be deleted there.
    pub former: Option<FormerCredential>,
    /// When it was put here.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
}

/// Without the sealed bytes: logs are read by more people than databases.
impl fmt::Debug for UpstreamCredential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UpstreamCredential")
            .field("owner", &self.owner)
            .field("instance", &self.instance)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Upstream credentials, in the words of the use cases.
pub trait Credentials: Send + Sync {
    /// Adds it, or puts it in the place of the one that its owner has at this instance.
    fn put_credential<'a>(
        &'a self,
        credential: &'a UpstreamCredential,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision>;

    /// The one of `owner` at `instance`.
    fn find_credential<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
    ) -> Answer<'a, Option<UpstreamCredential>>;

    /// Those of `owner`; of everybody without one. Ordered by owner, then instance.
    fn list_credentials<'a>(
        &'a self,
        owner: Option<&'a PersonKey>,
    ) -> Answer<'a, Vec<UpstreamCredential>>;

    /// Takes it away; `NotFound` when there is none.
    fn remove_credential<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision>;

    /// Puts `sealed` in the place of `was`: the same credential, sealed with another key. Whether it
    /// did: not where something else stands there by now.
    ///
    /// No credential is changed by that: no revision is taken and no node told, since what they know
    /// stays true.
    fn replace_seal<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
        was: &'a [u8],
        sealed: &'a [u8],
    ) -> Answer<'a, bool>;
}
