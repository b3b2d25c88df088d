use gatepass_control::{ControlError, open_or_create_keys, record_new_keys};
use gatepass_model::Clock as _;
use gatepass_testkit::SeededEntropy;
use gatepass_vault::{KeyPurpose, KeyRing};

use crate::support::{World, request};

#[tokio::test]
async fn a_key_file_is_made_beside_a_new_store_only() {
    let world = World::new().await;
    let entropy = SeededEntropy::new(1);
    let opened = open_or_create_keys(world.key_file(), &*world.store, &entropy).await.unwrap();
    assert!(!opened.is_new, "it was made with the world");
    world.issue(&request("alice")).await.unwrap();
    let other = world.folder().join("other.key");
    let missing = open_or_create_keys(&other, &*world.store, &entropy).await.unwrap_err();
    assert!(matches!(missing, ControlError::KeysMissing(_)));
    assert!(missing.to_string().contains("other.key"), "{missing}");
    assert!(!other.exists());
}

#[tokio::test]
async fn rotated_keys_write_and_the_old_ones_still_count() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let old = world.issue(&request("alice")).await.unwrap().token.token.id;
    let rotated = control.rotate_keys(actor).await.unwrap();
    assert_eq!((rotated.digest, rotated.seal, rotated.mac), (4, 5, 6));
    let ring = KeyRing::load(world.key_file()).unwrap();
    assert_eq!(ring.older(KeyPurpose::Mac).count(), 1);
    let new = world.issue(&request("alice")).await.unwrap().token;
    assert_eq!((new.token.secret.key, new.is_genuine), (4, true));
    let moved = control.suspend_token(actor, old, None).await.unwrap();
    assert_eq!((moved.token.token.secret.key, moved.token.is_genuine), (1, true));
    let stored = world.store.find_token(old).await.unwrap().unwrap();
    assert_eq!(stored.mac.key, 6, "what is changed is signed anew");
    let audit = world.audit().await;
    let line = audit.iter().find(|line| line.action == "keyring.rotated").unwrap();
    assert_eq!(line.detail, "added: digest 4, seal 5, mac 6");
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
        let opened = open_or_create_keys(file, store, &entropy).await.unwrap();
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
    let third = world.folder().join("three.key");
    let refused = open_or_create_keys(&third, store, &SeededEntropy::new(3)).await;
    assert!(matches!(refused, Err(ControlError::KeysMissing(_))));
}
