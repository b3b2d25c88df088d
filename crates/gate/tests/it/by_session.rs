//! A product that knows no native tokens: owners are become by sessions, which a signed call opens.

use std::sync::Arc;
use std::time::Duration;

use gatepass_identity::{ProductDesk, SessionCare, SessionKeeper};
use gatepass_model::{Clock, Grant, IdentityMethod, InstanceName, Product};
use gatepass_sandbox::{Bitbucket, BitbucketSettings, Identified, Jira, JiraSettings, SeenRequest};
use gatepass_testkit::raw::{Answer, Client};
use gatepass_testkit::{
    TestClock, TestGate, TestGateOptions, TestInstance, application_link, asked_product,
    jira_directory, link_consumer,
};

use crate::support::{PATIENCE, within};

const ISSUE: &str = "GET /rest/api/2/issue/ABC-1";
const UNAVAILABLE: (u16, Option<&str>) = (502, Some("upstream_identity_unavailable"));

struct Scene {
    jira: Jira,
    gate: TestGate,
    token: String,
    keeper: tokio::task::JoinHandle<()>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// Forgets nothing, and asks again at once.
const CARE: SessionCare =
    SessionCare { look: Duration::from_hours(1), idle_looks: 2, failure: Duration::ZERO };

impl Scene {
    async fn new(care: SessionCare, change: impl FnOnce(JiraSettings) -> JiraSettings) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
        let settings = JiraSettings {
            clock: Arc::clone(&clock),
            application_links: vec![link_consumer("gatepass").unwrap()],
            ..JiraSettings::demo()
        };
        let jira = Jira::start(change(settings.before_native_tokens())).await.unwrap();
        let instance = TestInstance {
            methods: vec![IdentityMethod::Impersonation],
            has_sessions: true,
            ..TestInstance::new(Product::Jira, jira.address())
        };
        let options = TestGateOptions::new(vec![instance]).unwrap();
        let gate =
            TestGate::start(TestGateOptions { credentials: Vec::new(), ..options }).await.unwrap();
        let link = application_link("gatepass", &jira.base_url(), clock).unwrap();
        let desk = jira_directory("main", "jira", &jira.base_url(), None).unwrap().desk;
        let desk = desk.with_links([("jira".parse().unwrap(), link.for_sessions())]);
        let keeper = SessionKeeper::new(desk, Arc::clone(gate.wallet()), care);
        let keeper = tokio::spawn(keeper.run());
        let token = gate.issue("alice", Grant::read_write()).await.unwrap().secret;
        Self { jira, gate, token, keeper }
    }

    /// Sends a request with the token on a connection of its own.
    async fn send(&self, start: &str, lines: &str) -> Client {
        let mut client =
            Client::connect(self.gate.address()).await.unwrap().with_patience(PATIENCE);
        let token = &self.token;
        let head = format!(
            "{start} HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer {token}\r\n{lines}\r\n"
        );
        client.send(head.as_bytes()).await.unwrap();
        client
    }

    async fn ask(&self, start: &str, lines: &str) -> Answer {
        self.send(start, lines).await.answer().await.unwrap()
    }

    fn signed(&self) -> usize {
        let is_signed = |seen: &&SeenRequest| seen.identified == Identified::ApplicationLink;
        self.jira.requests().iter().filter(is_signed).count()
    }
}

fn ending(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.reason())
}

#[tokio::test]
async fn many_first_requests_have_one_session_opened_and_nobody_sees_it() {
    let scene = Scene::new(CARE, |settings| settings).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(scene.send(ISSUE, "").await);
    }
    for mut client in clients {
        let answer = client.answer().await.unwrap();
        assert_eq!(ending(&answer), (200, None));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let before = scene.jira.requests().len();
    let answer = scene.ask(ISSUE, "Cookie: JSESSIONID=mine\r\nX-Atlassian-Token: check\r\n").await;
    assert_eq!(ending(&answer), (200, None));
    assert_eq!(scene.signed(), 1, "later requests are not signed");
    assert_eq!(scene.jira.session_count(), 1);
    let last = scene.jira.requests().split_off(before).pop().unwrap();
    assert_eq!((last.identified, last.user.as_deref()), (Identified::Session, Some("alice")));
    let sent = |wanted: &str| -> Vec<String> {
        let of_name = last.headers.iter().filter(|(name, _)| name == wanted);
        of_name.map(|(_, value)| value.clone()).collect()
    };
    assert_eq!(sent("x-atlassian-token"), ["no-check"]);
    let [cookie] = sent("cookie").try_into().unwrap();
    assert!(!cookie.contains("mine") && cookie.contains("JSESSIONID="), "{cookie}");
}

