//! An application link: native tokens for people who never sign in.

use std::sync::Arc;

use gatepass_control::{
    Asked, IssueRequest, KnownInstance, NativeStanding, PolicyFile, Products, Refresher, Renewal,
    Renewer, Run,
};
use gatepass_identity::{ApplicationLink, ProductDesk, Wallet};
use gatepass_model::{
    Actor, Clock as _, IdentityMethod, Instance, InstanceName, Lifetime, Product,
};
use gatepass_sandbox::{Identified, Jira, JiraSettings};
use gatepass_store::{NodeId, UpstreamCredential};
use gatepass_testkit::{
    TestClock, TestControl, application_link, asked_product, jira_directory, link_consumer,
};

use crate::support::{jira_name, key, known_jira, request};

struct World {
    test: TestControl,
    jira: Jira,
}

impl std::ops::Deref for World {
    type Target = TestControl;

    fn deref(&self) -> &TestControl {
        &self.test
    }
}

impl World {
    /// Nobody can be looked up: the link is all there is.
    async fn new() -> Self {
        Self::with(|settings| settings, |link| link).await
    }

    async fn with(
        change: impl FnOnce(JiraSettings) -> JiraSettings,
        use_for: impl FnOnce(ApplicationLink) -> ApplicationLink,
    ) -> Self {
        Self::beside(Vec::new(), change, use_for).await
    }

    async fn beside(
        mut instances: Vec<KnownInstance>,
        change: impl FnOnce(JiraSettings) -> JiraSettings,
        use_for: impl FnOnce(ApplicationLink) -> ApplicationLink,
    ) -> Self {
        let clock = Arc::new(TestClock::default());
        let settings = JiraSettings {
            clock: Arc::clone(&clock) as _,
            context_path: "/jira".to_owned(),
            application_links: vec![link_consumer("gatepass").unwrap()],
            ..JiraSettings::demo()
        };
        let jira = Jira::start(change(settings)).await.unwrap();
        let own = application_link("gatepass", &jira.base_url(), Arc::clone(&clock) as _).unwrap();
        let mut products = jira_directory("main", "jira", &jira.base_url(), None).unwrap();
        products.desk = products.desk.with_links([(jira_name(), use_for(own))]);
        let known = KnownInstance {
            identity: vec![IdentityMethod::NativeToken, IdentityMethod::Impersonation],
            ..known_jira("/jira")
        };
        instances.push(known);
        let opened = TestControl::open_with(Vec::new(), instances, products, clock);
        let world = Self { test: opened.await.unwrap(), jira };
        let text = "[[rules]]\nname='everybody'\nuse='allow'\ncreate='allow'\n\
                    [[rules]]\nname='admins'\npeople=['carol']\ncreate_on_behalf='allow'\n";
        let file = PolicyFile { name: "policy.toml", text };
        world.control.apply_policy(&root(), file, Run::Real).await.unwrap();
        world
    }

    async fn credential(&self, username: &str) -> Option<UpstreamCredential> {
        self.store.find_credential(&key(username), &jira_name()).await.unwrap()
    }

    fn renewer(&self) -> Renewer {
        let wallet = Arc::new(Wallet::new([]));
        Renewer::new(Arc::clone(&self.control), wallet, NodeId([7; 16]))
    }
}

fn root() -> Actor {
    Actor::CommandLine("root".to_owned())
}

fn on_behalf_of(owner: &str) -> IssueRequest {
    IssueRequest { on_behalf_of_reason: Some("a robot".to_owned()), ..request(owner) }
}

#[tokio::test]
async fn a_token_on_behalf_of_somebody_who_never_signed_in_finds_his_native_token_made() {
    let world = World::new().await;
    assert!(matches!(world.control.ask_about(&key("carol")).await, Ok(Asked::Confirmed(_))));
    world.jira.forget_requests();
    let carol = Actor::Person(key("carol"));
    let issued = world.control.issue_token(&carol, &on_behalf_of("ci-bot")).await.unwrap();
    assert!(!issued.notes.iter().any(|note| note.contains("502")), "{:?}", issued.notes);
    let [made] = world.jira.native_tokens("ci-bot").try_into().unwrap();
    let credential = world.credential("ci-bot").await.unwrap();
    assert_eq!(credential.native_id, Some(made.id.to_string()));
    assert_eq!(credential.created_by, carol);
    let standing = world.control.native_standing(&key("ci-bot")).await.unwrap();
    assert!(standing.iter().all(|(_, standing)| *standing == NativeStanding::Good));
    for seen in world.jira.requests() {
        assert_eq!(seen.identified, Identified::ApplicationLink, "{}", seen.target);
        // What she may do herself is asked too.
        let is_about_carol =
            !seen.target.contains("tokens") && seen.user.as_deref() == Some("carol");
        assert!(is_about_carol || seen.user.as_deref() == Some("ci-bot"), "{}", seen.target);
    }
    // A second token needs no other.
    world.control.issue_token(&carol, &on_behalf_of("ci-bot")).await.unwrap();
    assert_eq!(world.jira.native_tokens("ci-bot").len(), 1);
}

