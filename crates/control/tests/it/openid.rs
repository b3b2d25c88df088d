//! A directory that is an OpenID provider, with a gate and a Jira that run.

use std::sync::Arc;

use gatepass_control::{
    Answered, Asked, AtProvider, BearerSecret, Browser, Control, ControlError, Finished,
    FromProvider, PolicyFile, Purpose, Refresher, Run, SignInAsked, SignInProblem, Where,
};
use gatepass_model::{Actor, Expiry, KnownPerson, Lifetime, ProductRank, Timestamp, TokenState};
use gatepass_sandbox::{Jira, JiraSettings};
use gatepass_store::NodeId;
use gatepass_testkit::raw::Client;
use gatepass_testkit::{TestClock, TestGate, TestProvider, jira_directory};
use serde_json::json;

use crate::support::{gate_of_stored_people, jira_name, key, known_jira, problems, request};

const CONSOLE: &str = "http://jira.example/gatepass";

struct World {
    gate: Arc<TestGate>,
    jira: Jira,
    provider: TestProvider,
    control: Arc<Control>,
    clock: Arc<TestClock>,
}

/// A browser's cookies.
#[derive(Default)]
struct Cookies {
    sign_in: Option<BearerSecret>,
    session: Option<BearerSecret>,
}

/// What a browser comes back with.
struct Back {
    state: String,
    code: String,
}

impl World {
    async fn new() -> Self {
        let clock = Arc::new(TestClock::default());
        let mut settings = JiraSettings::demo();
        settings.clock = Arc::clone(&clock) as _;
        let jira = Jira::start(settings).await.unwrap();
        let gate = gate_of_stored_people(&jira, &clock, Lifetime::from_days(30)).await;
        let provider = TestProvider::start(Arc::clone(&clock)).await.unwrap();
        let desk = jira_directory("main", "jira", &jira.base_url(), None).unwrap().desk;
        let products = provider.products("main", desk).unwrap();
        let control = Arc::new(gate.control(vec![known_jira("")], products));
        Self { gate, jira, provider, control, clock }
    }

    /// To the provider, where somebody signs in, up to the way back.
    async fn begun(&self, purpose: Purpose, cookies: &mut Cookies) -> Back {
        let main = "main".parse().unwrap();
        let place = AtProvider { console: CONSOLE, directory: &main, back: "/x" };
        let browser = cookies.sign_in.clone();
        let begun = self.control.begin_at_provider(purpose, place, browser).await;
        let begun = begun.unwrap().unwrap();
        cookies.sign_in = Some(begun.browser);
        let back = self.provider.sign_in(&begun.address).unwrap();
        let query = back.strip_prefix(&format!("{CONSOLE}/signed-in/main?code=")).unwrap();
        let (code, state) = query.split_once("&state=").unwrap();
        Back { state: state.to_owned(), code: code.to_owned() }
    }

    async fn finished(&self, back: &Back, cookies: &Cookies) -> Result<Finished, SignInProblem> {
        self.answered(cookies, |_| (), back).await
    }

