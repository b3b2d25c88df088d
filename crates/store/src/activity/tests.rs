//! What every database must do with activity, told as stories, and what is SQLite's alone.
//! [`stories!`] lists them; one that it forgets is unused code, which CI refuses.

mod copying;
mod folding;
mod many;
mod postgres;
mod prune;
mod sqlite;

use std::sync::Arc;

use gatepass_model::{
    CredentialKind, CredentialSet, Effect, Family, Lifetime, Method, Operation, Reason, Timestamp,
    TokenId,
};

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

    /// Brings it to the tables of the first migration alone.
    fn make_first(&self) -> Step<'_, ()>;

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
            blocks_add_up_and_come_back;
            an_older_use_does_not_cover_a_newer_one;
            callers_are_told_apart_by_what_is_known_of_them;
            callers_are_summed_up_by_what_they_presented;
            callers_are_told_apart_by_which_credential_they_presented;
            sessions_outside_of_pages_are_counted_by_instance;
            what_was_dropped_adds_up_by_hour;
            another_reader_sees_what_was_written;
            of_a_place_where_nothing_is_yet_nothing_has_happened;
            several_may_open_a_new_one_at_once;
            a_caller_with_a_nul_in_his_name_disturbs_nobody;
            what_was_counted_before_there_was_a_journal_stays;
            many::last_uses_of_many_tokens_are_told_at_once;
            many::refusals_of_many_tokens_are_told_by_reason;
            many::of_all_tokens_the_last_use_is_told;
            folding::a_fold_takes_effect_whole_or_not_at_all;
            folding::what_a_killed_node_has_left_is_folded_by_another;
            folding::several_fold_each_block_once;
            folding::a_block_that_can_not_be_read_is_counted_as_dropped;
            folding::a_large_journal_is_folded_in_steps;
            folding::the_hour_has_room_for_so_many_callers_over_all_folds;
            prune::of_2500_requests_of_a_token_the_last_1000_are_kept_and_all_are_counted;
            prune::a_token_that_is_used_now_and_then_is_cut_too;
            prune::a_full_log_loses_its_oldest_in_steps;
            prune::what_went_with_the_oldest_is_not_cut_again;
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

/// Who presents a password with this name.
fn claimed(name: &str) -> Subject<'_> {
    Subject::Caller { kind: CredentialKind::Password, user: User::Claimed(name), mark: "" }
}

const NOBODY: Subject<'static> =
    Subject::Caller { kind: CredentialKind::Password, user: User::Nobody, mark: "" };

const CREATE: Operation<'static> = Operation {
    family: Family::Rest,
    resource: "issue",
    action: "create",
    effect: Some(Effect::Write),
    project: Some("EX"),
    heavy: false,
    door: None,
};

/// Puts `count` requests of `subject` from `from` on into `buffer`, one a millisecond, each refused.
fn put(buffer: &mut JournalBuffer, subject: Subject<'_>, from: Timestamp, count: u32, agent: &str) {
    let instance = "jira".parse().unwrap();
    for place in 0..count {
        buffer.put(&RequestEvent {
            at: from.plus(Lifetime::from_millis(i64::from(place))),
            instance: &instance,
            subject,
            refused: Some(Reason::ReadOnly),
            operation: &CREATE,
            method: Method::Post,
            status: 403,
            bytes_in: 10,
            bytes_out: 100,
            upstream_micros: 7,
            duration_micros: 9,
            client: "203.0.113.7".parse().unwrap(),
            user_agent: agent.as_bytes(),
            request_id: place.into(),
            observed: CredentialSet::EMPTY.with(CredentialKind::Password),
            outside_page: false,
        });
    }
}

/// A block of such requests.
fn requests(subject: Subject<'_>, from: Timestamp, count: u32) -> JournalBlock {
    let mut buffer = JournalBuffer::default();
    put(&mut buffer, subject, from, count, "curl/8");
    buffer.seal(from)
}

fn lost(requests: u64, lines: u64) -> JournalBlock {
    let mut buffer = JournalBuffer::default();
    buffer.drop_also(Dropped { requests, lines });
    buffer.seal(T0)
}

async fn append(store: &dyn ActivityStore, block: JournalBlock) {
    store.append(&[block]).await.unwrap();
}

/// Appends a block, and folds it.
async fn write(store: &dyn ActivityStore, block: JournalBlock) {
    append(store, block).await;
    assert_eq!(store.fold().await.unwrap(), Folded { blocks: 1, ..Folded::default() });
}

