use gatepass_model::audit::AuditSubject;
use gatepass_store::{Changes, Corruption, Loaded, Revision, StoreError};

use crate::backend::{Backend, START, open};
use crate::sample::{credential, entry, everything, full_token, issued, mac, put, token};

/// What somebody could do to a token's row, or a disk.
const DAMAGE: [&str; 10] = [
    "UPDATE token SET grant_json = '{'",
    "UPDATE token SET grant_json = REPLACE(grant_json, '\"v\":1', '\"v\":2')",
    "UPDATE token SET grant_json = REPLACE(grant_json, '\"v\":1', '\"v\":1,\"projects\":[]')",
    "UPDATE token SET state = 'eternal'",
    "UPDATE token SET creator = 'somebody'",
    "UPDATE token SET owner_username = ''",
    "UPDATE token SET expires_at = -1",
    "UPDATE token SET secret_digest = CAST('short' AS {BYTES})",
    "UPDATE token SET former_until = NULL",
    "UPDATE token SET secret_key = 4294967296",
];

pub(crate) async fn a_row_that_cannot_be_read_is_corrupt_and_named(backend: &dyn Backend) {
    let store = open(backend).await;
    let made = full_token(1);
    let mut revision = store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    for damage in DAMAGE {
        backend.execute(damage).await;
        let found = store.find_token(made.id).await;
        let (filter, page) = everything();
        let listed = store.list_tokens(&filter, page).await;
        for error in [found.unwrap_err(), listed.unwrap_err()] {
            let StoreError::Corrupt(Corruption { what, .. }) = error else {
                panic!("{damage}: {error:?}");
            };
            assert_eq!(what, format!("token {}", made.id));
        }
        // It is mended by writing it anew.
        revision = store.change_token(&made, &mac(1), revision, &issued(&made)).await.unwrap();
        assert_eq!(store.find_token(made.id).await.unwrap().unwrap().token, made);
    }
}

pub(crate) async fn one_bad_row_does_not_stop_a_gate_from_loading(backend: &dyn Backend) {
    let store = open(backend).await;
    let (good, bad) = (token(1), token(2));
    for made in [&bad, &good] {
        store.create_token(made, &mac(1), &issued(made)).await.unwrap();
    }
    for owner in ["alice", "bob"] {
        let credential = credential(owner, b"sealed");
        store.put_credential(&credential, &put(&credential)).await.unwrap();
    }
    backend.execute("UPDATE token SET grant_json = 'null' WHERE name = 'token 2'").await;
    backend
        .execute("UPDATE upstream_credential SET kind = 'magic' WHERE owner_key = 'alice'")
        .await;
    backend.execute("UPDATE policy SET document = '{}'").await;

    let mut tokens = Vec::new();
    let mut owners = Vec::new();
    let mut corrupt = Vec::new();
    let mut each = |loaded| match loaded {
        Loaded::Policy(policy) => panic!("{policy:?}"),
        Loaded::Token(stored) => tokens.push(stored.token),
        Loaded::Credential(credential) => owners.push(credential.owner),
        Loaded::Corrupt(corruption) => corrupt.push(corruption.what),
        Loaded::Person(known) => panic!("{known:?}"),
    };
    store.load_all(START, &mut each).await.unwrap();
    assert_eq!(tokens, [good]);
    assert_eq!(owners, [crate::sample::person("bob")]);
    let expected = [
        "policy".to_owned(),
        format!("token {}", bad.id),
        "credential of \"alice\" at \"jira\"".to_owned(),
    ];
    assert_eq!(corrupt, expected);
}

pub(crate) async fn a_broken_change_log_makes_a_gate_read_all(backend: &dyn Backend) {
    let store = open(backend).await;
    for number in 1..=3 {
        let made = token(number);
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    }
    backend.execute("UPDATE change_log SET kind = 'magic' WHERE revision = 3").await;
    let broken = store.changes_after(Revision::START, 10).await.unwrap();
    assert_eq!(broken, Changes::TooOld);
    backend.execute("DELETE FROM change_log WHERE revision = 2").await;
    let gap = store.changes_after(Revision::START, 2).await.unwrap();
    assert_eq!(gap, Changes::TooOld);
    backend.execute("DELETE FROM change_log").await;
    let lost = store.changes_after(Revision::new(2), 10).await.unwrap();
    assert_eq!(lost, Changes::TooOld);
}

pub(crate) async fn a_policy_that_is_gone_is_not_made_anew(backend: &dyn Backend) {
    let store = open(backend).await;
    let policy = store.load_policy().await.unwrap();
    let applied = entry("policy.applied", AuditSubject::Policy);
    store.replace_policy(&policy.document, policy.revision, &applied).await.unwrap();
    store.close().await.unwrap();
    backend.execute("DELETE FROM policy").await;
    let store = open(backend).await;
    assert!(matches!(store.load_policy().await, Err(StoreError::Corrupt(_))));
}
