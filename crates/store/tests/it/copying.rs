//! Copies and backups, between all databases.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use gatepass_model::PolicyDocument;
use gatepass_model::audit::AuditSubject;
use gatepass_store::{
    AuditPage, AuditRecord, AuditStretch, Changes, Copied, Durability, Revision, Store, StoreError,
    StoreOptions, StoredPolicy, StoredToken, UpstreamCredential,
};

use crate::backend::{Backend, START, open, patient};
use crate::postgres::Postgres;
use crate::sample::{credential, entry, everything, full_token, issued, mac, person, put, token};
use crate::seal::is_chained;
use crate::sqlite::Sqlite;

/// Two databases, by their addresses.
struct Pair {
    sqlite: Sqlite,
    postgres: Postgres,
}

impl Pair {
    fn new() -> Self {
        Self { sqlite: Sqlite::new(), postgres: Postgres::new() }
    }
}

/// A store to fill: its many commits need not be on disk.
async fn open_fast(backend: &dyn Backend) -> Arc<dyn Store> {
    let options = StoreOptions { durability: Durability::Off, ..patient() };
    backend.try_open(options).await.unwrap()
}

/// All that a store has to say.
#[derive(Debug, PartialEq)]
struct Content {
    revision: Revision,
    changes: Changes,
    tokens: Vec<StoredToken>,
    policy: StoredPolicy,
    credentials: Vec<UpstreamCredential>,
    audit: Vec<AuditRecord>,
    chain: AuditStretch,
}

async fn content(store: &dyn Store) -> Content {
    let (filter, page) = everything();
    Content {
        revision: store.revision().await.unwrap(),
        changes: store.changes_after(Revision::START, 1000).await.unwrap(),
        tokens: store.list_tokens(&filter, page).await.unwrap().tokens,
        policy: store.load_policy().await.unwrap(),
        credentials: store.list_credentials(None).await.unwrap(),
        audit: store.list_audit(&AuditPage { limit: 1000, ..AuditPage::default() }).await.unwrap(),
        chain: store.audit_after(None, 1000).await.unwrap(),
    }
}

/// More tokens than are copied at once, and something of everything else.
async fn fill(store: &dyn Store) -> Content {
    for number in 1..=520 {
        let made = if number % 2 == 0 { full_token(number) } else { token(number) };
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    }
    for owner in ["Ünal", "zoe", "Bob2"] {
        let made = credential(owner, b"\x00sealed\xff");
        store.put_credential(&made, &put(&made)).await.unwrap();
    }
    let applied = entry("policy.applied", AuditSubject::Policy);
    let seen = Revision::START;
    store.replace_policy(&PolicyDocument::default(), seen, &applied).await.unwrap();
    store.append_audit(&entry("key.added", AuditSubject::KeyRing)).await.unwrap();
    content(store).await
}

/// It is the same, and goes on.
async fn is_continued(store: &dyn Store, before: &Content) {
    assert_eq!(&content(store).await, before);
    let made = token(9000);
    let next = store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
    assert_eq!(next.get(), before.revision.get() + 1);
    let Content { audit, chain, .. } = content(store).await;
    assert_eq!(audit.len(), before.audit.len() + 1);
    is_chained(&chain.lines, None);
    assert_eq!(store.count_living_tokens(&person("alice"), START).await.unwrap(), 521);
}

async fn is_copied(from: &dyn Backend, from_url: &str, to: &dyn Backend, to_url: &str) {
    let source = open_fast(from).await;
    let before = fill(&*source).await;
    let copied = gatepass_store::copy(from_url, to_url, START).await.unwrap();
    let rows = |name| copied.tables.iter().find(|(table, _)| *table == name).unwrap().1;
    assert_eq!((rows("token"), rows("upstream_credential"), rows("audit")), (520, 3, 525));
    let target = open(to).await;
    is_continued(&*target, &before).await;
    assert_eq!(content(&*source).await, before, "the source is as it was");
    // What has something in it is left alone, and named without a password.
    let again = gatepass_store::copy(from_url, to_url, START).await;
    assert!(matches!(again, Err(StoreError::Occupied { .. })), "{again:?}");
    assert_eq!(content(&*target).await.revision.get(), before.revision.get() + 1);
}

