//! A directory that is a product: signing in, being asked about, native tokens.

use std::sync::Arc;

use gatepass_control::{
    Ability, Answered, Asked, BearerSecret, Browser, ControlError, Finished, NativeStanding,
    Purpose, Renewal, SignInAsked, SignInProblem, Where,
};
use gatepass_model::{
    Actor, Clock as _, InstanceName, KnownPerson, Lifetime, ProductRank, TokenState,
};
use gatepass_sandbox::{Account, Jira, JiraSettings};
use gatepass_store::UpstreamCredential;
use gatepass_testkit::{TestClock, TestControl, jira_directory};

use crate::support::{jira_name, key, known_jira, request};

const CONSOLE: &str = "https://gatepass.example.com/gatepass";

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

/// Whether everybody can be asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lookup {
    With,
    Without,
}

impl World {
    async fn new(lookup: Lookup, change: impl FnOnce(&mut JiraSettings)) -> Self {
        let clock = Arc::new(TestClock::default());
        let mut settings = JiraSettings::demo();
        settings.clock = Arc::clone(&clock) as _;
        settings.context_path = "/jira".to_owned();
        change(&mut settings);
        let jira = Jira::start(settings).await.unwrap();
        let token = jira.issue_native_token("carol", "look people up");
        let token = (lookup == Lookup::With).then_some(token.as_str());
        let products = jira_directory("main", "jira", &jira.base_url(), token).unwrap();
        let opened = TestControl::open_with(Vec::new(), vec![known_jira("/jira")], products, clock);
        Self { test: opened.await.unwrap(), jira }
    }

    /// From the console to the instance and back: the code, and what the browser's cookie has.
    async fn answered(&self, purpose: Purpose, cookie: Option<&str>) -> (Answered, BearerSecret) {
        let instance = jira_name();
        let place =
            Where { console: CONSOLE, instance: &instance, back: "/tokens/new", person: None };
        let begun = self.control.begin_sign_in(purpose, place, None).unwrap();
        let state = begun.query.strip_prefix("to=").unwrap();
        let cookie = cookie.map(str::as_bytes);
        let asked = SignInAsked { instance: &instance, state, cookie };
        (self.control.answer_sign_in(asked).await.unwrap(), begun.browser)
    }

    async fn code_for(&self, purpose: Purpose, username: &str) -> (String, BearerSecret) {
        let cookie = format!("JSESSIONID={}", self.jira.open_session(username));
        let (answered, browser) = self.answered(purpose, Some(&cookie)).await;
        let Answered::Back(address) = answered else { panic!("{answered:?}") };
        let code = address.strip_prefix("https://gatepass.example.com/gatepass/signed-in?code=");
        (code.unwrap().to_owned(), browser)
    }

    async fn finish(
        &self,
        code: &str,
        browser: Option<&BearerSecret>,
        session: Option<&BearerSecret>,
        console: &str,
    ) -> Result<Finished, SignInProblem> {
        let browser = Browser {
            secret: browser,
            session,
            console,
            address: "192.0.2.1".parse().unwrap(),
            agent: "Mozilla/5.0",
        };
        self.control.finish_sign_in(code, browser).await.unwrap()
    }

    /// Signs somebody in; what his session cookie has.
    async fn sign_in(&self, username: &str) -> BearerSecret {
        let (code, browser) = self.code_for(Purpose::SignIn, username).await;
        let finished = self.finish(&code, Some(&browser), None, CONSOLE).await.unwrap();
        finished.session.unwrap()
    }

    /// Has the gate make a native token as him.
    async fn make_native(&self, username: &str) -> Finished {
        let session = self.sign_in(username).await;
        let (code, browser) = self.code_for(Purpose::Native, username).await;
        self.finish(&code, Some(&browser), Some(&session), CONSOLE).await.unwrap()
    }

    async fn known(&self, username: &str) -> KnownPerson {
        self.store.find_person(&key(username)).await.unwrap().unwrap()
    }

    async fn credential(&self, username: &str) -> UpstreamCredential {
        self.store.find_credential(&key(username), &jira_name()).await.unwrap().unwrap()
    }

    fn pass(&self, time: Lifetime) {
        self.clock.advance(time);
    }
}

fn account(username: &str, groups: &[&str]) -> Account {
    Account {
        username: username.to_owned(),
        password: "secret".to_owned(),
        display_name: format!("<b>{username}</b> \u{202e}"),
        email: "somebody@example.com".to_owned(),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        active: true,
    }
}

