use gatepass_identity::Unreadable;
use gatepass_model::IdentityMethod::{NativeToken, ServiceAccount};
use gatepass_profiles::ClaimedUser;
use gatepass_vault::{KeyFile, OpenError, SystemEntropy};

use crate::support::{Shop, account, instance, person, ring, stored, wallet};

#[tokio::test]
async fn all_are_loaded_and_what_is_gone_is_forgotten() {
    let (ring, jira) = (ring(), instance("jira"));
    let shop = Shop::with(vec![stored(&ring, "alice", "a"), stored(&ring, "bob", "b")]);
    let wallet = wallet(&[NativeToken], None);
    assert_eq!(wallet.load_all(&shop, &ring).await.unwrap(), 0);
    let alice = wallet.become_owner(&jira, &person("alice")).unwrap();
    alice.mark_surprised(&jira, &person("alice"), Some(&ClaimedUser::Nobody));
    shop.stock.lock().unwrap().remove(&(jira.clone(), person("bob")));
    assert_eq!(wallet.load_all(&shop, &ring).await.unwrap(), 0);
    assert!(wallet.find(&person("bob"), &jira).is_none());
    assert!(wallet.find(&person("alice"), &jira).unwrap().is_surprised(), "forgotten by loading");
}

#[tokio::test]
async fn a_change_is_followed_and_a_lost_store_changes_nothing() {
    let (ring, jira, alice) = (ring(), instance("jira"), person("alice"));
    let shop = Shop::default();
    let wallet = wallet(&[NativeToken], None);
    let authorization = || wallet.find(&alice, &jira).map(|found| found.header().1.to_vec());

    shop.stock(stored(&ring, "alice", "one"));
    wallet.apply_change(&shop, &ring, &alice, &jira).await.unwrap();
    assert_eq!(authorization().unwrap(), b"Bearer one");
    shop.stock(stored(&ring, "alice", "two"));
    *shop.is_closed.lock().unwrap() = true;
    assert!(wallet.apply_change(&shop, &ring, &alice, &jira).await.is_err());
    assert!(wallet.load_all(&shop, &ring).await.is_err());
    assert_eq!(authorization().unwrap(), b"Bearer one");
    *shop.is_closed.lock().unwrap() = false;
    wallet.apply_change(&shop, &ring, &alice, &jira).await.unwrap();
    assert_eq!(authorization().unwrap(), b"Bearer two");
    shop.stock.lock().unwrap().clear();
    wallet.apply_change(&shop, &ring, &alice, &jira).await.unwrap();
    assert_eq!(authorization(), None);
}

#[tokio::test]
async fn what_was_moved_to_another_owner_or_changed_counts_as_not_there() {
    let (ring, jira) = (ring(), instance("jira"));
    let wallet = wallet(&[NativeToken, ServiceAccount], Some(account()));
    wallet.put(&ring, &stored(&ring, "bob", "old")).unwrap();

    // Somebody who can write to the database gives alice's token to bob.
    let mut moved = stored(&ring, "alice", "alices");
    moved.owner = person("bob");
    let refused = wallet.put(&ring, &moved).unwrap_err();
    assert_eq!(refused, Unreadable::Sealed(OpenError::Forged));
    assert!(wallet.find(&person("bob"), &jira).is_none());

    let broken = stored(&ring, "carol", "line\r\nbreak");
    assert!(matches!(wallet.put(&ring, &broken).unwrap_err(), Unreadable::Unusable(_)));
    let shop = Shop::with(vec![moved, broken, stored(&ring, "alice", "fine")]);
    assert_eq!(wallet.load_all(&shop, &ring).await.unwrap(), 2);
    assert!(wallet.find(&person("alice"), &jira).is_some());

    let mut elsewhere = stored(&ring, "alice", "x");
    elsewhere.instance = instance("unknown");
    assert!(
        wallet.put(&ring, &elsewhere).is_ok(),
        "instances that are not configured are nobody's"
    );
}

#[test]
fn a_credential_under_a_key_that_is_not_here_leaves_the_one_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("k"), None);
    let before = file.create(&SystemEntropy).unwrap();
    let added = file.add_coming(&SystemEntropy).unwrap();
    let after = file.put_in_force(added.mark(), &SystemEntropy).unwrap();
    let (alice, jira) = (person("alice"), instance("jira"));
    let wallet = wallet(&[NativeToken], None);
    let new = stored(&after, "alice", "own");
    let unknown = Unreadable::Sealed(OpenError::UnknownKey(5));
    assert_eq!(wallet.put(&before, &new).unwrap_err(), unknown);
    assert!(wallet.find(&alice, &jira).is_none(), "there was none before");
    wallet.put(&before, &stored(&before, "alice", "own")).unwrap();
    assert_eq!(wallet.put(&before, &new).unwrap_err(), unknown);
    assert!(wallet.find(&alice, &jira).is_some());
    assert_eq!(wallet.replace_all(&before, std::slice::from_ref(&new)), 1);
    assert!(wallet.find(&alice, &jira).is_some());
    wallet.put(&after, &new).unwrap();
    assert_eq!(wallet.replace_all(&before, &[]), 0);
    assert!(wallet.find(&alice, &jira).is_none(), "one that is gone is gone");
}
