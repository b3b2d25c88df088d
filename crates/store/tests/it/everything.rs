//! What every method says.

use gatepass_model::PolicyDocument;
use gatepass_model::audit::AuditSubject;
use gatepass_store::{AuditPage, NodeId, Revision, Store, StoreError, TokenFilter, TokenPage};

use crate::backend::START;
use crate::sample::{credential, entry, jira, mac, person, put, token};

/// Asserts that each method finds the store unavailable.
pub(crate) async fn is_unavailable(store: &dyn Store) {
    for (what, error) in ask(store).await {
        assert!(matches!(error, Some(StoreError::Unavailable(_))), "{what}: {error:?}");
    }
}

async fn ask(store: &dyn Store) -> Vec<(&'static str, Option<StoreError>)> {
    let (made, alice, bob) = (token(1), person("alice"), credential("bob", b"sealed"));
    let (policy, key) = (PolicyDocument::default(), entry("key.added", AuditSubject::KeyRing));
    let page = TokenPage { after: None, limit: 10 };
    let lines = AuditPage::default();
    let (node, seen) = (NodeId([1; 16]), Revision::START);
    vec![
        ("create", store.create_token(&made, &mac(1), &key).await.err()),
        ("change", store.change_token(&made, &mac(1), seen, &key).await.err()),
        ("find", store.find_token(made.id).await.err()),
        ("list", store.list_tokens(&TokenFilter::default(), page).await.err()),
        ("count", store.count_living_tokens(&alice, START).await.err()),
        ("policy", store.load_policy().await.err()),
        ("replace", store.replace_policy(&policy, seen, &key).await.err()),
        ("put", store.put_credential(&bob, &put(&bob)).await.err()),
        ("find credential", store.find_credential(&alice, &jira()).await.err()),
        ("list credentials", store.list_credentials(None).await.err()),
        ("remove", store.remove_credential(&alice, &jira(), &key).await.err()),
        ("append", store.append_audit(&key).await.err()),
        ("begin", store.begin_audit(&key).await.err()),
        ("audit", store.list_audit(&lines).await.err()),
        ("chain", store.audit_after(None, 10).await.err()),
        ("revision", store.revision().await.err()),
        ("changes", store.changes_after(seen, 10).await.err()),
        ("watch", store.watch().await.err()),
        ("load", store.load_all(START, &mut |_| ()).await.err()),
        ("register", store.register_node(node, "a", seen, START).await.err()),
        ("applied", store.record_applied(node, seen, START).await.err()),
        ("forget", store.forget_node(node).await.err()),
        ("nodes", store.live_nodes(START).await.err()),
        ("pristine", store.is_pristine().await.err()),
    ]
}