#[tokio::test]
async fn whoever_is_signed_in_to_the_product_is_signed_in_to_the_console() {
    let world = World::new(Lookup::Without, |_| ()).await;
    let session = world.sign_in("alice").await;
    let who = world.control.signed_in(&session).await.unwrap().unwrap();
    assert_eq!(who.key(), &key("alice"));
    assert_eq!(who.standing.rank, ProductRank::User);
    assert!(who.is_proved && !who.standing.person.groups.is_empty());
    assert_eq!(world.known("alice").await.confirmed_at, world.clock.now());
    let carol = world.sign_in("carol").await;
    let carol = world.control.signed_in(&carol).await.unwrap().unwrap();
    assert_eq!(carol.standing.rank, ProductRank::SystemAdministrator);
    world.pass(Lifetime::from_seconds(600));
    assert!(!world.control.signed_in(&session).await.unwrap().unwrap().is_proved);
    world.pass(Lifetime::from_days(1));
    assert!(world.control.signed_in(&session).await.unwrap().is_none());
}

#[tokio::test]
async fn odd_usernames_of_all_kinds_sign_in() {
    let names = ["zoë.müller", "a b", "x@example.com", "50%2foff", "o'neil+x"];
    let world = World::new(Lookup::With, |settings| {
        settings.people.extend(names.iter().map(|name| account(name, &["jira-software-users"])));
    })
    .await;
    for name in names {
        let session = world.sign_in(name).await;
        let who = world.control.signed_in(&session).await.unwrap().unwrap();
        assert_eq!(who.key().username.as_str(), name);
        let asked = world.control.ask_about(&key(name)).await.unwrap();
        let Asked::Confirmed(known) = asked else { panic!("{name}: {asked:?}") };
        assert_eq!(known.person.groups, ["jira-software-users"]);
    }
}

#[tokio::test]
async fn somebody_in_five_hundred_groups_has_them_all() {
    let groups: Vec<String> = (0..500).map(|n| format!("group-{n:03}")).collect();
    let world = World::new(Lookup::Without, |settings| {
        let mut many = account("many", &[]);
        many.groups.clone_from(&groups);
        settings.people.push(many);
    })
    .await;
    world.sign_in("many").await;
    assert_eq!(world.known("many").await.person.groups, groups);
}

#[tokio::test]
async fn a_code_counts_once_in_one_browser_at_one_console_for_thirty_seconds() {
    let world = World::new(Lookup::Without, |_| ()).await;
    let (code, browser) = world.code_for(Purpose::SignIn, "alice").await;
    world.finish(&code, Some(&browser), None, CONSOLE).await.unwrap();
    let again = world.finish(&code, Some(&browser), None, CONSOLE).await;
    assert_eq!(again.unwrap_err(), SignInProblem::TooLate);

    let other = BearerSecret::parse(&"A".repeat(43)).unwrap();
    for wrong in [Some(&other), None] {
        let (code, browser) = world.code_for(Purpose::SignIn, "alice").await;
        let refused = world.finish(&code, wrong, None, CONSOLE).await;
        assert_eq!(refused.unwrap_err(), SignInProblem::OtherBrowser);
        // It is used up by that.
        let after = world.finish(&code, Some(&browser), None, CONSOLE).await;
        assert_eq!(after.unwrap_err(), SignInProblem::TooLate);
    }

    let (code, browser) = world.code_for(Purpose::SignIn, "alice").await;
    let elsewhere = world.finish(&code, Some(&browser), None, "https://evil/gatepass").await;
    assert_eq!(elsewhere.unwrap_err(), SignInProblem::OtherPlace);

    let (code, browser) = world.code_for(Purpose::SignIn, "alice").await;
    world.pass(Lifetime::from_seconds(31));
    let late = world.finish(&code, Some(&browser), None, CONSOLE).await;
    assert_eq!(late.unwrap_err(), SignInProblem::TooLate);
    let forged = world.finish("x", Some(&browser), None, CONSOLE).await;
    assert_eq!(forged.unwrap_err(), SignInProblem::Forged);
}

