//! The policy, changed piece by piece.

use gatepass_control::{Applied, ControlError, PolicyEdit, PolicyFile, Run};
use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Bounds, InstanceName, Lifetime, Limits, Mode, Modes, PolicyDocument, Rule, Say, TokenState,
};
use gatepass_store::{AuditPage, Revision, StoredPolicy};

use crate::desk::{Desk, POLICY, actor, lacks};
use crate::support::{problems, request};

async fn stored(desk: &Desk) -> StoredPolicy {
    desk.control.policy(&actor("ada")).await.unwrap()
}

fn real(seen: Revision) -> PolicyEdit<'static> {
    PolicyEdit { run: Run::Real, seen, reason: Some("as agreed") }
}

fn dry(seen: Revision) -> PolicyEdit<'static> {
    PolicyEdit { run: Run::Dry, ..real(seen) }
}

fn jira() -> InstanceName {
    "jira".parse().unwrap()
}

/// Somebody's rule without a say.
fn rule(name: &str) -> Rule {
    Rule { name: name.to_owned(), ..PolicyDocument::default().rules.remove(0) }
}

async fn put(
    desk: &Desk,
    original: Option<&str>,
    rule: &Rule,
    edit: PolicyEdit<'_>,
) -> Result<Applied, ControlError> {
    desk.control.put_rule(&actor("ada"), original, rule, edit).await
}

async fn newest(desk: &Desk) -> (String, String, String) {
    let page = AuditPage { limit: 1, ..AuditPage::default() };
    let line = desk.test.store.list_audit(&page).await.unwrap().remove(0);
    (line.action, line.subject, line.detail)
}

#[tokio::test]
async fn a_mode_of_sessions_is_set_for_sessions_only() {
    let desk = Desk::new().await;
    let (ada, before) = (actor("ada"), stored(&desk).await);
    for wrong in [
        Modes { passwords: Mode::Browser, ..Modes::default() },
        Modes { oauth: Mode::Browser, sessions: Mode::Browser, ..Modes::default() },
    ] {
        let told = desk.control.set_modes(&ada, &jira(), wrong, real(before.revision)).await;
        assert!(matches!(told, Err(ControlError::Invalid(_))), "{told:?}");
    }
    assert_eq!(stored(&desk).await, before);
    let right = Modes { sessions: Mode::Browser, ..Modes::default() };
    let told = desk.control.set_modes(&ada, &jira(), right, real(before.revision)).await.unwrap();
    assert_eq!(told.diff.to_string().lines().count(), 1, "{}", told.diff);
    assert_eq!(stored(&desk).await.document.instances[&jira()].modes, right);
}

#[tokio::test]
async fn modes_of_an_instance_are_set_and_all_else_stays() {
    let desk = Desk::new().await;
    desk.apply(&format!(
        "{POLICY}[instances.jira]\nlimits = {{ concurrency = 4 }}\n\
         [[instances.jira.exempt]]\ncredentials = ['password']\npeople = ['ci']\n"
    ))
    .await;
    let before = stored(&desk).await;
    let modes = Modes { passwords: Mode::Block, ..Modes::default() };
    let ada = actor("ada");
    let told = desk.control.set_modes(&ada, &jira(), modes, dry(before.revision)).await.unwrap();
    assert_eq!(told.diff.to_string(), "~ instances.jira: passwords allow -> block\n");
    assert!(!told.is_changed && told.effect.is_none());
    assert_eq!(stored(&desk).await, before, "a dry run changes nothing");
    let told = desk.control.set_modes(&ada, &jira(), modes, real(before.revision)).await.unwrap();
    assert!(told.is_changed && told.effect.unwrap().is_everywhere());
    let mut expected = before.document;
    expected.instances.get_mut(&jira()).unwrap().modes = modes;
    let after = stored(&desk).await;
    assert_eq!(after.document, expected);
    let (action, subject, detail) = newest(&desk).await;
    assert_eq!((action.as_str(), subject.as_str()), ("policy.modes_set", "instance:jira"));
    assert_eq!(
        detail,
        "modes of jira; reason: as agreed:\n~ instances.jira: passwords allow -> block\n"
    );
    let again = desk.control.set_modes(&ada, &jira(), modes, real(after.revision)).await.unwrap();
    assert!(!again.is_changed && again.diff.is_empty());
}