async fn blocks_add_up_and_come_back(place: &dyn Place) {
    let store = open_at(place).await;
    let token = Subject::Token(ALICE);
    write(&*store, requests(token, T0, 2)).await;
    write(&*store, requests(token, seconds(1), 3)).await;
    append(&*store, requests(token, seconds(3_600), 1)).await;

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
    let token = Subject::Token(ALICE);
    let block = |second: u32, agent: &str| {
        let mut buffer = JournalBuffer::default();
        put(&mut buffer, token, seconds(second), 1, agent);
        buffer.seal(T0)
    };
    // Within a fold, and over two of them.
    for agents in [["newer", "older"], ["newest", "older"]] {
        let newer = if agents[0] == "newer" { 10 } else { 11 };
        append(&*store, block(newer, agents[0])).await;
        append(&*store, block(9, agents[1])).await;
        let usage = store.usage_of_token(ALICE, T0).await.unwrap();
        assert_eq!(usage.last, Some(last(seconds(newer), agents[0])));
        write(&*store, block(8, "oldest")).await;
        let usage = store.usage_of_token(ALICE, T0).await.unwrap();
        assert_eq!(usage.last, Some(last(seconds(newer), agents[0])));
    }
}

async fn callers_are_told_apart_by_what_is_known_of_them(place: &dyn Place) {
    let store = open_at(place).await;
    let kind = CredentialKind::Password;
    let users = [User::Verified("bob"), User::Claimed("bob"), User::Nobody];
    for (count, user) in (1..).zip(users) {
        append(&*store, requests(Subject::Caller { kind, user, mark: "" }, T0, count)).await;
    }
    append(&*store, requests(Subject::UnknownToken { user: User::Nobody }, T0, 4)).await;
    let found = store.callers(None, T0, 10).await.unwrap();
    let bob = || "bob".to_owned();
    assert_eq!(
        found.iter().rev().map(|usage| usage.caller.user.clone()).collect::<Vec<_>>(),
        [
            CallerUser::Verified(bob()),
            CallerUser::Claimed(bob()),
            CallerUser::Nobody,
            CallerUser::Nobody
        ]
    );
    assert_eq!(found[0].total.requests, 4);
    assert_eq!(found[0].caller.presented, Presented::UnknownToken);
    assert_eq!(found[1].caller.presented, Presented::Credential(kind));
    assert_eq!(found[0].refusals, [("read_only".to_owned(), 4)]);
    assert_eq!(found[0].observed, [("password".to_owned(), 4)]);
    assert_eq!(found[3].last.address.to_string(), "203.0.113.7");

    let wiki = Some("wiki".parse().unwrap());
    assert_eq!(store.callers(wiki, T0, 10).await.unwrap(), []);
    assert_eq!(store.callers(None, seconds(3_600), 10).await.unwrap(), []);
    assert_eq!(store.callers(Some("jira".parse().unwrap()), T0, 2).await.unwrap().len(), 2);
}

async fn callers_are_told_apart_by_which_credential_they_presented(place: &dyn Place) {
    let store = open_at(place).await;
    let (kind, user) = (CredentialKind::NativeToken, User::Verified("bob"));
    for (count, mark) in [(3, "884273918273"), (2, "104730221119"), (1, "")] {
        append(&*store, requests(Subject::Caller { kind, user, mark }, T0, count)).await;
        append(&*store, requests(Subject::Caller { kind, user, mark }, seconds(60), count)).await;
    }
    let expected = [(6, "884273918273"), (4, "104730221119"), (2, "")];
    let found = store.callers(None, T0, 10).await.unwrap();
    let told: Vec<_> =
        found.iter().map(|usage| (usage.total.requests, usage.caller.mark.as_str())).collect();
    assert_eq!(told, expected);
    let summed = store.callers_by_presented(T0, 10).await.unwrap();
    assert_eq!((summed.len(), summed[0].requests, summed[0].callers), (1, 12, 3));
    let busiest: Vec<_> =
        summed[0].busiest.iter().map(|caller| (caller.requests, caller.mark.as_str())).collect();
    assert_eq!(busiest, expected);
}