#[tokio::test]
async fn nobody_signs_in_without_the_products_word() {
    let world = World::new(Lookup::Without, |_| ()).await;
    for cookie in [None, Some("JSESSIONID=none"), Some("other=1")] {
        let (answered, _) = world.answered(Purpose::SignIn, cookie).await;
        assert!(matches!(answered, Answered::NotSignedIn { .. }), "{cookie:?}: {answered:?}");
    }
    let cookie = format!("JSESSIONID={}", world.jira.open_session("alice"));
    world.jira.set_nonsense(true);
    let (answered, _) = world.answered(Purpose::SignIn, Some(&cookie)).await;
    let unanswered = |answered: Answered| {
        matches!(answered, Answered::Problem { problem: SignInProblem::Unanswered { .. }, .. })
    };
    assert!(unanswered(answered));
    world.jira.set_nonsense(false);
    world.jira.set_down(true);
    let (answered, _) = world.answered(Purpose::SignIn, Some(&cookie)).await;
    assert!(unanswered(answered));
    assert_eq!(world.store.find_person(&key("alice")).await.unwrap(), None);
}

#[tokio::test]
async fn a_state_that_was_changed_is_of_another_instance_or_too_old_is_refused() {
    let world = World::new(Lookup::Without, |_| ()).await;
    let instance = jira_name();
    let place = Where { console: CONSOLE, instance: &instance, back: "/", person: None };
    let begun = world.control.begin_sign_in(Purpose::SignIn, place, None).unwrap();
    let state = begun.query.strip_prefix("to=").unwrap().to_owned();
    let ask = async |instance: &InstanceName, state: &str| {
        let asked = SignInAsked { instance, state, cookie: Some(b"JSESSIONID=1") };
        match world.control.answer_sign_in(asked).await.unwrap() {
            Answered::Problem { problem, .. } => problem,
            other => panic!("{other:?}"),
        }
    };
    let mut changed = state.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for text in ["", "x", changed.as_str()] {
        assert_eq!(ask(&instance, text).await, SignInProblem::Forged, "{text}");
    }
    let wiki = "wiki".parse().unwrap();
    assert_eq!(ask(&wiki, &state).await, SignInProblem::OtherPlace);
    world.pass(Lifetime::from_seconds(901));
    assert_eq!(ask(&instance, &state).await, SignInProblem::TooLate);
}

#[tokio::test]
async fn a_person_makes_his_own_native_token_without_seeing_it() {
    let world = World::new(Lookup::Without, |_| ()).await;
    let finished = world.make_native("alice").await;
    assert_eq!((finished.problem, finished.purpose), (None, Purpose::Native));
    let [made] = world.jira.native_tokens("alice").try_into().unwrap();
    assert_eq!(made.name, "Gatepass, for my API tokens");
    let credential = world.credential("alice").await;
    assert_eq!(credential.native_id, Some(made.id.to_string()));
    assert_eq!(credential.expires_at.unwrap().as_millis(), made.expires.unwrap());
    assert_eq!(credential.created_by, Actor::Person(key("alice")));
    let standing = world.control.native_standing(&key("alice")).await.unwrap();
    assert_eq!(standing, [(jira_name(), NativeStanding::Good)]);
    // With it she is asked about from now on.
    world.jira.set_groups("alice", &["others"]);
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    let Asked::Confirmed(known) = asked else { panic!("{asked:?}") };
    assert_eq!(known.person.groups, ["others"]);
}

#[tokio::test]
async fn the_products_limits_are_kept_and_a_full_list_is_said() {
    let world = World::new(Lookup::Without, |settings| {
        settings.native_token_limits.longest_days = 30;
        settings.native_token_limits.most_per_person = 2;
    })
    .await;
    world.make_native("alice").await;
    let end = world.credential("alice").await.expires_at.unwrap();
    assert_eq!(end, world.clock.now().plus(Lifetime::from_days(30)));
    for name in ["one", "two"] {
        world.jira.issue_native_token("bob", name);
    }
    let finished = world.make_native("bob").await;
    let problem = finished.problem.unwrap();
    assert!(!problem.is_empty(), "{problem}");
    assert_eq!(world.store.find_credential(&key("bob"), &jira_name()).await.unwrap(), None);
}

