//! What changes about people, while a gate runs and a script sends requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gatepass_control::{Asked, Control, Purpose, Refresher, Renewal};
use gatepass_model::{Actor, Lifetime};
use gatepass_sandbox::{Account, Jira, JiraSettings};
use gatepass_store::NodeId;
use gatepass_testkit::raw::Client;
use gatepass_testkit::{TestClock, TestGate, jira_directory};

use crate::support::{by_session, gate_of_stored_people, key, known_jira, request};

/// How long somebody is believed whom Jira does not confirm.
const BELIEVED: Lifetime = Lifetime::from_days(400);

struct World {
    gate: Arc<TestGate>,
    jira: Jira,
    control: Arc<Control>,
    clock: Arc<TestClock>,
}

impl World {
    async fn new(believed: Lifetime) -> Self {
        let clock = Arc::new(TestClock::default());
        let mut settings = JiraSettings::demo();
        settings.clock = Arc::clone(&clock) as _;
        let jira = Jira::start(settings).await.unwrap();
        let lookup = jira.issue_native_token("carol", "look people up");
        let gate = gate_of_stored_people(&jira, &clock, believed).await;
        let products = jira_directory("main", "jira", &jira.base_url(), Some(&lookup)).unwrap();
        let control = Arc::new(gate.control(vec![known_jira("")], products));
        Self { gate, jira, control, clock }
    }

    /// Has the gate make a native token as this person, by his session.
    async fn make_native(&self, username: &str) {
        by_session(&self.control, &self.jira, Purpose::Native, username).await.unwrap();
    }

    async fn token_of(&self, username: &str) -> String {
        let actor = Actor::Person(key(username));
        let mut asked = request(username);
        asked.expires = Some(gatepass_model::Expiry::After(Lifetime::from_days(365)));
        let issued = self.control.issue_token(&actor, &asked).await.unwrap();
        issued.secret.reveal().to_owned()
    }

    fn refresher(&self) -> Refresher {
        let control = Arc::clone(&self.control);
        let wallet = Arc::clone(self.gate.wallet());
        Refresher::new(control, wallet, "main".parse().unwrap(), NodeId([7; 16]))
    }

    /// How often Jira was asked for what begins so, since it was last told to forget.
    fn asked_for(&self, begin: &str) -> usize {
        self.jira.requests().iter().filter(|seen| seen.target.starts_with(begin)).count()
    }

    async fn ask(&self, secret: &str) -> (u16, Option<String>) {
        ask(&mut Client::connect(self.gate.address()).await.unwrap(), secret).await
    }
}