#[tokio::test]
async fn modes_as_they_are_make_no_section() {
    let desk = Desk::new().await;
    let before = stored(&desk).await;
    let wiki = "wiki".parse().unwrap();
    let edit = real(before.revision);
    let told = desk.control.set_modes(&actor("ada"), &wiki, Modes::default(), edit).await.unwrap();
    assert!(!told.is_changed && told.diff.is_empty());
    let unknown = "nowhere".parse().unwrap();
    let told = desk.control.set_modes(&actor("ada"), &unknown, Modes::default(), edit).await;
    assert!(matches!(told, Err(ControlError::NotFound(_))), "{told:?}");
}

#[tokio::test]
async fn a_rule_is_added_changed_renamed_and_deleted() {
    let desk = Desk::new().await;
    let start = stored(&desk).await;
    let ours = Rule {
        groups: vec!["robots".to_owned()],
        on_behalf_of_administrators: Say::Allow,
        bounds: Bounds { most_tokens: Some(20), ..Bounds::default() },
        use_tokens: Say::Nothing,
        create: Say::Nothing,
        ..rule("robots")
    };
    let told = put(&desk, None, &ours, real(start.revision)).await.unwrap();
    assert_eq!(
        told.diff.to_string(),
        "+ rule \"robots\": groups = [\"robots\"], on_behalf_of_administrators = \"allow\", \
         instances = [\"*\"], most_tokens = 20\n"
    );
    assert!(newest(&desk).await.2.starts_with("new rule \"robots\"; reason: as agreed:\n+ rule"));
    let added = stored(&desk).await;
    assert_eq!(added.document.rules.last(), Some(&ours));

    let renamed = Rule { name: "machines".to_owned(), ..ours.clone() };
    let told = put(&desk, Some("robots"), &renamed, real(added.revision)).await.unwrap();
    assert_eq!(told.diff.to_string(), "~ rule \"robots\": name \"robots\" -> \"machines\"\n");
    let now = stored(&desk).await;
    assert_eq!(now.document.rules.len(), 3);
    let wider = Rule { name: "all".to_owned(), ..ours.clone() };
    let taken = put(&desk, Some("machines"), &wider, real(now.revision)).await;
    assert_eq!(problems(taken), ["name: two rules are called \"all\""]);

    let ada = actor("ada");
    let told = desk.control.delete_rule(&ada, "machines", dry(now.revision)).await.unwrap();
    assert!(told.diff.to_string().starts_with("- rule \"machines\": groups"));
    let told = desk.control.delete_rule(&ada, "machines", real(now.revision)).await.unwrap();
    assert!(told.is_changed);
    assert_eq!(newest(&desk).await.0, "policy.rule_deleted");
    let end = stored(&desk).await;
    assert_eq!(end.document, start.document);
    for missing in [
        desk.control.delete_rule(&ada, "machines", real(end.revision)).await,
        put(&desk, Some("machines"), &ours, real(end.revision)).await,
    ] {
        assert!(matches!(missing, Err(ControlError::NotFound(_))), "{missing:?}");
    }
}

#[tokio::test]
async fn a_policy_that_changed_in_between_is_a_conflict_in_a_dry_run_too() {
    let desk = Desk::new().await;
    let seen = stored(&desk).await.revision;
    put(&desk, None, &rule("first"), real(seen)).await.unwrap();
    let before = stored(&desk).await;
    for edit in [real(seen), dry(seen)] {
        let modes = Modes { oauth: Mode::Block, ..Modes::default() };
        for told in [
            put(&desk, None, &rule("second"), edit).await,
            desk.control.delete_rule(&actor("ada"), "first", edit).await,
            desk.control.set_modes(&actor("ada"), &jira(), modes, edit).await,
        ] {
            assert!(matches!(told, Err(ControlError::Conflict)), "{told:?}");
        }
    }
    assert_eq!(stored(&desk).await, before);
}

