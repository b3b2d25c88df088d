//! What can happen to a follower of a store in PostgreSQL.

use std::time::Instant;

use gatepass_store::StoreOptions;
use gatepass_testdb::{TestDatabase, TestServer};

use super::*;

/// Enough for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

async fn open_at(url: &str, notifications: bool) -> Arc<dyn Store> {
    let options = StoreOptions { notifications, ..StoreOptions::default() };
    world::open_at(url, options).await
}

async fn world_at(url: &str, notifications: bool) -> World {
    World::with(tempfile::tempdir().unwrap(), open_at(url, notifications).await)
}

/// Waits for what the follower does by itself.
async fn wait_for(world: &World, revision: Revision) {
    let applied = tokio::time::timeout(PATIENCE, world.snapshot.wait_for(revision));
    applied.await.expect("it never came into effect");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_on_by_itself_after_the_server_was_restarted() {
    let mut server = TestServer::start().unwrap();
    let world = world_at(&server.url(), true).await;
    let (mut token, secret) = world.issue(1).await;
    let following = tokio::spawn(world.follow().await.run());
    let entry = world.find(&secret).unwrap();

    server.stop().unwrap();
    let lost = async {
        while !matches!(
            world.snapshot.conditions(world.now())[..],
            [.., Condition::StoreLost(_)] | [Condition::StoreLost(_), ..]
        ) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, lost).await.expect("it did not notice");
    assert_eq!(entry.state(), TokenState::Active, "what is known goes on");

    server.start_again().unwrap();
    token.state = TokenState::Revoked;
    let world = World { store: open_at(&server.url(), true).await, ..world };
    let revision = world.change(&token).await;
    wait_for(&world, revision).await;
    assert_eq!(entry.state(), TokenState::Revoked);
    following.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_reads_all_anew_when_it_was_cut_off_for_longer_than_the_log_is_kept() {
    let database = TestDatabase::new().unwrap();
    // The follower has a user of its own, who is kept out for a while.
    let user = database.name();
    database.run(&format!("CREATE ROLE {user} LOGIN SUPERUSER")).unwrap();
    let world = world_at(&database.url_as(user), true).await;
    let (mut token, secret) = world.issue(1).await;
    let following = tokio::spawn(world.follow().await.run());
    let entry = world.find(&secret).unwrap();
    let cut = format!(
        "ALTER ROLE {user} NOLOGIN;
         SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{user}'"
    );
    database.run(&cut).unwrap();

    let world = World { store: open_at(&database.url(), true).await, ..world };
    token.state = TokenState::Revoked;
    world.change(&token).await;
    // As after 20,000 changes: that of the token is not told any more.
    database.run("UPDATE change_counter SET seq = seq + 20000; DELETE FROM change_log").unwrap();
    let (_, other) = world.issue(2).await;
    let revision = world.store.revision().await.unwrap();
    database.run(&format!("ALTER ROLE {user} LOGIN")).unwrap();
    wait_for(&world, revision).await;
    assert_eq!(entry.state(), TokenState::Revoked);
    assert!(world.find(&other).is_some());
    assert_eq!(world.snapshot.revision(), revision);
    following.abort();
    database.run(&format!("ALTER ROLE {user} NOLOGIN")).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_comes_into_effect_in_time_with_announcements_and_without() {
    for notifications in [true, false] {
        let database = TestDatabase::new().unwrap();
        let world = world_at(&database.url(), notifications).await;
        let (mut token, _) = world.issue(1).await;
        let following = tokio::spawn(world.follow().await.run());
        let world = World { store: open_at(&database.url(), notifications).await, ..world };
        let mut slowest = Duration::ZERO;
        for state in [TokenState::Suspended, TokenState::Active].repeat(5) {
            token.state = state;
            let revision = world.change(&token).await;
            let began = Instant::now();
            wait_for(&world, revision).await;
            slowest = slowest.max(began.elapsed());
        }
        assert!(slowest < Duration::from_secs(2), "{slowest:?} with {notifications}");
        following.abort();
    }
}