    /// The same with an answer, or a browser, that was changed.
    async fn answered(
        &self,
        cookies: &Cookies,
        change: impl FnOnce(&mut FromProvider<'_>),
        back: &Back,
    ) -> Result<Finished, SignInProblem> {
        let main = "main".parse().unwrap();
        let mut answer = FromProvider {
            directory: &main,
            state: &back.state,
            code: Some(&back.code),
            error: None,
            issuer: None,
        };
        change(&mut answer);
        self.control.finish_at_provider(answer, browser(cookies, CONSOLE)).await.unwrap()
    }

    async fn sign_in(&self) -> Result<Cookies, SignInProblem> {
        let mut cookies = Cookies::default();
        let back = self.begun(Purpose::SignIn, &mut cookies).await;
        cookies.session = self.finished(&back, &cookies).await?.session;
        Ok(cookies)
    }

    /// Somebody else signs in from now on.
    fn told(&self, subject: &str, username: &str, groups: &[&str]) {
        self.provider.change(|manner| {
            manner.id_token = json!({
                "sub": subject, "preferred_username": username, "name": username,
                "email": "", "groups": groups,
            });
        });
    }

    /// A token of alice's, for whom the gate has a native token.
    async fn token_of_alice(&self) -> String {
        let cookies = self.sign_in().await.unwrap();
        self.native(&cookies, "alice").await.unwrap().unwrap();
        let mut asked = request("alice");
        asked.expires = Some(Expiry::After(Lifetime::from_days(365)));
        let issued = self.control.issue_token(&Actor::Person(key("alice")), &asked).await.unwrap();
        self.gate.wait_applied(self.gate.store().revision().await.unwrap()).await.unwrap();
        issued.secret.reveal().to_owned()
    }

    /// By the session that somebody has at Jira; where that was answered, what it was taken for.
    async fn native(
        &self,
        cookies: &Cookies,
        at_jira: &str,
    ) -> Result<Result<Finished, SignInProblem>, Answered> {
        let (instance, alice) = (jira_name(), key("alice"));
        let place =
            Where { console: CONSOLE, instance: &instance, back: "/", person: Some(&alice) };
        let begun =
            self.control.begin_sign_in(Purpose::Native, place, cookies.sign_in.clone()).unwrap();
        let cookie = format!("JSESSIONID={}", self.jira.open_session(at_jira));
        let state = begun.query.strip_prefix("to=").unwrap();
        let asked = SignInAsked { instance: &instance, state, cookie: Some(cookie.as_bytes()) };
        let address = match self.control.answer_sign_in(asked).await.unwrap() {
            Answered::Back(address) => address,
            other => return Err(other),
        };
        let code = address.rsplit_once('=').unwrap().1;
        let finished = self.control.finish_sign_in(code, browser(cookies, CONSOLE)).await.unwrap();
        Ok(finished)
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

    /// Has somebody known as one who may do so much at the product.
    async fn ranked(&self, username: &str, rank: ProductRank) {
        self.jira.mistake_everybody_for(None);
        let is_user = rank == ProductRank::User;
        let groups: &[&str] =
            if is_user { &["jira-users"] } else { &["jira-users", "jira-administrators"] };
        self.jira.set_groups(username, groups);
        let known = KnownPerson { rank, ..self.known(username).await.unwrap() };
        self.gate.store().put_people(&key(username).directory, &[known]).await.unwrap();
    }

    async fn known(&self, username: &str) -> Option<KnownPerson> {
        self.control.find_person(&key(username)).await.unwrap()
    }

    async fn is_signed_in(&self, cookies: &Cookies) -> bool {
        let secret = cookies.session.as_ref().unwrap();
        self.control.signed_in(secret).await.unwrap().is_some()
    }

    async fn wait(&self) {
        let revision = self.gate.store().revision().await.unwrap();
        self.gate.wait_applied(revision).await.unwrap();
    }
}

fn browser<'a>(cookies: &'a Cookies, console: &'a str) -> Browser<'a> {
    Browser {
        secret: cookies.sign_in.as_ref(),
        session: cookies.session.as_ref(),
        console,
        address: "192.0.2.1".parse().unwrap(),
        agent: "",
    }
}

fn root() -> Actor {
    Actor::CommandLine("root".to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_has_the_rights_of_the_groups_that_are_told() {
    let world = World::new().await;
    let text = "[[rules]]\nname='staff'\ngroups=['staff']\nuse='allow'\ncreate='allow'";
    let file = PolicyFile { name: "policy.toml", text };
    world.control.apply_policy(&root(), file, Run::Real).await.unwrap();
    let secret = world.token_of_alice().await;
    assert_eq!(world.ask(&secret).await, (200, None));
    let alice = world.known("alice").await.unwrap();
    assert_eq!(alice.person.display_name, "Alice Arden");
    assert_eq!(alice.native_key, Some(format!("openid:{} subject-1", world.provider.issuer())));
    // The next sign-in says that she is in another group by now.
    world.told("subject-1", "Alice", &["others"]);
    let cookies = world.sign_in().await.unwrap();
    world.wait().await;
    assert_eq!(world.ask(&secret).await, (403, Some("use_not_permitted".to_owned())));
    let who = world.control.signed_in(cookies.session.as_ref().unwrap()).await.unwrap().unwrap();
    assert!(!who.standing.rights.create.allowed && who.standing.person.groups == ["others"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_sign_in_said_is_believed_for_a_while_and_nobody_is_asked_meanwhile() {
    let world = World::new().await;
    let secret = world.token_of_alice().await;
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    assert!(matches!(asked, Asked::Unanswered(words) if words.contains("who signs in")));
    let known = world.known("alice").await.unwrap();
    assert!(known.person.active && known.problem.is_none());
    // The round in the background leaves everybody alone, however long ago it was.
    let main = "main".parse().unwrap();
    let directory = world.control.asked_directory(&main).unwrap();
    let (control, wallet) = (Arc::clone(&world.control), Arc::clone(world.gate.wallet()));
    let refresher = Refresher::new(control, wallet, main.clone(), NodeId([7; 16]));
    world.clock.advance(Lifetime::from_days(29));
    assert!(!refresher.turn(directory).await.unwrap());
    assert_eq!(world.ask(&secret).await, (200, None));
    world.clock.advance(Lifetime::from_days(1));
    assert_eq!(world.ask(&secret).await, (503, Some("not_ready".to_owned())));
    world.sign_in().await.unwrap();
    world.wait().await;
    assert_eq!(world.ask(&secret).await, (200, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_known_of_who_has_never_signed_in() {
    let world = World::new().await;
    let told = problems(world.control.issue_token(&root(), &request("alice")).await);
    assert!(told[0].starts_with("owner: \"alice\" has not signed in yet"), "{told:?}");
    assert_eq!(world.known("alice").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_another_subject_is_refused_until_it_is_let_go() {
    let world = World::new().await;
    let secret = world.token_of_alice().await;
    let alice = world.sign_in().await.unwrap();
    world.told("subject-2", "ALICE", &["admins"]);
    let refused = world.sign_in().await.map(|_| ()).unwrap_err();
    assert_eq!(refused, SignInProblem::NameOfAnother(key("ALICE")));
    // Nothing was changed by that.
    let known = world.known("alice").await.unwrap();
    assert_eq!(
        (known.person.groups.as_slice(), known.person.active),
        (&["staff".into()][..], true)
    );
    assert_eq!(world.ask(&secret).await, (200, None));
    assert!(world.is_signed_in(&alice).await);

    let nobody = world.control.release_name(&root(), &key("nobody")).await.unwrap_err();
    assert!(matches!(nobody, ControlError::NotFound(_)), "{nobody}");
    let person = Actor::Person(key("alice"));
    let other = world.control.release_name(&person, &key("alice")).await.unwrap_err();
    assert!(matches!(other, ControlError::Forbidden { .. }), "{other}");
    world.control.release_name(&root(), &key("alice")).await.unwrap();
    world.wait().await;
    assert_eq!(world.ask(&secret).await, (401, Some("token_revoked".to_owned())));
    assert!(!world.is_signed_in(&alice).await);
    let credential = world.gate.store().find_credential(&key("alice"), &jira_name()).await;
    assert!(credential.unwrap().is_none());
    assert_eq!(world.known("alice").await.unwrap().rank, ProductRank::Unknown);

    world.sign_in().await.unwrap();
    assert_eq!(world.known("alice").await.unwrap().person.groups, ["admins"]);
    // From now on it is the other one who is another.
    world.told("subject-1", "alice", &["staff"]);
    assert!(world.sign_in().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_subjects_who_come_with_one_name_at_once_one_has_it() {
    let world = World::new().await;
    for round in 0..10 {
        let (mut first, mut second) = (Cookies::default(), Cookies::default());
        let name = format!("new-{round}");
        world.told(&format!("subject-{round}-1"), &name, &["staff"]);
        let to_first = world.begun(Purpose::SignIn, &mut first).await;
        world.told(&format!("subject-{round}-2"), &name, &["staff"]);
        let to_second = world.begun(Purpose::SignIn, &mut second).await;
        let (first, second) =
            tokio::join!(world.finished(&to_first, &first), world.finished(&to_second, &second));
        let outcomes = [first.is_ok(), second.is_ok()];
        assert!(outcomes[0] != outcomes[1], "{outcomes:?} in round {round}");
        let refused = if outcomes[0] { second } else { first }.map(|_| ()).unwrap_err();
        assert_eq!(refused, SignInProblem::NameOfAnother(key(&name)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_another_name_now_leaves_the_old_one_behind() {
    let world = World::new().await;
    let secret = world.token_of_alice().await;
    world.told("subject-1", "alicia", &["staff"]);
    world.sign_in().await.unwrap();
    world.wait().await;
    let before = world.known("alice").await.unwrap();
    assert!(!before.person.active && before.problem.unwrap().contains("alicia"));
    assert!(world.known("alicia").await.unwrap().person.active);
    assert_eq!(world.ask(&secret).await, (403, Some("owner_inactive".to_owned())));
    // However often: the names of before stay behind.
    for (name, before) in [("ali", "alicia"), ("alix", "ali")] {
        world.told("subject-1", name, &["staff"]);
        world.sign_in().await.unwrap();
        assert!(!world.known(before).await.unwrap().person.active, "{before}");
        assert!(world.known(name).await.unwrap().person.active, "{name}");
    }
    // Nobody else gets the old name by that.
    world.told("subject-3", "alice", &[]);
    assert!(world.sign_in().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_counts_once_in_time_in_its_browser_and_at_its_place() {
    let world = World::new().await;
    let mut cookies = Cookies::default();
    let back = world.begun(Purpose::SignIn, &mut cookies).await;
    // In other browsers, at another console, for another directory: it is not used up by them.
    let stranger = Cookies { sign_in: Some(back_secret()), session: None };
    for cookies in [&Cookies::default(), &stranger] {
        let refused = world.finished(&back, cookies).await.unwrap_err();
        assert_eq!(refused, SignInProblem::OtherBrowser);
    }
    let main = "main".parse().unwrap();
    let answer = |directory| FromProvider {
        directory,
        state: &back.state,
        code: Some(&back.code),
        error: None,
        issuer: None,
    };
    let elsewhere = browser(&cookies, "http://evil.example/gatepass");
    let refused = world.control.finish_at_provider(answer(&main), elsewhere).await.unwrap();
    assert_eq!(refused.unwrap_err(), SignInProblem::OtherPlace);
    let other = "other".parse().unwrap();
    let here = browser(&cookies, CONSOLE);
    let refused = world.control.finish_at_provider(answer(&other), here).await.unwrap();
    assert_eq!(refused.unwrap_err(), SignInProblem::OtherPlace);
    assert_eq!(world.provider.count("/token"), 0);

    let finished = world.finished(&back, &cookies).await.unwrap();
    assert_eq!((finished.back.as_str(), finished.purpose), ("/x", Purpose::SignIn));
    let again = world.finished(&back, &cookies).await.unwrap_err();
    assert_eq!(again, SignInProblem::TooLate);
    assert_eq!(world.provider.count("/token"), 1);

    let back = world.begun(Purpose::SignIn, &mut cookies).await;
    world.clock.advance(Lifetime::from_seconds(600));
    assert_eq!(world.finished(&back, &cookies).await.unwrap_err(), SignInProblem::TooLate);
    for state in ["", "x", &format!("{}A", back.state), &back.state.replace('a', "b")] {
        let forged = Back { state: state.to_owned(), code: back.code.clone() };
        let refused = world.finished(&forged, &cookies).await.unwrap_err();
        assert_eq!(refused, SignInProblem::Forged);
    }
}

fn back_secret() -> BearerSecret {
    BearerSecret::parse(&"A".repeat(43)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_says_instead_of_a_person_signs_nobody_in() {
    let world = World::new().await;
    let mut cookies = Cookies::default();
    let main = || "main".parse().unwrap();
    let back = world.begun(Purpose::SignIn, &mut cookies).await;
    let declined = |answer: &mut FromProvider<'_>| answer.error = Some("access_denied\n\u{1b}");
    let problem = world.answered(&cookies, declined, &back).await.unwrap_err();
    let words = "access_denied".to_owned();
    assert_eq!(problem, SignInProblem::ProviderDeclined { directory: main(), words });
    // That used it up too.
    assert_eq!(world.finished(&back, &cookies).await.unwrap_err(), SignInProblem::TooLate);

    let back = world.begun(Purpose::SignIn, &mut cookies).await;
    let mixed_up = |answer: &mut FromProvider<'_>| answer.issuer = Some("https://evil.example");
    let problem = world.answered(&cookies, mixed_up, &back).await.unwrap_err();
    assert!(matches!(problem, SignInProblem::ProviderNotBelieved { .. }), "{problem}");

    let back = world.begun(Purpose::SignIn, &mut cookies).await;
    let neither = |answer: &mut FromProvider<'_>| answer.code = None;
    let problem = world.answered(&cookies, neither, &back).await.unwrap_err();
    assert_eq!(problem, SignInProblem::Forged);

    let back = world.begun(Purpose::SignIn, &mut cookies).await;
    world.provider.change(|manner| manner.token_answer = json!({"access_token": null}));
    let problem = world.finished(&back, &cookies).await.unwrap_err();
    assert!(matches!(problem, SignInProblem::ProviderUnanswered { .. }), "{problem}");
    assert_eq!(world.known("alice").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_given_at_the_provider_by_the_same_person_and_nowhere_else() {
    let world = World::new().await;
    let mut alice = world.sign_in().await.unwrap();
    let is_proved = async |cookies: &Cookies| {
        let secret = cookies.session.as_ref().unwrap();
        world.control.signed_in(secret).await.unwrap().unwrap().is_proved
    };
    // When she was there is not told: it may have been long ago.
    assert!(!is_proved(&alice).await);
    // Her session at Jira makes a native token, and proves nothing.
    let made = world.native(&alice, "alice").await.unwrap().unwrap();
    assert!(made.session.is_none() && made.problem.is_none());
    assert!(!is_proved(&alice).await);

    let back = world.begun(Purpose::Proof, &mut alice).await;
    let finished = world.finished(&back, &alice).await.unwrap();
    assert!(finished.session.is_none());
    assert!(is_proved(&alice).await);
    world.clock.advance(Lifetime::from_seconds(601));
    assert!(!is_proved(&alice).await);

    world.told("subject-2", "bob", &[]);
    let back = world.begun(Purpose::Proof, &mut alice).await;
    let other = world.finished(&back, &alice).await.unwrap_err();
    let (before, now) = (key("alice"), key("bob"));
    assert_eq!(other, SignInProblem::OtherPerson { before, now });
    assert_eq!(world.known("bob").await, None);

    world.provider.change(|manner| {
        manner.id_token = json!({
            "sub": "subject-1", "preferred_username": "alice", "name": "a", "email": "a",
            "groups": [], "auth_time": null,
        });
    });
    let back = world.begun(Purpose::Proof, &mut alice).await;
    let problem = world.finished(&back, &alice).await.unwrap_err();
    assert!(matches!(problem, SignInProblem::NotAnew { .. }), "{problem}");
    assert!(!is_proved(&alice).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_somebody_signed_in_there_is_told_it_proves_as_much() {
    let world = World::new().await;
    let now = TestClock::START.as_seconds();
    for (ago, expected) in [(599, true), (600, false)] {
        world.provider.change(|manner| {
            let told = manner.id_token.as_object_mut().unwrap();
            told.insert("auth_time".to_owned(), json!(now - ago));
        });
        let cookies = world.sign_in().await.unwrap();
        let secret = cookies.session.as_ref().unwrap();
        let who = world.control.signed_in(secret).await.unwrap().unwrap();
        assert_eq!(who.is_proved, expected, "{ago} s ago");
        assert_eq!(who.session.proved_at, Timestamp::from_millis((now - ago) * 1000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_signs_nobody_in_where_a_provider_does() {
    let world = World::new().await;
    let instance = jira_name();
    for purpose in [Purpose::SignIn, Purpose::Proof] {
        let place = Where { console: CONSOLE, instance: &instance, back: "/", person: None };
        let refused = world.control.begin_sign_in(purpose, place, None);
        assert!(matches!(refused, Err(ControlError::Invalid(_))));
    }
    let main = "main".parse().unwrap();
    let place = AtProvider { console: CONSOLE, directory: &main, back: "/" };
    let native = world.control.begin_at_provider(Purpose::Native, place, None).await;
    assert!(matches!(native, Err(ControlError::Invalid(_))));
    // A code for a native token is no session where there is none.
    let mut alice = world.sign_in().await.unwrap();
    alice.session = None;
    let refused = world.native(&alice, "alice").await.unwrap();
    assert!(refused.is_err());
    // Somebody else at Jira gets no native token of his own into her name.
    let alice = world.sign_in().await.unwrap();
    let other = world.native(&alice, "bob").await.unwrap().unwrap_err();
    assert!(matches!(other, SignInProblem::OtherPerson { .. }), "{other}");
    let stored = world.gate.store().list_credentials(None).await.unwrap();
    assert!(stored.iter().all(|one| one.owner == key("alice")), "{stored:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_owner_may_do_at_jira_his_native_token_tells() {
    let world = World::new().await;
    let text = "[[rules]]\nname='all'\nuse='allow'\ncreate='allow'\ncreate_on_behalf='allow'";
    let file = PolicyFile { name: "policy.toml", text };
    world.control.apply_policy(&root(), file, Run::Real).await.unwrap();
    let alice = world.sign_in().await.unwrap();
    world.told("subject-2", "bob", &[]);
    world.sign_in().await.unwrap();
    assert_eq!(world.known("alice").await.unwrap().rank, ProductRank::Unknown);
    let bob = Actor::Person(key("bob"));
    let refused = world.control.issue_token(&bob, &request("alice")).await.unwrap_err();
    assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    world.native(&alice, "alice").await.unwrap().unwrap();
    world.control.issue_token(&bob, &request("alice")).await.unwrap();
    assert_eq!(world.known("alice").await.unwrap().rank, ProductRank::User);
    // Of bob nobody knows what he may do: that is no power over somebody who may do more.
    assert_eq!(world.known("bob").await.unwrap().rank, ProductRank::Unknown);
    for rank in [ProductRank::Administrator, ProductRank::SystemAdministrator] {
        world.ranked("alice", rank).await;
        let refused = world.control.issue_token(&bob, &request("alice")).await.unwrap_err();
        assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    }
    world.ranked("alice", ProductRank::User).await;
    // The provider says nothing of it, and takes nothing away.
    world.told("subject-1", "alice", &[]);
    world.sign_in().await.unwrap();
    assert_eq!(world.known("alice").await.unwrap().rank, ProductRank::User);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_a_released_name_are_revoked_each_of_them() {
    let world = World::new().await;
    world.sign_in().await.unwrap();
    let issued = world.control.issue_token(&root(), &request("alice")).await.unwrap();
    world.control.release_name(&root(), &key("alice")).await.unwrap();
    let stored = world.gate.store().find_token(issued.token.token.id).await.unwrap().unwrap();
    assert_eq!(stored.token.state, TokenState::Revoked);
}