#[tokio::test]
async fn where_sessions_are_opened_no_native_token_is_made() {
    let world =
        World::with(JiraSettings::before_native_tokens, ApplicationLink::for_sessions).await;
    world.control.ask_about(&key("carol")).await.unwrap();
    let carol = Actor::Person(key("carol"));
    let issued = world.control.issue_token(&carol, &on_behalf_of("ci-bot")).await.unwrap();
    assert!(!issued.notes.iter().any(|note| note.contains("502")), "{:?}", issued.notes);
    assert_eq!(world.renewer().turn().await.unwrap(), Renewal::default());
    assert!(world.credential("ci-bot").await.is_none());
    assert!(world.jira.requests().iter().all(|seen| !seen.target.contains("tokens")));
}

#[tokio::test]
async fn an_administrator_of_jira_is_not_reached_by_who_is_none() {
    let world = World::new().await;
    world.jira.set_groups("carol", &["jira-users"]);
    world.jira.set_groups("bob", &["jira-users", "jira-administrators"]);
    world.control.ask_about(&key("carol")).await.unwrap();
    let carol = Actor::Person(key("carol"));
    let refused = world.control.issue_token(&carol, &on_behalf_of("bob")).await.unwrap_err();
    assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    assert!(world.jira.native_tokens("bob").is_empty(), "nothing is made for who may not");
}

#[tokio::test]
async fn what_jira_tells_of_somebody_counts_for_no_other_instance() {
    let name: InstanceName = "wiki".parse().unwrap();
    let (instance, product) = (known_jira("/wiki").instance, Product::Confluence);
    let instance = Instance { name: name.clone(), product, ..instance };
    let wiki = KnownInstance { instance, ..known_jira("/wiki") };
    let world = World::beside(vec![wiki], |settings| settings, |link| link).await;
    world.control.ask_about(&key("carol")).await.unwrap();
    let carol = Actor::Person(key("carol"));
    let issue = async |instances: &[InstanceName]| {
        let mut request = on_behalf_of("ci-bot");
        request.grant.instances = instances.to_vec();
        world.control.issue_token(&carol, &request).await
    };
    for reaching in [vec![], vec![name.clone()], vec![jira_name(), name]] {
        let refused = issue(&reaching).await.unwrap_err();
        assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    }
    let issued = issue(&[jira_name()]).await.unwrap();
    world.control.rotate_token(&carol, issued.token.token.id, None).await.unwrap();
}

/// Two directories, each a Jira with a link, and carol an administrator of both.
#[tokio::test]
async fn what_somebody_is_at_one_jira_makes_him_nobody_at_another() {
    let clock = Arc::new(TestClock::default());
    let (mut jiras, mut known, mut directories) = (Vec::new(), Vec::new(), Vec::new());
    let (mut upstreams, mut links) = (Vec::new(), Vec::new());
    for (directory, name) in [("main", jira_name()), ("emea", "emea".parse().unwrap())] {
        let settings = JiraSettings {
            clock: Arc::clone(&clock) as _,
            application_links: vec![link_consumer("gatepass").unwrap()],
            ..JiraSettings::demo()
        };
        let jira = Jira::start(settings).await.unwrap();
        let url = jira.base_url();
        upstreams.push((name.clone(), asked_product(Product::Jira, &url).unwrap()));
        let link = application_link("gatepass", &url, Arc::clone(&clock) as _).unwrap();
        links.push((name.clone(), link));
        directories
            .extend(jira_directory(directory, name.as_str(), &url, None).unwrap().directories);
        let (directory, instance) = (directory.parse().unwrap(), known_jira("").instance);
        let instance = Instance { name, directory, ..instance };
        known.push(KnownInstance { instance, ..known_jira("") });
        jiras.push(jira);
    }
    let desk = ProductDesk::new(upstreams).with_links(links);
    let products = Products { desk, directories };
    let test = TestControl::open_with(Vec::new(), known, products, clock).await.unwrap();
    let rule =
        "[[rules]]\nname='everybody'\nuse='allow'\ncreate='allow'\ncreate_on_behalf='allow'\n";
    let file = PolicyFile { name: "policy.toml", text: rule };
    test.control.apply_policy(&root(), file, Run::Real).await.unwrap();
    test.control.ask_about(&key("carol")).await.unwrap();
    let carol = Actor::Person(key("carol"));
    let issue = async |directory: &str, owner: &str| {
        let directory = Some(directory.parse().unwrap());
        let asked = IssueRequest { directory, ..on_behalf_of(owner) };
        test.control.issue_token(&carol, &asked).await
    };
    jiras[0].set_groups("bob", &["jira-users", "jira-administrators"]);
    issue("main", "bob").await.unwrap();
    issue("emea", "ci-bot").await.unwrap();
    let refused = issue("emea", "carol").await.unwrap_err();
    assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    // She is none any more at her own Jira either.
    jiras[0].set_groups("carol", &["jira-users"]);
    let refused = issue("main", "bob").await.unwrap_err();
    assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
}

