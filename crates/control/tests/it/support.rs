//! People, instances, and what is asked for.

use std::sync::Arc;

use gatepass_control::{
    Answered, Browser, Control, ControlError, Finished, IssueRequest, Issued, KnownInstance,
    PolicyFile, Purpose, Run, SignInAsked, SignInProblem, Where,
};
use gatepass_model::{
    Actor, Grant, IdentityMethod, Instance, InstanceName, Lifetime, Person, PersonKey, Product,
};
use gatepass_sandbox::Jira;
use gatepass_store::{AuditPage, AuditRecord};
use gatepass_testkit::{TestClock, TestControl, TestGate, TestGateOptions};

pub(crate) struct World {
    pub(crate) test: TestControl,
    pub(crate) actor: Actor,
}

impl std::ops::Deref for World {
    type Target = TestControl;

    fn deref(&self) -> &TestControl {
        &self.test
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let test = TestControl::open(crowd(), instances()).await.unwrap();
        Self { test, actor: Actor::CommandLine("root".to_owned()) }
    }

    pub(crate) fn control(&self) -> &Control {
        &self.test.control
    }

    pub(crate) fn pass(&self, time: &str) {
        self.clock.advance(time.parse().unwrap());
    }

    pub(crate) async fn issue(&self, request: &IssueRequest) -> Result<Issued, ControlError> {
        self.control.issue_token(&self.actor, request).await
    }

    /// Puts a policy in force.
    pub(crate) async fn policy(&self, text: &str) {
        let file = PolicyFile { name: "policy.toml", text };
        self.control.apply_policy(&self.actor, file, Run::Real).await.unwrap();
    }

    /// The record, the newest first.
    pub(crate) async fn audit(&self) -> Vec<AuditRecord> {
        let page = AuditPage::default();
        self.store.list_audit(&page).await.unwrap()
    }
}

pub(crate) fn request(owner: &str) -> IssueRequest {
    IssueRequest {
        id: None,
        owner: owner.to_owned(),
        directory: Some("main".parse().unwrap()),
        name: "nightly".to_owned(),
        purpose: None,
        integration: None,
        grant: Grant::read_write(),
        expires: None,
        override_reason: None,
        on_behalf_of_reason: None,
    }
}

/// The problems of an `Invalid`, a line each.
pub(crate) fn problems<T: std::fmt::Debug>(result: Result<T, ControlError>) -> Vec<String> {
    match result.unwrap_err() {
        ControlError::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

fn crowd() -> Vec<Person> {
    let person = |directory: &str, name: &str, active: bool, groups: &[&str]| Person {
        key: PersonKey { directory: directory.parse().unwrap(), username: name.parse().unwrap() },
        display_name: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        active,
    };
    vec![
        person("main", "Alice", true, &["jira-users"]),
        person("main", "bob", true, &["jira-users", "robots"]),
        person("main", "gone", false, &[]),
        person("partner", "paul", true, &[]),
    ]
}

fn instances() -> Vec<KnownInstance> {
    let instance = |name: &str, product, directory: &str, context: &str| KnownInstance {
        instance: Instance {
            name: name.parse().unwrap(),
            product,
            directory: directory.parse().unwrap(),
            context_path: context.to_owned(),
            usernames: gatepass_model::Usernames::default(),
        },
        identity: vec![IdentityMethod::NativeToken],
        reads: vec!["/rest/tempo-x/**".parse().unwrap()],
    };
    vec![
        instance("jira", Product::Jira, "main", "/jira"),
        instance("wiki", Product::Confluence, "main", ""),
        instance("partner-jira", Product::Jira, "partner", ""),
    ]
}

/// Somebody of the directory `main`.
pub(crate) fn key(username: &str) -> PersonKey {
    PersonKey { directory: "main".parse().unwrap(), username: username.parse().unwrap() }
}

/// The instance that is called so.
pub(crate) fn jira_name() -> InstanceName {
    "jira".parse().unwrap()
}

/// A Jira of the directory `main`.
pub(crate) fn known_jira(context_path: &str) -> KnownInstance {
    KnownInstance {
        instance: Instance {
            name: jira_name(),
            product: Product::Jira,
            directory: "main".parse().unwrap(),
            context_path: context_path.to_owned(),
            usernames: gatepass_model::Usernames::default(),
        },
        identity: vec![IdentityMethod::NativeToken],
        reads: Vec::new(),
    }
}

/// A gate before this Jira, whose people are those of the store, believed for so long.
pub(crate) async fn gate_of_stored_people(
    jira: &Jira,
    clock: &Arc<TestClock>,
    believed: Lifetime,
) -> Arc<TestGate> {
    let mut options = TestGateOptions::jira(jira.address()).unwrap();
    options.credentials.clear();
    options.clock = Some(Arc::clone(clock));
    options.stored_people = Some(believed);
    options.stale_limit = Lifetime::from_days(1000);
    Arc::new(TestGate::start(options).await.unwrap())
}

/// What comes of going through Jira with the session that this person has there.
pub(crate) async fn by_session(
    control: &Control,
    jira: &Jira,
    purpose: Purpose,
    username: &str,
) -> Result<Finished, SignInProblem> {
    let instance = jira_name();
    let console = "http://jira.example/gatepass";
    let place = Where { console, instance: &instance, back: "/", person: None };
    let begun = control.begin_sign_in(purpose, place, None).unwrap();
    let cookie = format!("JSESSIONID={}", jira.open_session(username));
    let state = begun.query.strip_prefix("to=").unwrap();
    let asked = SignInAsked { instance: &instance, state, cookie: Some(cookie.as_bytes()) };
    let address = match control.answer_sign_in(asked).await.unwrap() {
        Answered::Back(address) => address,
        Answered::Problem { problem, .. } => return Err(problem),
        Answered::NotSignedIn { .. } => panic!("nobody is signed in"),
    };
    let browser = Browser {
        secret: Some(&begun.browser),
        session: None,
        console,
        address: "192.0.2.1".parse().unwrap(),
        agent: "",
    };
    let code = address.rsplit_once('=').unwrap().1;
    let finished = control.finish_sign_in(code, browser).await.unwrap().unwrap();
    assert_eq!(finished.problem, None);
    Ok(finished)
}
