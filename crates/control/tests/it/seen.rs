//! Whom a rule is about, who came without a token, and what one token did.

use gatepass_control::{IssueRequest, Matched, MayDo, NativeStanding, SeenCaller, SeenKind};
use gatepass_model::{
    CredentialKind, DirectoryName, Grant, Mode, Modes, PolicyDocument, Reason, Rule,
};
use gatepass_store::activity::{RequestEvent, Subject, User};

use crate::desk::{Desk, POLICY, actor, key, known, lacks, person, with};
use crate::support::request;

fn rule(groups: &[&str], people: &[&str]) -> Rule {
    Rule {
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        people: people.iter().map(|name| name.parse().unwrap()).collect(),
        ..PolicyDocument::default().rules.remove(0)
    }
}

async fn matched(desk: &Desk, rule: &Rule) -> Matched {
    desk.control.people_matched(&actor("ada"), rule).await.unwrap()
}

fn keys(matched: &Matched) -> Vec<String> {
    matched.people.iter().map(|person| person.key.to_string()).collect()
}

#[tokio::test]
async fn a_rule_is_about_people_of_all_directories() {
    let desk = Desk::new().await;
    let told = matched(&desk, &rule(&["users", "nobody-in-it"], &["BOB", "stranger"])).await;
    assert_eq!(keys(&told), ["bob (main)", "carol (main)", "Bob (shop)", "sam (shop)"]);
    assert_eq!(told.count, 4, "who may not sign in is not counted");
    assert_eq!(told.unknown_groups, ["nobody-in-it"]);
    assert_eq!(told.unknown_people, ["stranger".parse().unwrap()]);
    assert_eq!(told.people[0].display_name, "bob of main");
    let everybody = matched(&desk, &rule(&[], &[])).await;
    assert_eq!((everybody.count, everybody.unknown_groups.len()), (5, 0));
    let gone = matched(&desk, &rule(&[], &["gone"])).await;
    assert_eq!((gone.count, gone.unknown_people.len()), (0, 0), "he is known, but not active");
    assert_eq!(
        lacks(desk.control.people_matched(&actor("bob"), &rule(&[], &[])).await),
        "administer"
    );
}

#[tokio::test]
async fn whom_a_rule_is_about_follows_every_change_of_people() {
    let desk = Desk::new().await;
    let shop: DirectoryName = "shop".parse().unwrap();
    let droids = rule(&["droids"], &[]);
    assert_eq!(matched(&desk, &droids).await.unknown_groups, ["droids"]);
    let put = async |name: &str, groups: &[&str], active: bool| {
        let mut known = known(person("shop", name, groups));
        known.person.active = active;
        desk.test.store.put_people(&shop, &[known]).await.unwrap();
    };
    put("r2", &["droids"], true).await;
    put("r1", &["droids"], true).await;
    // A change of something else between them.
    desk.issue_to("bob", "something else").await;
    put("sam", &["droids"], true).await;
    assert_eq!(keys(&matched(&desk, &droids).await), ["r1 (shop)", "r2 (shop)", "sam (shop)"]);
    put("r2", &[], true).await;
    put("r1", &["droids"], false).await;
    let now = matched(&desk, &droids).await;
    assert_eq!((keys(&now), now.unknown_groups.len()), (vec!["sam (shop)".to_owned()], 0));
}

#[tokio::test]
async fn the_first_twenty_of_many_people_are_named_and_all_are_counted() {
    let desk = Desk::new().await;
    let shop: DirectoryName = "shop".parse().unwrap();
    let name = |number: u32| format!("robot{number:04}");
    let robots = (0..2_100).rev().map(|n| known(person("shop", &name(n), &["robots"])));
    desk.test.store.put_people(&shop, &robots.collect::<Vec<_>>()).await.unwrap();
    let rules = [rule(&["robots"], &[]), rule(&[], &[]), rule(&["traders"], &["robot2099"])];
    let told = desk.control.people_matched_by_each(&actor("ada"), &rules).await.unwrap();
    assert_eq!(told.iter().map(|one| one.count).collect::<Vec<_>>(), [2_101, 2_105, 2]);
    let first = keys(&told[0]);
    assert_eq!((first.len(), first[0].as_str()), (20, "carol (main)"));
    assert_eq!((first[1].as_str(), first[19].as_str()), ("robot0000 (shop)", "robot0018 (shop)"));
    assert_eq!(keys(&told[2]), ["Bob (shop)", "robot2099 (shop)"]);
    assert!(desk.control.people_matched_by_each(&actor("ada"), &[]).await.unwrap().is_empty());
}