async fn ask(client: &mut Client, secret: &str) -> (u16, Option<String>) {
    let head = format!(
        "GET /rest/api/2/myself HTTP/1.1\r\nHost: jira.example\r\nAuthorization: Bearer {secret}\r\n\r\n"
    );
    client.send(head).await.unwrap();
    let answer = client.answer().await.unwrap();
    (answer.status, answer.reason().map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_native_token_is_renewed_while_a_script_runs_and_no_call_fails() {
    let world = World::new(BELIEVED).await;
    world.make_native("alice").await;
    // The token lives as long as a year; the native one does not outlive it unaided.
    let secret = world.token_of("alice").await;
    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let script = {
        let (stop, calls, secret) = (Arc::clone(&stop), Arc::clone(&calls), secret.clone());
        let address = world.gate.address();
        tokio::spawn(async move {
            let mut client = Client::connect(address).await.unwrap();
            while !stop.load(Ordering::Relaxed) {
                let (status, reason) = ask(&mut client, &secret).await;
                assert_eq!((status, reason), (200, None));
                calls.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let some_more = async || {
        let seen = calls.load(Ordering::Relaxed);
        while calls.load(Ordering::Relaxed) < seen + 20 && !script.is_finished() {
            tokio::task::yield_now().await;
        }
    };
    some_more().await;
    let first = world.jira.native_tokens("alice");
    world.clock.advance(Lifetime::from_days(352));
    some_more().await;
    let renewed = world.control.renew_natives().await.unwrap();
    assert_eq!(renewed, Renewal { renewed: 1, provided: 0, failed: 0, deleted: 0 });
    some_more().await;
    // The grace is ten minutes; a gate follows within a second, however far the clock jumps.
    let revision = world.gate.store().revision().await.unwrap();
    world.gate.wait_applied(revision).await.unwrap();
    world.clock.advance(Lifetime::from_seconds(600));
    let deleted = world.control.renew_natives().await.unwrap();
    assert_eq!(deleted, Renewal { renewed: 0, provided: 0, failed: 0, deleted: 1 });
    some_more().await;
    stop.store(true, Ordering::Relaxed);
    script.await.unwrap();
    let [left] = world.jira.native_tokens("alice").try_into().unwrap();
    assert_ne!(left.id, first[0].id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_taken_out_of_a_group_loses_his_tokens_with_one_refresh() {
    let world = World::new(BELIEVED).await;
    world.make_native("alice").await;
    let secret = world.token_of("alice").await;
    let text =
        "[[rules]]\nname='devs'\ngroups=['jira-software-users']\nuse='allow'\ncreate='allow'";
    let root = Actor::CommandLine("root".to_owned());
    let file = gatepass_control::PolicyFile { name: "policy.toml", text };
    world.control.apply_policy(&root, file, gatepass_control::Run::Real).await.unwrap();
    assert_eq!(world.ask(&secret).await, (200, None));
    world.jira.set_groups("alice", &["others"]);
    assert_eq!(world.ask(&secret).await, (200, None));
    world.clock.advance(Lifetime::from_seconds(301));
    let refresher = world.refresher();
    let directory = world.control.asked_directory(&"main".parse().unwrap()).unwrap();
    assert!(refresher.turn(directory).await.unwrap());
    let revision = world.gate.store().revision().await.unwrap();
    world.gate.wait_applied(revision).await.unwrap();
    let refused = world.ask(&secret).await;
    assert_eq!(refused, (403, Some("use_not_permitted".to_owned())));
    // Nobody else is due.
    assert!(!refresher.turn(directory).await.unwrap());
    // Another node does nothing while this one has the round.
    world.clock.advance(Lifetime::from_seconds(5));
    let other = Refresher::new(
        Arc::clone(&world.control),
        Arc::clone(world.gate.wallet()),
        "main".parse().unwrap(),
        NodeId([8; 16]),
    );
    world.clock.advance(Lifetime::from_seconds(1));
    assert!(!other.turn(directory).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_confirmed_in_time_is_not_believed_any_more() {
    let world = World::new(Lifetime::from_days(1)).await;
    world.make_native("alice").await;
    let secret = world.token_of("alice").await;
    world.clock.advance(Lifetime::from_seconds(86_399));
    assert_eq!(world.ask(&secret).await, (200, None));
    world.jira.set_down(true);
    world.clock.advance(Lifetime::from_seconds(1));
    assert_eq!(world.ask(&secret).await, (503, Some("not_ready".to_owned())));
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    assert!(matches!(asked, Asked::Unanswered(_)), "{asked:?}");
    assert_eq!(world.ask(&secret).await.0, 503);
    world.jira.set_down(false);
    world.control.ask_about(&key("alice")).await.unwrap();
    let revision = world.gate.store().revision().await.unwrap();
    world.gate.wait_applied(revision).await.unwrap();
    assert_eq!(world.ask(&secret).await, (200, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_people_of_a_few_groups_are_confirmed_by_listing_them() {
    let world = World::new(BELIEVED).await;
    let names: Vec<String> = (0..130).map(|number| format!("robot-{number}")).collect();
    let root = Actor::CommandLine("root".to_owned());
    for (number, name) in names.iter().enumerate() {
        // Nobody is asked for the last five by their group.
        let group = if number < 125 { "robots" } else { "strays" };
        world.jira.add_user(Account {
            username: name.clone(),
            password: "secret".to_owned(),
            display_name: name.clone(),
            email: "robot@example.com".to_owned(),
            groups: ["jira-software-users", group].map(str::to_owned).to_vec(),
            active: true,
        });
        world.control.issue_token(&root, &request(name)).await.unwrap();
    }
    let text = "[[rules]]\nname='r'\ngroups=['robots', 'not there']\nuse='allow'";
    let file = gatepass_control::PolicyFile { name: "policy.toml", text };
    world.control.apply_policy(&root, file, gatepass_control::Run::Real).await.unwrap();
    let before = gatepass_model::Clock::now(&*world.clock);
    // One has left the group since, and another is deactivated: neither is on the list.
    world.jira.set_groups("robot-0", &["strays"]);
    world.jira.set_user_active("robot-1", false);
    world.clock.advance(Lifetime::from_seconds(301));
    world.jira.forget_requests();
    let (refresher, main) = (world.refresher(), "main".parse().unwrap());
    let directory = world.control.asked_directory(&main).unwrap();
    while refresher.turn(directory).await.unwrap() {}
    // 123 are left of the group: three pages, and one answer that the other is not there.
    assert_eq!(world.asked_for("/rest/api/2/group/member"), 4);
    assert_eq!(world.asked_for("/rest/api/2/user?"), 7);
    let store = world.gate.store();
    for name in &names {
        let known = store.find_person(&key(name)).await.unwrap().unwrap();
        assert_eq!(known.person.active, name != "robot-1", "{name}");
        assert!(known.confirmed_at > before, "{name}");
        let is_listed = known.person.groups.iter().any(|group| group == "robots");
        let number: u32 = name.strip_prefix("robot-").unwrap().parse().unwrap();
        assert_eq!(is_listed, (1..125).contains(&number), "{name}: {:?}", known.person.groups);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_of_fifty_thousand_is_not_listed_for_a_hundred_people() {
    let world = World::new(BELIEVED).await;
    let root = Actor::CommandLine("root".to_owned());
    for number in 0..50_000 {
        let name = format!("robot-{number}");
        world.jira.add_user(Account {
            username: name.clone(),
            password: String::new(),
            display_name: name.clone(),
            email: String::new(),
            groups: vec!["robots".to_owned()],
            active: true,
        });
        if number < 100 {
            world.control.issue_token(&root, &request(&name)).await.unwrap();
        }
    }
    let text = "[[rules]]\nname='r'\ngroups=['robots']\nuse='allow'";
    let file = gatepass_control::PolicyFile { name: "policy.toml", text };
    world.control.apply_policy(&root, file, gatepass_control::Run::Real).await.unwrap();
    world.clock.advance(Lifetime::from_seconds(301));
    world.jira.forget_requests();
    let (refresher, main) = (world.refresher(), "main".parse().unwrap());
    let directory = world.control.asked_directory(&main).unwrap();
    while refresher.turn(directory).await.unwrap() {}
    assert_eq!(world.asked_for("/rest/api/2/group/member"), 1);
    assert_eq!(world.asked_for("/rest/api/2/user?"), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_of_whom_the_product_has_never_told_are_asked_about() {
    let world = World::new(BELIEVED).await;
    // As after a change from a file of people to the product.
    let mut secrets = Vec::new();
    for owner in ["alice", "bob", "nobody at all"] {
        let issued = world.gate.issue(owner, gatepass_model::Grant::read_only()).await.unwrap();
        secrets.push(issued.secret);
    }
    let refused = (403, Some("owner_inactive".to_owned()));
    assert_eq!(world.ask(&secrets[0]).await, refused);
    let (refresher, main) = (world.refresher(), "main".parse().unwrap());
    let directory = world.control.asked_directory(&main).unwrap();
    world.jira.set_down(true);
    // It says nothing of anybody: once round, and not again at once.
    for is_asked in [true, true, true, false] {
        assert_eq!(refresher.turn(directory).await.unwrap(), is_asked);
    }
    world.jira.set_down(false);
    world.clock.advance(Lifetime::from_seconds(301));
    while refresher.turn(directory).await.unwrap() {}
    let revision = world.gate.store().revision().await.unwrap();
    world.gate.wait_applied(revision).await.unwrap();
    for (secret, is_there) in secrets.iter().zip([true, true, false]) {
        assert_eq!(world.ask(secret).await == refused, !is_there);
    }
}
