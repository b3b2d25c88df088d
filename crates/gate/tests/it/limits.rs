//! Limits at n and n + 1, for whomever they are, with eight clients at once on two threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use gatepass_gate::Count;
use gatepass_model::{Grant, InstancePolicy, Lifetime, Limits, PolicyDocument, Reason};
use gatepass_sandbox::{RawAnswer, RecorderSettings, Step};
use gatepass_testkit::TestGateOptions;
use gatepass_testkit::raw::{Answer, Client};

use crate::support::{ALICE, PATIENCE, Scene, answer_alice, within};

const CLIENTS: usize = 8;
const GET: &str = "GET /rest/api/2/issue/ABC-1";
const SEARCH: &str = "GET /rest/api/2/search?jql=x";

/// Whose limits they are.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Grant,
    Token,
    Owner,
    Integration,
    Instance,
}

const ALL: [Whose; 5] =
    [Whose::Grant, Whose::Token, Whose::Owner, Whose::Integration, Whose::Instance];

impl Whose {
    /// How the refusal begins.
    const fn words(self) -> &'static str {
        match self {
            Self::Grant | Self::Token => "This token may",
            Self::Owner => "All tokens of alice together may",
            Self::Integration => "All tokens of the integration \\\"nightly\\\" together may",
            Self::Instance => "All tokens together at jira may",
        }
    }

    /// Whether another token has limits of its own.
    const fn is_for_each(self) -> bool {
        matches!(self, Self::Grant | Self::Token)
    }
}

fn rate(text: &str) -> Limits {
    Limits { rate: Some(text.parse().unwrap()), ..Limits::NONE }
}

fn two_threads(options: &mut TestGateOptions) {
    options.threads = 2;
    // Whoever goes away is missed soon.
    options.timeouts.half_closed = Duration::from_millis(100);
}

fn hanging() -> RecorderSettings {
    RecorderSettings {
        answer: Arc::new(|_| RawAnswer::new().then(Step::Hang)),
        ..RecorderSettings::default()
    }
}

fn answering() -> RecorderSettings {
    RecorderSettings { answer: Arc::new(answer_alice), ..RecorderSettings::default() }
}

/// A gate with two tokens of alice's, for whom these limits hold.
async fn limited(whose: Whose, limits: Limits, settings: RecorderSettings) -> (Scene, String) {
    let mut scene = Scene::with(settings, two_threads).await;
    let mut policy = PolicyDocument::default();
    let bounds = &mut policy.rules[0].bounds;
    let mut grant = Grant::read_write();
    match whose {
        Whose::Grant => grant.limits = limits,
        Whose::Token => bounds.token_limits = limits,
        Whose::Owner => bounds.owner_limits = limits,
        Whose::Integration => bounds.integration_limits = limits,
        Whose::Instance => {
            let instance = InstancePolicy { limits, ..InstancePolicy::default() };
            policy.instances.insert("jira".parse().unwrap(), instance);
        }
    }
    scene.gate.set_policy(&policy).await.unwrap();
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let issued = scene.gate.issue("alice", grant.clone()).await.unwrap();
        let name =
            |token: &mut gatepass_model::Token| token.integration = Some("nightly".to_owned());
        scene.gate.change(issued.id, name).await.unwrap();
        secrets.push(issued.secret);
    }
    let other = secrets.pop().unwrap();
    scene.token = secrets.pop().unwrap();
    (scene, other)
}

fn request(token: &str, start: &str) -> String {
    format!("{start} HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer {token}\r\n\r\n")
}

async fn ask(client: &mut Client, request: &str) -> Answer {
    client.send(request).await.unwrap();
    client.answer().await.unwrap()
}

