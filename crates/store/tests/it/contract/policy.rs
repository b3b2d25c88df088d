use gatepass_model::audit::AuditSubject;
use gatepass_model::{InstancePolicy, Mode, PolicyDocument};
use gatepass_store::{Revision, StoreError};

use crate::backend::{Backend, open};
use crate::sample::{entry, jira};

pub(crate) async fn a_new_store_has_the_default_policy(backend: &dyn Backend) {
    let store = open(backend).await;
    let policy = store.load_policy().await.unwrap();
    assert_eq!(policy.document, PolicyDocument::default());
    assert_eq!(policy.revision, Revision::START);
    assert!(store.is_pristine().await.unwrap());
}

pub(crate) async fn a_policy_is_replaced_only_by_who_saw_the_last(backend: &dyn Backend) {
    let (store, other) = (open(backend).await, open(backend).await);
    let seen = store.load_policy().await.unwrap();
    let mut strict = seen.document.clone();
    let mut blocked = InstancePolicy::default();
    blocked.modes.passwords = Mode::Block;
    strict.instances.insert(jira(), blocked);
    let applied = entry("policy.applied", AuditSubject::Policy);
    let revision = store.replace_policy(&strict, seen.revision, &applied).await.unwrap();
    let late = other.replace_policy(&seen.document, seen.revision, &applied).await;
    assert!(matches!(late, Err(StoreError::Conflict)));

    let stored = other.load_policy().await.unwrap();
    assert_eq!((&stored.document, stored.revision), (&strict, revision));
    // It outlives the store's being opened again: only a new one gets the default.
    let again = open(backend).await.load_policy().await.unwrap();
    assert_eq!(again, stored);
}
