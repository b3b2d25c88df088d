use std::time::Duration;

use gatepass_control::{AuditVerified, ControlError, IssueRequest};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, AuditEvent, PersonKey};
use gatepass_store::{AuditEntry, AuditPage};
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

#[tokio::test]
async fn a_text_is_looked_for_part_by_part_and_none_is_left_out() {
    let world = World::new().await;
    let names =
        (0..12).map(|number| format!("{} {number}", ["red", "blue"][usize::from(number % 5 != 0)]));
    for name in names {
        world.issue(&IssueRequest { name, ..request("alice") }).await.unwrap();
    }
    // Lines 1, 6 and 11 are of red ones.
    let search = async |text: Option<&str>, limit: u32, most: u64| {
        let (mut numbers, mut parts, mut before) = (Vec::new(), Vec::new(), None);
        loop {
            let text = text.map(str::to_owned);
            let page = AuditPage { before, limit, text, ..AuditPage::default() };
            let found = world.control().search_audit(&world.actor, &page, most).await.unwrap();
            assert!(found.lines.len() <= limit as usize);
            numbers.extend(found.lines.iter().map(|line| line.number));
            parts.push(found.looked_back_to);
            let Some(older) = found.older else { return (numbers, parts) };
            before = Some(older);
        }
    };
    assert_eq!(search(Some("RED"), 10, 100).await, (vec![11, 6, 1], vec![None]));
    let parts = vec![Some(9), Some(5), None];
    assert_eq!(search(Some("red"), 10, 4).await, (vec![11, 6, 1], parts));
    assert_eq!(search(Some("red"), 1, 100).await.0, [11, 6, 1]);
    assert_eq!(search(Some("red"), 1, 4).await.0, [11, 6, 1]);
    assert_eq!(search(Some("green"), 10, 5).await.0, [0; 0]);
    // What was done to one subject is found at once, and what is too old is not looked for.
    let world = &world;
    let one = async |page: AuditPage| {
        let found = world.control().search_audit(&world.actor, &page, 4).await.unwrap();
        let numbers: Vec<u64> = found.lines.iter().map(|line| line.number).collect();
        (numbers, found.looked_back_to)
    };
    let first = AuditPage { text: Some("red 0".to_owned()), ..AuditPage::default() };
    let of_all = AuditPage { limit: 20, ..AuditPage::default() };
    let lines = world.control().list_audit(&world.actor, &of_all).await.unwrap();
    let subject = Some(lines[11].subject.clone());
    assert_eq!(one(AuditPage { subject, ..first.clone() }).await, (vec![1], None));
    let now = Some(
        gatepass_model::Clock::now(&*world.clock).plus(gatepass_model::Lifetime::from_days(1)),
    );
    assert_eq!(one(AuditPage { since: now, ..first.clone() }).await, (Vec::new(), None));
    assert_eq!(one(AuditPage { until: now, ..first }).await, (Vec::new(), Some(9)));
    let (all, looked) = search(None, 5, 1).await;
    assert_eq!((all, looked), ((1..=12).rev().collect(), vec![None; 3]));
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
