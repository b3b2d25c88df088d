//! A Bitbucket in a directory of Jira's: its native tokens can't make others, so they are renewed by a link,
//! or not at all.

use std::sync::Arc;

use gatepass_control::{
    Answered, BearerSecret, Browser, IssueRequest, KnownInstance, NativeStanding, PolicyFile,
    Products, Purpose, Renewal, Run, SignInAsked, SignInProblem, Where,
};
use gatepass_identity::ProductDesk;
use gatepass_model::{Actor, IdentityMethod, Instance, InstanceName, Lifetime, Product};
use gatepass_sandbox::{Bitbucket, BitbucketSettings, Identified, Jira, JiraSettings};
use gatepass_store::{AuditPage, UpstreamCredential};
use gatepass_testkit::{
    TestClock, TestControl, application_link, asked_product, jira_directory, link_consumer,
};

use crate::support::{jira_name, key, known_jira, request};

struct World {
    test: TestControl,
    bitbucket: Bitbucket,
    _jira: Jira,
}

impl std::ops::Deref for World {
    type Target = TestControl;

    fn deref(&self) -> &TestControl {
        &self.test
    }
}

const CONSOLE: &str = "https://gatepass.example.com/gatepass";

fn git() -> InstanceName {
    "git".parse().unwrap()
}

impl World {
    async fn new(has_link: bool) -> Self {
        let clock = Arc::new(TestClock::default());
        let settings = JiraSettings { clock: Arc::clone(&clock) as _, ..JiraSettings::demo() };
        let jira = Jira::start(settings).await.unwrap();
        let settings = BitbucketSettings {
            clock: Arc::clone(&clock) as _,
            context_path: "/bitbucket".to_owned(),
            application_links: vec![link_consumer("gatepass").unwrap()],
            ..BitbucketSettings::demo()
        };
        let bitbucket = Bitbucket::start(settings).await.unwrap();
        let lookup = jira.issue_native_token("carol", "look people up");
        let asked = jira_directory("main", "jira", &jira.base_url(), Some(&lookup)).unwrap();
        let desk = ProductDesk::new([
            (jira_name(), asked_product(Product::Jira, &jira.base_url()).unwrap()),
            (git(), asked_product(Product::Bitbucket, &bitbucket.base_url()).unwrap()),
        ]);
        let url = bitbucket.base_url();
        let link = application_link("gatepass", &url, Arc::clone(&clock) as _).unwrap();
        let desk = desk.with_links(has_link.then_some((git(), link)));
        let products = Products { desk, ..asked };
        let known = known_jira("/bitbucket");
        let instance = Instance { name: git(), product: Product::Bitbucket, ..known.instance };
        let identity = vec![IdentityMethod::NativeToken];
        let instances =
            vec![known_jira(""), KnownInstance { instance, identity, reads: Vec::new() }];
        let opened = TestControl::open_with(Vec::new(), instances, products, clock);
        let world = Self { test: opened.await.unwrap(), bitbucket, _jira: jira };
        let text = "[[rules]]\nname='everybody'\nuse='allow'\ncreate='allow'\n";
        let file = PolicyFile { name: "policy.toml", text };
        world.control.apply_policy(&root(), file, Run::Real).await.unwrap();
        world
    }

    async fn credential(&self, username: &str) -> Option<UpstreamCredential> {
        self.store.find_credential(&key(username), &git()).await.unwrap()
    }

    async fn standing(&self, username: &str) -> NativeStanding {
        let all = self.control.native_standing(&key(username)).await.unwrap();
        all.into_iter().find(|(instance, _)| *instance == git()).unwrap().1
    }

    /// Goes to Bitbucket and back for a native token, where this person is signed in.
    async fn connect(&self, username: &str) {
        self.come_back(username, username).await;
    }

    /// Who is `here` comes back from Bitbucket, where he is `there`: the code, and his browser.
    async fn come_back(&self, here: &str, there: &str) -> (String, BearerSecret) {
        let person = key(here);
        let cookie = format!("BITBUCKETSESSIONID={}", self.bitbucket.open_session(there));
        let place = Where { console: CONSOLE, instance: &git(), back: "/", person: Some(&person) };
        let begun = self.control.begin_sign_in(Purpose::Native, place, None).unwrap();
        let state = begun.query.strip_prefix("to=").unwrap();
        let asked = SignInAsked { instance: &git(), state, cookie: Some(cookie.as_bytes()) };
        let answered = self.control.answer_sign_in(asked).await.unwrap();
        let Answered::Back(address) = answered else { panic!("{answered:?}") };
        (address.rsplit_once('=').unwrap().1.to_owned(), begun.browser)
    }

    /// Until its native token is due.
    fn pass_351_days(&self) {
        self.clock.advance(Lifetime::from_days(352));
    }
}

