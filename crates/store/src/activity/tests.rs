mod prune;

use std::path::PathBuf;

use gatepass_model::{CredentialKind, Family, Lifetime, Method, Reason, Timestamp, TokenId};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

use super::*;

const T0: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const ALICE: TokenId = TokenId::from_bytes([1; 16]);
const BOB: TokenId = TokenId::from_bytes([2; 16]);

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("gatepass.activity.db")
    }

    async fn open(&self) -> SqliteActivityStore {
        self.open_keeping(Retention::default()).await
    }

    async fn open_keeping(&self, retention: Retention) -> SqliteActivityStore {
        SqliteActivityStore::open(&self.path(), retention).await.unwrap()
    }

    async fn raw(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path());
        SqliteConnection::connect_with(&options).await.unwrap()
    }
}

async fn number(connection: &mut SqliteConnection, text: &'static str) -> i64 {
    sqlx::query_scalar(text).fetch_one(connection).await.unwrap()
}

fn seconds(count: u32) -> Timestamp {
    T0.plus(Lifetime::from_seconds(count))
}

fn last(at: Timestamp, agent: &str) -> LastUse {
    LastUse {
        at,
        instance: "jira".parse().unwrap(),
        address: "203.0.113.7".parse().unwrap(),
        agent: agent.to_owned(),
    }
}

fn caller(user: CallerUser) -> ActivitySubject {
    ActivitySubject::Caller(Caller {
        instance: "jira".parse().unwrap(),
        presented: Presented::Credential(CredentialKind::Password),
        user,
        agent: "curl/8".to_owned(),
    })
}

/// `count` requests of `subject` from `from` on, one a millisecond, each refused.
fn requests(subject: ActivitySubject, from: Timestamp, count: u32) -> ActivityBatch {
    let at = |place: u32| from.plus(Lifetime::from_millis(i64::from(place)));
    let counts = Counts {
        requests: count.into(),
        refused: count.into(),
        bytes_in: 10 * u64::from(count),
        bytes_out: 100 * u64::from(count),
        upstream_micros: 7 * u64::from(count),
    };
    let hour = HourActivity {
        hour: UnixHour::of(from),
        counts,
        refusals: vec![(Reason::ReadOnly, count.into())],
        observed: vec![(CredentialKind::Password, count.into())],
    };
    let line = |place: u32| LoggedRequest {
        subject: 0,
        operation: 0,
        at: at(place),
        project: Some("EX".to_owned()),
        status: 403,
        reason: Some(Reason::ReadOnly),
        bytes_in: 10,
        bytes_out: 100,
        upstream_micros: 7,
        duration_micros: 9,
        request_id: place.into(),
    };
    ActivityBatch {
        subjects: vec![SubjectActivity {
            subject,
            hours: vec![hour],
            last: last(at(count - 1), "curl/8"),
        }],
        operations: vec![LoggedOperation {
            instance: "jira".parse().unwrap(),
            family: Family::Rest,
            resource: "issue".to_owned(),
            action: "create".to_owned(),
            method: Method::Post,
        }],
        requests: (0..count).map(line).collect(),
        dropped: Vec::new(),
    }
}

#[tokio::test]
async fn batches_add_up_and_come_back() {
    let place = Place::new();
    let store = place.open().await;
    let token = ActivitySubject::Token(ALICE);
    store.write_batch(&requests(token.clone(), T0, 2)).await.unwrap();
    store.write_batch(&requests(token.clone(), seconds(1), 3)).await.unwrap();
    store.write_batch(&requests(token, seconds(3_600), 1)).await.unwrap();

    let usage = store.usage_of_token(ALICE, T0).await.unwrap();
    let total =
        Counts { requests: 6, refused: 6, bytes_in: 60, bytes_out: 600, upstream_micros: 42 };
    assert_eq!(usage.total, total);
    assert_eq!(usage.hours.iter().map(|hour| hour.counts.requests).collect::<Vec<_>>(), [5, 1]);
    assert_eq!(usage.refusals, [("read_only".to_owned(), 6)]);
    assert_eq!(usage.last, Some(last(seconds(3_600), "curl/8")));
    let later = store.usage_of_token(ALICE, seconds(3_600)).await.unwrap();
    assert_eq!((later.total.requests, later.refusals[0].1), (1, 1));
    assert_eq!(store.usage_of_token(BOB, T0).await.unwrap(), TokenUsage::default());

    let recent = store.recent_requests(ALICE, 2).await.unwrap();
    assert_eq!(recent.len(), 2);
    let expected = RecentRequest {
        at: seconds(3_600),
        instance: "jira".to_owned(),
        family: "rest".to_owned(),
        resource: "issue".to_owned(),
        action: "create".to_owned(),
        method: "POST".to_owned(),
        project: Some("EX".to_owned()),
        status: 403,
        reason: Some("read_only".to_owned()),
        bytes_in: 10,
        bytes_out: 100,
        upstream_micros: 7,
        duration_micros: 9,
        request_id: 0,
    };
    assert_eq!(recent[0], expected);
    assert_eq!(recent[1].request_id, 2);
}

#[tokio::test]
async fn an_older_use_does_not_cover_a_newer_one() {
    let place = Place::new();
    let store = place.open().await;
    let mut batch = requests(ActivitySubject::Token(ALICE), seconds(10), 1);
    store.write_batch(&batch).await.unwrap();
    batch.subjects[0].last = last(seconds(9), "older");
    store.write_batch(&batch).await.unwrap();
    let usage = store.usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.last, Some(last(seconds(10), "curl/8")));
}

