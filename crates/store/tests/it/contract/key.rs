use std::sync::Arc;

use gatepass_model::audit::AuditSubject;
use gatepass_model::{RowMac, Token, TokenState};
use gatepass_store::{KeysNamed, NewestAuditKey};

use crate::backend::{Backend, open};
use crate::sample::{credential, entry, full_token, issued, mac, put, token};
use crate::seal::FakeSeal;

fn by(key: u32) -> RowMac {
    RowMac { key, ..mac(1) }
}

pub(crate) async fn the_newest_key_of_each_kind_is_named_whatever_came_since(
    backend: &dyn Backend,
) {
    let store = open(backend).await;
    assert_eq!(store.keys_named().await.unwrap(), KeysNamed::default());

    // As numbers, not as texts: 10 is more than 9.
    let [first, mut newest, last] = [token(1), token(2), token(3)];
    newest.secret.key = 7;
    for (made, key) in [(&first, 9), (&newest, 10), (&last, 3)] {
        store.create_token(made, &by(key), &issued(made)).await.unwrap();
    }
    // A version, then the number of the key: 0x01ff is less than 0x0200.
    for (owner, sealed) in
        [("alice", [1, 0, 0, 1, 255]), ("bob", [1, 0, 0, 2, 0]), ("zed", [2, 0, 0, 0, 9])]
    {
        let credential = credential(owner, &sealed);
        store.put_credential(&credential, &put(&credential)).await.unwrap();
    }
    let named = store.keys_named().await.unwrap();
    let sealed = Some(vec![1, 0, 0, 2, 0]);
    assert_eq!(named, KeysNamed { mac: Some((newest.id, 10)), digest: Some(7), sealed });

    // The secret of before still finds its token; one of a token that is revoked finds nothing.
    let mut rotated = full_token(4);
    if let Some(former) = &mut rotated.former {
        former.secret.key = 8;
    }
    let revision = store.create_token(&rotated, &by(3), &issued(&rotated)).await.unwrap();
    assert_eq!(store.keys_named().await.unwrap().digest, Some(8));
    let revoked = Token { state: TokenState::Revoked, ..rotated };
    store.change_token(&revoked, &by(3), revision, &issued(&revoked)).await.unwrap();
    assert_eq!(store.keys_named().await.unwrap().digest, Some(7));
}

pub(crate) async fn the_newest_key_of_the_record_is_known_by_its_last_line(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(store.newest_audit_key().await.unwrap(), None);
    let line = entry("key.added", AuditSubject::KeyRing);
    for key in [9, 10, 10, 3] {
        store.seal_audit_with(Arc::new(FakeSeal { key }));
        store.append_audit(&line).await.unwrap();
    }
    let newest = NewestAuditKey { key: 10, line: 3 };
    assert_eq!(store.newest_audit_key().await.unwrap(), Some(newest));
}