#[tokio::test]
async fn a_store_moves_from_a_file_to_a_server() {
    let Pair { sqlite, postgres } = Pair::new();
    is_copied(&sqlite, &sqlite.url(), &postgres, &postgres.url()).await;
}

#[tokio::test]
async fn a_store_moves_from_a_server_to_a_file() {
    let Pair { sqlite, postgres } = Pair::new();
    is_copied(&postgres, &postgres.url(), &sqlite, &sqlite.url()).await;
}

#[tokio::test]
async fn a_store_moves_between_databases_of_one_kind() {
    let (one, two) = (Sqlite::new(), Sqlite::new());
    is_copied(&one, &one.url(), &two, &two.url()).await;
    let (one, two) = (Postgres::new(), Postgres::new());
    is_copied(&one, &one.url(), &two, &two.url()).await;
}

#[tokio::test]
async fn what_is_not_there_is_not_copied_and_not_made() {
    let Pair { sqlite, postgres } = Pair::new();
    let copy = async |from: &str, to: &str| -> Result<Copied, StoreError> {
        gatepass_store::copy(from, to, START).await
    };
    let none = copy(&sqlite.url(), &postgres.url()).await;
    assert!(matches!(none, Err(StoreError::Unavailable(_))), "{none:?}");
    let none = copy(&postgres.url(), &sqlite.url()).await;
    assert!(matches!(none, Err(StoreError::Unavailable(_))), "{none:?}");
    assert!(!sqlite.path().exists());
    let backup = sqlite.path().with_extension("backup");
    for url in [sqlite.url(), postgres.url()] {
        assert!(gatepass_store::backup(&url, &backup).await.is_err());
    }
    assert!(!backup.exists());
}

#[tokio::test]
async fn a_copy_that_fails_in_the_middle_leaves_nothing() {
    let Pair { sqlite, postgres } = Pair::new();
    let source = open_fast(&sqlite).await;
    let before = fill(&*source).await;
    let target = open(&postgres).await;
    let refuse = "ALTER TABLE audit ADD CHECK (number < 500)";
    postgres.run(refuse);
    let failed = gatepass_store::copy(&sqlite.url(), &postgres.url(), START).await;
    assert!(failed.is_err(), "{failed:?}");
    assert!(target.is_pristine().await.unwrap());
    assert_eq!(target.revision().await.unwrap(), Revision::START);
    assert_eq!(target.load_policy().await.unwrap().revision, Revision::START);
    postgres.run("ALTER TABLE audit DROP CONSTRAINT audit_number_check");
    gatepass_store::copy(&sqlite.url(), &postgres.url(), START).await.unwrap();
    is_continued(&*target, &before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_of_one_moment_while_changes_go_on() {
    let Pair { sqlite, postgres } = Pair::new();
    let sources: [(&dyn Backend, String); 2] =
        [(&sqlite, sqlite.url()), (&postgres, postgres.url())];
    for (name, (backend, url)) in ["one.db", "two.db"].into_iter().zip(sources) {
        let store = open_fast(backend).await;
        let before = fill(&*store).await;
        let writing = {
            let store = open(backend).await;
            tokio::spawn(async move {
                for number in 1000.. {
                    let made = token(number);
                    store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
                }
            })
        };
        let to = sqlite.path().with_file_name(name);
        gatepass_store::backup(&url, &to).await.unwrap();
        writing.abort();
        let mode = to.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        let again = gatepass_store::backup(&url, &to).await;
        assert!(matches!(again, Err(StoreError::Occupied { .. })), "{again:?}");
        let entries = std::fs::read_dir(to.parent().unwrap()).unwrap();
        let left = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(left.filter(|left| left.starts_with(name)).count(), 1, "nothing beside it");

        let restored = gatepass_store::open(&format!("sqlite:{}", to.display()), patient(), START)
            .await
            .unwrap();
        let Content { revision, changes, tokens, audit, .. } = content(&*restored).await;
        assert!(revision >= before.revision);
        assert_eq!(tokens.len() as u64, revision.get() - 4, "each change made a token but four");
        assert_eq!(audit.len() as u64, (revision.get() + 1).min(1000));
        assert!(matches!(changes, Changes::Since(_)));
    }
}
