use gatepass_model::audit::AuditSubject;
use gatepass_store::{StoreError, UpstreamCredential};

use crate::backend::{Backend, open};
use crate::sample::{after, credential, entry, jira, person, put};

pub(crate) async fn a_credential_is_put_replaced_and_removed(backend: &dyn Backend) {
    let store = open(backend).await;
    let (alice, jira) = (person("ALICE"), jira());
    assert_eq!(store.find_credential(&alice, &jira).await.unwrap(), None);
    let first = credential("alice", &[0, 255, 1]);
    store.put_credential(&first, &put(&first)).await.unwrap();
    // However her name is written, it is she.
    assert_eq!(store.find_credential(&alice, &jira).await.unwrap(), Some(first.clone()));

    let second = UpstreamCredential {
        sealed: vec![9; 5000],
        native_id: None,
        hint: Some("NjQ0…".to_owned()),
        created_at: after(1),
        ..credential("Alice", b"")
    };
    store.put_credential(&second, &put(&second)).await.unwrap();
    let found = store.find_credential(&alice, &jira).await.unwrap().unwrap();
    assert_eq!(found, second);
    assert_eq!(found.owner.username.as_str(), "Alice");
    assert!(!format!("{found:?}").contains("sealed"));

    let removed =
        entry("credential.removed", AuditSubject::Credential(alice.clone(), jira.clone()));
    store.remove_credential(&alice, &jira, &removed).await.unwrap();
    assert_eq!(store.find_credential(&alice, &jira).await.unwrap(), None);
    let again = store.remove_credential(&alice, &jira, &removed).await;
    assert!(matches!(again, Err(StoreError::NotFound)));
}

pub(crate) async fn credentials_are_listed_by_owner_then_instance(backend: &dyn Backend) {
    let store = open(backend).await;
    let wiki = UpstreamCredential { instance: "wiki".parse().unwrap(), ..credential("zed", b"w") };
    let all = [credential("Ünal", b"u"), wiki.clone(), credential("zed", b"z")];
    for one in &all {
        store.put_credential(one, &put(one)).await.unwrap();
    }
    let [last, _, zed] = all;
    // By their bytes, as no language sorts.
    let listed = store.list_credentials(None).await.unwrap();
    assert_eq!(listed, [zed.clone(), wiki.clone(), last]);
    let of_zed = store.list_credentials(Some(&person("Zed"))).await.unwrap();
    assert_eq!(of_zed, [zed, wiki]);
}
