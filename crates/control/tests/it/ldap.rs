//! A directory that is an LDAP server, with a gate and a Jira that run.

use std::sync::Arc;

use gatepass_control::{
    Asked, Control, ControlError, PeopleSource, Purpose, Refresher, SignInProblem, Where,
};
use gatepass_model::{Actor, Expiry, Grant, KnownPerson, Lifetime, ProductRank};
use gatepass_sandbox::{Account, Jira, JiraSettings};
use gatepass_store::NodeId;
use gatepass_testdb::{Ldif, SlapdOptions, TestSlapd};
use gatepass_testkit::raw::Client;
use gatepass_testkit::{TestClock, TestGate, jira_directory, ldap_directory, ldap_settings};

use crate::support::{by_session, gate_of_stored_people, jira_name, key, known_jira, request};

struct World {
    gate: Arc<TestGate>,
    jira: Jira,
    slapd: TestSlapd,
    control: Arc<Control>,
    clock: Arc<TestClock>,
}

/// Alice is in `inner`, which is in `middle`, which is in `outer`.
fn people() -> Ldif {
    let (inner, middle) = (Ldif::dn_of_group("inner"), Ldif::dn_of_group("middle"));
    let robot = Ldif::dn_of("robot");
    Ldif::default()
        .person("alice")
        .person("bob")
        .person("robot")
        .group("inner", &[&Ldif::dn_of("alice"), &robot])
        .group("middle", &[&inner])
        .group("outer", &[&middle])
}

impl World {
    async fn new() -> Self {
        let clock = Arc::new(TestClock::default());
        let mut settings = JiraSettings::demo();
        settings.clock = Arc::clone(&clock) as _;
        settings.people.push(Account {
            username: "nobody".to_owned(),
            password: "secret".to_owned(),
            display_name: "Nobody".to_owned(),
            email: "nobody@example.com".to_owned(),
            groups: vec!["jira-software-users".to_owned()],
            active: true,
        });
        let jira = Jira::start(settings).await.unwrap();
        let gate = gate_of_stored_people(&jira, &clock, Lifetime::from_days(1)).await;
        let entries = people();
        let slapd = TestSlapd::start(&SlapdOptions { entries, ..SlapdOptions::default() }).unwrap();
        let mut settings =
            ldap_settings(&slapd.url(), TestSlapd::BIND_DN, TestSlapd::PASSWORD, None);
        settings.people.inactive_filter = Some("(employeeType=gone)".to_owned());
        let desk = jira_directory("main", "jira", &jira.base_url(), None).unwrap().desk;
        let products = ldap_directory("main", settings, desk).unwrap();
        let control = Arc::new(gate.control(vec![known_jira("")], products));
        Self { gate, jira, slapd, control, clock }
    }

    /// What comes of a sign-in by the session that this person has at Jira.
    async fn answered(&self, purpose: Purpose, username: &str) -> Result<String, SignInProblem> {
        let finished = by_session(&self.control, &self.jira, purpose, username).await?;
        let session = self.control.signed_in(&finished.session.unwrap()).await.unwrap();
        Ok(session.unwrap().key().to_string())
    }

    /// A token of somebody for whom the gate has a native token.
    async fn token_of(&self, username: &str) -> String {
        self.answered(Purpose::Native, username).await.unwrap();
        let mut asked = request(username);
        asked.expires = Some(Expiry::After(Lifetime::from_days(365)));
        let issued = self.control.issue_token(&Actor::Person(key(username)), &asked).await.unwrap();
        issued.secret.reveal().to_owned()
    }

    /// Lets the time of one refresh pass, and has everybody asked about who is due.
    async fn refresh(&self) {
        self.clock.advance(Lifetime::from_seconds(301));
        let main = "main".parse().unwrap();
        let directory = self.control.asked_directory(&main).unwrap();
        let (control, wallet) = (Arc::clone(&self.control), Arc::clone(self.gate.wallet()));
        let refresher = Refresher::new(control, wallet, main, NodeId([7; 16]));
        while refresher.turn(directory).await.unwrap() {}
        let revision = self.gate.store().revision().await.unwrap();
        self.gate.wait_applied(revision).await.unwrap();
    }

    async fn ask(&self, secret: &str) -> (u16, Option<String>) {
        let mut client = Client::connect(self.gate.address()).await.unwrap();
        let head = format!(
            "GET /rest/api/2/myself HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer {secret}\r\n\r\n"
        );
        client.send(head).await.unwrap();
        let answer = client.answer().await.unwrap();
        (answer.status, answer.reason().map(str::to_owned))
    }

    async fn apply_policy(&self, text: &str) {
        let root = Actor::CommandLine("root".to_owned());
        let file = gatepass_control::PolicyFile { name: "policy.toml", text };
        self.control.apply_policy(&root, file, gatepass_control::Run::Real).await.unwrap();
    }

    async fn known(&self, username: &str) -> KnownPerson {
        self.control.find_person(&key(username)).await.unwrap().unwrap()
    }

