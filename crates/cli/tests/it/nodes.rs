//! Two gates on one PostgreSQL: how long after a revocation was stored the other one refuses.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gatepass_control::{Control, ControlParts, IssueRequest, People};
use gatepass_model::{Actor, Clock, Grant, Person, PersonKey, Timestamp, TokenId};
use gatepass_store::StoreOptions;
use gatepass_testdb::TestServer;
use gatepass_vault::{KeyFile, SystemEntropy};
use tokio::runtime::Runtime;

use crate::serve::{StandIn, bearer, serve};
use crate::support::{Installation, Running};

const REVOCATIONS: usize = 1_000;
/// How long anything of our own may take before a test is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The clock that the gates go by too.
struct Now;

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "what is issued here must live there")]
    fn now(&self) -> Timestamp {
        let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(passed.as_millis().try_into().unwrap())
    }
}

/// Nobody but alice.
struct Alice;

impl People for Alice {
    fn find(&self, key: &PersonKey) -> Option<Person> {
        (key.username.as_str() == "alice").then(|| Person {
            key: key.clone(),
            display_name: "Alice".to_owned(),
            email: None,
            groups: Vec::new(),
            active: true,
        })
    }

    fn all(&self) -> Vec<Arc<[Person]>> {
        Vec::new()
    }
}

/// Two gates that run on one database, and the use cases on it, as a third node has them.
struct Pair {
    // The order in which they end.
    _gates: [Running; 2],
    addresses: [String; 2],
    control: Control,
    runtime: Runtime,
    _installations: [Installation; 2],
    _product: StandIn,
    _server: TestServer,
}

impl Pair {
    fn start(notify: bool) -> Self {
        let server = TestServer::start().unwrap();
        let product = StandIn::start();
        let store = format!("[store]\nurl = \"{}\"\nnotify = {notify}\n", server.url());
        let one = product.installation_with(&store);
        let two = Installation::before(&product.jira.base_url());
        two.prepend("gatepass.toml", &store);
        std::fs::copy(one.path("gatepass.key"), two.path("gatepass.key")).unwrap();
        let runtime = Runtime::new().unwrap();
        let control = runtime.block_on(control(&server, &one));
        let (first, at_first) = serve(&one);
        let (second, at_second) = serve(&two);
        Self {
            _gates: [first, second],
            addresses: [at_first, at_second],
            control,
            runtime,
            _installations: [one, two],
            _product: product,
            _server: server,
        }
    }

    /// Issues a token for each revocation: handle and secret.
    fn issue_all(&self) -> VecDeque<(TokenId, String)> {
        let request = IssueRequest {
            id: None,
            owner: "alice".to_owned(),
            directory: None,
            name: "to be revoked".to_owned(),
            purpose: None,
            integration: None,
            grant: Grant::read_only(),
            expires: None,
            override_reason: None,
            on_behalf_of_reason: None,
        };
        self.runtime.block_on(async {
            let mut tokens = VecDeque::new();
            for _ in 0..REVOCATIONS {
                let issued = self.control.issue_token(&actor(), &request).await.unwrap();
                tokens.push_back((issued.token.token.id, issued.secret.reveal().to_owned()));
            }
            tokens
        })
    }
}

fn actor() -> Actor {
    Actor::CommandLine("test".to_owned())
}

/// Never waits for the nodes: that is what is measured.
async fn control(server: &TestServer, installation: &Installation) -> Control {
    // On a busy machine a write may wait long for the disk: that is not what is measured.
    let options = StoreOptions { patience: Duration::from_mins(1), ..StoreOptions::default() };
    let store = gatepass_store::open(&server.url(), options, Now.now()).await.unwrap();
    let key_file = installation.path("gatepass.key");
    let parts = ControlParts {
        store,
        activity: None,
        keyring: KeyFile::new(key_file, None).load().unwrap(),
        clock: Arc::new(Now),
        entropy: Arc::new(SystemEntropy),
        people: Arc::new(Alice),
        directories: vec!["main".parse().unwrap()],
        instances: Vec::new(),
        products: gatepass_control::Products::none(),
    };
    Control::new(parts).with_patience(Duration::ZERO)
}

/// How it went with one revocation.
struct Sample {
    /// From the moment it was asked for until the other gate refused.
    asked: Duration,
    /// The same from the moment that it was stored.
    stored: Duration,
}

/// How a measurement is made.
struct Plan {
    workers: usize,
    /// How many revocations of each worker are on their way at once.
    open: usize,
    /// Between two looks at them.
    pause: Duration,
}

/// A revocation that the second gate does not know yet.
struct Open {
    secret: String,
    asked: Instant,
    stored: Instant,
}

/// What was measured.
#[derive(Default)]
struct Measured {
    samples: Vec<Sample>,
    /// How long calls took that pass.
    calls: Vec<Duration>,
}