#[tokio::test]
async fn only_administrators_change_the_policy_and_the_denial_names_its_rule() {
    let desk = Desk::new().await;
    let seen = stored(&desk).await.revision;
    let bob = actor("bob");
    let modes = Modes::default();
    assert_eq!(lacks(desk.control.set_modes(&bob, &jira(), modes, real(seen)).await), "administer");
    assert_eq!(lacks(desk.control.put_rule(&bob, None, &rule("x"), dry(seen)).await), "administer");
    assert_eq!(lacks(desk.control.delete_rule(&bob, "all", real(seen)).await), "administer");
    assert_eq!(lacks(desk.control.policy(&bob).await), "administer");
    assert_eq!(lacks(desk.control.noncompliant_now(&bob).await), "administer");
    assert_eq!(lacks(desk.control.suspend_noncompliant(&bob, &[], None).await), "administer");
    assert_eq!(stored(&desk).await.revision, seen);
    let not_him = "[[rules]]\nname = 'not ada'\npeople = ['ada']\nadminister = 'deny'\n";
    desk.apply(&format!("{POLICY}{not_him}")).await;
    match desk.control.delete_rule(&actor("ada"), "all", real(seen)).await {
        Err(ControlError::Forbidden { lacking, .. }) => {
            assert_eq!(lacking.rule.as_deref(), Some("not ada"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_rule_is_told_with_its_key() {
    let desk = Desk::new().await;
    let seen = stored(&desk).await.revision;
    let limits = Limits { burst: Some(3), ..Limits::NONE };
    let wrong = Rule {
        name: " x".to_owned(),
        groups: vec!["a".to_owned(), "a".to_owned(), "b\n".to_owned()],
        people: vec!["bob".parse().unwrap(), "BOB".parse().unwrap()],
        bounds: Bounds {
            instances: Some(vec!["nowhere".parse().unwrap()]),
            longest_lifetime: Some(LongestLifetime::Within(Lifetime::from_millis(0))),
            token_limits: limits,
            owner_limits: Limits { heavy_concurrency: Some(0), ..Limits::NONE },
            ..Bounds::default()
        },
        ..rule("x")
    };
    let told = put(&desk, None, &wrong, real(seen)).await.unwrap_err();
    let ControlError::Invalid(told) = told else { panic!("{told:?}") };
    let fields: Vec<&str> = told.iter().map(|problem| problem.field).collect();
    assert_eq!(
        fields,
        [
            "name",
            "groups",
            "groups",
            "people",
            "instances",
            "longest_lifetime",
            "token_limits",
            "owner_limits"
        ],
        "{told:#?}"
    );
    let long = PolicyEdit { reason: Some("a\nb"), ..real(seen) };
    let told = put(&desk, None, &rule("fine"), long).await;
    assert_eq!(problems(told), ["reason: it has a line break or another control character"]);
    assert_eq!(stored(&desk).await.revision, seen);
}

/// An instance may have left the configuration, and a rule still be about it.
#[tokio::test]
async fn a_rule_is_changed_though_another_one_would_not_be_taken_any_more() {
    let desk = Desk::new().await;
    let mut policy = stored(&desk).await;
    let gone: InstanceName = "long-gone".parse().unwrap();
    policy.document.instances.entry(gone.clone()).or_default().modes.oauth = Mode::Block;
    policy.document.rules[0].bounds.instances = Some(vec![gone]);
    let audit = gatepass_testkit::build::audit(desk.now());
    desk.test.store.replace_policy(&policy.document, policy.revision, &audit).await.unwrap();
    let seen = stored(&desk).await.revision;
    let told = put(&desk, None, &rule("new"), real(seen)).await.unwrap();
    assert!(told.is_changed);
    let kept = stored(&desk).await;
    let all = kept.document.rules[0].clone();
    let told = put(&desk, Some("all"), &all, real(kept.revision)).await;
    assert!(problems(told)[0].starts_with("instances: there is no instance \"long-gone\""));
}

#[tokio::test]
async fn a_change_tells_which_tokens_it_leaves_behind_with_their_bounds() {
    let desk = Desk::new().await;
    let id = desk.issue_to("bob", "long").await;
    let seen = stored(&desk).await.revision;
    let bounds = Bounds {
        longest_lifetime: Some(LongestLifetime::Within("30d".parse().unwrap())),
        instances: Some(vec![jira()]),
        ..Bounds::default()
    };
    let tight = Rule { bounds, ..rule("tight") };
    let told = put(&desk, None, &tight, dry(seen)).await.unwrap().non_compliance;
    assert_eq!((told.count, told.tokens[0].token), (1, id));
    let one = &told.tokens[0];
    assert_eq!((one.owner_name.as_str(), one.owner_key.username.as_str()), ("bob of main", "bob"));
    let broken: Vec<(&str, Option<&str>, Option<&str>)> = one
        .broken
        .iter()
        .map(|broken| (broken.key, broken.rule.as_deref(), broken.bound.as_deref()))
        .collect();
    let tight_by = Some("tight");
    assert_eq!(
        broken,
        [("longest_lifetime", tight_by, Some("30d")), ("instances", tight_by, Some("jira"))]
    );
    // What the command line prints is as it was.
    let json = serde_json::to_value(&told).unwrap();
    let token = json["tokens"][0].as_object().unwrap();
    assert_eq!(token.keys().collect::<Vec<_>>(), ["id", "name", "owner", "violations"]);

    assert_eq!(desk.control.noncompliant_now(&actor("ada")).await.unwrap().count, 0);
    put(&desk, None, &tight, real(seen)).await.unwrap();
    let file =
        PolicyFile { name: "p", text: &desk.control.export_policy(&actor("ada")).await.unwrap() };
    let same = desk.control.apply_policy(&actor("ada"), file, Run::Dry).await.unwrap();
    assert_eq!(same.non_compliance.count, 0, "nothing is changed by it");
    assert_eq!(desk.control.noncompliant_now(&actor("ada")).await.unwrap(), told);
}

#[tokio::test]
async fn tokens_that_do_not_comply_are_suspended_and_others_left_alone() {
    let desk = Desk::new().await;
    let ada = actor("ada");
    let long = desk.issue_to("bob", "long").await;
    let mut brief = request("bob");
    brief.expires = Some("7d".parse().unwrap());
    let brief = desk.issue(&brief).await;
    let mut shops = request("sam");
    shops.directory = Some("shop".parse().unwrap());
    let of_shop = desk.issue(&shops).await;
    let gone = desk.issue_to("carol", "gone").await;
    desk.control.revoke_token(&ada, gone, None).await.unwrap();
    desk.apply(&format!("{POLICY}[[rules]]\nname = 'tight'\nlongest_lifetime = '30d'\n")).await;
    let told = desk.control.noncompliant_now(&ada).await.unwrap();
    let ids: Vec<_> = told.tokens.iter().map(|one| one.token).collect();
    assert_eq!((told.count, ids.as_slice()), (2, &[long, of_shop][..]));
    let nobody = gatepass_model::TokenId::from_bytes([1; 16]);
    let asked = [long, brief, nobody, of_shop];
    let told = desk.control.suspend_noncompliant(&ada, &asked, Some("too long")).await.unwrap();
    assert_eq!(told.complying, [brief]);
    let results: Vec<_> = told
        .results
        .iter()
        .map(|(id, result)| (*id, result.as_ref().ok().map(|moved| moved.token.state)))
        .collect();
    let suspended = Some(TokenState::Suspended);
    assert_eq!(results, [(long, suspended), (nobody, None), (of_shop, suspended)]);
    assert_eq!(newest(&desk).await.2, "\"nightly\" of sam (shop); reason: too long");
}