#[tokio::test]
async fn a_native_token_is_made_for_whoever_is_signed_in_to_both_and_for_nobody_else() {
    let world = World::new(Lookup::Without, |_| ()).await;
    let session = world.sign_in("alice").await;
    let instance = jira_name();
    let alice = key("alice");
    let place = Where { console: CONSOLE, instance: &instance, back: "/", person: Some(&alice) };
    let begun = world.control.begin_sign_in(Purpose::Native, place, None).unwrap();
    let state = begun.query.strip_prefix("to=").unwrap();
    let cookie = format!("JSESSIONID={}", world.jira.open_session("bob"));
    let asked = SignInAsked { instance: &instance, state, cookie: Some(cookie.as_bytes()) };
    let answered = world.control.answer_sign_in(asked).await.unwrap();
    let Answered::Back(address) = answered else { panic!("{answered:?}") };
    assert_eq!(world.jira.native_tokens("bob"), []);
    let code = address.rsplit_once('=').unwrap().1;
    let refused = world.finish(code, Some(&begun.browser), Some(&session), CONSOLE).await;
    assert!(matches!(refused.unwrap_err(), SignInProblem::OtherPerson { .. }));
}

#[tokio::test]
async fn a_native_token_is_renewed_before_it_ends_and_the_old_one_deleted() {
    let world = World::new(Lookup::Without, |_| ()).await;
    world.make_native("alice").await;
    let first = world.credential("alice").await;
    assert_eq!(world.control.renew_natives().await.unwrap(), Renewal::default());
    world.pass(Lifetime::from_days(352));
    let renewed = world.control.renew_natives().await.unwrap();
    assert_eq!(renewed, Renewal { renewed: 1, provided: 0, failed: 0, deleted: 0 });
    let second = world.credential("alice").await;
    assert_ne!(second.native_id, first.native_id);
    assert!(second.expires_at > first.expires_at);
    // Both count until the grace is over.
    assert_eq!(world.jira.native_tokens("alice").len(), 2);
    assert_eq!(world.control.renew_natives().await.unwrap(), Renewal::default());
    world.pass(Lifetime::from_seconds(600));
    let after = world.control.renew_natives().await.unwrap();
    assert_eq!(after, Renewal { renewed: 0, provided: 0, failed: 0, deleted: 1 });
    let [left] = world.jira.native_tokens("alice").try_into().unwrap();
    assert_eq!(Some(left.id.to_string()), second.native_id);
    assert_eq!(world.credential("alice").await.former, None);
}

#[tokio::test]
async fn a_native_token_that_cannot_be_renewed_works_until_its_end() {
    let world = World::new(Lookup::Without, |_| ()).await;
    world.make_native("alice").await;
    for number in 1..10 {
        world.jira.issue_native_token("alice", &format!("her own {number}"));
    }
    world.pass(Lifetime::from_days(352));
    let failed = world.control.renew_natives().await.unwrap();
    assert_eq!(failed, Renewal { renewed: 0, provided: 0, failed: 1, deleted: 0 });
    let standing = async || world.control.native_standing(&key("alice")).await.unwrap();
    let NativeStanding::NotRenewed(words) = &standing().await[0].1 else { panic!("it is good") };
    assert!(words.contains("could not be renewed"), "{words}");
    assert!(matches!(world.control.ask_about(&key("alice")).await.unwrap(), Asked::Confirmed(_)));
    world.pass(Lifetime::from_days(14));
    assert!(matches!(standing().await[0].1, NativeStanding::Broken(_)));
}

#[tokio::test]
async fn a_native_token_that_was_deleted_says_nothing_about_its_owner() {
    let world = World::new(Lookup::Without, |_| ()).await;
    world.make_native("alice").await;
    let before = world.known("alice").await;
    world.jira.revoke_native_token(world.jira.native_tokens("alice")[0].id);
    world.pass(Lifetime::from_seconds(60));
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    assert!(matches!(asked, Asked::Unanswered(_)), "{asked:?}");
    let after = world.known("alice").await;
    assert!(after.person.active && after.problem.is_some());
    assert_eq!((after.confirmed_at, after.person), (before.confirmed_at, before.person));
    let standing = world.control.native_standing(&key("alice")).await.unwrap();
    assert!(matches!(standing[0].1, NativeStanding::Broken(_)), "{standing:?}");
    // The button mends it.
    world.make_native("alice").await;
    let standing = world.control.native_standing(&key("alice")).await.unwrap();
    assert_eq!(standing[0].1, NativeStanding::Good);
}