async fn callers_are_summed_up_by_what_they_presented(place: &dyn Place) {
    let store = open_at(place).await;
    assert_eq!(store.callers_by_presented(T0, 5).await.unwrap(), []);
    let kind = CredentialKind::Password;
    for (number, name) in (1..).zip(["u1", "u2", "u3", "u4"]) {
        let subject = Subject::Caller { kind, user: User::Claimed(name), mark: "" };
        append(&*store, requests(subject, seconds(number), number)).await;
    }
    // An hour later, and of those the busiest; as often as u4 came.
    let verified = Subject::Caller { kind, user: User::Verified("bob"), mark: "" };
    append(&*store, requests(verified, T0, 1)).await;
    append(&*store, requests(verified, seconds(3_600), 3)).await;
    let kind = CredentialKind::Session;
    append(&*store, requests(Subject::Caller { kind, user: User::Nobody, mark: "" }, T0, 2)).await;
    append(&*store, requests(Subject::UnknownToken { user: User::Nobody }, T0, 7)).await;
    append(&*store, requests(Subject::Token(ALICE), T0, 9)).await;

    let found = store.callers_by_presented(T0, 3).await.unwrap();
    let told: Vec<_> =
        found.iter().map(|usage| (usage.presented, usage.requests, usage.callers)).collect();
    let credential = Presented::Credential;
    assert_eq!(
        told,
        [
            (credential(CredentialKind::Password), 14, 5),
            (credential(CredentialKind::Session), 2, 1),
            (Presented::UnknownToken, 7, 1),
        ]
    );
    let all = store.callers(None, T0, 10).await.unwrap();
    let busy = |user: CallerUser| {
        let full = all.iter().find(|usage| usage.caller.user == user).unwrap().clone();
        let (agent, requests) = (full.caller.agent, full.total.requests);
        BusyCaller { mark: String::new(), user, agent, requests, last_at: full.last.at }
    };
    let claimed = |name: &str| CallerUser::Claimed(name.to_owned());
    let bob = CallerUser::Verified("bob".to_owned());
    let busiest = [claimed("u4"), bob, claimed("u3")].map(busy);
    assert_eq!(busiest.each_ref().map(|caller| caller.requests), [4, 4, 3]);
    assert_eq!(found[0].busiest, busiest);
    assert_eq!(found[0].instance, "jira".parse().unwrap());

    let later = store.callers_by_presented(seconds(3_600), 3).await.unwrap();
    assert_eq!((later.len(), later[0].requests, later[0].busiest.len()), (1, 3, 1));
    assert_eq!(store.callers_by_presented(T0, 0).await.unwrap()[0].busiest, []);
}

/// One request with a session that passed.
fn session(instance: &str, agent: &str, at: Timestamp, outside_page: bool) -> JournalBlock {
    let mut buffer = JournalBuffer::default();
    let kind = CredentialKind::Session;
    buffer.put(&RequestEvent {
        at,
        instance: &instance.parse().unwrap(),
        subject: Subject::Caller { kind, user: User::Nobody, mark: "" },
        refused: None,
        operation: &CREATE,
        method: Method::Post,
        status: 200,
        bytes_in: 10,
        bytes_out: 100,
        upstream_micros: 7,
        duration_micros: 9,
        client: "203.0.113.7".parse().unwrap(),
        user_agent: agent.as_bytes(),
        request_id: 1,
        observed: CredentialSet::EMPTY.with(kind),
        outside_page,
    });
    buffer.seal(at)
}

async fn sessions_outside_of_pages_are_counted_by_instance(place: &dyn Place) {
    let store = open_at(place).await;
    assert_eq!(store.outside_pages(T0).await.unwrap(), []);
    append(&*store, session("jira", "Mozilla/5.0", T0, false)).await;
    assert_eq!(store.outside_pages(T0).await.unwrap(), [], "a page is none of them");
    for (instance, agent, at) in [
        ("wiki", "curl/8", T0),
        ("jira", "curl/8", T0),
        ("jira", "curl/8", seconds(3_600)),
        ("jira", "python", seconds(3_600)),
    ] {
        append(&*store, session(instance, agent, at, true)).await;
    }
    let (jira, wiki) = ("jira".parse().unwrap(), "wiki".parse().unwrap());
    assert_eq!(store.outside_pages(T0).await.unwrap(), [(jira, 3), (wiki, 1)]);
    let later = store.outside_pages(seconds(3_600)).await.unwrap();
    assert_eq!(later, [("jira".parse().unwrap(), 2)]);
    let found = store.callers(None, T0, 1).await.unwrap();
    let expected = [("session".to_owned(), 2), (OUTSIDE_PAGE.to_owned(), 2)];
    assert_eq!(found[0].observed, expected);

    let jira = || "jira".parse().unwrap();
    for _ in 0..9 {
        append(&*store, session("jira", "Mozilla/5.0", T0, false)).await;
    }
    let told = async |since, limit| -> Vec<(String, u64)> {
        let found = store.callers_outside_pages(jira(), since, limit).await.unwrap();
        found.into_iter().map(|usage| (usage.caller.agent, usage.total.requests)).collect()
    };
    let line = |agent: &str, requests| (agent.to_owned(), requests);
    assert_eq!(told(T0, 9).await, [line("curl/8", 2), line("python", 1)], "no page among them");
    assert_eq!(told(T0, 1).await, [line("curl/8", 2)], "the busiest of them");
    assert_eq!(told(seconds(7_200), 9).await, []);
}

