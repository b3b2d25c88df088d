use std::time::Duration;

use gatepass_control::{AuditVerified, ControlError};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, AuditEvent, PersonKey};
use gatepass_store::AuditEntry;
use gatepass_testkit::SeededEntropy;
use gatepass_vault::KeyRing;

use crate::support::{World, request};

async fn verify(world: &World) -> AuditVerified {
    world.control().verify_audit(&world.actor).await.unwrap()
}

/// The keys of the lines, with the first and the last line of each.
fn keys(verified: &AuditVerified) -> Vec<(u32, i64, i64)> {
    verified.keys.iter().map(|used| (used.key, used.first, used.last)).collect()
}

#[tokio::test]
async fn what_the_use_cases_do_is_one_whole_chain() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    control.suspend_token(actor, id, Some("odd")).await.unwrap();
    world.policy("[instances.jira]\npasswords = \"block\"\n").await;
    assert_eq!(keys(&verify(&world).await), [(3, 1, 3)]);
    control.rotate_keys(actor, world.key_file(), Duration::ZERO).await.unwrap();
    control.revoke_token(actor, id, None).await.unwrap();
    let verified = verify(&world).await;
    assert!(verified.whole, "{verified:?}");
    assert_eq!((verified.lines, verified.first, verified.last), (7, Some(1), Some(7)));
    assert_eq!(keys(&verified), [(3, 1, 4), (6, 5, 7)]);
    let page = gatepass_store::AuditPage { limit: 1, ..gatepass_store::AuditPage::default() };
    let newest = control.list_audit(actor, &page).await.unwrap();
    assert_eq!(newest[0].chain, verified.head);
}

/// As a running gate does when somebody has added keys to its file.
#[tokio::test]
async fn keys_that_somebody_else_added_chain_what_comes_next() {
    let world = World::new().await;
    world.issue(&request("alice")).await.unwrap();
    let entropy = SeededEntropy::new(2);
    let added = world.key_file().add_coming(&entropy).unwrap();
    let ring = world.key_file().put_in_force(added.mark(), &entropy).unwrap();
    world.control().replace_keyring(ring);
    world.issue(&request("alice")).await.unwrap();
    let verified = verify(&world).await;
    assert!(verified.whole, "{verified:?}");
    assert_eq!(keys(&verified), [(3, 1, 1), (6, 2, 2)]);
}

#[tokio::test]
async fn a_record_of_several_pages_is_checked_to_its_end() {
    let world = World::new().await;
    let event = AuditEvent {
        actor: world.actor.clone(),
        action: "test.done",
        subject: AuditSubject::Policy,
        detail: String::new(),
    };
    let entry = AuditEntry { at: gatepass_testkit::TestClock::START, event };
    for _ in 0..500 {
        world.store.append_audit(&entry).await.unwrap();
    }
    let full = verify(&world).await;
    assert_eq!((full.whole, full.lines), (true, 500));
    world.store.append_audit(&entry).await.unwrap();
    // By somebody with other keys, but with the same number.
    let other = KeyRing::generate(&SeededEntropy::new(9)).unwrap();
    world.store.seal_audit_with(std::sync::Arc::new(other));
    world.store.append_audit(&entry).await.unwrap();
    let verified = verify(&world).await;
    assert_eq!((verified.whole, verified.lines), (false, 502));
    let places: Vec<i64> = verified.breaks.iter().map(|found| found.number).collect();
    assert_eq!(places, [502]);
}

#[tokio::test]
async fn people_do_not_check_the_record_yet() {
    let world = World::new().await;
    let key = PersonKey { directory: "main".parse().unwrap(), username: "alice".parse().unwrap() };
    let refused = world.control().verify_audit(&Actor::Person(key)).await;
    assert!(matches!(refused, Err(ControlError::Forbidden { .. })), "{refused:?}");
}