/// Eight clients ask `each` times, all at once; the answers of all.
async fn ask_at_once(scene: &Scene, tokens: [&str; 2], start: &str, each: usize) -> Vec<Answer> {
    let barrier = Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let mut tasks = Vec::new();
    for number in 0..CLIENTS {
        let (mut client, barrier) = (scene.client().await, Arc::clone(&barrier));
        let request = request(tokens[number % 2], start);
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            let mut answers = Vec::new();
            for _ in 0..each {
                answers.push(ask(&mut client, &request).await);
            }
            answers
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.unwrap());
    }
    answers
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_rate_exactly_n_pass_whoever_is_limited() {
    for whose in ALL {
        let (scene, other) = limited(whose, rate("50/h"), answering()).await;
        let second = if whose.is_for_each() { scene.token.clone() } else { other.clone() };
        let answers = ask_at_once(&scene, [&scene.token, &second], GET, 20).await;
        assert_eq!((count(&answers, 200), count(&answers, 429)), (50, 110), "{whose:?}");
        assert_eq!(scene.jira.requests().len(), 50, "{whose:?}");
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
        assert_eq!(refused.reason(), Some("rate_limited"));
        assert!(refused.text().contains(whose.words()), "{whose:?}: {}", refused.text());
        // The other token has what the first one left: nothing, or all of its own.
        let answer = ask(&mut scene.client().await, &request(&other, GET)).await;
        let expected = if whose.is_for_each() { 200 } else { 429 };
        assert_eq!(answer.status, expected, "{whose:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_on_their_way_exactly_n_pass_whoever_is_limited() {
    for whose in ALL {
        let limits = Limits { concurrency: Some(3), ..Limits::NONE };
        let (scene, other) = limited(whose, limits, hanging()).await;
        let second = if whose.is_for_each() { scene.token.clone() } else { other };
        let mut clients = Vec::new();
        for number in 0..CLIENTS {
            let mut client = scene.client().await;
            let token = if number % 2 == 0 { &scene.token } else { &second };
            client.send(request(token, GET)).await.unwrap();
            clients.push(client);
        }
        let refused = Arc::new(AtomicU32::new(0));
        let mut tasks = Vec::new();
        for mut client in clients {
            let refused = Arc::clone(&refused);
            tasks.push(tokio::spawn(async move {
                // Whoever passed hears nothing until he is given up.
                let answer = client.answer().await.unwrap();
                assert_eq!((answer.status, answer.reason()), (429, Some("too_many_concurrent")));
                assert_eq!(answer.header("retry-after"), Some("1"));
                assert!(answer.text().contains(whose.words()), "{whose:?}: {}", answer.text());
                refused.fetch_add(1, Ordering::Relaxed);
            }));
        }
        within("three at the product", scene.jira.wait_for(3)).await;
        let all_told = async {
            while refused.load(Ordering::Relaxed) < 5 {
                tokio::task::yield_now().await;
            }
        };
        within("the others' answers", all_told).await;
        assert_eq!(scene.jira.requests().len(), 3, "{whose:?}");
        // Who goes away before his answer leaves his place to another.
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
        let mut last = scene.client().await;
        let passes = async {
            while scene.jira.requests().len() < 4 {
                last = scene.client().await;
                last.send(request(&scene.token, GET)).await.unwrap();
                let _ = tokio::time::timeout(Duration::from_millis(50), last.answer()).await;
            }
        };
        within("a free place", passes).await;
    }
}

#[tokio::test]
async fn a_place_is_held_until_the_body_has_ended() {
    let settings = RecorderSettings {
        answer: Arc::new(|_| {
            let head = format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 10\r\n\r\n12345");
            RawAnswer::raw(head).then(Step::Hang)
        }),
        ..RecorderSettings::default()
    };
    let limits = Limits { concurrency: Some(1), ..Limits::NONE };
    let (scene, _) = limited(Whose::Grant, limits, settings).await;
    let mut slow = scene.client().await;
    slow.send(request(&scene.token, GET)).await.unwrap();
    assert_eq!(slow.head().await.unwrap().status, 200);
    let answer = ask(&mut scene.client().await, &request(&scene.token, GET)).await;
    assert_eq!(answer.reason(), Some("too_many_concurrent"));
}

#[tokio::test]
async fn a_refusal_tells_when_to_come_again_in_the_products_own_headers() {
    let limits = Limits { burst: Some(2), ..rate("60/min") };
    let (scene, _) = limited(Whose::Grant, limits, answering()).await;
    let mut client = scene.client().await;
    let request = request(&scene.token, GET);
    for _ in 0..2 {
        let answer = ask(&mut client, &request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-limit"), None, "a permitted answer is the product's");
    }
    let mut answer = ask(&mut client, &request).await;
    while answer.status == 200 {
        // A second had passed.
        answer = ask(&mut client, &request).await;
    }
    assert_eq!((answer.status, answer.reason()), (429, Some("rate_limited")));
    for (name, value) in [
        ("retry-after", "1"),
        ("x-ratelimit-limit", "2"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-fillrate", "60"),
        ("x-ratelimit-interval-seconds", "60"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.text().starts_with("{\"errorMessages\":[\"This token may make 60/min requests"));
}

#[tokio::test]
async fn heavy_requests_have_a_share_of_their_own() {
    let limits = Limits { heavy_rate: Some("2/h".parse().unwrap()), ..Limits::NONE };
    let (scene, _) = limited(Whose::Owner, limits, answering()).await;
    let mut client = scene.client().await;
    for (start, status) in [(SEARCH, 200), (GET, 200), (SEARCH, 200), (SEARCH, 429), (GET, 200)] {
        let answer = ask(&mut client, &request(&scene.token, start)).await;
        assert_eq!(answer.status, status, "{start}: {}", answer.text());
    }
}

#[tokio::test]
async fn bytes_of_a_day_count_both_ways_and_come_back_at_midnight() {
    let limits = Limits { bytes_per_day: Some("20000".parse().unwrap()), ..Limits::NONE };
    let settings = RecorderSettings {
        answer: Arc::new(|_| RawAnswer::json(&"x".repeat(8000), &[ALICE])),
        ..RecorderSettings::default()
    };
    let (scene, _) = limited(Whose::Grant, limits, settings).await;
    let mut client = scene.client().await;
    let body = "y".repeat(3000);
    let lines = format!(
        "POST /rest/api/2/issue HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 3000\r\n\r\n{body}",
        scene.token
    );
    // 11,000 bytes each: the second one begins within the limit and is not cut.
    for _ in 0..2 {
        assert_eq!(ask(&mut client, &lines).await.status, 200);
    }
    let get = request(&scene.token, GET);
    let answer = ask(&mut client, &get).await;
    assert_eq!((answer.status, answer.reason()), (429, Some("quota_exhausted")));
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(answer.header("x-ratelimit-interval-seconds"), Some("86400"));
    // What is known counts as old for a moment when time leaps.
    scene.gate.clock().advance(Lifetime::from_seconds(wait - 1));
    until(&scene, &get, 429).await;
    scene.gate.clock().advance(Lifetime::from_seconds(1));
    until(&scene, &get, 200).await;
}

#[tokio::test]
async fn bytes_are_counted_while_a_body_flows() {
    let limits = Limits { bytes_per_day: Some("1000".parse().unwrap()), ..Limits::NONE };
    let settings = RecorderSettings {
        answer: Arc::new(|_| {
            let head = format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 9999\r\n\r\n");
            RawAnswer::raw(head).then(Step::Repeat(b"x".to_vec(), 2000)).then(Step::Hang)
        }),
        ..RecorderSettings::default()
    };
    let (scene, _) = limited(Whose::Grant, limits, settings).await;
    let mut slow = scene.client().await;
    slow.send(request(&scene.token, GET)).await.unwrap();
    assert_eq!(slow.head().await.unwrap().status, 200);
    slow.take(2000).await.unwrap();
    let answer = ask(&mut scene.client().await, &request(&scene.token, GET)).await;
    assert_eq!(answer.reason(), Some("quota_exhausted"));
}

#[tokio::test]
async fn a_changed_row_and_a_changed_policy_leave_what_was_used() {
    let (scene, _) = limited(Whose::Grant, rate("3/h"), answering()).await;
    let issued = scene.gate.issue("alice", Grant { limits: rate("3/h"), ..Grant::read_write() });
    let issued = issued.await.unwrap();
    let mut client = scene.client().await;
    let get = request(&issued.secret, GET);
    for _ in 0..2 {
        assert_eq!(ask(&mut client, &get).await.status, 200);
    }
    let rename = |token: &mut gatepass_model::Token| token.name = "renamed".to_owned();
    scene.gate.change(issued.id, rename).await.unwrap();
    assert_eq!(ask(&mut client, &get).await.status, 200);
    assert_eq!(ask(&mut client, &get).await.status, 429);
    let mut policy = PolicyDocument::default();
    policy.rules[0].bounds.token_limits = rate("1000/h");
    scene.gate.set_policy(&policy).await.unwrap();
    assert_eq!(ask(&mut client, &get).await.status, 429, "of two limits the stricter one counts");
}

#[tokio::test]
async fn people_without_a_token_are_never_limited() {
    let (scene, _) = limited(Whose::Instance, rate("1/h"), answering()).await;
    let mut client = scene.client().await;
    let basic = "GET /rest/api/2/issue/ABC-1 HTTP/1.1\r\nHost: jira.example\r\n\
                 Authorization: Basic YWxpY2U6cHc=\r\n\r\n";
    for _ in 0..5 {
        assert_eq!(ask(&mut client, basic).await.status, 200);
    }
}

/// Waits until the gate answers `request` with `status`.
async fn until(scene: &Scene, request: &str, status: u16) -> Answer {
    let waiting = async {
        loop {
            let answer = ask(&mut scene.client().await, request).await;
            if answer.status == status {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(3 * PATIENCE, waiting).await.unwrap_or_else(|_| panic!("no {status}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_in_distress_is_spared_heavy_tokens_first_and_never_people() {
    let ill = Arc::new(AtomicBool::new(true));
    let sees = Arc::clone(&ill);
    let settings = RecorderSettings {
        answer: Arc::new(move |request| {
            if sees.load(Ordering::Relaxed) {
                RawAnswer::raw(format!(
                    "HTTP/1.1 503 Busy\r\n{ALICE}\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
                ))
            } else {
                answer_alice(request)
            }
        }),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, two_threads).await;
    let is_shed = |answer: &Answer| answer.reason() == Some("overloaded");
    let basic = "GET /rest/api/2/search?jql=x HTTP/1.1\r\nHost: jira.example\r\n\
                 Authorization: Basic YWxpY2U6cHc=\r\n\r\n";
    let search = request(&scene.token, SEARCH);
    let shed = async {
        loop {
            let answer = ask(&mut scene.client().await, &search).await;
            assert_eq!(answer.status, 503);
            if is_shed(&answer) {
                return answer;
            }
            assert_eq!(answer.header("retry-after"), Some("7"), "the product's own passes");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = within("shedding", shed).await;
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((5..=7).contains(&wait), "{wait}");
    assert!(answer.text().contains("jira is slow or overloaded"), "{}", answer.text());
    // People reach the product, ill as it is, whatever they ask for.
    let answer = ask(&mut scene.client().await, basic).await;
    assert!(!is_shed(&answer), "{}", answer.text());
    ill.store(false, Ordering::Relaxed);
    assert_eq!(ask(&mut scene.client().await, basic).await.status, 200);
    until(&scene, &search, 200).await;
    let totals = scene.gate.stop().await.unwrap().totals;
    assert!(totals.count(Count::Shed) > 0);
    assert_eq!(totals.count(Count::Shed), totals.refused(Reason::Overloaded));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_that_is_slower_than_its_bound_is_spared() {
    let settings = RecorderSettings {
        answer: Arc::new(|_| {
            let late = RawAnswer::new().then(Step::Wait(Duration::from_millis(300)));
            let head = format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 2\r\n\r\n{{}}");
            late.then(Step::Write(head.into_bytes()))
        }),
        ..RecorderSettings::default()
    };
    let scene = Scene::with(settings, two_threads).await;
    let mut policy = PolicyDocument::default();
    let slow_above = Some(Lifetime::from_millis(100));
    let instance = InstancePolicy { slow_above, ..InstancePolicy::default() };
    policy.instances.insert("jira".parse().unwrap(), instance);
    scene.gate.set_policy(&policy).await.unwrap();
    let search = request(&scene.token, SEARCH);
    let answer = until(&scene, &search, 503).await;
    assert_eq!(answer.reason(), Some("overloaded"));
}

#[tokio::test]
async fn what_is_left_can_be_told() {
    let limits = Limits { concurrency: Some(4), ..rate("10/h") };
    let (scene, _) = limited(Whose::Integration, limits, answering()).await;
    let mut policy = PolicyDocument::default();
    policy.rules[0].bounds.integration_limits = limits;
    policy.rules[0].bounds.owner_limits = rate("7/h");
    let instance = InstancePolicy { limits: rate("100/h"), ..InstancePolicy::default() };
    policy.instances.insert("jira".parse().unwrap(), instance);
    scene.gate.set_policy(&policy).await.unwrap();
    let issued = scene.gate.issue("alice", Grant { limits: rate("5/h"), ..Grant::read_write() });
    let issued = issued.await.unwrap();
    let name = |token: &mut gatepass_model::Token| token.integration = Some("nightly".to_owned());
    scene.gate.change(issued.id, name).await.unwrap();
    for token in [&issued.secret, &scene.token] {
        assert_eq!(ask(&mut scene.client().await, &request(token, GET)).await.status, 200);
    }
    let nanos = scene.gate.snapshot().began().elapsed().as_nanos();
    let nanos = u64::try_from(nanos).unwrap();
    let at = gatepass_policy::limit::Moment { nanos, wall_seconds: 0 };
    let instances = ["jira".parse().unwrap()];
    let tell = || {
        let told = scene.gate.snapshot().limits_left(issued.id, &instances, at);
        let told = told
            .into_iter()
            .map(|one| (one.kind.as_str(), one.name, one.left.rate, one.left.concurrency));
        told.collect::<Vec<_>>()
    };
    // A place is given back after the last byte, which the client may have by then.
    let are_free = async {
        while tell().iter().any(|(_, _, _, places)| places.is_some_and(|places| places < 4)) {
            tokio::task::yield_now().await;
        }
    };
    within("free places", are_free).await;
    let id = issued.id.to_string();
    let expected: [(&str, &str, u64, Option<u32>); 4] = [
        ("token", &id, 4, None),
        ("owner", "alice", 5, None),
        ("integration", "nightly", 8, Some(4)),
        ("instance", "jira", 98, None),
    ];
    let expected =
        expected.map(|(kind, name, left, places)| (kind, name.to_owned(), Some(left), places));
    assert_eq!(tell(), expected);
}
