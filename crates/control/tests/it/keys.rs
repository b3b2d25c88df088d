use std::time::Duration;

use gatepass_control::{
    AddCredential, ControlError, KeyNeeded, KeysRotated, check_keys, open_or_create_keys,
    record_new_keys,
};
use gatepass_model::Clock as _;
use gatepass_store::NodeId;
use gatepass_testkit::SeededEntropy;
use gatepass_vault::{
    KeyFile, KeyFileError, KeyPurpose, KeyRing, SealedCredential, SecretText, credential_context,
    open, verify_row,
};

use crate::support::{World, jira_name, key, request};

#[tokio::test]
async fn a_key_file_is_made_beside_a_new_store_only() {
    let world = World::new().await;
    let entropy = SeededEntropy::new(1);
    let opened = open_or_create_keys(world.key_file(), &*world.store, &entropy).await.unwrap();
    assert!(!opened.is_new, "it was made with the world");
    world.issue(&request("alice")).await.unwrap();
    let other = world.folder().join("other.key");
    let other_file = KeyFile::new(&other, None);
    let missing = open_or_create_keys(&other_file, &*world.store, &entropy).await.unwrap_err();
    assert!(matches!(missing, ControlError::KeysMissing(_)));
    assert!(missing.to_string().contains("other.key"), "{missing}");
    assert!(!other.exists());
}

async fn rotate(world: &World) -> KeysRotated {
    let (control, file) = (world.control(), world.key_file());
    control.rotate_keys(&world.actor, file, Duration::ZERO).await.unwrap()
}

const NATIVE: &str = "NjQ0MzI5MDg0Njk0OjAxMjM0NTY3ODkwMTIzNDU2Nzg5";

async fn native(world: &World, owner: &str) {
    let credential = AddCredential {
        owner: owner.to_owned(),
        directory: None,
        instance: jira_name(),
        secret: SecretText::new(NATIVE.to_owned()),
    };
    let added = world.control().add_credential(&world.actor, &credential).await;
    added.unwrap();
}

/// The actions of the record, the oldest first.
async fn actions(world: &World) -> Vec<String> {
    let lines = world.audit().await.into_iter().rev();
    lines.map(|line| format!("{}: {}", line.action, line.detail)).collect()
}

#[tokio::test]
async fn rotated_keys_write_and_what_the_old_ones_wrote_is_made_anew() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let old = world.issue(&request("alice")).await.unwrap();
    let old_id = old.token.token.id;
    native(&world, "alice").await;
    let before = world.store.find_token(old_id).await.unwrap().unwrap();
    let revision = world.store.revision().await.unwrap();

    let rotated = rotate(&world).await;
    assert_eq!((rotated.digest, rotated.seal, rotated.mac), (4, 5, 6));
    assert_eq!(rotated.nodes_without, [""; 0]);
    let done = rotated.rewrapped.unwrap();
    assert_eq!((done.tokens, done.credentials, done.left.len()), (1, 1, 0));
    // A digest can't be made anew without the secret.
    assert_eq!(done.needed, [KeyNeeded { purpose: "digest", key: 1, rows: 1 }]);

    let ring = world.key_file().load().unwrap();
    let stored = world.store.find_token(old_id).await.unwrap().unwrap();
    assert_eq!((stored.mac.key, &stored.token), (6, &before.token));
    assert!(verify_row(&ring, &stored.token, &stored.mac));
    assert_eq!(world.store.revision().await.unwrap(), revision, "no node need be told");
    let (owner, jira) = (key("alice"), jira_name());
    let stored = world.store.find_credential(&owner, &jira).await.unwrap().unwrap();
    let sealed = SealedCredential::from_bytes(stored.sealed);
    assert_eq!(sealed.key(), Some(5));
    assert_eq!(open(&ring, &credential_context(&owner, &jira), &sealed).unwrap().expose(), NATIVE);

    let new = world.issue(&request("alice")).await.unwrap().token;
    assert_eq!((new.token.secret.key, new.is_genuine), (4, true));
    let moved = control.suspend_token(actor, old_id, None).await.unwrap();
    assert_eq!((moved.token.token.secret.key, moved.token.is_genuine), (1, true));
    let lines = actions(&world).await;
    let of_keys: Vec<&str> =
        lines.iter().filter(|line| line.starts_with("keyring")).map(String::as_str).collect();
    assert_eq!(
        of_keys,
        [
            "keyring.added: digest 4, seal 5, mac 6",
            "keyring.rotated: in force: digest 4, seal 5, mac 6",
            "keyring.rewrapped: 1 tokens, 1 upstream credentials; 0 left as they are",
        ]
    );
}