#[tokio::test]
async fn a_name_that_jira_does_not_know_owns_nothing() {
    let world = World::new().await;
    let refused = world.control.issue_token(&root(), &on_behalf_of("nosuch")).await.unwrap_err();
    assert!(refused.to_string().contains("knows nobody of the name"), "{refused}");
    world.jira.set_user_active("bob", false);
    let refused = world.control.issue_token(&root(), &on_behalf_of("bob")).await.unwrap_err();
    assert!(refused.to_string().contains("permission_denied"), "{refused}");
    world.jira.mistake_everybody_for(Some("carol"));
    let refused = world.control.issue_token(&root(), &on_behalf_of("alice")).await.unwrap_err();
    assert!(refused.to_string().contains("somebody else"), "{refused}");
    assert!(world.credential("alice").await.is_none());
}

#[tokio::test]
async fn a_native_token_that_was_deleted_is_made_anew_when_the_product_refuses_it() {
    let world = World::new().await;
    world.control.issue_token(&root(), &on_behalf_of("alice")).await.unwrap();
    let first = world.credential("alice").await.unwrap();
    let wallet = Arc::new(Wallet::new([(jira_name(), identity())]));
    // As the gate does when an answer is not for whom it should be.
    let refuse = |credential: &UpstreamCredential| {
        world.jira.revoke_native_token(world.jira.native_tokens("alice")[0].id);
        wallet.put(&world.keyring, credential).unwrap();
        let sent = wallet.find(&key("alice"), &jira_name()).unwrap();
        assert!(sent.mark_surprised(&jira_name(), &key("alice"), None));
    };
    refuse(&first);
    world.clock.advance(Lifetime::from_seconds(30));
    let control = Arc::clone(&world.control);
    let refresher =
        Refresher::new(control, Arc::clone(&wallet), "main".parse().unwrap(), NodeId([7; 16]));
    let directory = world.control.asked_directory(&"main".parse().unwrap()).unwrap();
    assert!(refresher.turn(directory).await.unwrap());
    let second = world.credential("alice").await.unwrap();
    assert_ne!(second.native_id, first.native_id);
    assert_eq!(second.problem, None);
    assert_eq!(world.jira.native_tokens("alice").len(), 1);
    // Of a directory that nobody is asked about it is seen by the round of native tokens.
    refuse(&second);
    let control = Arc::clone(&world.control);
    Renewer::new(control, Arc::clone(&wallet), NodeId([7; 16])).turn().await.unwrap();
    assert_ne!(world.credential("alice").await.unwrap().native_id, second.native_id);
}

fn identity() -> gatepass_identity::InstanceIdentity {
    gatepass_identity::InstanceIdentity {
        usernames: gatepass_model::Usernames::default(),
        has_sessions: false,
        directory: "main".parse().unwrap(),
        methods: vec![IdentityMethod::NativeToken],
        service_account: None,
        trusted_header: None,
    }
}

#[tokio::test]
async fn owners_who_have_none_get_one_in_the_background_and_failures_are_not_asked_each_minute() {
    let world = World::new().await;
    for owner in ["alice", "bob"] {
        world.control.issue_token(&root(), &on_behalf_of(owner)).await.unwrap();
        let (actor, instance) = (root(), jira_name());
        let removed = world.control.remove_credential(&actor, owner, None, &instance);
        removed.await.unwrap();
    }
    world.jira.set_user_active("bob", false);
    let renewer = world.renewer();
    let first = renewer.turn().await.unwrap();
    assert_eq!(first, Renewal { provided: 1, failed: 1, ..Renewal::default() });
    assert!(world.credential("alice").await.is_some());
    assert!(world.credential("bob").await.is_none());
    // A minute later, then two, then four.
    let mut tried = Vec::new();
    for minute in 1..=8 {
        world.clock.advance(Lifetime::from_seconds(60));
        if renewer.turn().await.unwrap().failed > 0 {
            tried.push(minute);
        }
    }
    assert_eq!(tried, [1, 3, 7]);
    world.jira.set_user_active("bob", true);
    world.clock.advance(Lifetime::from_seconds(3_600));
    assert_eq!(renewer.turn().await.unwrap().provided, 1);
    assert!(world.credential("bob").await.unwrap().expires_at > Some(world.clock.now()));
}

#[tokio::test]
async fn a_product_that_does_not_answer_costs_no_token() {
    let world = World::new().await;
    world.control.ask_about(&key("alice")).await.unwrap();
    world.jira.remove_application_link("gatepass");
    let issued = world.control.issue_token(&root(), &on_behalf_of("alice")).await.unwrap();
    let note = issued.notes.iter().find(|note| note.contains("502")).unwrap();
    assert!(note.contains("consumer_key_unknown"), "{note}");
    world.jira.put_application_link(link_consumer("gatepass").unwrap());
    assert_eq!(world.renewer().turn().await.unwrap().provided, 1);
}