#[tokio::test]
async fn a_session_that_ended_is_seen_and_another_is_opened() {
    let scene = Scene::new(CARE, |settings| settings).await;
    assert_eq!(ending(&scene.ask(ISSUE, "").await), (200, None));
    scene.jira.end_sessions();
    assert_eq!(ending(&scene.ask(ISSUE, "").await), UNAVAILABLE);
    assert_eq!(ending(&scene.ask(ISSUE, "").await), (200, None));
    assert_eq!((scene.signed(), scene.jira.session_count()), (2, 1));
}

#[tokio::test]
async fn a_session_that_only_looked_like_ended_is_kept() {
    let scene = Scene::new(CARE, |settings| settings).await;
    assert_eq!(ending(&scene.ask(ISSUE, "").await), (200, None));
    scene.jira.mistake_everybody_for(Some("anonymous"));
    assert_eq!(ending(&scene.ask(ISSUE, "").await), UNAVAILABLE);
    scene.jira.mistake_everybody_for(None);
    assert_eq!(ending(&scene.ask(ISSUE, "").await), (200, None));
    assert_eq!((scene.signed(), scene.jira.session_count()), (1, 1), "no other was opened");
}

#[tokio::test]
async fn a_session_that_nobody_uses_is_ended() {
    let care = SessionCare { look: Duration::from_millis(400), ..CARE };
    let scene = Scene::new(care, |settings| settings).await;
    assert_eq!(ending(&scene.ask(ISSUE, "").await), (200, None));
    within("its end", async {
        while scene.jira.session_count() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(ending(&scene.ask(ISSUE, "").await), (200, None));
}

#[tokio::test]
async fn a_product_that_ends_the_session_of_a_signed_call_is_not_believed() {
    let ends = |settings| JiraSettings { ends_signed_sessions: true, ..settings };
    let scene = Scene::new(CARE, ends).await;
    let answer = scene.ask(ISSUE, "").await;
    assert_eq!(ending(&answer), UNAVAILABLE);
    assert!(answer.text().contains("ends the session of a signed call"), "{}", answer.text());
    let seen = scene.jira.requests();
    assert!(seen.iter().all(|one| !one.target.contains("issue")), "nothing came as nobody");
}

#[tokio::test]
async fn what_failed_is_told_again_for_a_while() {
    let care = SessionCare { failure: Duration::from_hours(1), ..CARE };
    let scene = Scene::new(care, |settings| settings).await;
    scene.jira.set_user_active("alice", false);
    for _ in 0..3 {
        let answer = scene.ask(ISSUE, "").await;
        assert_eq!(ending(&answer), UNAVAILABLE);
        assert!(answer.text().contains("permission_denied"), "{}", answer.text());
    }
    assert_eq!(scene.jira.requests().len(), 1);
}

/// Bitbucket names nobody where nobody is there, and goes on: everybody may read this.
#[tokio::test]
async fn at_bitbucket_an_answer_that_names_nobody_is_withheld() {
    const OPEN: &str = "GET /rest/api/latest/application-properties HTTP/1.1\r\n\
                        Host: bitbucket.example\r\nAuthorization: Bearer ";
    let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
    let settings = BitbucketSettings {
        clock: Arc::clone(&clock),
        application_links: vec![link_consumer("gatepass").unwrap()],
        ..BitbucketSettings::demo()
    };
    let bitbucket = Bitbucket::start(settings.before_native_tokens()).await.unwrap();
    let instance = TestInstance {
        methods: vec![IdentityMethod::Impersonation],
        has_sessions: true,
        ..TestInstance::new(Product::Bitbucket, bitbucket.address())
    };
    let options = TestGateOptions::new(vec![instance]).unwrap();
    let gate =
        TestGate::start(TestGateOptions { credentials: Vec::new(), ..options }).await.unwrap();
    let (name, url) = ("bitbucket".parse::<InstanceName>().unwrap(), bitbucket.base_url());
    let link = application_link("gatepass", &url, clock).unwrap();
    let upstream = asked_product(Product::Bitbucket, &url).unwrap();
    let desk = ProductDesk::new([(name.clone(), upstream)]);
    let desk = desk.with_links([(name, link.for_sessions())]);
    let keeper = tokio::spawn(SessionKeeper::new(desk, Arc::clone(gate.wallet()), CARE).run());
    let token = gate.issue("alice", Grant::read_write()).await.unwrap().secret;
    let ask = async || {
        let mut client = Client::connect(gate.address()).await.unwrap().with_patience(PATIENCE);
        client.send(format!("{OPEN}{token}\r\n\r\n").as_bytes()).await.unwrap();
        client.answer().await.unwrap()
    };
    assert_eq!(ending(&ask().await), (200, None));
    bitbucket.end_sessions();
    assert_eq!(ending(&ask().await), UNAVAILABLE);
    assert_eq!(ending(&ask().await), (200, None));
    assert_eq!(bitbucket.session_count(), 1);
    keeper.abort();
}