#[tokio::test]
async fn a_row_that_somebody_changed_gets_no_mac_of_ours_and_is_named() {
    let world = World::new().await;
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    let honest = world.issue(&request("bob")).await.unwrap().token.token.id;
    let stored = world.store.find_token(id).await.unwrap().unwrap();
    // Somebody who writes to the database without the keys.
    let mut wider = stored.token.clone();
    wider.grant.admin = true;
    let entry = gatepass_store::AuditEntry {
        at: world.clock.now(),
        event: gatepass_model::AuditEvent {
            actor: world.actor.clone(),
            action: "test.done",
            subject: gatepass_model::audit::AuditSubject::KeyRing,
            detail: String::new(),
        },
    };
    world.store.change_token(&wider, &stored.mac, stored.revision, &entry).await.unwrap();
    native(&world, "alice").await;
    let (alice, bob, jira) = (key("alice"), key("bob"), jira_name());
    let hers = world.store.find_credential(&alice, &jira).await.unwrap().unwrap();
    let moved = gatepass_store::UpstreamCredential { owner: bob, ..hers };
    world.store.put_credential(&moved, &entry).await.unwrap();

    let done = rotate(&world).await.rewrapped.unwrap();
    assert_eq!((done.tokens, done.credentials), (1, 1));
    assert_eq!(done.left.len(), 2, "{:?}", done.left);
    assert!(done.left[0].contains(&id.to_string()), "{:?}", done.left);
    assert!(done.left[1].contains("bob") && done.left[1].contains("another's"), "{:?}", done.left);
    let mac = async |id| world.store.find_token(id).await.unwrap().unwrap().mac;
    assert_eq!(mac(id).await, stored.mac);
    assert_eq!(mac(honest).await.key, 6);
    let needed: Vec<_> =
        done.needed.iter().map(|needed| (needed.purpose, needed.key, needed.rows)).collect();
    assert_eq!(needed, [("digest", 1, 2), ("mac", 3, 1), ("seal", 2, 1)]);
}

#[tokio::test]
async fn nothing_is_written_with_new_keys_while_a_node_lacks_them() {
    let world = World::new().await;
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    let (now, start) = (world.clock.now(), gatepass_store::Revision::START);
    for (number, name) in [(1, "gate-a"), (2, "gate-b")] {
        world.store.register_node(NodeId([number; 16]), name, start, now).await.unwrap();
    }
    // They have the keys that there are; then one reads those that are added.
    let before = world.keyring.mark();
    for number in [1, 2] {
        world.store.record_keys(NodeId([number; 16]), before).await.unwrap();
    }
    let added = world.key_file().add_coming(&SeededEntropy::new(5)).unwrap().mark();
    world.store.record_keys(NodeId([1; 16]), added).await.unwrap();
    let rotated = rotate(&world).await;
    assert_eq!((rotated.digest, rotated.seal, rotated.mac), (4, 5, 6));
    assert_eq!((rotated.nodes_without, rotated.rewrapped), (vec!["gate-b".to_owned()], None));
    let mac = async || world.store.find_token(id).await.unwrap().unwrap().mac.key;
    assert_eq!(mac().await, 3);
    let issued = world.issue(&request("bob")).await.unwrap().token;
    assert_eq!(issued.token.secret.key, 1, "every node must be able to read it");
    assert!(world.key_file().load().unwrap().has_coming());

    // Once the file is there, the same keys come into force: no others are made.
    world.store.record_keys(NodeId([2; 16]), added).await.unwrap();
    let rotated = rotate(&world).await;
    assert_eq!((rotated.digest, rotated.seal, rotated.mac), (4, 5, 6));
    assert_eq!(rotated.rewrapped.unwrap().tokens, 2);
    assert_eq!(mac().await, 6);
    let lines = actions(&world).await;
    assert!(!lines.iter().any(|line| line.starts_with("keyring.added")), "{lines:?}");
}