#[tokio::test]
async fn tokens_of_somebody_who_comes_back_stay_off_until_an_administrator_says_otherwise() {
    for is_removed in [true, false] {
        let world = World::new(Lookup::With, |_| ()).await;
        world.control.ask_about(&key("bob")).await.unwrap();
        let root = Actor::CommandLine("root".to_owned());
        let issued = world.control.issue_token(&root, &request("bob")).await.unwrap();
        let state = async || {
            let found = world.store.find_token(issued.token.token.id).await.unwrap().unwrap();
            found.token.state
        };
        let bob =
            JiraSettings::demo().people.into_iter().find(|one| one.username == "bob").unwrap();
        if is_removed {
            world.jira.remove_user("bob");
        } else {
            world.jira.set_user_active("bob", false);
        }
        world.control.ask_about(&key("bob")).await.unwrap();
        assert!(!world.known("bob").await.person.active);
        // Nothing was written: the owner is what refuses them.
        assert_eq!(state().await, TokenState::Active);
        if is_removed {
            // Jira gives him another key: he is another, and what the name had ends.
            assert!(world.jira.add_user(bob));
        } else {
            world.jira.set_user_active("bob", true);
        }
        world.control.ask_about(&key("bob")).await.unwrap();
        assert!(world.known("bob").await.person.active);
        if is_removed {
            assert_eq!(state().await, TokenState::Revoked);
            continue;
        }
        assert_eq!(state().await, TokenState::Suspended);
        let id = issued.token.token.id;
        let refused = world.control.resume_token(&Actor::Person(key("bob")), id, None).await;
        assert!(matches!(refused, Err(ControlError::Forbidden { .. })), "{refused:?}");
        world.control.resume_token(&root, id, None).await.unwrap();
        assert_eq!(state().await, TokenState::Active);
        // Once: he is there, and was there before.
        world.control.ask_about(&key("bob")).await.unwrap();
        assert_eq!(state().await, TokenState::Active);
    }
}

#[tokio::test]
async fn a_product_that_does_not_answer_widens_and_narrows_nothing() {
    for lookup in [Lookup::With, Lookup::Without] {
        let world = World::new(lookup, |_| ()).await;
        world.make_native("alice").await;
        let before = world.known("alice").await;
        world.pass(Lifetime::from_seconds(60));
        for trouble in [Jira::set_down, Jira::set_nonsense] {
            trouble(&world.jira, true);
            let asked = world.control.ask_about(&key("alice")).await.unwrap();
            assert!(matches!(asked, Asked::Unanswered(_)), "{asked:?}");
            let after = world.known("alice").await;
            assert_eq!(after.person, before.person);
            assert_eq!((after.rank, after.confirmed_at), (before.rank, before.confirmed_at));
            assert!(after.asked_at > before.asked_at && after.problem.is_some());
            trouble(&world.jira, false);
        }
        let asked = world.control.ask_about(&key("alice")).await.unwrap();
        assert!(matches!(asked, Asked::Confirmed(_)), "{asked:?}");
        assert_eq!(world.known("alice").await.problem, None);
    }
}

#[tokio::test]
async fn who_has_left_or_was_deactivated_is_known_on_an_administrators_word() {
    let world = World::new(Lookup::With, |_| ()).await;
    for name in ["alice", "bob"] {
        world.sign_in(name).await;
    }
    world.jira.set_user_active("alice", false);
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    let Asked::Confirmed(known) = asked else { panic!("{asked:?}") };
    assert!(!known.person.active);
    assert!(world.control.standing(&key("alice")).await.unwrap().is_none());
    world.jira.remove_user("bob");
    assert_eq!(world.control.ask_about(&key("bob")).await.unwrap(), Asked::Gone);
    let bob = world.known("bob").await;
    assert!(!bob.person.active && bob.person.groups.is_empty());
}

#[tokio::test]
async fn a_new_user_of_an_old_name_gets_nothing_of_the_one_before() {
    let world = World::new(Lookup::With, |_| ()).await;
    let session = world.sign_in("alice").await;
    world.make_native("alice").await;
    let actor = Actor::Person(key("alice"));
    let issued = world.control.issue_token(&actor, &request("alice")).await.unwrap();
    world.jira.rename_user("alice", "alicia");
    world.jira.add_user(account("alice", &["jira-software-users"]));
    let asked = world.control.ask_about(&key("alice")).await.unwrap();
    assert!(matches!(asked, Asked::Confirmed(_)), "{asked:?}");
    let token = world.store.find_token(issued.token.token.id).await.unwrap().unwrap().token;
    assert_eq!(token.state, TokenState::Revoked);
    assert_eq!(world.store.find_credential(&key("alice"), &jira_name()).await.unwrap(), None);
    assert!(world.control.signed_in(&session).await.unwrap().is_none());
}