async fn what_was_dropped_adds_up_by_hour(place: &dyn Place) {
    let store = open_at(place).await;
    append(&*store, lost(1, 2)).await;
    write_rest(&*store).await;
    append(&*store, lost(1, 2)).await;
    assert_eq!(store.dropped(T0).await.unwrap(), Dropped { requests: 2, lines: 4 });
    assert_eq!(store.dropped(seconds(3_600)).await.unwrap(), Dropped::default());
}

/// Folds all that there is.
async fn write_rest(store: &dyn ActivityStore) {
    while store.fold().await.unwrap().more {}
}

/// Also when it is another process that has written, and when nobody has folded yet.
async fn another_reader_sees_what_was_written(place: &dyn Place) {
    let store = open_at(place).await;
    for part in 1..4 {
        append(&*store, requests(Subject::Token(ALICE), seconds(part), 3)).await;
        let reader = open_reader(&place.location()).await.unwrap();
        let seen = u64::from(part) * 3;
        assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap().total.requests, seen);
        append(&*store, requests(Subject::UnknownToken { user: User::Nobody }, T0, 1)).await;
        assert_eq!(reader.callers(None, T0, 1).await.unwrap()[0].total.requests, u64::from(part));
        append(&*store, lost(1, 0)).await;
        assert_eq!(reader.dropped(T0).await.unwrap().requests, u64::from(part));
    }
    append(&*store, requests(Subject::Token(ALICE), seconds(9), 1)).await;
    store.close().await.unwrap();
    let reader = open_reader(&place.location()).await.unwrap();
    let recent = reader.recent_requests(ALICE, 1_000).await.unwrap();
    assert_eq!((recent.len(), recent[0].at), (10, seconds(9)));
}

async fn of_a_place_where_nothing_is_yet_nothing_has_happened(place: &dyn Place) {
    let reader = open_reader(&place.location()).await.unwrap();
    assert_eq!(reader.usage_of_token(ALICE, T0).await.unwrap(), TokenUsage::default());
    assert_eq!(reader.recent_requests(ALICE, 10).await.unwrap(), []);
    assert_eq!(reader.last_uses_of(&[ALICE]).await.unwrap(), []);
    assert_eq!(reader.refusals_of(&[ALICE], T0).await.unwrap(), []);
    assert_eq!(reader.all_last_uses().await.unwrap(), []);
    assert_eq!(reader.callers(None, T0, 10).await.unwrap(), []);
    assert_eq!(reader.callers_by_presented(T0, 5).await.unwrap(), []);
    assert_eq!(reader.outside_pages(T0).await.unwrap(), []);
    let jira = "jira".parse().unwrap();
    assert_eq!(reader.callers_outside_pages(jira, T0, 5).await.unwrap(), []);
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
        append(&**store, requests(Subject::Token(ALICE), seconds(part), 1)).await;
    }
    let usage = stores[0].usage_of_token(ALICE, T0).await.unwrap();
    assert_eq!(usage.total.requests, 6);
}

async fn a_caller_with_a_nul_in_his_name_disturbs_nobody(place: &dyn Place) {
    let store = open_at(place).await;
    let mut buffer = JournalBuffer::default();
    put(&mut buffer, claimed("a\0b"), T0, 1, "\0");
    append(&*store, buffer.seal(T0)).await;
    let found = store.callers(None, T0, 10).await.unwrap();
    assert_eq!(found[0].caller.user, CallerUser::Claimed("a\u{fffd}b".to_owned()));
    assert_eq!(found[0].last.agent, "\u{fffd}");
}

async fn what_was_counted_before_there_was_a_journal_stays(place: &dyn Place) {
    place.make_first().await;
    place
        .run(
            "INSERT INTO activity_subject VALUES (7, NULL, 1, 'jira', 'password', 'nobody', '', '', \
             3, 1, 'jira', '203.0.113.7', ''); \
             INSERT INTO activity_hour VALUES (7, 500000, 1, 5, 4, 3, 2, 1); \
             UPDATE activity_log SET lines = 3;",
        )
        .await;
    let store = open_at(place).await;
    let found = store.callers(None, Timestamp::EPOCH, 10).await.unwrap();
    let total = Counts { requests: 5, refused: 4, bytes_in: 3, bytes_out: 2, upstream_micros: 1 };
    assert_eq!(found[0].total, total);
    assert_eq!(place.number("SELECT lines FROM activity_log").await, 0);
    assert_eq!(place.number("SELECT lines FROM activity_subject").await, 0);
}
