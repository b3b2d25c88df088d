use std::fs;
use std::os::unix::fs::PermissionsExt;

use gatepass_store::{Durability, StoreError};

use super::{Sqlite, child};
use crate::backend::{Backend, open, patient};
use crate::sample::{issued, mac, token};

#[tokio::test]
async fn its_files_are_its_users_alone() {
    let backend = Sqlite::new();
    let store = open(&backend).await;
    let made = token(1);
    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    let mut names = Vec::new();
    for file in fs::read_dir(backend.folder.path()).unwrap() {
        let file = file.unwrap();
        let rights = file.metadata().unwrap().permissions().mode() & 0o7777;
        assert_eq!(rights, 0o600, "{:?}", file.file_name());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    let expected = ["gatepass.db", "gatepass.db-shm", "gatepass.db-wal", "gatepass.db.lock"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let backend = Sqlite::new();
    open(&backend).await.close().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum,
        execution_time) VALUES (9999, 'later', TRUE, CAST('' AS BLOB), 0)";
    backend.execute(newer).await;
    let refused = backend.try_open(patient()).await.err().unwrap();
    assert!(matches!(refused, StoreError::TooNew { schema: 9999 }), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let backend = Sqlite::new();
    fs::write(backend.path(), "no database at all, but long enough to look at ".repeat(100))
        .unwrap();
    let refused = backend.try_open(patient()).await.err().unwrap();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
}

#[tokio::test]
async fn six_processes_that_start_at_once_migrate_once() {
    let backend = Sqlite::new();
    let children: Vec<_> =
        (0..6).map(|_| child::start(&[], &backend.path(), Durability::Full)).collect();
    for (mut process, stdout) in children {
        assert!(child::says_that_it_opened(stdout));
        process.kill().unwrap();
        process.wait().unwrap();
    }
}