#[tokio::test]
async fn somebody_who_never_signed_in_is_looked_up_when_a_token_is_made_for_him() {
    let world = World::new(Lookup::With, |_| ()).await;
    let root = Actor::CommandLine("root".to_owned());
    let issued = world.control.issue_token(&root, &request("bob")).await.unwrap();
    assert_eq!(issued.token.token.owner, key("bob"));
    let unknown = world.control.issue_token(&root, &request("nobody")).await.unwrap_err();
    assert!(unknown.to_string().contains("jira knows no \"nobody\""), "{unknown}");
    let without = World::new(Lookup::Without, |_| ()).await;
    let refused = without.control.issue_token(&root, &request("bob")).await.unwrap_err();
    assert!(refused.to_string().contains("lookup_token_file"), "{refused}");
}

#[tokio::test]
async fn an_administrator_of_gatepass_gets_no_administrators_power_of_jira() {
    let world = World::new(Lookup::With, |_| ()).await;
    for name in ["alice", "bob", "carol"] {
        world.sign_in(name).await;
    }
    let policy = "[[rules]]\nname='all'\nuse='allow'\ncreate='allow'\n\
        [[rules]]\nname='admins'\npeople=['alice']\nadminister='allow'\ncreate_on_behalf='allow'";
    let apply = async |text: &str| {
        let file = gatepass_control::PolicyFile { name: "policy.toml", text };
        let root = Actor::CommandLine("root".to_owned());
        world.control.apply_policy(&root, file, gatepass_control::Run::Real).await.unwrap();
    };
    apply(policy).await;
    let alice = Actor::Person(key("alice"));
    let own = Actor::Person(key("carol"));
    let of_carol = world.control.issue_token(&own, &request("carol")).await.unwrap();
    let of_bob = world.control.issue_token(&alice, &request("bob")).await.unwrap();
    assert_eq!(of_bob.token.token.creator, alice);
    let refused = world.control.issue_token(&alice, &request("carol")).await.unwrap_err();
    assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    let id = of_carol.token.token.id;
    let refused = world.control.rotate_token(&alice, id, None).await.unwrap_err();
    assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
    // She may end it, and the owner may end what was made for him.
    world.control.suspend_token(&alice, id, None).await.unwrap();
    let bob = Actor::Person(key("bob"));
    world.control.revoke_token(&bob, of_bob.token.token.id, None).await.unwrap();
    // What an administrator suspended, its owner can't resume.
    let refused = world.control.resume_token(&own, id, None).await.unwrap_err();
    assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
    // Of others' tokens nobody learns.
    let foreign = world.control.show_token(&bob, id, 0).await.unwrap_err();
    assert!(matches!(foreign, ControlError::NotFound(_)), "{foreign:?}");
    // Who has become an administrator since he signed in is one, on the word of his native token.
    world.make_native("bob").await;
    world.jira.set_groups("bob", &["jira-administrators"]);
    let refused = world.control.issue_token(&alice, &request("bob")).await.unwrap_err();
    assert!(refused.to_string().contains("on_behalf_of_administrators"), "{refused}");
    apply(&format!("{policy}\non_behalf_of_administrators='allow'")).await;
    world.control.issue_token(&alice, &request("carol")).await.unwrap();
}

#[tokio::test]
async fn the_first_administrator_is_made_by_a_link_that_counts_once() {
    let world = World::new(Lookup::Without, |_| ()).await;
    let session = world.sign_in("alice").await;
    let root = Actor::CommandLine("root".to_owned());
    let by_a_person = world.control.begin_bootstrap(&Actor::Person(key("alice"))).await;
    assert!(matches!(by_a_person.unwrap_err(), ControlError::Forbidden { .. }));
    let link = world.control.begin_bootstrap(&root).await.unwrap();
    assert!(world.control.is_bootstrap_good(link.key.expose()).await.unwrap());
    world.control.finish_bootstrap(link.key.expose(), &key("alice")).await.unwrap();
    let who = world.control.signed_in(&session).await.unwrap().unwrap();
    assert!(who.standing.administers());
    world.control.authorise(&who.actor(), Ability::ChangePolicy).await.unwrap();
    let again = world.control.finish_bootstrap(link.key.expose(), &key("bob")).await;
    assert!(matches!(again.unwrap_err(), ControlError::NotFound(_)));
    let late = world.control.begin_bootstrap(&root).await.unwrap();
    world.pass(Lifetime::from_seconds(3600));
    let late = world.control.finish_bootstrap(late.key.expose(), &key("bob")).await;
    assert!(matches!(late.unwrap_err(), ControlError::NotFound(_)));
}
