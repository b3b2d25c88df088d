//! What every database must do with activity, told as stories, and what is SQLite's alone.
//! [`stories!`] lists them; one that it forgets is unused code, which CI refuses.

mod copying;
mod postgres;
mod prune;
mod sqlite;

use std::sync::Arc;

use gatepass_model::{CredentialKind, Family, Lifetime, Method, Reason, Timestamp, TokenId};

use super::*;

const T0: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const ALICE: TokenId = TokenId::from_bytes([1; 16]);
const BOB: TokenId = TokenId::from_bytes([2; 16]);

/// Something to be awaited by a story.
type Step<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where activity is kept in a test; it begins empty and goes with the test.
trait Place: Send + Sync {
    fn location(&self) -> ActivityLocation;

    /// Runs SQL behind the store's back.
    fn run(&self, text: &'static str) -> Step<'_, ()>;

    /// A number, behind the store's back.
    fn number(&self, text: &'static str) -> Step<'_, i64>;
}

async fn open_at(place: &dyn Place) -> Arc<dyn ActivityStore> {
    open_keeping(place, Retention::default()).await
}

async fn open_keeping(place: &dyn Place, retention: Retention) -> Arc<dyn ActivityStore> {
    open(&place.location(), retention).await.unwrap()
}

/// Makes a test of each story: `stories!(place)`, where `place` makes an empty one.
macro_rules! stories {
    ($place:path) => {
        $crate::activity::tests::stories! { @each $place;
            batches_add_up_and_come_back;
            an_older_use_does_not_cover_a_newer_one;
            callers_are_told_apart_by_what_is_known_of_them;
            what_was_dropped_adds_up_by_hour;
            a_batch_is_written_whole_or_not_at_all;
            another_reader_sees_what_was_written;
            of_a_place_where_nothing_is_yet_nothing_has_happened;
            several_may_open_a_new_one_at_once;
            several_write_at_once;
            a_caller_with_a_nul_in_his_name_disturbs_nobody;
            prune::of_2500_requests_of_a_token_the_last_1000_are_kept_and_all_are_counted;
            prune::a_full_log_loses_its_oldest_in_steps;
            prune::old_hours_go_but_a_tokens_last_use_stays;
        }
    };
    (@each $place:path; $($($name:ident)::+;)*) => {
        $($crate::activity::tests::stories! { @one $place; $($name)::+; $($name)::+ })*
    };
    (@one $place:path; $story:ident; $($path:ident)::+) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $story() {
            let place = $place();
            $crate::activity::tests::$($path)::+(&place).await;
        }
    };
    (@one $place:path; $module:ident::$story:ident; $($path:ident)::+) => {
        $crate::activity::tests::stories! { @one $place; $story; $($path)::+ }
    };
}
use stories;

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

async fn batches_add_up_and_come_back(place: &dyn Place) {
    let store = open_at(place).await;
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

async fn an_older_use_does_not_cover_a_newer_one(place: &dyn Place) {
    let store = open_at(place).await;
    let mut batch = requests(ActivitySubject::Token(ALICE), seconds(10), 1);
    store.write_batch(&batch).await.unwrap();
    batch.subjects[0].last = last(seconds(9), "older");
    store.write_batch(&batch).await.unwrap();
    let usage = store.usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.last, Some(last(seconds(10), "curl/8")));
}

async fn callers_are_told_apart_by_what_is_known_of_them(place: &dyn Place) {
    let store = open_at(place).await;
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

async fn what_was_dropped_adds_up_by_hour(place: &dyn Place) {
    let store = open_at(place).await;
    let lost = |requests, lines| Dropped { requests, lines };
    let hour = UnixHour::of(T0);
    let batch = ActivityBatch { dropped: vec![(hour, lost(1, 2))], ..ActivityBatch::default() };
    store.write_batch(&batch).await.unwrap();
    store.write_batch(&batch).await.unwrap();
    assert_eq!(store.dropped(T0).await.unwrap(), lost(2, 4));
    assert_eq!(store.dropped(seconds(3_600)).await.unwrap(), lost(0, 0));
}

async fn a_batch_is_written_whole_or_not_at_all(place: &dyn Place) {
    let store = open_at(place).await;
    place.run("ALTER TABLE activity_request RENAME TO gone").await;
    let batch = requests(ActivitySubject::Token(ALICE), T0, 5);
    let error = store.write_batch(&batch).await.unwrap_err();
    assert!(matches!(error, ActivityError::Failed(_)), "{error:?}");
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());

    place.run("ALTER TABLE gone RENAME TO activity_request").await;
    store.write_batch(&batch).await.unwrap();
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 5);