/// Otherwise its keys would have the numbers of others, and whoever brought the file to the nodes would
/// take those away.
#[tokio::test]
async fn an_old_copy_of_the_key_file_gets_no_keys() {
    let world = World::new().await;
    let copy = KeyFile::new(world.folder().join("copy.key"), None);
    std::fs::copy(world.key_file().path(), copy.path()).unwrap();
    let refused = async || {
        let control = world.control();
        let refused = control.rotate_keys(&world.actor, &copy, Duration::ZERO).await.unwrap_err();
        assert!(!copy.load().unwrap().has_coming(), "nothing was done");
        match refused {
            ControlError::KeysDiffer { what, .. } => what,
            other => panic!("{other:?}"),
        }
    };
    assert!(rotate(&world).await.rewrapped.is_some());
    let all = world.audit().await.len();
    let what = format!("whoever wrote line {all} of the audit record with the mac key 6");
    assert_eq!(refused().await, what);
    let (now, start) = (world.clock.now(), gatepass_store::Revision::START);
    world.store.register_node(NodeId([1; 16]), "gate-a", start, now).await.unwrap();
    let newest = world.key_file().load().unwrap().mark();
    world.store.record_keys(NodeId([1; 16]), newest).await.unwrap();
    assert_eq!(refused().await, "the node gate-a");
    std::fs::copy(world.key_file().path(), copy.path()).unwrap();
    let control = world.control();
    let rotated = control.rotate_keys(&world.actor, &copy, Duration::ZERO).await.unwrap();
    // That node has a file of its own: it is waited for, and nothing is in force.
    assert_eq!((rotated.mac, rotated.rewrapped), (9, None));
}

/// Rotates with a copy of the key file: whose other keys keep it from that. The copy stays as it is.
async fn refusal(world: &World, copy: &KeyFile) -> String {
    let before = std::fs::read(copy.path()).unwrap();
    let refused = world.control().rotate_keys(&world.actor, copy, Duration::ZERO).await;
    assert_eq!(std::fs::read(copy.path()).unwrap(), before, "nothing was done");
    match refused.unwrap_err() {
        ControlError::KeysDiffer { what, .. } => what,
        other => panic!("{other:?}"),
    }
}

fn copy_of_keys(world: &World) -> KeyFile {
    let copy = KeyFile::new(world.folder().join("copy.key"), None);
    std::fs::copy(world.key_file().path(), copy.path()).unwrap();
    copy
}

/// Two nodes with copies: one was given keys that were to come, and was down for the next rotation.
#[tokio::test]
async fn a_copy_with_keys_to_come_is_an_old_one_once_newer_keys_have_written() {
    let world = World::new().await;
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    world.key_file().add_coming(&SeededEntropy::new(5)).unwrap();
    let copy = copy_of_keys(&world);
    assert_eq!(rotate(&world).await.mac, 6);
    assert_eq!(rotate(&world).await.mac, 9);
    assert!(copy.load().unwrap().has_coming());
    assert_eq!(
        refusal(&world, &copy).await,
        format!("whoever signed the row of {id} with the mac key 9")
    );
}

