use gatepass_control::{ControlError, open_or_create_keys};
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
