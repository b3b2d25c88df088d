//! What every method says.

use gatepass_model::PolicyDocument;
use gatepass_model::audit::AuditSubject;
use gatepass_store::{
    AuditPage, NodeId, PeopleFilter, Revision, Store, StoreError, TicketKind, TokenFilter,
    TokenPage,
};

use crate::backend::START;
use crate::contract::person::known;
use crate::sample::{credential, entry, jira, mac, person, put, session, token};

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
    let (main, kind) = ("main".parse().unwrap(), TicketKind::Form);
    let everybody =
        PeopleFilter { directory: "main".parse().unwrap(), text: None, after: None, limit: 1 };
    let (node, seen) = (NodeId([1; 16]), Revision::START);
    let somebody = known("alice", 1);
    vec![
        ("create", store.create_token(&made, &mac(1), &key).await.err()),
        ("change", store.change_token(&made, &mac(1), seen, &key).await.err()),
        ("macs", store.replace_macs(&[]).await.err()),
        ("find", store.find_token(made.id).await.err()),
        ("list", store.list_tokens(&TokenFilter::default(), page).await.err()),
        ("count", store.count_living_tokens(&alice, START).await.err()),
        ("policy", store.load_policy().await.err()),
        ("replace", store.replace_policy(&policy, seen, &key).await.err()),
        ("put", store.put_credential(&bob, &put(&bob)).await.err()),
        ("find credential", store.find_credential(&alice, &jira()).await.err()),
        ("list credentials", store.list_credentials(None).await.err()),
        ("remove", store.remove_credential(&alice, &jira(), &key).await.err()),
        ("seal", store.replace_seal(&alice, &jira(), b"a", b"b").await.err()),
        ("put people", store.put_people(&main, &[]).await.err()),
        ("replace person", store.replace_person(&somebody, None).await.err()),
        ("person", store.find_person(&alice).await.err()),
        ("by key", store.find_person_by_native_key(&main, "x").await.err()),
        ("since", store.people_written_since(&main, seen).await.err()),
        ("people", store.list_people(&everybody).await.err()),
        ("refresh", store.people_to_refresh(&main, START, START, 1).await.err()),
        ("oldest", store.oldest_confirmation(&main, START).await.err()),
        ("begin", store.begin_session(&[1; 32], &session("a", 1), &key).await.err()),
        ("session", store.find_session(&[1; 32]).await.err()),
        ("touch", store.touch_session(&[1; 32], START).await.err()),
        ("prove", store.prove_session(&[1; 32], START, &key).await.err()),
        ("sessions", store.list_sessions(&alice).await.err()),
        ("end", store.end_session(&alice, session("a", 1).id, &key).await.err()),
        ("end others", store.end_other_sessions(&alice, None, &key).await.err()),
        ("put ticket", store.put_ticket(kind, &[1; 32], b"", START, START).await.err()),
        ("ticket", store.find_ticket(kind, &[1; 32], START).await.err()),
        ("take", store.take_ticket(kind, &[1; 32], START).await.err()),
        ("fill", store.fill_ticket(kind, &[1; 32], b"").await.err()),
        ("lease", store.take_lease("a", node, START, START).await.err()),
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
        ("keys", store.record_keys(node, 3).await.err()),
        ("forget", store.forget_node(node).await.err()),
        ("nodes", store.live_nodes(START).await.err()),
        ("keys named", store.keys_named().await.err()),
        ("audit key", store.newest_audit_key().await.err()),
        ("pristine", store.is_pristine().await.err()),
    ]
}
