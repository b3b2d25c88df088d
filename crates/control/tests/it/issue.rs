use gatepass_control::ControlError;
use gatepass_model::{Access, Grant, PersonKey, TokenState};
use gatepass_store::{TokenFilter, TokenPage};
use gatepass_testkit::TestClock;
use gatepass_vault::{Digester, PresentedSecret, verify_row};

use crate::support::{World, problems, request};

fn violations<T: std::fmt::Debug>(result: Result<T, ControlError>) -> Vec<String> {
    match result.unwrap_err() {
        ControlError::Refused(violations) => violations.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

async fn count(world: &World) -> usize {
    let page = TokenPage { after: None, limit: 100 };
    world.store.list_tokens(&TokenFilter::default(), page).await.unwrap().tokens.len()
}

#[tokio::test]
async fn what_is_issued_is_stored_signed_recorded_and_its_secret_is_not() {
    let world = World::new().await;
    let issued = world.issue(&request("alice")).await.unwrap();
    let secret = PresentedSecret::parse(issued.secret.reveal().as_bytes()).unwrap();
    let stored = world.store.find_token(issued.token.token.id).await.unwrap().unwrap();
    assert_eq!(stored.token.secret, Digester::new(&world.keyring).stored(secret));
    assert!(verify_row(&world.keyring, &stored.token, &stored.mac) && issued.token.is_genuine);
    assert_eq!(stored.token.owner.username.as_str(), "Alice", "as the directory writes it");
    assert_eq!((issued.token.state, stored.token.former), (TokenState::Active, None));
    let audit = world.audit().await;
    assert_eq!((audit[0].action.as_str(), audit[0].actor.as_str()), ("token.issued", "cli:root"));
    assert_eq!(audit[0].subject, issued.token.token.id.to_string());
    assert_eq!(
        audit[0].detail,
        "\"nightly\" for Alice (main), read-write, until 2027-04-15T08:00:00Z"
    );
    for file in std::fs::read_dir(world.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let secret = &issued.secret.reveal().as_bytes()[10..];
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn an_end_that_nobody_asked_for_is_ninety_days_or_what_policy_allows() {
    let world = World::new().await;
    let issued = world.issue(&request("alice")).await.unwrap();
    assert_eq!(issued.token.token.expires_at, Some(TestClock::START.plus("90d".parse().unwrap())));
    assert_eq!(
        issued.notes,
        ["no end was asked for; it expires in 90d, on 2027-04-15T08:00:00Z (the usual time)"]
    );
    world
        .policy("[[rules]]\nname='short'\nuse='allow'\ncreate='allow'\nlongest_lifetime='7d'")
        .await;
    let issued = world.issue(&request("alice")).await.unwrap();
    assert_eq!(issued.token.token.expires_at, Some(TestClock::START.plus("7d".parse().unwrap())));
    assert!(issued.notes[0].ends_with("(the longest that the policy rule \"short\" allows)"));
}

#[tokio::test]
async fn everything_that_cannot_be_is_told_at_once_and_no_override_helps() {
    let world = World::new().await;
    let mut bad = request("alise");
    bad.name = " ".to_owned();
    bad.purpose = Some("x".repeat(1001));
    bad.integration = Some("a\u{1b}[2J".to_owned());
    bad.expires = Some("2026-02-28".parse().unwrap());
    bad.override_reason = Some("I want it".to_owned());
    bad.grant.instances = vec!["jria".parse().unwrap()];
    bad.grant.networks = (0..101).map(|n| format!("10.0.0.{n}").parse().unwrap()).collect();
    bad.grant.required_headers =
        vec!["Authorization: x".parse().unwrap(), "Cookie: x".parse().unwrap()];
    let told = problems(world.issue(&bad).await);
    let begins = [
        "owner: the directory main knows no \"alise\"; did you mean \"Alice\"?",
        "name: it is empty",
        "purpose: it has 1001 characters; it may have 1000",
        "integration: it has a line break",
        "expires: 2026-02-28T00:00:00Z is not in the future",
        "instance: there is no instance jria; did you mean \"jira\"?; there are: jira, wiki",
        "grant.networks: there are 101 of them; there may be 100",
        "grant.required_headers: authorization can't be required",
        "grant.required_headers: cookie can't be required",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (told, begin) in told.iter().zip(begins) {
        assert!(told.starts_with(begin), "{told} / {begin}");
    }
    assert_eq!((count(&world).await, world.audit().await.len()), (0, 0));
}

#[tokio::test]
async fn an_owner_must_be_active_and_of_the_directory_that_is_meant() {
    let world = World::new().await;
    assert_eq!(problems(world.issue(&request("gone")).await), ["owner: gone (main) is not active"]);
    let mut unclear = request("alice");
    unclear.directory = None;
    let told = problems(world.issue(&unclear).await);
    assert_eq!(told, ["directory: name one of: main, partner"]);
    let mut unknown = request("alice");
    unknown.directory = Some("mian".parse().unwrap());
    assert!(problems(world.issue(&unknown).await)[0].contains("did you mean \"main\"?"));
    let mut foreign = request("alice");
    foreign.grant.instances = vec!["partner-jira".parse().unwrap()];
    assert!(problems(world.issue(&foreign).await)[0].starts_with("grant.instances: the people of"));
}

#[tokio::test]
async fn markup_and_turned_text_may_stand_in_a_name() {
    let world = World::new().await;
    let mut odd = request("alice");
    odd.name = "<b>\u{202e}x</b>".to_owned();
    assert_eq!(world.issue(&odd).await.unwrap().token.token.name, odd.name);
}

const STRICT: &str = "[[rules]]\nname='strict'\nuse='allow'\ncreate='allow'\ninstances=['jira']\n\
                      longest_lifetime='30d'\nnetworks_required=true\npurpose_required=true\n\
                      integration_required=true\nmost_tokens=0\n\
                      [[rules]]\nname='no'\npeople=['bob']\nuse='deny'\n";

#[tokio::test]
async fn every_rule_that_is_not_kept_to_is_named() {
    let world = World::new().await;
    world.policy(STRICT).await;
    let mut wide = request("bob");
    wide.expires = Some("never".parse().unwrap());
    wide.grant.admin = true;
    wide.grant.instances = vec!["wiki".parse().unwrap()];
    assert_eq!(
        violations(world.issue(&wide).await),
        [
            "bob may not use tokens (policy rule \"no\", use)",
            "tokens do not work on wiki (policy rule \"strict\", instances)",
            "a token lives at most 30d (policy rule \"strict\", longest_lifetime)",
            "tokens may not administer (no policy rule allows it, admin_operations)",
            "a token must name the networks that it is used from (policy rule \"strict\", \
             networks_required)",
            "a token must have a purpose (policy rule \"strict\", purpose_required)",
            "a token must name its integration (policy rule \"strict\", integration_required)",
            "one person owns at most 0 living tokens (policy rule \"strict\", most_tokens)",
        ]
    );
    assert_eq!(count(&world).await, 0);
}

#[tokio::test]
async fn an_override_issues_what_was_asked_for_and_records_why() {
    let world = World::new().await;
    world.policy(STRICT).await;
    let mut wide = request("bob");
    wide.expires = Some("never".parse().unwrap());
    wide.override_reason = Some("the auditors need it".to_owned());
    wide.on_behalf_of_reason = Some("he is on leave".to_owned());
    let issued = world.issue(&wide).await.unwrap();
    assert_eq!(issued.token.token.grant, Grant::read_write());
    assert_eq!((issued.token.token.expires_at, issued.overridden.len()), (None, 6));
    let detail = &world.audit().await[0].detail;
    assert!(
        detail
            .contains("never expires; on behalf; reason: he is on leave; override of: bob may not")
    );
    assert!(detail.ends_with("; reason: the auditors need it"), "{detail}");
}

#[tokio::test]
async fn an_override_that_was_not_needed_is_said() {
    let world = World::new().await;
    let mut plain = request("alice");
    plain.override_reason = Some("to be sure".to_owned());
    let issued = world.issue(&plain).await.unwrap();
    assert!(issued.notes.iter().any(|note| note.contains("was not needed")));
    assert!(issued.overridden.is_empty());
}

#[tokio::test]
async fn what_policy_takes_away_is_said_and_approval_is_waited_for() {
    let world = World::new().await;
    world
        .policy(
            "[[rules]]\nname='all'\nuse='allow'\ncreate='allow'\n[[rules]]\nname='tight'\n\
             read_only=true\napproval_required=true\ninstances=['jira']\n",
        )
        .await;
    let mut asked = request("alice");
    asked.expires = Some("1d".parse().unwrap());
    let issued = world.issue(&asked).await.unwrap();
    assert_eq!(issued.token.state, TokenState::Pending);
    assert_eq!(issued.token.token.grant.access, Access::ReadOnly);
    assert_eq!(issued.token.token.grant.instances, ["jira".parse().unwrap()]);
    assert_eq!(
        issued.notes,
        [
            "it is read-only: by the policy rule \"tight\"",
            "it works on these instances only: jira (by the policy rule \"tight\")",
            "it waits until somebody approves it: by the policy rule \"tight\"",
        ]
    );
}

#[tokio::test]
async fn the_last_token_that_policy_leaves_is_the_last() {
    let world = World::new().await;
    world.policy("[[rules]]\nname='few'\nuse='allow'\ncreate='allow'\nmost_tokens=1").await;
    let first = world.issue(&request("alice")).await.unwrap();
    assert!(violations(world.issue(&request("alice")).await)[0].contains("at most 1 living"));
    world.control.revoke_token(&world.actor, first.token.token.id, None).await.unwrap();
    world.issue(&request("alice")).await.unwrap();
}

#[tokio::test]
async fn people_make_tokens_for_themselves_and_for_nobody_else() {
    let world = World::new().await;
    let person =
        PersonKey { directory: "main".parse().unwrap(), username: "alice".parse().unwrap() };
    let actor = gatepass_model::Actor::Person(person);
    let issued = world.control.issue_token(&actor, &request("alice")).await.unwrap();
    assert_eq!(issued.token.token.creator, actor);
    for owner in ["bob", "nobody-of-that-name"] {
        let refused = world.control.issue_token(&actor, &request(owner)).await.unwrap_err();
        assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
        assert!(refused.to_string().contains("no policy rule allows it, create_on_behalf"));
    }
    let mut asked = request("alice");
    asked.override_reason = Some("because".to_owned());
    let refused = world.control.issue_token(&actor, &asked).await.unwrap_err();
    assert!(matches!(refused, ControlError::Forbidden { .. }), "{refused:?}");
}

#[tokio::test]
async fn the_document_has_the_promised_fields() {
    let world = World::new().await;
    let mut asked = request("alice");
    asked.grant.required_headers = vec!["X-Caller: build".parse().unwrap()];
    let issued = world.issue(&asked).await.unwrap();
    let json = serde_json::to_value(&issued).unwrap();
    assert_eq!(json["id"], issued.token.token.id.to_string());
    assert_eq!(json["secret"], issued.secret.reveal());
    assert_eq!((&json["owner"], &json["directory"]), (&"Alice".into(), &"main".into()));
    assert_eq!((&json["name"], &json["state"]), (&"nightly".into(), &"active".into()));
    assert_eq!(json["expires_at"], "2027-04-15T08:00:00Z");
    assert_eq!(json["grant"]["required_headers"][0], "x-caller: build");
    let listed = serde_json::to_value(&issued.token).unwrap();
    assert!(listed.get("secret").is_none() && listed["hint"] == issued.secret.hint());
    let shown = world.control.whoami(issued.token.token.id).await.unwrap();
    assert_eq!(shown.grant.required_headers, ["x-caller"], "the value stays with the owner");
    assert!(shown.summary.starts_with("Reads and writes in Jira jira and Confluence as Alice"));
}
