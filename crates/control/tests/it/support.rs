//! People, instances, and what is asked for.

use gatepass_control::{
    Control, ControlError, IssueRequest, Issued, KnownInstance, PolicyFile, Run,
};
use gatepass_model::{Actor, Grant, IdentityMethod, Instance, Person, PersonKey, Product};
use gatepass_store::{AuditPage, AuditRecord};
use gatepass_testkit::TestControl;

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
