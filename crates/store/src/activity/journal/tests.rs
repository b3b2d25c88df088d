//! What goes into a block comes out of it, and nothing else.

use gatepass_model::{
    CredentialKind, CredentialSet, Family, InstanceName, Method, Operation, Reason, Timestamp,
    TokenId,
};

use super::*;
use crate::activity::event::Observed;
use crate::activity::{CallerUser, Dropped, Presented, RequestEvent, Subject, User};

const SECRET: &str = "gpass_0123456789abcdefghijklmnopqrstuvABCDEF";

const SEARCH: Operation<'static> = Operation {
    family: Family::Rest,
    resource: "issue",
    action: "search",
    effect: None,
    project: Some("EX"),
    heavy: false,
    door: None,
};

fn event<'a>(instance: &'a InstanceName, subject: Subject<'a>) -> RequestEvent<'a> {
    RequestEvent {
        at: Timestamp::from_millis(1_800_000_000_000),
        instance,
        subject,
        refused: None,
        operation: &SEARCH,
        method: Method::Get,
        status: 200,
        bytes_in: 0,
        bytes_out: 4_096,
        upstream_micros: 9_000,
        duration_micros: 9_100,
        client: "203.0.113.7".parse().unwrap(),
        user_agent: b"curl/8",
        request_id: 42,
        observed: CredentialSet::EMPTY,
        outside_page: false,
    }
}

fn token() -> Subject<'static> {
    Subject::Token(TokenId::from_bytes([7; 16]))
}

#[test]
fn all_that_is_told_comes_back() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    buffer.put(&event(&jira, token()));
    let user = User::Claimed("bob");
    let late = RequestEvent {
        at: Timestamp::from_millis(1_799_999_999_000),
        refused: Some(Reason::PasswordsDisabled),
        status: 403,
        bytes_in: u64::MAX,
        client: "2001:db8::1".parse().unwrap(),
        request_id: u128::MAX,
        observed: CredentialSet::EMPTY
            .with(CredentialKind::Password)
            .with(CredentialKind::Anonymous),
        outside_page: true,
        ..event(&jira, Subject::Caller { kind: CredentialKind::Password, user, mark: "" })
    };
    buffer.put(&late);
    let block = buffer.seal(Timestamp::EPOCH);
    assert_eq!(block.events(), 2);
    let content = block.open().unwrap();
    let told: Vec<_> = content.events().collect();
    assert_eq!(told[0].subject, JournalSubject::Token(TokenId::from_bytes([7; 16])));
    assert_eq!(told[0].operation.instance, jira);
    let words = |told: &JournalEvent<'_>| {
        let of = told.operation;
        [of.family, of.method, of.resource, of.action].map(str::to_owned)
    };
    assert_eq!(words(&told[0]), ["rest", "GET", "issue", "search"]);
    assert_eq!((told[0].project, told[0].reason), (Some("EX"), None));
    let password = Presented::Credential(CredentialKind::Password);
    assert_eq!(told[1].subject, JournalSubject::Caller(password));
    assert_eq!((told[1].reason, told[1].request_id), (Some("passwords_disabled"), u128::MAX));
    let inner = &content.events[1];
    assert_eq!((inner.at, inner.status, inner.bytes_in), (late.at, 403, u64::MAX));
    assert_eq!((inner.bytes_out, inner.upstream_micros), (4_096, 9_000));
    assert_eq!((inner.duration_micros, inner.address), (9_100, late.client));
    assert_eq!(
        inner.observed().collect::<Vec<_>>(),
        [
            Observed::Credential(CredentialKind::Password),
            Observed::Credential(CredentialKind::Anonymous),
            Observed::OutsidePage,
        ]
    );
}

#[test]
fn a_mark_stands_beside_the_user_and_is_fit_to_be_read() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    let long = "k".repeat(100);
    let marks = ["", "884273918273", "a\nb\u{0}", SECRET, long.as_str(), "bob"];
    for mark in marks {
        for user in [User::Claimed("bob"), User::Verified("bo")] {
            let subject = Subject::Caller { kind: CredentialKind::NativeToken, user, mark };
            buffer.put(&event(&jira, subject));
            buffer.put(&event(&jira, subject));
        }
    }
    let block = buffer.seal(Timestamp::EPOCH);
    let content = block.open().unwrap();
    let told: Vec<(CallerUser, &str)> = content
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Caller { user, mark, .. } => Some((user.clone(), *mark)),
            _ => None,
        })
        .collect();
    let users = [CallerUser::Claimed("bob".to_owned()), CallerUser::Verified("bo".to_owned())];
    let kept = ["", "884273918273", "a\u{FFFD}b\u{FFFD}", "gpass_…", &long[..64], "bob"];
    let expected: Vec<_> =
        kept.iter().flat_map(|mark| users.clone().map(|user| (user, *mark))).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_request_takes_some_50_bytes_and_a_text_stands_once() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    let agent = [b'x'; 150];
    for _ in 0..1_000 {
        buffer.put(&RequestEvent { user_agent: &agent, ..event(&jira, token()) });
    }
    let block = buffer.seal(Timestamp::EPOCH);
    assert!(block.body.len() < 52_000, "{}", block.body.len());
    let content = block.open().unwrap();
    assert_eq!((content.events.len(), content.entries.len()), (1_000, 3));
}

