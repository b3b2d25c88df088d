//! The policy as it is stored.

use gatepass_model::PolicyDocument;

use crate::{Answer, AuditEntry, Revision};

/// The policy, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPolicy {
    /// The document.
    pub document: PolicyDocument,
    /// The change that made it so; [`Revision::START`] for that of a new store.
    pub revision: Revision,
}

/// Policy, in the words of the use cases.
pub trait Policies: Send + Sync {
    /// The policy in force. A new store has [`PolicyDocument::default`].
    fn load_policy(&self) -> Answer<'_, StoredPolicy>;

    /// Puts `document` in its place, if it is still the one of `seen`; else `Conflict`.
    fn replace_policy<'a>(
        &'a self,
        document: &'a PolicyDocument,
        seen: Revision,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision>;
}
