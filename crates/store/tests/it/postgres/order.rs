use std::time::{Duration, Instant};

use gatepass_store::{Changes, Durability, Revision, StoreError, StoreOptions};
use sqlx::Connection;

use super::Postgres;
use crate::backend::{Backend, open, patient};
use crate::sample::{issued, mac, token};

/// Waits until so many sessions of this database wait for a lock.
async fn wait_for_waiting(backend: &Postgres, expected: i64) {
    let mut connection = backend.connect().await;
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_mins(1), "nobody waits");
        let waiting: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        if waiting >= expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_began_later_takes_no_lower_revision() {
    let backend = Postgres::new();
    let store = open(&backend).await;
    // One has taken the first revision, and takes its time to commit.
    let mut slow = backend.connect().await;
    let mut slow = slow.begin().await.unwrap();
    let first: i64 = sqlx::query_scalar("UPDATE change_counter SET seq = seq + 1 RETURNING seq")
        .fetch_one(&mut *slow)
        .await
        .unwrap();
    // Another, which began later, would commit before it.
    let other = open(&backend).await;
    let fast = tokio::spawn(async move {
        let made = token(2);
        other.create_token(&made, &mac(1), &issued(&made)).await.unwrap()
    });
    wait_for_waiting(&backend, 1).await;
    assert_eq!(store.revision().await.unwrap(), Revision::START, "nothing is seen of either");
    sqlx::query("INSERT INTO change_log (revision, kind) VALUES ($1, 'policy')")
        .bind(first)
        .execute(&mut *slow)
        .await
        .unwrap();
    slow.commit().await.unwrap();
    assert_eq!(fast.await.unwrap(), Revision::new(2));
    let Changes::Since(changes) = store.changes_after(Revision::START, 10).await.unwrap() else {
        panic!("a gap");
    };
    let seen: Vec<u64> = changes.iter().map(|change| change.revision.get()).collect();
    assert_eq!(seen, [1, 2]);
}

#[tokio::test]
async fn a_write_that_another_locks_out_gives_up_in_time() {
    let backend = Postgres::new();
    let options = StoreOptions { patience: Duration::from_millis(500), ..patient() };
    open(&backend).await;
    let store = backend.try_open(options).await.unwrap();
    let mut other = backend.connect().await;
    let mut lock = other.begin().await.unwrap();
    sqlx::query("UPDATE change_counter SET seq = seq").execute(&mut *lock).await.unwrap();
    let made = token(1);
    let refused = store.create_token(&made, &mac(1), &issued(&made)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(store.revision().await.unwrap(), Revision::START, "readers are not kept out");
    lock.rollback().await.unwrap();
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
}

#[tokio::test]
async fn a_commit_is_on_disk_whatever_the_database_has_by_default() {
    let backend = Postgres::new();
    let name = backend.database.name();
    let set = format!("ALTER DATABASE {name} SET synchronous_commit = off");
    backend.run(&set);
    for (durability, expected) in [(Durability::Full, "on"), (Durability::Off, "off")] {
        let store = backend.try_open(StoreOptions { durability, ..patient() }).await.unwrap();
        // The trigger runs in the session of the store, and says what that one has.
        backend
            .database
            .run(
                "CREATE TABLE IF NOT EXISTS said (value TEXT);
                 CREATE OR REPLACE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO said VALUES (current_setting(''synchronous_commit''));
                     RETURN NULL; END';
                 CREATE OR REPLACE TRIGGER say AFTER INSERT ON change_log
                    EXECUTE FUNCTION say();
                 DELETE FROM said",
            )
            .unwrap();
        let made = token(if durability == Durability::Full { 1 } else { 2 });
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
        assert_eq!(backend.run("SELECT value FROM said"), expected);
    }
}

#[tokio::test]
async fn a_password_is_in_no_error() {
    let url = "postgres://gatepass:hunter2@127.0.0.1:1/gatepass?sslmode=disable";
    let patience = Duration::from_millis(300);
    let options = StoreOptions { patience, ..StoreOptions::default() };
    let error = gatepass_store::open(url, options, crate::backend::START).await.err().unwrap();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    for text in [format!("{error} {error:?}"), source] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let backend = Postgres::new();
    open(&backend).await.close().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum,
        execution_time) VALUES (9999, 'later', TRUE, CAST('' AS {BYTES}), 0)";
    backend.execute(newer).await;
    let refused = backend.try_open(patient()).await.err().unwrap();
    assert!(matches!(refused, StoreError::TooNew { schema: 9999 }), "{refused:?}");
}

#[tokio::test]
async fn a_database_of_another_encoding_is_refused() {
    let backend = Postgres::new();
    let latin = format!("{}_latin", backend.database.name());
    let make = format!(
        "CREATE DATABASE {latin} ENCODING LATIN1 LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    );
    backend.run(&make);
    let url = backend.url().replace(backend.database.name(), &latin);
    let refused = gatepass_store::open(&url, patient(), crate::backend::START).await.err().unwrap();
    backend.run(&format!("DROP DATABASE {latin} WITH (FORCE)"));
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(format!("{refused:?}").contains("LATIN1"), "{refused:?}");
}