    let mut dangling = batch;
    dangling.requests[4].operation = 1;
    let error = store.write_batch(&dangling).await.unwrap_err();
    assert!(matches!(error, ActivityError::Dangling), "{error:?}");
    assert_eq!(store.usage_of_token(ALICE, T0).await.unwrap().total.requests, 5);
}

async fn another_reader_sees_what_was_written(place: &dyn Place) {
    let store = open_at(place).await;
    store.write_batch(&requests(ActivitySubject::Token(ALICE), T0, 3)).await.unwrap();
    for _ in 0..2 {
        let reader = open_reader(&place.location()).await.unwrap();
        assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap().total.requests, 3);
        assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap().len(), 3);
        store.close().await.unwrap();
    }
}

async fn of_a_place_where_nothing_is_yet_nothing_has_happened(place: &dyn Place) {
    let reader = open_reader(&place.location()).await.unwrap();
    assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());
    assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap(), []);
    assert_eq!(reader.callers(None, T0, 10).await.unwrap(), []);
    assert_eq!(reader.dropped(T0).await.unwrap(), Dropped::default());
}

async fn several_may_open_a_new_one_at_once(place: &dyn Place) {
    let open = || {
        let location = place.location();
        tokio::spawn(async move { open(&location, Retention::default()).await })
    };
    let tasks: Vec<_> = (0..6).map(|_| open()).collect();
    let mut stores = Vec::new();
    for task in tasks {
        stores.push(task.await.unwrap().unwrap());
    }
    for (part, store) in (0..).zip(&stores) {
        let batch = requests(ActivitySubject::Token(ALICE), seconds(part), 1);
        store.write_batch(&batch).await.unwrap();
    }
    let usage = stores[0].usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.total.requests, 6);
}

/// Each has the subjects in an order of its own, which must not make them wait for each other.
async fn several_write_at_once(place: &dyn Place) {
    let mut writers = Vec::new();
    for writer in 0..4_u8 {
        let store = open_at(place).await;
        writers.push(tokio::spawn(async move {
            for _ in 0..10 {
                let mut batch = requests(ActivitySubject::Token(ALICE), T0, 1);
                let other = requests(ActivitySubject::Token(BOB), T0, 1);
                batch.subjects.extend(other.subjects);
                if writer % 2 == 0 {
                    batch.subjects.reverse();
                }
                store.write_batch(&batch).await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let store = open_at(place).await;
    for token in [ALICE, BOB] {
        assert_eq!(store.usage_of_token(token, T0).await.unwrap().total.requests, 40);
    }
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 40);
}

async fn a_caller_with_a_nul_in_his_name_disturbs_nobody(place: &dyn Place) {
    let store = open_at(place).await;
    let mut batch = requests(caller(CallerUser::Claimed("a\0b".to_owned())), T0, 1);
    batch.subjects[0].last.agent = "\0".to_owned();
    batch.requests[0].project = Some("P\0".to_owned());
    store.write_batch(&batch).await.unwrap();
    let found = store.callers(None, T0, 10).await.unwrap();
    assert_eq!(found[0].caller.user, CallerUser::Claimed("a\u{fffd}b".to_owned()));
}