#[tokio::test]
async fn what_is_written_with_an_old_copy_hides_none_of_the_newer_keys() {
    let world = World::new().await;
    let copy = copy_of_keys(&world);
    let old = copy.load().unwrap();
    rotate(&world).await;
    let last_by_new = world.audit().await.len() + 2;
    let issued = world.issue(&request("alice")).await.unwrap().token.token;
    native(&world, "alice").await;
    // From here on somebody works with the old copy.
    world.control().replace_keyring(old.clone());
    world.issue(&request("bob")).await.unwrap();
    let signed = format!("whoever signed the row of {} with the mac key 6", issued.id);
    assert_eq!(refusal(&world, &copy).await, signed);

    // Each thing tells by itself, once those before are gone.
    let stored = world.store.find_token(issued.id).await.unwrap().unwrap();
    let new = gatepass_vault::row_mac(&old, &stored.token);
    let (id, seen) = (issued.id, stored.revision);
    let mac = gatepass_store::NewMac { id, seen, old: stored.mac, new };
    assert_eq!(world.store.replace_macs(&[mac]).await.unwrap(), 1);
    let digested = "whoever issued a token with the digest key 4";
    assert_eq!(refusal(&world, &copy).await, digested);

    world.control().revoke_token(&world.actor, issued.id, None).await.unwrap();
    let sealed = "whoever sealed an upstream credential with the seal key 5";
    assert_eq!(refusal(&world, &copy).await, sealed);

    let (alice, jira) = (key("alice"), jira_name());
    let entry = gatepass_store::AuditEntry {
        at: world.clock.now(),
        event: gatepass_model::AuditEvent {
            actor: world.actor.clone(),
            action: "test.done",
            subject: gatepass_model::audit::AuditSubject::KeyRing,
            detail: String::new(),
        },
    };
    world.store.remove_credential(&alice, &jira, &entry).await.unwrap();
    let recorded =
        format!("whoever wrote line {last_by_new} of the audit record with the mac key 6");
    assert_eq!(refusal(&world, &copy).await, recorded);

    // Nothing of that keeps the newest file from being rotated.
    assert_eq!(rotate(&world).await.mac, 9);
}

/// Two people rotate copies while no gate runs: both add keys, of the same numbers.
#[tokio::test]
async fn keys_with_the_numbers_of_others_are_told_by_the_audit_record() {
    let world = World::new().await;
    let copy = copy_of_keys(&world);
    copy.add_coming(&SeededEntropy::new(77)).unwrap();
    let rotated = rotate(&world).await;
    assert!(copy.load().unwrap().find(KeyPurpose::Mac, rotated.mac).is_some());
    let line = world.audit().await.len();
    assert_eq!(
        refusal(&world, &copy).await,
        format!("whoever wrote line {line} of the audit record with the mac key 6")
    );
}

#[tokio::test]
async fn a_gate_does_not_begin_with_an_old_copy_of_the_key_file() {
    let world = World::new().await;
    let copy = copy_of_keys(&world);
    let old = copy.load().unwrap();
    let check = async |ring: &KeyRing| check_keys(&copy, ring, &*world.store).await;
    assert!(check(&old).await.is_ok(), "nothing was written");
    rotate(&world).await;
    assert!(check(&old).await.is_ok(), "there is no token that it would refuse");
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    let refused = check(&old).await.unwrap_err();
    let words = refused.to_string();
    assert!(matches!(refused, ControlError::KeysDiffer { .. }), "{refused:?}");
    assert!(words.contains(&format!("row of {id} with the mac key 6")), "{words}");
    assert!(words.contains("copy.key") && words.contains("bring the newest key file"), "{words}");
    // A rotation was done just then: the file is newer than what was read from it.
    std::fs::copy(world.key_file().path(), copy.path()).unwrap();
    assert!(check(&old).await.is_ok());
}

/// One row must not keep gates from starting; it is refused for itself.
#[tokio::test]
async fn a_row_that_names_a_key_which_never_was_keeps_no_gate_from_starting() {
    let world = World::new().await;
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    let stored = world.store.find_token(id).await.unwrap().unwrap();
    let new = gatepass_model::RowMac { key: 99, ..stored.mac };
    let mac = gatepass_store::NewMac { id, seen: stored.revision, old: stored.mac, new };
    assert_eq!(world.store.replace_macs(&[mac]).await.unwrap(), 1);
    let ring = world.key_file().load().unwrap();
    assert!(check_keys(world.key_file(), &ring, &*world.store).await.is_ok());
    // It is named before keys are added, and can be revoked.
    let named = format!("whoever signed the row of {id} with the mac key 99");
    assert_eq!(refusal(&world, world.key_file()).await, named);
    world.control().revoke_token(&world.actor, id, None).await.unwrap();
    assert!(rotate(&world).await.rewrapped.is_some());
}