#[tokio::test]
async fn callers_are_told_apart_by_what_is_known_of_them() {
    let place = Place::new();
    let store = place.open().await;
    let users = [
        CallerUser::Verified("bob".to_owned()),
        CallerUser::Claimed("bob".to_owned()),
        CallerUser::Nobody,
        CallerUser::Other,
    ];
    for (count, user) in (1..).zip(users.clone()) {
        store.write_batch(&requests(caller(user), T0, count)).await.unwrap();
    }
    let found = store.callers(None, T0, 10).await.unwrap();
    assert_eq!(
        found.iter().rev().map(|usage| usage.caller.user.clone()).collect::<Vec<_>>(),
        users
    );
    assert_eq!(found[0].total.requests, 4);
    assert_eq!(found[0].refusals, [("read_only".to_owned(), 4)]);
    assert_eq!(found[0].observed, [("password".to_owned(), 4)]);
    assert_eq!(found[3].last.address.to_string(), "203.0.113.7");

    let wiki = Some("wiki".parse().unwrap());
    assert_eq!(store.callers(wiki, T0, 10).await.unwrap(), []);
    assert_eq!(store.callers(None, seconds(3_600), 10).await.unwrap(), []);
    assert_eq!(store.callers(Some("jira".parse().unwrap()), T0, 2).await.unwrap().len(), 2);
    let of_hour = store.callers_of_hour(UnixHour::of(T0)).await.unwrap();
    assert_eq!(of_hour.len(), 3, "other is nobody in particular: {of_hour:?}");
}

#[tokio::test]
async fn what_was_dropped_adds_up_by_hour() {
    let place = Place::new();
    let store = place.open().await;
    let lost = |requests, lines| Dropped { requests, lines };
    let hour = UnixHour::of(T0);
    let batch = ActivityBatch { dropped: vec![(hour, lost(1, 2))], ..ActivityBatch::default() };
    store.write_batch(&batch).await.unwrap();
    store.write_batch(&batch).await.unwrap();
    assert_eq!(store.dropped(T0).await.unwrap(), lost(2, 4));
    assert_eq!(store.dropped(seconds(3_600)).await.unwrap(), lost(0, 0));
}

#[tokio::test]
async fn a_batch_is_written_whole_or_not_at_all() {
    let place = Place::new();
    let store = place.open().await;
    let mut raw = place.raw().await;
    sqlx::query("ALTER TABLE activity_request RENAME TO gone").execute(&mut raw).await.unwrap();
    let batch = requests(ActivitySubject::Token(ALICE), T0, 5);
    let error = store.write_batch(&batch).await.unwrap_err();
    assert!(matches!(error, ActivityError::Failed(_)), "{error:?}");
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());

    sqlx::query("ALTER TABLE gone RENAME TO activity_request").execute(&mut raw).await.unwrap();
    store.write_batch(&batch).await.unwrap();
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 5);

    let mut dangling = batch;
    dangling.requests[4].operation = 1;
    let error = store.write_batch(&dangling).await.unwrap_err();
    assert!(matches!(error, ActivityError::Dangling), "{error:?}");
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 5);
}

#[tokio::test]
async fn another_reader_sees_what_was_written_while_more_is_being_written() {
    let place = Place::new();
    let store = place.open().await;
    store.write_batch(&requests(ActivitySubject::Token(ALICE), T0, 3)).await.unwrap();
    let mut raw = place.raw().await;
    sqlx::raw_sql("BEGIN IMMEDIATE; DELETE FROM activity_hour;").execute(&mut raw).await.unwrap();

    let reader = SqliteActivityReader::open(&place.path()).await.unwrap();
    assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap().total.requests, 3);
    assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap().len(), 3);
    sqlx::raw_sql("ROLLBACK").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();

    store.close().await.unwrap();
    let reader = SqliteActivityReader::open(&place.path()).await.unwrap();
    assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap().total.requests, 3);
}

#[tokio::test]
async fn of_a_file_that_is_not_there_yet_nothing_has_happened() {
    let place = Place::new();
    for exists in [false, true] {
        if exists {
            std::fs::write(place.path(), "").unwrap();
        }
        let reader = SqliteActivityReader::open(&place.path()).await.unwrap();
        assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());
        assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap(), []);
        assert_eq!(reader.callers(None, T0, 10).await.unwrap(), []);
        assert_eq!(reader.dropped(T0).await.unwrap(), Dropped::default());
        assert_eq!(place.path().exists(), exists);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_open_a_new_file_at_once_and_only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let path = place.path();
    let open = || {
        let path = path.clone();
        tokio::spawn(async move { SqliteActivityStore::open(&path, Retention::default()).await })
    };
    let tasks: Vec<_> = (0..8).map(|_| open()).collect();
    let mut stores = Vec::new();
    for task in tasks {
        stores.push(task.await.unwrap().unwrap());
    }
    for (part, store) in (0..).zip(&stores) {
        let batch = requests(ActivitySubject::Token(ALICE), seconds(part), 1);
        store.write_batch(&batch).await.unwrap();
    }
    let usage = stores[0].usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.total.requests, 8);
    for ending in ["", "-wal", "-shm"] {
        let name = format!("{}{ending}", path.display());
        let mode = std::fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