    fn deactivate(&self, username: &str) {
        let change = "changetype: modify\nadd: employeeType\nemployeeType: gone\n";
        self.slapd.change(&format!("dn: {}\n{change}", Ldif::dn_of(username))).unwrap();
    }
}

fn refused(reason: &str) -> (u16, Option<String>) {
    (403, Some(reason.to_owned()))
}

const OUTER_MAY: &str = "[[rules]]\nname='outer'\ngroups=['outer']\nuse='allow'\ncreate='allow'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_taken_out_of_an_inner_group_loses_his_tokens_with_one_refresh() {
    let world = World::new().await;
    let secret = world.token_of("alice").await;
    world.apply_policy(OUTER_MAY).await;
    assert_eq!(world.ask(&secret).await, (200, None));
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, (200, None));
    world.slapd.take_out("inner", &Ldif::dn_of("alice")).unwrap();
    assert_eq!(world.ask(&secret).await, (200, None));
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, refused("use_not_permitted"));
    assert!(world.known("alice").await.person.groups.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inner_group_that_leaves_takes_the_rights_of_its_people_along() {
    let world = World::new().await;
    let secret = world.token_of("alice").await;
    world.apply_policy(OUTER_MAY).await;
    let robot = Ldif::dn_of("robot");
    let change = format!("changetype: modify\nreplace: member\nmember: {robot}\n");
    world.slapd.change(&format!("dn: {}\n{change}", Ldif::dn_of_group("middle"))).unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, refused("use_not_permitted"));
    assert_eq!(world.known("alice").await.person.groups, ["inner"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_who_is_deactivated_or_gone_are_an_inactive_owners() {
    let world = World::new().await;
    let (alices, bobs) = (world.token_of("alice").await, world.token_of("bob").await);
    assert_eq!((world.ask(&alices).await, world.ask(&bobs).await), ((200, None), (200, None)));
    world.deactivate("alice");
    world.slapd.delete(&Ldif::dn_of("bob")).unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&alices).await, refused("owner_inactive"));
    assert_eq!(world.ask(&bobs).await, refused("owner_inactive"));
    // Who comes back has what he had once somebody has looked after it.
    let back = "changetype: modify\ndelete: employeeType\n";
    world.slapd.change(&format!("dn: {}\n{back}", Ldif::dn_of("alice"))).unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&alices).await.1.as_deref(), Some("token_suspended"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_says_nothing_changes_nothing_until_nobody_is_believed_any_more() {
    let mut world = World::new().await;
    let secret = world.token_of("alice").await;
    world.slapd.stop().unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, (200, None));
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    assert!(matches!(&asked, Asked::Unanswered(words) if words.contains("can't be reached")));
    let known = world.known("alice").await;
    assert!(known.person.active && known.problem.is_some());
    assert_eq!(known.person.groups, ["inner", "middle", "outer"]);
    world.clock.advance(Lifetime::from_days(1));
    assert_eq!(world.ask(&secret).await, (503, Some("not_ready".to_owned())));
    world.slapd.start_again().unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, (200, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_name_had_ends_when_another_person_gets_it() {
    let world = World::new().await;
    let secret = world.token_of("alice").await;
    world.slapd.delete(&Ldif::dn_of("alice")).unwrap();
    let another = "objectClass: inetOrgPerson\nuid: alice\ncn: Another\nsn: Another\n";
    world.slapd.change(&format!("dn: {}\n{another}", Ldif::dn_of("alice"))).unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, (401, Some("token_revoked".to_owned())));
    assert_eq!(world.known("alice").await.person.display_name, "Another");
    let credential = world.gate.store().find_credential(&key("alice"), &jira_name()).await;
    assert!(credential.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_was_a_product_before_means_the_same_people() {
    let world = World::new().await;
    let secret = world.token_of("alice").await;
    // As a Jira told of her.
    let known = world.known("alice").await;
    let by_jira = KnownPerson { native_key: Some("JIRAUSER10101".to_owned()), ..known };
    let store = world.gate.store();
    store.put_people(&"main".parse().unwrap(), &[by_jira]).await.unwrap();
    world.refresh().await;
    assert_eq!(world.ask(&secret).await, (200, None));
    assert!(world.known("alice").await.native_key.unwrap().starts_with("ldap:entryuuid:"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_product_says_the_name_and_ldap_who_that_is() {
    let mut world = World::new().await;
    assert_eq!(world.answered(Purpose::SignIn, "alice").await.unwrap(), key("alice").to_string());
    let alice = world.known("alice").await;
    assert_eq!(alice.person.groups, ["inner", "middle", "outer"]);
    assert_eq!(alice.person.display_name, "alice Example");
    assert_eq!(alice.rank, ProductRank::User);
    // A refresh does not tell of ranks, and takes none.
    world.refresh().await;
    assert_eq!(world.known("alice").await.rank, ProductRank::User);
    let words = |problem| match problem {
        SignInProblem::Unanswered { words, .. } => words,
        other => panic!("{other:?}"),
    };
    let not_in = |words: &str| SignInProblem::NotInDirectory(words.to_owned());
    let unknown = world.answered(Purpose::SignIn, "nobody").await.unwrap_err();
    assert_eq!(unknown, not_in("the directory main knows no nobody"));
    world.deactivate("bob");
    let inactive = world.answered(Purpose::SignIn, "bob").await.unwrap_err();
    assert_eq!(inactive, not_in("in the directory main bob is deactivated"));
    // Who is known goes on to come in while nobody can be asked, as long as he is believed.
    world.slapd.stop().unwrap();
    world.answered(Purpose::SignIn, "alice").await.unwrap();
    let still = world.answered(Purpose::SignIn, "bob").await.unwrap_err();
    assert_eq!(still, inactive);
    let never = words(world.answered(Purpose::SignIn, "carol").await.unwrap_err());
    assert!(never.starts_with("the directory main: it can't be reached"), "{never}");
    world.clock.advance(Lifetime::from_days(1));
    world.answered(Purpose::SignIn, "alice").await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_owner_may_in_jira_is_told_by_his_own_native_token() {
    let world = World::new().await;
    for name in ["alice", "bob"] {
        world.answered(Purpose::Native, name).await.unwrap();
    }
    let may_for_others =
        "[[rules]]\nname='all'\nuse='allow'\ncreate='allow'\ncreate_on_behalf='allow'";
    world.apply_policy(may_for_others).await;
    let of_bob = KnownPerson { rank: ProductRank::Unknown, ..world.known("bob").await };
    let main = "main".parse().unwrap();
    world.gate.store().put_people(&main, &[of_bob]).await.unwrap();
    let alice = Actor::Person(key("alice"));
    world.control.issue_token(&alice, &request("bob")).await.unwrap();
    assert_eq!(world.known("bob").await.rank, ProductRank::User);
    assert_eq!(world.known("bob").await.person.display_name, "bob Example");
    // Of somebody without one nothing is known, and that is more than hers.
    let refused = world.control.issue_token(&alice, &request("robot")).await.unwrap_err();
    assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
    // Of two Jiras none speaks for the other: what was known counts no more.
    let settings = ldap_settings(&world.slapd.url(), TestSlapd::BIND_DN, TestSlapd::PASSWORD, None);
    let desk = jira_directory("main", "jira", &world.jira.base_url(), None).unwrap().desk;
    let mut instances = world.control.instances().to_vec();
    let mut second = instances[0].clone();
    second.instance.name = "second".parse().unwrap();
    instances.push(second);
    let control = world.gate.control(instances, ldap_directory("main", settings, desk).unwrap());
    control.ask_about(&key("bob")).await.unwrap();
    assert_eq!(world.known("bob").await.rank, ProductRank::Unknown);
    let refused = control.issue_token(&alice, &request("bob")).await.unwrap_err();
    assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_made_for_people_who_never_signed_in_and_for_nobody_else() {
    let world = World::new().await;
    let root = Actor::CommandLine("root".to_owned());
    world.control.issue_token(&root, &request("bob")).await.unwrap();
    assert_eq!(world.known("bob").await.rank, ProductRank::Unknown);
    let problem = world.control.issue_token(&root, &request("nobody")).await.unwrap_err();
    let ControlError::Invalid(problems) = &problem else { panic!("{problem:?}") };
    assert!(format!("{problems:?}").contains("main knows no"), "{problems:?}");
    // As after a change from a file of people.
    let issued = world.gate.issue("alice", Grant::read_only()).await.unwrap();
    assert_eq!(world.ask(&issued.secret).await, refused("owner_inactive"));
    world.refresh().await;
    assert_eq!(world.known("alice").await.person.groups, ["inner", "middle", "outer"]);
    assert_ne!(world.ask(&issued.secret).await, refused("owner_inactive"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_by_the_instance_that_is_named_only() {
    let world = World::new().await;
    let settings = ldap_settings(&world.slapd.url(), TestSlapd::BIND_DN, TestSlapd::PASSWORD, None);
    let desk = jira_directory("main", "jira", &world.jira.base_url(), None).unwrap().desk;
    let mut products = ldap_directory("main", settings, desk).unwrap();
    for directory in &mut products.directories {
        let PeopleSource::Ldap(ldap) = &mut directory.source else { panic!("LDAP") };
        ldap.instance = Some("other".parse().unwrap());
    }
    let control = world.gate.control(world.control.instances().to_vec(), products);
    let instance = jira_name();
    let console = "http://jira.example/gatepass";
    let place = Where { console, instance: &instance, back: "/", person: None };
    for purpose in [Purpose::SignIn, Purpose::Proof] {
        let refused = control.begin_sign_in(purpose, place, None).unwrap_err();
        assert!(matches!(refused, ControlError::Invalid(_)), "{refused:?}");
    }
    control.begin_sign_in(Purpose::Native, place, None).unwrap();
}