async fn callers(desk: &Desk) {
    let password = CredentialKind::Password;
    desk.used(with(password, User::Claimed("bob")), 5, 0).await;
    desk.used(with(password, User::Verified("carol")), 9, 1).await;
    for (number, name) in (1..).zip(["u1", "u2", "u3", "u4", "u5"]) {
        desk.used(with(password, User::Claimed(name)), number, 0).await;
    }
    desk.used(with(CredentialKind::Session, User::Verified("bob")), 4, 0).await;
    desk.used(with(CredentialKind::Anonymous, User::Nobody), 2, 0).await;
    desk.used(Subject::UnknownToken { user: User::Nobody }, 7, 7).await;
}

/// Kind, requests, names, how many more.
type Told<'k> = (CredentialKind, u64, Vec<Option<&'k str>>, u64);

fn told(kinds: &[SeenKind]) -> Vec<Told<'_>> {
    kinds
        .iter()
        .map(|kind| {
            let names = kind.callers.iter().map(|caller| caller.name.as_deref()).collect();
            (kind.kind, kind.requests, names, kind.more)
        })
        .collect()
}

#[tokio::test]
async fn who_came_without_a_token_is_told_by_kind_the_busiest_first() {
    let desk = Desk::new().await;
    callers(&desk).await;
    let ada = actor("ada");
    let mut seen = desk.control.observed(&ada, desk.now()).await.unwrap();
    let jira = seen.remove(&"jira".parse().unwrap()).unwrap();
    assert!(seen.is_empty(), "nobody came to the wiki");
    let names = vec![Some("carol"), Some("bob"), Some("u5"), Some("u4"), Some("u3")];
    assert_eq!(
        told(&jira.kinds),
        [
            (CredentialKind::Password, 29, names, 2),
            (CredentialKind::Session, 4, vec![Some("bob")], 0),
            (CredentialKind::Anonymous, 2, vec![None], 0),
        ]
    );
    assert_eq!(
        (jira.kinds[0].callers[0].agent.as_str(), jira.kinds[0].callers[0].last),
        ("curl/8", desk.now())
    );
    assert_eq!(jira.outside_pages, 0);
    assert_eq!(lacks(desk.control.observed(&actor("bob"), desk.now()).await), "administer");
}

#[tokio::test]
async fn changed_modes_hit_who_came_so_less_the_exempt() {
    let desk = Desk::new().await;
    callers(&desk).await;
    let exempt = |text: &str| {
        format!(
            "{POLICY}[instances.jira]\nanonymous = 'block'\n[[instances.jira.exempt]]\n{text}\n"
        )
    };
    let block = |passwords, sessions| Modes {
        passwords,
        sessions,
        anonymous: Mode::Block,
        ..Modes::default()
    };
    let hit = async |modes: Modes| {
        let jira = "jira".parse().unwrap();
        let hit =
            desk.control.hit_by_modes(&actor("ada"), &jira, &modes, desk.now()).await.unwrap();
        hit.iter().map(|kind| (kind.kind, kind.requests)).collect::<Vec<_>>()
    };
    let (password, session) = (CredentialKind::Password, CredentialKind::Session);
    let all = block(Mode::Block, Mode::Block);
    let rows: [(&str, u64, u64); 8] = [
        ("credentials = ['oauth']", 29, 4),
        ("credentials = ['password']\npeople = ['BOB']", 24, 4),
        ("credentials = ['password']\ngroups = ['robots']", 20, 4),
        ("credentials = ['password', 'session']\npeople = ['bob']\ngroups = ['robots']", 15, 4),
        ("credentials = ['session']", 29, 0),
        ("credentials = ['password']\npeople = ['bob']\nnetworks = ['10.0.0.0/8']", 29, 4),
        ("credentials = ['password']\npeople = ['bob']\npaths = ['/rest/**']", 29, 4),
        ("credentials = ['password']\npeople = ['bob']\nuntil = '2020-01-01'", 29, 4),
    ];
    for (text, passwords, sessions) in rows {
        desk.apply(&exempt(text)).await;
        let expected = [(password, passwords), (session, sessions)];
        let expected: Vec<_> = expected.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(hit(all).await, expected, "{text}; anonymous calls are blocked already");
        assert_eq!(hit(block(Mode::Observe, Mode::Allow)).await, [], "{text}");
    }
}