#[test]
fn texts_that_come_in_turn_do_not_drive_each_other_out() {
    let jira: InstanceName = "jira".parse().unwrap();
    let agents: Vec<String> = (0..16).map(|number| format!("agent/{number}")).collect();
    let crowded = (0..50).filter(|_| {
        let mut buffer = JournalBuffer::default();
        for agent in agents.iter().cycle().take(320) {
            buffer.put(&RequestEvent { user_agent: agent.as_bytes(), ..event(&jira, token()) });
        }
        buffer.seal(Timestamp::EPOCH).open().unwrap().entries.len() > 18
    });
    // Three of 18 in one pair of slots: one in 1,300. The keys are random.
    assert!(crowded.count() < 4);
}

#[test]
fn texts_beyond_what_is_found_again_are_kept_all_the_same() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    let names: Vec<String> =
        (0..20_000).map(|number| format!("user-{}", number % 10_000)).collect();
    for name in &names {
        let user = User::Claimed(name);
        buffer.put(&event(&jira, Subject::UnknownToken { user }));
    }
    let block = buffer.seal(Timestamp::EPOCH);
    let content = block.open().unwrap();
    for (event, name) in content.events.iter().zip(&names) {
        let JournalSubject::Caller(place) = event.subject else { panic!("{event:?}") };
        let Entry::Caller { user, .. } = &content.entries[place as usize] else { panic!() };
        assert_eq!(user, &crate::activity::CallerUser::Claimed(name.clone()));
    }
}

#[test]
fn no_secret_is_in_a_block() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    let agent = format!("bot/1 {SECRET}");
    let operation = Operation { project: Some(SECRET), ..SEARCH };
    for user in [User::Claimed(SECRET), User::Verified(SECRET)] {
        let subject = Subject::Caller { kind: CredentialKind::Password, user, mark: "" };
        buffer.put(&RequestEvent {
            user_agent: agent.as_bytes(),
            operation: &operation,
            ..event(&jira, subject)
        });
    }
    let block = buffer.seal(Timestamp::EPOCH);
    let has = |text: &str| block.body.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(has("bot/1 gpass_…") && !has(&SECRET[..8]));
}

#[test]
fn what_finds_no_room_is_counted() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    let mut put = 0_u64;
    while buffer.dropped().requests < 3 {
        let agent = format!("{put:0200}");
        buffer.put(&RequestEvent { user_agent: agent.as_bytes(), ..event(&jira, token()) });
        put += 1;
    }
    assert!(buffer.size() < BUFFER_BYTES + 1_000);
    let all = Dropped { requests: put, lines: put };
    assert_eq!(buffer.as_dropped(), all);
    let block = buffer.seal(Timestamp::EPOCH);
    assert_eq!(block.events(), put - 3);
    assert_eq!(block.open().unwrap().dropped, Dropped { requests: 3, lines: 3 });
    assert!(buffer.successor().is_empty());
}

#[test]
fn a_damaged_block_is_none() {
    let jira: InstanceName = "jira".parse().unwrap();
    let mut buffer = JournalBuffer::default();
    for _ in 0..3 {
        buffer.put(&event(&jira, token()));
    }
    let block = buffer.seal(Timestamp::EPOCH);
    for (place, bit) in
        (0..block.body.len()).zip([1_u8, 2, 4, 8, 16, 32, 64, 128].into_iter().cycle())
    {
        let mut body = block.body.clone();
        body[place] ^= bit;
        assert!(JournalBlock { body: body.clone(), ..block.clone() }.open().is_none());
        // As if somebody had written it so: it may be readable, and must not end the process.
        let _ = JournalBlock::of(block.at, 3, body).open();
        let cut = block.body[..place].to_vec();
        assert!(JournalBlock::of(block.at, 3, cut).open().is_none());
    }
    assert!(JournalBlock { format: FORMAT + 1, ..block.clone() }.open().is_none());
    assert!(JournalBlock { events: 4, ..block }.open().is_none());
}
