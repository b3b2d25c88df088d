//! The follower, against a store of its own.

mod postgres;
mod world;

use gatepass_model::token::FormerSecret;
use gatepass_model::{Access, Actor, Grant, InstanceName, Mode, PolicyDocument, Token, TokenState};
use gatepass_policy::{Freshness, OwnerFact};
use gatepass_store::UpstreamKind;
use gatepass_vault::{Digester, KeyFile, KeyRing, NewSecret, SystemEntropy, row_mac};

use self::world::{START, World, audit, key, open, person};
use super::*;
use crate::Condition;

#[tokio::test]
async fn what_was_there_at_the_start_and_what_comes_later_is_found() {
    let world = World::new().await;
    let (first, first_secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    assert_eq!(world.find(&first_secret).unwrap().facts().id, first.id);
    let (second, second_secret) = world.issue(2).await;
    assert!(world.find(&second_secret).is_none());
    follower.turn().await.unwrap();
    let entry = world.find(&second_secret).unwrap();
    assert_eq!((entry.facts().id, entry.state()), (second.id, TokenState::Active));
    assert!(Arc::ptr_eq(&entry.facts().grant, &world.find(&first_secret).unwrap().facts().grant));
    assert_eq!(world.snapshot.count_tokens(), 2);
    let nodes = world.store.live_nodes(world.now()).await.unwrap();
    assert_eq!(nodes[0].applied, world.snapshot.revision());
    assert_eq!(world.snapshot.revision(), world.store.revision().await.unwrap());
}

#[tokio::test]
async fn a_revocation_reaches_the_entry_that_a_request_holds() {
    let world = World::new().await;
    let (mut token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    let held = world.find(&secret).unwrap();
    // A change in between makes another entry; the old one must hear of the revocation too.
    token.grant.access = Access::ReadOnly;
    world.change(&token).await;
    follower.turn().await.unwrap();
    let newer = world.find(&secret).unwrap();
    assert!(!Arc::ptr_eq(&held, &newer) && held.facts().grant != newer.facts().grant);
    token.state = TokenState::Revoked;
    world.change(&token).await;
    assert_eq!(held.state(), TokenState::Active);
    follower.turn().await.unwrap();
    assert_eq!((held.state(), newer.state()), (TokenState::Revoked, TokenState::Revoked));
    assert_eq!(world.find(&secret).unwrap().state(), TokenState::Revoked);
}

#[tokio::test]
async fn suspending_and_resuming_moves_the_same_entry() {
    let world = World::new().await;
    let (mut token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    let held = world.find(&secret).unwrap();
    for state in [TokenState::Suspended, TokenState::Active] {
        token.state = state;
        world.change(&token).await;
        follower.turn().await.unwrap();
        assert_eq!(held.state(), state);
    }
}

#[tokio::test]
async fn a_former_secret_works_until_its_grace_ends_and_then_goes() {
    let world = World::new().await;
    let (mut token, old) = world.issue(1).await;
    let mut follower = world.follow().await;
    let new = NewSecret::mint(&SystemEntropy).unwrap();
    let until = world.now().plus(Lifetime::from_seconds(3600));
    token.former = Some(FormerSecret { secret: token.secret.clone(), until });
    token.secret = world.digester.stored(new.as_presented());
    world.change(&token).await;
    follower.turn().await.unwrap();
    assert_eq!(world.find(&old).unwrap().facts().expires_at, Some(until));
    assert_eq!(world.find(&new).unwrap().facts().expires_at, None);
    token.former = None;
    world.change(&token).await;
    follower.turn().await.unwrap();
    assert!(world.find(&old).is_none() && world.find(&new).is_some());
}

#[tokio::test]
async fn a_tampered_row_is_not_found_and_is_counted() {
    let world = World::new().await;
    let (mut token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    let held = world.find(&secret).unwrap();
    let honest = row_mac(&world.ring, &token);
    token.grant.admin = true;
    world.change_with(&token, &honest).await;
    follower.turn().await.unwrap();
    assert!(world.find(&secret).is_none());
    assert_eq!(held.state(), TokenState::Revoked);
    assert_eq!(world.snapshot.rows_refused(), 1);
    // Also at the next start.
    follower.reload().await.unwrap();
    assert!(world.find(&secret).is_none());
    // An honest row of it works again.
    token.grant.admin = false;
    world.change(&token).await;
    follower.turn().await.unwrap();
    assert_eq!(world.find(&secret).unwrap().state(), TokenState::Active);
}

#[tokio::test]
async fn an_older_row_does_not_bring_a_revoked_token_to_life() {
    let world = World::new().await;
    let (mut token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    for state in [TokenState::Revoked, TokenState::Active] {
        token.state = state;
        world.change(&token).await;
        follower.turn().await.unwrap();
    }
    assert_eq!(world.find(&secret).unwrap().state(), TokenState::Revoked);
}

#[tokio::test]
async fn a_node_that_is_too_far_behind_reads_all_anew() {
    let world = World::new().await;
    let (token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    let (_, other) = world.issue(2).await;
    // As after a restored backup: the store is behind the reader.
    follower.seen = Revision::new(999);
    // A token that the store does not have goes with the reload.
    let ghost = NewSecret::mint(&SystemEntropy).unwrap();
    let ghost_token = world.token(9, &ghost);
    let mac = row_mac(&world.ring, &ghost_token);
    let row = gatepass_store::StoredToken { token: ghost_token, mac, revision: Revision::START };
    assert!(world.snapshot.apply_token(&row));
    let held = world.find(&ghost).unwrap();
    follower.turn().await.unwrap();
    assert_eq!(follower.seen, world.store.revision().await.unwrap());
    assert_eq!(world.find(&secret).unwrap().facts().id, token.id);
    assert!(world.find(&other).is_some() && world.find(&ghost).is_none());
    assert_eq!(held.state(), TokenState::Revoked);
    assert_eq!(*world.sink.0.lock().unwrap(), ["all 0", "all 0"]);
}

#[tokio::test]
async fn a_policy_change_recomputes_rights_and_modes() {
    let world = World::new().await;
    let mut follower = world.follow().await;
    world.snapshot.replace_people(&"main".parse().unwrap(), vec![person("alice"), person("bob")]);
    let alice = world.snapshot.find_person(&key("ALICE")).unwrap();
    let bob = world.snapshot.find_person(&key("bob")).unwrap();
    assert!(alice.load().as_deref().unwrap().rights().use_tokens.allowed);
    let rights =
        |cell: &crate::PersonCell| std::ptr::from_ref(cell.load().as_deref().unwrap().rights());
    assert_eq!(rights(&alice), rights(&bob), "equal rights are shared");
    let jira: InstanceName = "jira".parse().unwrap();
    let mut document = PolicyDocument { rules: Vec::new(), ..PolicyDocument::default() };
    document.instances.entry(jira.clone()).or_default().modes.passwords = Mode::Block;
    let seen = world.store.load_policy().await.unwrap().revision;
    world.store.replace_policy(&document, seen, &audit()).await.unwrap();
    follower.turn().await.unwrap();
    assert!(!alice.load().as_deref().unwrap().rights().use_tokens.allowed);
    assert_eq!(world.snapshot.instance_policy(&jira).modes().passwords, Mode::Block);
    assert_eq!(world.snapshot.policy().document(), &document);
}

#[tokio::test]
async fn somebody_absent_is_gone_for_his_tokens_at_once() {
    let world = World::new().await;
    let (_, secret) = world.issue(1).await;
    let _follower = world.follow().await;
    let main = "main".parse().unwrap();
    let entry = world.find(&secret).unwrap();
    assert!(matches!(entry.owner().load().as_owner(), OwnerFact::Unknown));
    world.snapshot.replace_people(&main, vec![person("Alice")]);
    assert!(matches!(entry.owner().load().as_owner(), OwnerFact::Known(_)));
    world.snapshot.replace_people(&main, vec![person("bob")]);
    assert!(matches!(entry.owner().load().as_owner(), OwnerFact::Unknown));
}

#[tokio::test]
async fn no_token_is_judged_before_store_and_directories_were_read() {
    let world = World::new().await;
    let main: gatepass_model::DirectoryName = "main".parse().unwrap();
    assert_eq!(world.snapshot.freshness(world.now()), Freshness::TooOld);
    assert_eq!(
        world.snapshot.conditions(world.now()),
        [Condition::DirectoryNotRead(main.clone()), Condition::NotLoaded]
    );
    let _follower = world.follow().await;
    assert_eq!(world.snapshot.freshness(world.now()), Freshness::TooOld);
    world.snapshot.replace_people(&main, Vec::new());
    assert_eq!(world.snapshot.freshness(world.now()), Freshness::Fresh);
    assert_eq!(world.snapshot.conditions(world.now()), []);
}

#[tokio::test]
async fn a_lost_store_ages_what_is_known_and_a_held_revocation_outlasts_it() {
    let world = World::new().await;
    let (mut token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    world.snapshot.replace_people(&"main".parse().unwrap(), vec![person("alice")]);
    world.store.close().await.unwrap();
    let since = world.now();
    world.pass(Lifetime::from_seconds(900));
    assert!(follower.turn().await.is_err());
    assert_eq!(world.snapshot.conditions(world.now()), [Condition::StoreLost(since)]);
    assert_eq!(world.snapshot.freshness(world.now()), Freshness::Fresh);
    let held = world.find(&secret).unwrap();
    assert!(world.snapshot.hold_revocation(token.id));
    assert_eq!(held.state(), TokenState::Revoked);
    world.pass(Lifetime::from_millis(1));
    assert!(follower.turn().await.is_err());
    assert_eq!(world.snapshot.conditions(world.now()), [Condition::TooOld(since)]);
    assert_eq!(world.snapshot.freshness(world.now()), Freshness::TooOld);

    // It comes back, and does not know of the revocation.
    follower.store = open(&world.directory).await;
    follower.turn().await.unwrap();
    assert_eq!(world.snapshot.conditions(world.now()), []);
    follower.reload().await.unwrap();
    assert_eq!(world.find(&secret).unwrap().state(), TokenState::Revoked);
    assert_eq!(world.snapshot.held_revocations(), [token.id]);
    // Now it does.
    token.state = TokenState::Revoked;
    let world = World { store: follower.store.clone(), ..world };
    world.change(&token).await;
    follower.turn().await.unwrap();
    assert_eq!(world.snapshot.held_revocations(), []);
}

#[tokio::test]
async fn a_revocation_can_be_held_of_a_token_that_is_not_known_yet() {
    let world = World::new().await;
    let mut follower = world.follow().await;
    let (token, secret) = world.issue(1).await;
    assert!(!world.snapshot.hold_revocation(token.id));
    follower.turn().await.unwrap();
    assert_eq!(world.find(&secret).unwrap().state(), TokenState::Revoked);
}

#[tokio::test]
async fn upstream_credentials_are_passed_on() {
    let world = World::new().await;
    let mut follower = world.follow().await;
    let jira: InstanceName = "jira".parse().unwrap();
    let credential = UpstreamCredential {
        owner: key("alice"),
        instance: jira.clone(),
        kind: UpstreamKind::NativeToken,
        sealed: vec![1],
        native_id: None,
        hint: None,
        expires_at: None,
        problem: None,
        former: None,
        created_at: world.now(),
        created_by: Actor::CommandLine("test".to_owned()),
    };
    world.store.put_credential(&credential, &audit()).await.unwrap();
    follower.turn().await.unwrap();
    world.store.remove_credential(&key("alice"), &jira, &audit()).await.unwrap();
    follower.turn().await.unwrap();
    let told = world.sink.0.lock().unwrap().clone();
    assert_eq!(told, ["all 0", "alice has jira", "alice lost jira"]);
}

#[tokio::test]
async fn a_forgotten_node_registers_again() {
    let world = World::new().await;
    let mut follower = world.follow().await;
    world.store.forget_node(NodeId([1; 16])).await.unwrap();
    world.pass(HEARTBEAT);
    follower.turn().await.unwrap();
    assert_eq!(world.store.live_nodes(world.now()).await.unwrap().len(), 1);
    follower.forget().await.unwrap();
    assert_eq!(world.store.live_nodes(world.now()).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_another_process_comes_into_effect_by_itself() {
    let world = World::new().await;
    let (mut token, secret) = world.issue(1).await;
    let following = tokio::spawn(world.follow().await.run());
    let entry = world.find(&secret).unwrap();
    let ours = std::mem::replace(&mut token.state, TokenState::Revoked);
    assert_eq!(entry.state(), ours);
    let world = World { store: open(&world.directory).await, ..world };
    let revision = world.change(&token).await;
    let applied = tokio::time::timeout(Duration::from_secs(30), world.snapshot.wait_for(revision));
    applied.await.unwrap();
    assert_eq!(entry.state(), TokenState::Revoked);
    following.abort();
}

/// A ring, and the same with keys that were added to it since.
fn rings(world: &World) -> [Arc<KeyRing>; 2] {
    let file = KeyFile::new(world.directory.path().join("gate.key"), None);
    let before = file.create(&SystemEntropy).unwrap();
    let added = file.add_coming(&SystemEntropy).unwrap();
    [before, file.put_in_force(added.mark(), &SystemEntropy).unwrap()].map(Arc::new)
}

#[tokio::test]
async fn rows_under_a_new_key_count_once_the_keys_are_replaced() {
    let world = World::new().await;
    let mut follower = world.follow().await;
    let [before, after] = rings(&world);
    world.snapshot.replace_keys(before.clone());
    let world = World { digester: Digester::new(&before), ring: after.clone(), ..world };
    let (_, secret) = world.issue(1).await;
    follower.turn().await.unwrap();
    assert!(world.find(&secret).is_none());
    world.snapshot.replace_keys(after);
    follower.turn().await.unwrap();
    assert!(world.find(&secret).is_some());
}

#[tokio::test]
async fn a_node_without_the_new_key_keeps_a_token_whose_row_says_what_it_knows() {
    let world = World::new().await;
    let [before, after] = rings(&world);
    world.snapshot.replace_keys(before.clone());
    let world = World { digester: Digester::new(&before), ring: before, ..world };
    let (token, secret) = world.issue(1).await;
    let mut follower = world.follow().await;
    let world = World { ring: after, ..world };

    world.change(&token).await;
    follower.turn().await.unwrap();
    assert_eq!(world.find(&secret).unwrap().state(), TokenState::Active);
    // Reading all anew is no other matter.
    world.snapshot.want_reload();
    follower.turn().await.unwrap();
    assert!(world.find(&secret).is_some());
    assert_eq!(world.snapshot.rows_refused(), 0);
}

#[tokio::test]
async fn a_node_without_the_new_key_believes_no_row_that_says_anything_else() {
    let world = World::new().await;
    let [before, after] = rings(&world);
    world.snapshot.replace_keys(before.clone());
    let digester = Digester::new(&before);
    let mut world = World { digester, ring: before.clone(), ..world };
    let mut grant = Grant::read_write();
    grant.networks = vec!["10.0.0.0/8".parse().unwrap()];
    let changes: [fn(&mut Token, &Grant); 5] = [
        |token, _| token.state = TokenState::Revoked,
        |token, _| token.state = TokenState::Suspended,
        |token, _| token.expires_at = Some(Timestamp::from_millis(START + 1)),
        |token, _| token.secret.digest.0[0] ^= 1,
        |token, grant| token.grant = grant.clone(),
    ];
    for (number, change) in (1..).zip(changes) {
        world.ring = before.clone();
        let (mut token, secret) = world.issue(number).await;
        // It refuses the rows of before once more.
        let mut follower = world.follow().await;
        let refused = world.snapshot.rows_refused();
        world.ring = after.clone();
        change(&mut token, &grant);
        world.change(&token).await;
        follower.turn().await.unwrap();
        assert!(world.find(&secret).is_none(), "change {number}");
        assert_eq!(world.snapshot.rows_refused(), refused + 1);
    }
}

#[tokio::test]
async fn a_node_says_at_once_which_keys_it_has() {
    let world = World::new().await;
    let [_, after] = rings(&world);
    let mut follower = world.follow().await;
    let (before, now) = (world.ring.mark(), after.mark());
    let keys = async || world.store.live_nodes(world.now()).await.unwrap()[0].keys;
    assert_eq!(keys().await, before);
    world.snapshot.replace_keys(after);
    follower.turn().await.unwrap();
    assert_eq!(keys().await, now);
    // Once it was forgotten, it says so again.
    world.store.forget_node(NodeId([1; 16])).await.unwrap();
    world.pass(HEARTBEAT);
    follower.turn().await.unwrap();
    assert_eq!(keys().await, now);
}