#[tokio::test]
async fn keys_that_came_while_nodes_were_waited_for_are_not_put_in_force() {
    let world = World::new().await;
    let (node, now) = (NodeId([1; 16]), world.clock.now());
    world.store.register_node(node, "a", gatepass_store::Revision::START, now).await.unwrap();
    let (file, entropy) = (world.key_file(), SeededEntropy::new(5));
    let rotating = world.control().rotate_keys(&world.actor, file, Duration::from_mins(1));
    let meddling = async {
        let added = loop {
            let ring = file.load().unwrap();
            if ring.has_coming() {
                break ring.mark();
            }
            tokio::task::yield_now().await;
        };
        // Another rotation is done before this one, and a third begins.
        file.put_in_force(added, &entropy).unwrap();
        file.add_coming(&entropy).unwrap();
        world.store.record_keys(node, added).await.unwrap();
    };
    let (rotated, ()) = tokio::join!(rotating, meddling);
    let error = rotated.unwrap_err();
    assert!(matches!(error, ControlError::Keys(KeyFileError::Changed(_))), "{error:?}");
    let ring = file.load().unwrap();
    assert!(ring.has_coming(), "no node has the keys of the third");
    assert_eq!(ring.newest(KeyPurpose::Mac).id(), 6);
}

#[tokio::test]
async fn a_node_that_reads_the_keys_in_time_is_waited_for() {
    let world = World::new().await;
    let node = NodeId([1; 16]);
    let now = world.clock.now();
    world.store.register_node(node, "a", gatepass_store::Revision::START, now).await.unwrap();
    let patience = Duration::from_mins(1);
    let rotating = world.control().rotate_keys(&world.actor, world.key_file(), patience);
    let reading = async {
        // As a node does: it reads the file, then says what it has.
        let newest = loop {
            let ring = world.key_file().load().unwrap();
            if ring.has_coming() {
                break ring.mark();
            }
            tokio::task::yield_now().await;
        };
        world.store.record_keys(node, newest).await.unwrap();
    };
    let (rotated, ()) = tokio::join!(rotating, reading);
    assert!(rotated.unwrap().rewrapped.is_some());
}

#[tokio::test]
async fn people_do_not_rotate_keys() {
    let world = World::new().await;
    let actor = gatepass_model::Actor::Person(key("alice"));
    let file = world.key_file();
    let refused = world.control().rotate_keys(&actor, file, Duration::ZERO).await.unwrap_err();
    assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
    assert!(!file.load().unwrap().has_coming());
}

#[tokio::test]
async fn of_two_nodes_that_make_keys_for_one_new_store_the_first_wins() {
    let world = World::new().await;
    let (store, now) = (&*world.store, world.clock.now());
    let files = ["one.key", "two.key"].map(|name| world.folder().join(name));
    let mut rings = Vec::new();
    for (at, file) in files.iter().enumerate() {
        // Both find that the store is new, before either has said that it made keys.
        let entropy = SeededEntropy::new(at as u64);
        let opened = open_or_create_keys(&KeyFile::new(file, None), store, &entropy).await.unwrap();
        assert!(opened.is_new);
        rings.push(opened.keyring);
    }
    record_new_keys(&files[0], &rings[0], store, &world.actor, now).await.unwrap();
    let late = record_new_keys(&files[1], &rings[1], store, &world.actor, now).await.unwrap_err();
    assert!(matches!(late, ControlError::KeysMissing(_)), "{late:?}");
    assert!(files[0].exists() && !files[1].exists());
    assert!(world.folder().join("two.key.unused").exists(), "nothing is deleted");
    // The record has no line under keys that are of no use.
    assert_eq!(world.audit().await.len(), 1);
    // From now on nobody makes any.
    let third = KeyFile::new(world.folder().join("three.key"), None);
    let refused = open_or_create_keys(&third, store, &SeededEntropy::new(3)).await;
    assert!(matches!(refused, Err(ControlError::KeysMissing(_))));
}
