//! What is counted of whom.

use gatepass_ledger::{RequestEvent, Subject, User};
use gatepass_model::{CredentialKind, CredentialSet, Reason};
use gatepass_store::activity::{ActivityReader as _, CallerUser, Counts, Presented, UnixHour};

use crate::support::{Bench, T0, claimed, event, jira, millis, token};

#[tokio::test]
async fn counts_merge_over_threads_and_flushes() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let threads: Vec<_> = (0..3)
        .map(|number: u32| {
            let mut thread = ledger.thread();
            std::thread::spawn(move || {
                let jira = jira();
                for part in 0..4_u32 {
                    for request in 0..25 {
                        let at = millis(part * 1_000 + request * 10 + number);
                        let refused = (request % 5 == 0).then_some(Reason::ReadOnly);
                        let passed = event(&jira, Subject::Token(token(1)));
                        thread.record(&RequestEvent { at, refused, ..passed });
                    }
                    thread.flush(millis(part * 1_000 + 999));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    drop(ledger);
    writer.await.unwrap();

    let usage = bench.store.usage_of_token(token(1), T0).await.unwrap();
    let total = Counts {
        requests: 300,
        refused: 60,
        bytes_in: 3_000,
        bytes_out: 30_000,
        upstream_micros: 2_100,
    };
    assert_eq!(usage.total, total);
    assert_eq!(usage.refusals, [("read_only".to_owned(), 60)]);
    let last = usage.last.unwrap();
    assert_eq!((last.at, last.address.to_string()), (millis(3_242), "203.0.113.7".to_owned()));
    assert_eq!(last.agent, "curl/8");

    let recent = bench.store.recent_requests(token(1), 1_000).await.unwrap();
    assert_eq!(recent.len(), 300);
    assert_eq!(recent[0].at, millis(3_242));
    assert_eq!(recent[0].action, "search");
    assert_eq!(recent[0].project.as_deref(), Some("EX"));
    assert_eq!(bench.store.dropped(T0).await.unwrap().requests, 0);
}

#[tokio::test]
async fn a_request_counts_in_the_hour_in_which_it_came() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    let passed = event(&jira, Subject::Token(token(1)));
    let first = UnixHour::of(T0).start();
    let next = first.plus(gatepass_model::Lifetime::from_seconds(3_600));
    thread.record(&RequestEvent { at: next, user_agent: b"newer", ..passed });
    // An upload of an hour ends after what came later.
    thread.record(&RequestEvent { at: first, user_agent: b"older", ..passed });
    thread.record(&RequestEvent { at: first, user_agent: b"older", ..passed });
    drop((thread, ledger));
    writer.await.unwrap();

    let usage = bench.store.usage_of_token(token(1), first).await.unwrap();
    let hours: Vec<_> =
        usage.hours.iter().map(|hour| (hour.hour.start(), hour.counts.requests)).collect();
    assert_eq!(hours, [(first, 2), (next, 1)]);
    let last = usage.last.unwrap();
    assert_eq!((last.at, last.agent.as_str()), (next, "newer"));
}

#[tokio::test]
async fn a_refused_basic_has_a_name_that_nobody_verified() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    let kind = CredentialKind::Password;
    let observed = CredentialSet::EMPTY.with(kind);
    let refused =
        RequestEvent { refused: Some(Reason::PasswordsDisabled), ..event(&jira, claimed("bob")) };
    thread.record(&refused);
    thread.record(&refused);
    let verified = Subject::Caller { kind, user: User::Verified("bob"), mark: "" };
    thread.record(&RequestEvent { observed, ..event(&jira, verified) });
    let unknown = Subject::UnknownToken { user: User::Nobody };
    thread.record(&RequestEvent {
        refused: Some(Reason::TokenInvalid),
        client: "::ffff:192.0.2.9".parse().unwrap(),
        ..event(&jira, unknown)
    });
    drop((thread, ledger));
    writer.await.unwrap();

    let found = bench.store.callers(None, T0, 10).await.unwrap();
    let users: Vec<_> = found.iter().map(|usage| usage.caller.user.clone()).collect();
    let bob = || "bob".to_owned();
    assert_eq!(
        users,
        [CallerUser::Claimed(bob()), CallerUser::Verified(bob()), CallerUser::Nobody]
    );
    assert_eq!(found[0].refusals, [("passwords_disabled".to_owned(), 2)]);
    assert_eq!(found[0].observed, []);
    assert_eq!(found[1].observed, [("password".to_owned(), 1)]);
    assert_eq!(found[2].caller.presented, Presented::UnknownToken);
    assert_eq!(found[2].last.address.to_string(), "192.0.2.9");
}

#[tokio::test]
async fn user_agents_are_cut_and_made_printable_and_then_compared() {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    let long = [b'x'; 300];
    for agent in [&long[..], &long[..250], b"a\x00b\xff", b"a\x01b\xfe"] {
        thread.record(&RequestEvent { user_agent: agent, ..event(&jira, claimed("bob")) });
        let mine = Subject::Token(token(1));
        thread.record(&RequestEvent { user_agent: agent, ..event(&jira, mine) });
    }
    drop((thread, ledger));
    writer.await.unwrap();

    let found = bench.store.callers(None, T0, 10).await.unwrap();
    let mut agents: Vec<_> =
        found.iter().map(|usage| (usage.caller.agent.clone(), usage.total.requests)).collect();
    agents.sort();
    assert_eq!(agents, [("a\u{FFFD}b\u{FFFD}".to_owned(), 2), ("x".repeat(200), 2)]);
    let last = bench.store.usage_of_token(token(1), T0).await.unwrap().last.unwrap();
    assert_eq!(last.agent, "a\u{FFFD}b\u{FFFD}");
}

#[tokio::test]
async fn a_token_that_stands_where_a_name_belongs_is_in_no_file() {
    let secret = "gpass_0123456789abcdefghijklmnopqrstuvABCDEF";
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let (jira, mut thread) = (jira(), ledger.thread());
    let agent = format!("bot/1 {secret}");
    thread.record(&RequestEvent { user_agent: agent.as_bytes(), ..event(&jira, claimed(secret)) });
    let token = Subject::Token(token(1));
    thread.record(&RequestEvent { user_agent: agent.as_bytes(), ..event(&jira, token) });
    drop((thread, ledger));
    writer.await.unwrap();

    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    let mut is_there = false;
    for file in bench.files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!has(&bytes, secret.get(..16).unwrap()), "{}", file.display());
        is_there |= has(&bytes, "bot/1 gpass_");
    }
    assert!(is_there, "the test looks at the wrong files");
}
