//! A server of the test's own, and gates that take allowances from it.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use gatepass_allowance::{Allowances, ServerUrl, probe};
use gatepass_model::{Grant, Limits, PolicyDocument};
use gatepass_policy::limit::Scope;
use gatepass_sandbox::{RawAnswer, Recorder, RecorderSettings};
use gatepass_testkit::raw::Client;
use gatepass_testkit::{TestGate, TestGateOptions};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits, but not for ever.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// A server that keeps nothing on disk and listens in a folder of the test's only.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    child: Child,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let child = run(folder.path());
        let server = Self { folder, child };
        server.answers().await;
        server
    }

    pub(crate) fn url(&self) -> ServerUrl {
        let socket = self.folder.path().join("socket");
        format!("redis+unix://{}", socket.display()).parse().unwrap()
    }

    pub(crate) async fn stop(&mut self) {
        self.child.kill().await.unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.child = run(self.folder.path());
        self.answers().await;
    }

    async fn answers(&self) {
        let waiting = async {
            while probe(&self.url()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }
}

fn run(folder: &Path) -> Child {
    Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket", "socket"])
        .args(["--dir", "."])
        .current_dir(folder)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server can't be started: install Debian's package of that name")
}

/// A gate with a product of its own, which shares limits.
pub(crate) struct Node {
    pub(crate) gate: TestGate,
    secret: String,
    _jira: Recorder,
    sharing: JoinHandle<()>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.sharing.abort();
    }
}

impl Node {
    /// One whose owners' tokens have these limits together.
    pub(crate) async fn start(server: &Server, name: &str, limits: Limits) -> Self {
        let alice = "X-AUSERNAME: alice";
        let body = "x".repeat(1000);
        let answer = Arc::new(move |_: &_| RawAnswer::json(&body, &[alice]));
        let settings = RecorderSettings { answer, ..RecorderSettings::default() };
        let jira = Recorder::start_with(settings).await.unwrap();
        let mut options = TestGateOptions::jira(jira.address()).unwrap();
        options.policy = PolicyDocument::default();
        options.policy.rules[0].bounds.owner_limits = limits;
        let gate = TestGate::start(options).await.unwrap();
        let secret = gate.issue("alice", Grant::read_write()).await.unwrap().secret;
        let snapshot = Arc::clone(gate.snapshot());
        let clock = Arc::new(gatepass_testkit::TestClock::default());
        let allowances = Allowances::new(&server.url(), name, snapshot, clock).unwrap();
        // A machine with much to do is no server that is gone.
        let sharing = tokio::spawn(allowances.with_patience(PATIENCE).run());
        Self { gate, secret, _jira: jira, sharing }
    }

    pub(crate) fn scope(&self) -> Scope {
        self.gate.snapshot().sharing().scope()
    }

    pub(crate) async fn shares_with(&self, nodes: u32) {
        until("all nodes know each other", || self.scope() == Scope::Shared(nodes)).await;
    }

    /// Asks so often, with a short pause after each; how many passed.
    pub(crate) async fn ask(&self, times: usize) -> usize {
        let mut client = Client::connect(self.gate.address()).await.unwrap();
        let request = format!(
            "GET /rest/api/2/issue/ABC-1 HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer \
             {}\r\n\r\n",
            self.secret
        );
        let mut passed = 0;
        for _ in 0..times {
            client.send(&request).await.unwrap();
            let answer = client.answer().await.unwrap();
            assert!([200, 429].contains(&answer.status), "{}: {}", answer.status, answer.text());
            passed += usize::from(answer.status == 200);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        passed
    }
}