/// Sessions: of pages, of scripts, of a script that sends a password, too; and of one that was
/// refused.
async fn sessions(desk: &Desk) {
    let outside = |event: &mut RequestEvent<'_>| event.outside_page = true;
    let session = |name| with(CredentialKind::Session, User::Verified(name));
    desk.used(session("bob"), 40, 0).await;
    desk.used_so(session("bob"), 2, 0, outside).await;
    let script = |event: &mut RequestEvent<'_>| {
        event.user_agent = b"python";
        event.outside_page = true;
    };
    desk.used_so(session("bob"), 3, 0, script).await;
    desk.used_so(with(CredentialKind::Password, User::Claimed("carol")), 7, 0, script).await;
    let refused = |event: &mut RequestEvent<'_>| {
        event.user_agent = b"curl";
        event.refused = Some(Reason::SessionsDisabled);
    };
    desk.used_so(session("ada"), 5, 0, refused).await;
}

#[tokio::test]
async fn pages_only_hits_the_sessions_that_were_counted_outside_of_pages() {
    let desk = Desk::new().await;
    sessions(&desk).await;
    let jira = "jira".parse().unwrap();
    let seen = desk.control.observed(&actor("ada"), desk.now()).await.unwrap();
    assert_eq!(seen[&jira].outside_pages, 12);
    let hit = async |old: &str, sessions: Mode| {
        desk.apply(&format!("{POLICY}[instances.jira]\n{old}\n")).await;
        let modes = Modes { sessions, ..Modes::default() };
        desk.control.hit_by_modes(&actor("ada"), &jira, &modes, desk.now()).await.unwrap()
    };
    let named = |hit: &[SeenKind]| -> Vec<(CredentialKind, String, String, u64)> {
        let callers = hit.iter().flat_map(|kind| kind.callers.iter().map(|one| (kind.kind, one)));
        let words = |(kind, one): (_, &SeenCaller)| {
            (kind, one.name.clone().unwrap_or_default(), one.agent.clone(), one.requests)
        };
        callers.map(words).collect()
    };
    let session = CredentialKind::Session;
    let line =
        |name: &str, agent: &str, requests| (session, name.to_owned(), agent.to_owned(), requests);
    let scripts = [line("carol", "python", 7), line("bob", "python", 3), line("bob", "curl/8", 2)];
    for old in ["sessions = 'allow'", "sessions = 'observe'"] {
        let told = hit(old, Mode::Browser).await;
        assert_eq!(named(&told), scripts, "{old}");
        assert_eq!((told[0].requests, told[0].more), (12, 0));
        let told = hit(old, Mode::Block).await;
        let all = [line("bob", "curl/8", 42), line("ada", "curl", 5), line("bob", "python", 3)];
        assert_eq!(named(&told), all, "{old}");
        assert_eq!(hit(old, Mode::Observe).await, []);
    }
    // Who is refused already is no news.
    let pages = [line("bob", "curl/8", 42), line("bob", "python", 3)];
    assert_eq!(named(&hit("sessions = 'browser'", Mode::Block).await), pages);
    for (old, new) in [
        ("sessions = 'browser'", Mode::Browser),
        ("sessions = 'browser'", Mode::Allow),
        ("sessions = 'block'", Mode::Browser),
        ("sessions = 'block'", Mode::Block),
    ] {
        assert_eq!(hit(old, new).await, [], "{old}");
    }
    for (exempt, expected) in [
        ("people = ['carol']", &scripts[1..]),
        ("networks = ['10.0.0.0/8']", &scripts[..]),
        ("reason = 'all'", &[]),
    ] {
        let old = format!("[[instances.jira.exempt]]\ncredentials = ['session']\n{exempt}");
        assert_eq!(named(&hit(&old, Mode::Browser).await), expected, "{exempt}");
    }
}

