//! Whatever is recorded, by however many threads and folded whenever: what is read afterwards is what
//! a simple sum says.

use std::collections::BTreeMap;

use gatepass_ledger::{RequestEvent, Subject, User};
use gatepass_model::{CredentialKind, Lifetime, Reason, Timestamp};
use gatepass_store::activity::{ActivityReader, ActivityStore as _, CallerUser, Counts, UnixHour};
use proptest::prelude::*;

use crate::support::{Bench, T0, event, jira, token};

/// One request, in small numbers, so that much of it comes again.
#[derive(Clone, Debug)]
struct Given {
    /// A token's, or a caller's of this name.
    who: Result<u32, String>,
    /// Seconds after the first, in any order.
    at: u32,
    refused: Option<Reason>,
    bytes: u64,
    agent: String,
}

/// What happens one after the other.
#[derive(Clone, Debug)]
enum Step {
    Record(usize, Given),
    Flush(usize),
    /// Somebody reads, and so folds.
    Read,
}

fn given() -> impl Strategy<Value = Given> {
    let who = prop_oneof![3 => (0_u32..4).prop_map(Ok), 1 => "[ab\0]{1,2}".prop_map(Err)];
    let refused = prop::option::weighted(0.3, prop::sample::select(Reason::ALL));
    let bytes = prop_oneof![Just(0), 1_u64..300, Just(1 << 40)];
    (who, 0_u32..9_000, refused, bytes, "[xy]{0,2}")
        .prop_map(|(who, at, refused, bytes, agent)| Given { who, at, refused, bytes, agent })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0_usize..2, given()).prop_map(|(thread, given)| Step::Record(thread, given)),
        3 => (0_usize..2).prop_map(Step::Flush),
        1 => Just(Step::Read),
    ]
}

fn at(given: &Given) -> Timestamp {
    T0.plus(Lifetime::from_seconds(given.at))
}

/// Sums of one token.
#[derive(Default)]
struct Sums {
    hours: BTreeMap<UnixHour, Counts>,
    refusals: BTreeMap<&'static str, u64>,
    newest: Vec<Timestamp>,
}

fn sums<'a>(all: impl Iterator<Item = &'a Given>) -> Sums {
    let mut sums = Sums::default();
    for given in all {
        sums.hours.entry(UnixHour::of(at(given))).or_default().add(&Counts {
            requests: 1,
            refused: given.refused.is_some().into(),
            bytes_in: given.bytes,
            bytes_out: 100,
            upstream_micros: 7,
        });
        if let Some(reason) = given.refused {
            *sums.refusals.entry(reason.as_str()).or_default() += 1;
        }
        sums.newest.push(at(given));
    }
    sums.newest.sort_unstable_by(|one, other| other.cmp(one));
    sums
}

async fn run(steps: Vec<Step>) {
    let bench = Bench::new().await;
    let (ledger, writer) = bench.ledger();
    let jira = jira();
    let mut threads = [ledger.thread(), ledger.thread()];
    let mut all = Vec::new();
    for step in steps {
        match step {
            Step::Record(thread, given) => {
                let kind = CredentialKind::Password;
                let subject = match &given.who {
                    Ok(number) => Subject::Token(token(*number)),
                    Err(name) => Subject::Caller { kind, user: User::Claimed(name), mark: "" },
                };
                threads[thread].record(&RequestEvent {
                    at: at(&given),
                    refused: given.refused,
                    bytes_in: given.bytes,
                    user_agent: given.agent.as_bytes(),
                    ..event(&jira, subject)
                });
                all.push(given);
            }
            Step::Flush(thread) => threads[thread].flush(T0),
            Step::Read => drop(bench.store.dropped(T0).await.unwrap()),
        }
    }
    drop((threads, ledger));
    writer.await.unwrap();
    check(&*bench.store, &all).await;
    bench.store.close().await.unwrap();
}

async fn check(store: &dyn ActivityReader, all: &[Given]) {
    for number in 0..4 {
        let expected = sums(all.iter().filter(|given| given.who == Ok(number)));
        let usage = store.usage_of_token(token(number), T0).await.unwrap();
        let hours: BTreeMap<_, _> =
            usage.hours.iter().map(|hour| (hour.hour, hour.counts)).collect();
        assert_eq!(hours, expected.hours);
        let refusals: BTreeMap<_, _> =
            usage.refusals.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(refusals, expected.refusals);
        assert_eq!(usage.last.map(|last| last.at), expected.newest.first().copied());
        let recent = store.recent_requests(token(number), 1_000).await.unwrap();
        let newest: Vec<_> = recent.iter().map(|request| request.at).collect();
        assert_eq!(newest, expected.newest);
    }
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for given in all {
        let Err(name) = &given.who else { continue };
        let key = (name.replace('\0', "\u{fffd}"), given.agent.clone());
        *expected.entry(key).or_default() += 1;
    }
    let found = store.callers(None, T0, 1_000).await.unwrap();
    let found: BTreeMap<_, _> = found
        .into_iter()
        .map(|usage| {
            let CallerUser::Claimed(name) = usage.caller.user else { panic!("{usage:?}") };
            ((name, usage.caller.agent), usage.total.requests)
        })
        .collect();
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_the_sum_of_what_was_recorded(
        steps in prop::collection::vec(step(), 0..400)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run(steps));
    }
}
