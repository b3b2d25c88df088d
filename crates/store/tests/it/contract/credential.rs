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

pub(crate) async fn a_seal_is_replaced_only_while_it_is_the_one_that_was_read(
    backend: &dyn Backend,
) {
    let store = open(backend).await;
    let (alice, jira) = (person("alice"), jira());
    let first = credential("alice", b"under the old key");
    store.put_credential(&first, &put(&first)).await.unwrap();
    let bob = credential("bob", b"under the old key");
    let before = store.put_credential(&bob, &put(&bob)).await.unwrap();
    let replace = async |was: &'static [u8], sealed: &'static [u8]| {
        store.replace_seal(&alice, &jira, was, sealed).await.unwrap()
    };
    assert!(replace(b"under the old key", b"under the new key").await);
    assert!(!replace(b"under the old key", b"again").await, "something else stands there");
    let found = store.find_credential(&alice, &jira).await.unwrap().unwrap();
    let expected = UpstreamCredential { sealed: b"under the new key".to_vec(), ..first };
    assert_eq!(found, expected, "nothing else of it is another");
    let of_bob = store.find_credential(&bob.owner, &jira).await.unwrap().unwrap();
    assert_eq!(of_bob.sealed, b"under the old key");
    assert_eq!(store.revision().await.unwrap(), before, "it is no change");
}