#[tokio::test]
async fn a_script_is_named_behind_a_thousand_people_at_pages() {
    let desk = Desk::new().await;
    desk.apply(POLICY).await;
    let script = with(CredentialKind::Session, User::Nobody);
    desk.used_so(script, 1, 0, |event| event.outside_page = true).await;
    for number in 0..1_001 {
        let name = format!("person{number}");
        desk.used(with(CredentialKind::Session, User::Verified(&name)), 2, 0).await;
    }
    let modes = Modes { sessions: Mode::Browser, ..Modes::default() };
    let jira = "jira".parse().unwrap();
    let hit = desk.control.hit_by_modes(&actor("ada"), &jira, &modes, desk.now()).await.unwrap();
    assert_eq!((hit.len(), hit[0].requests, hit[0].callers.len()), (1, 1, 1));
}

#[tokio::test]
async fn a_token_is_shown_with_its_days_and_what_may_be_done_with_it() {
    let desk = Desk::new().await;
    let jira = Grant { instances: vec!["jira".parse().unwrap()], ..Grant::read_only() };
    let id = desk.issue(&IssueRequest { grant: jira, ..request("bob") }).await;
    desk.used(Subject::Token(id), 4, 1).await;
    desk.pass("1d");
    desk.used(Subject::Token(id), 2, 0).await;
    desk.apply(&format!("{POLICY}[[rules]]\nname = 'tight'\nlongest_lifetime = '30d'\n")).await;
    let (bob, ada, root) = (actor("bob"), actor("ada"), Desk::root());
    let shown = desk.control.show_token(&bob, id, 10).await.unwrap();
    assert_eq!(shown.days.len(), 30);
    let today = shown.days[29];
    assert_eq!(
        (today.start.to_string().as_str(), today.done, today.refused),
        ("2027-01-16T00:00:00Z", 2, 0)
    );
    let before = shown.days[28];
    assert_eq!((before.done, before.refused), (3, 1));
    assert_eq!(shown.days.iter().map(|day| day.done + day.refused).sum::<u64>(), 6);
    assert_eq!(shown.refusals, [(Reason::ReadOnly, 1)]);
    let broken: Vec<_> = shown.broken.iter().map(|one| (one.key, one.bound.as_deref())).collect();
    assert_eq!(broken, [("longest_lifetime", Some("30d"))]);
    assert_eq!(shown.identity, [("jira".parse().unwrap(), NativeStanding::Missing)]);
    assert_eq!((shown.owner_name.as_str(), shown.creator_name), ("bob of main", None));
    assert_eq!(shown.places, ["Jira jira"]);

    let all = MayDo { suspend: true, resume: false, revoke: true, renew: true };
    assert_eq!(shown.may, all);
    let may = async |who| desk.control.show_token(who, id, 0).await.unwrap().may;
    // She does not reach the secret of somebody whose rights at the product nobody knows.
    assert_eq!(may(&ada).await, MayDo { renew: false, ..all });
    assert_eq!(may(&root).await, all);
    desk.control.suspend_token(&ada, id, None).await.unwrap();
    let stopped = MayDo { suspend: false, resume: false, ..all };
    assert_eq!(may(&bob).await, stopped, "an administrator has suspended it");
    assert_eq!(may(&root).await, MayDo { resume: true, ..stopped });
    desk.control.revoke_token(&bob, id, None).await.unwrap();
    assert_eq!(may(&bob).await, MayDo::default());
    let ended = desk.control.show_token(&bob, id, 0).await.unwrap();
    assert_eq!(ended.broken, [], "what has ended needs to keep to nothing");
    let carol = desk.control.show_token(&actor("carol"), id, 0).await;
    assert!(matches!(carol, Err(gatepass_control::ControlError::NotFound(_))));
    let made_by = desk.control.own_tokens(&bob, &key("main", "bob")).await.unwrap();
    assert_eq!(made_by.len(), 1);
}
