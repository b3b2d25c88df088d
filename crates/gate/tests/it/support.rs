//! What the tests here have in common.

use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Grant;
use gatepass_sandbox::{RawAnswer, RecordedRequest, Recorder, RecorderSettings};
use gatepass_testkit::raw::Client;
use gatepass_testkit::{TestGate, TestGateOptions};

/// What the product answers.
pub(crate) const ANSWER: &str = "{\"recorded\":true}";

/// What Jira says of alice's calls.
pub(crate) const ALICE: &str = "X-AUSERNAME: alice";

/// How long anything here may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a product answers that takes every call for alice's.
pub(crate) fn answer_alice(request: &RecordedRequest) -> RawAnswer {
    if request.method() == "HEAD" {
        RawAnswer::json_head(ANSWER, &[ALICE])
    } else {
        RawAnswer::json(ANSWER, &[ALICE])
    }
}

/// Waits, but not for ever.
pub(crate) async fn within<T>(what: &str, waiting: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come within {PATIENCE:?}"))
}

/// A gate before one Jira that records, and a token of alice's that may do what she may.
pub(crate) struct Scene {
    pub(crate) gate: TestGate,
    pub(crate) jira: Arc<Recorder>,
    pub(crate) token: String,
    pub(crate) id: gatepass_model::TokenId,
}

impl Scene {
    /// With a product that answers so.
    pub(crate) async fn new(
        answer: impl Fn(&RecordedRequest) -> RawAnswer + Send + Sync + 'static,
    ) -> Self {
        let settings = RecorderSettings { answer: Arc::new(answer), ..RecorderSettings::default() };
        Self::with(settings, |_| {}).await
    }

    /// With a product and a gate that are set up so.
    pub(crate) async fn with(
        settings: RecorderSettings,
        set_up: impl FnOnce(&mut TestGateOptions),
    ) -> Self {
        let jira = Arc::new(Recorder::start_with(settings).await.unwrap());
        let mut options = TestGateOptions::jira(jira.address()).unwrap();
        set_up(&mut options);
        let gate = TestGate::start(options).await.unwrap();
        let issued = gate.issue("alice", Grant::read_write()).await.unwrap();
        Self { gate, jira, token: issued.secret, id: issued.id }
    }

    /// A connection to the gate.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.gate.address()).await.unwrap().with_patience(PATIENCE)
    }

    /// A head with the token: `start` is method and target, `lines` end in CRLF each.
    pub(crate) fn head(&self, start: &str, lines: &str) -> String {
        let token = &self.token;
        format!(
            "{start} HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer {token}\r\n{lines}\r\n"
        )
    }

    /// A GET of `ABC-1` with the token.
    pub(crate) fn get(&self) -> String {
        self.head("GET /rest/api/2/issue/ABC-1", "")
    }
}