/// Revokes all, and looks at the second gate until it refuses.
fn measure(pair: &Pair, plan: &Plan) -> Measured {
    let tokens = Mutex::new(pair.issue_all());
    let all = Mutex::new(Measured::default());
    std::thread::scope(|scope| {
        for _ in 0..plan.workers {
            scope.spawn(|| {
                let mine = work(pair, plan, &tokens);
                let mut all = all.lock().unwrap();
                all.samples.extend(mine.samples);
                all.calls.extend(mine.calls);
            });
        }
    });
    all.into_inner().unwrap()
}

fn work(pair: &Pair, plan: &Plan, tokens: &Mutex<VecDeque<(TokenId, String)>>) -> Measured {
    let mut measured = Measured::default();
    let mut open: Vec<Open> = Vec::new();
    loop {
        let next = || tokens.lock().unwrap().pop_front();
        if open.len() < plan.open
            && let Some((id, secret)) = next()
        {
            measured.calls.push(wait_until_known(pair, plan, &secret));
            let asked = Instant::now();
            pair.runtime.block_on(pair.control.revoke_token(&actor(), id, None)).unwrap();
            open.push(Open { secret, asked, stored: Instant::now() });
        }
        if open.is_empty() {
            return measured;
        }
        open.retain(|Open { secret, asked, stored }| {
            let is_refused = look(pair, secret) == Some(401);
            if is_refused {
                let (asked, stored) = (asked.elapsed(), stored.elapsed());
                measured.samples.push(Sample { asked, stored });
            }
            assert!(stored.elapsed() < PATIENCE, "a revocation was lost");
            !is_refused
        });
        std::thread::sleep(plan.pause);
    }
}

/// The newest of the tokens may not be known to the second gate yet. How long the call took that
/// passed.
fn wait_until_known(pair: &Pair, plan: &Plan, secret: &str) -> Duration {
    let waited = Instant::now();
    loop {
        let begin = Instant::now();
        if look(pair, secret) == Some(200) {
            return begin.elapsed();
        }
        assert!(waited.elapsed() < PATIENCE, "a token is not known");
        std::thread::sleep(plan.pause);
    }
}

/// The status that the second gate answers with; none where the request was cut, as those are that
/// run while their token is revoked.
fn look(pair: &Pair, secret: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(&pair.addresses[1]).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (host, header) = (&pair.addresses[1], bearer(secret));
    let head = format!("Host: {host}\r\n{header}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("GET /rest/api/2/myself HTTP/1.1\r\n{head}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    // Where it was cut, the connection may be reset.
    let _ = stream.read_to_end(&mut answer);
    let line = answer.get(..12).and_then(|start| std::str::from_utf8(start).ok())?;
    line.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

/// The duration below which so many of a hundred are.
fn percentile(durations: &mut [Duration], percent: usize) -> Duration {
    durations.sort();
    durations[(durations.len() - 1) * percent / 100]
}

/// Says how the delays are distributed: p99 and the longest.
fn report(name: &str, samples: &[Sample], calls: &mut [Duration]) -> (Duration, Duration) {
    let mut stored: Vec<Duration> = samples.iter().map(|sample| sample.stored).collect();
    let mut asked: Vec<Duration> = samples.iter().map(|sample| sample.asked).collect();
    let words = |all: &mut [Duration]| {
        let [half, most, longest] = [50, 99, 100].map(|percent| percentile(all, percent));
        format!("p50 {half:.1?}, p99 {most:.1?}, max {longest:.1?}")
    };
    println!(
        "{name}: {} revocations; from stored to refused elsewhere: {}; from asked for: {}; a call \
         that passes: {}",
        samples.len(),
        words(&mut stored),
        words(&mut asked),
        words(calls)
    );
    (percentile(&mut stored, 99), percentile(&mut asked, 100))
}

#[test]
fn a_thousand_revocations_reach_the_other_gate_by_notify() {
    let pair = Pair::start(true);
    let plan = Plan { workers: 4, open: 1, pause: Duration::from_millis(2) };
    let Measured { samples, mut calls } = measure(&pair, &plan);
    assert_eq!(samples.len(), REVOCATIONS);
    let (p99, longest) = report("with NOTIFY", &samples, &mut calls);
    // A revocation passes through four processes; on a machine that is busy with other things each
    // has to wait for its turn, as the calls that pass have to.
    let busy = percentile(&mut calls, 99) * 4;
    assert!(p99 <= Duration::from_millis(250) + busy, "{p99:?}");
    assert!(longest <= Duration::from_secs(2) + busy, "{longest:?}");
}

#[test]
fn a_thousand_revocations_reach_the_other_gate_without_notify() {
    let pair = Pair::start(false);
    let plan = Plan { workers: 4, open: 10, pause: Duration::from_millis(20) };
    let Measured { samples, mut calls } = measure(&pair, &plan);
    assert_eq!(samples.len(), REVOCATIONS);
    let (_, longest) = report("without NOTIFY", &samples, &mut calls);
    let busy = percentile(&mut calls, 99) * 4;
    assert!(longest <= Duration::from_secs(2) + busy, "{longest:?}");
}