fn root() -> Actor {
    Actor::CommandLine("root".to_owned())
}

fn on_behalf_of(owner: &str) -> IssueRequest {
    IssueRequest { on_behalf_of_reason: Some("a robot".to_owned()), ..request(owner) }
}

#[tokio::test]
async fn by_a_link_they_are_made_renewed_and_cleared_away() {
    let world = World::new(true).await;
    let issued = world.control.issue_token(&root(), &on_behalf_of("ci-bot")).await.unwrap();
    assert!(!issued.notes.iter().any(|note| note.contains("git does not")), "{:?}", issued.notes);
    let first = world.credential("ci-bot").await.unwrap();
    let [made] = world.bitbucket.native_tokens("ci-bot").try_into().unwrap();
    assert_eq!(first.native_id, Some(made.id.to_string()));
    assert_eq!(world.control.renew_natives().await.unwrap(), Renewal::default());
    world.pass_351_days();
    let renewed = world.control.renew_natives().await.unwrap();
    assert_eq!(renewed, Renewal { renewed: 1, ..Renewal::default() });
    let second = world.credential("ci-bot").await.unwrap();
    assert_ne!(second.native_id, first.native_id);
    assert_eq!(world.bitbucket.native_tokens("ci-bot").len(), 2, "a grace for other nodes");
    world.clock.advance(Lifetime::from_seconds(601));
    let cleared = world.control.renew_natives().await.unwrap();
    assert_eq!(cleared, Renewal { deleted: 1, ..Renewal::default() });
    let [left] = world.bitbucket.native_tokens("ci-bot").try_into().unwrap();
    assert_eq!(second.native_id, Some(left.id.to_string()));
    for seen in world.bitbucket.requests() {
        assert_eq!(seen.identified, Identified::ApplicationLink, "{}", seen.target);
        assert_eq!(seen.user.as_deref(), Some("ci-bot"), "{}", seen.target);
    }
}

#[tokio::test]
async fn a_session_makes_one_and_without_a_link_its_owner_is_told_in_time_to_make_another() {
    let world = World::new(false).await;
    world.control.ask_about(&key("alice")).await.unwrap();
    world.control.issue_token(&root(), &request("alice")).await.unwrap();
    assert_eq!(world.standing("alice").await, NativeStanding::Missing);
    world.connect("alice").await;
    assert_eq!(world.standing("alice").await, NativeStanding::Good);

    world.pass_351_days();
    let asked_before = world.bitbucket.requests().len();
    let failed = world.control.renew_natives().await.unwrap();
    assert_eq!(failed, Renewal { failed: 1, ..Renewal::default() });
    let NativeStanding::NotRenewed(words) = world.standing("alice").await else { panic!() };
    assert!(words.contains("no native token may make another"), "{words}");
    assert_eq!(world.bitbucket.requests().len(), asked_before, "it would be in vain");

    // She connects again. What the gate can't delete it leaves to her, and does not try each minute.
    world.connect("alice").await;
    assert_eq!(world.standing("alice").await, NativeStanding::Good);
    world.clock.advance(Lifetime::from_seconds(601));
    let asked_before = world.bitbucket.requests().len();
    for _ in 0..2 {
        assert_eq!(world.control.renew_natives().await.unwrap(), Renewal::default());
    }
    assert_eq!(world.bitbucket.requests().len(), asked_before);
    assert_eq!(world.credential("alice").await.unwrap().former, None);
    let lines = world.store.list_audit(&AuditPage::default()).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "credential.former_left").count(), 1);
}

#[tokio::test]
async fn a_session_at_bitbucket_signs_nobody_in_who_is_told_of_by_jira() {
    let world = World::new(false).await;
    for purpose in [Purpose::SignIn, Purpose::Proof] {
        let place = Where { console: CONSOLE, instance: &git(), back: "/", person: None };
        let refused = world.control.begin_sign_in(purpose, place, None).unwrap_err();
        assert!(refused.to_string().contains("does not say who somebody is"), "{refused}");
    }
    // Nor does it by way of a native token, with no session of the console: neither for somebody
    // else than it was begun for, nor for the same.
    for there in ["carol", "alice"] {
        let (code, browser) = world.come_back("alice", there).await;
        let browser = Browser {
            secret: Some(&browser),
            session: None,
            console: CONSOLE,
            address: "192.0.2.1".parse().unwrap(),
            agent: "",
        };
        let finished = world.control.finish_sign_in(&code, browser).await.unwrap();
        assert!(matches!(finished, Err(SignInProblem::TooLate)), "{there}: {finished:?}");
    }
    assert_eq!(world.bitbucket.native_tokens("carol").len(), 0);
}
