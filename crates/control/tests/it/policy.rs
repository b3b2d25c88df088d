use gatepass_control::{ControlError, PolicyFile, Run};
use gatepass_model::PolicyDocument;

use crate::support::{World, request};

async fn apply(
    world: &World,
    text: &str,
    run: Run,
) -> Result<gatepass_control::Applied, ControlError> {
    let file = PolicyFile { name: "policy.toml", text };
    world.control.apply_policy(&world.actor, file, run).await
}

async fn stored(world: &World) -> PolicyDocument {
    world.store.load_policy().await.unwrap().document
}

#[tokio::test]
async fn what_is_exported_is_in_force_already() {
    let world = World::new().await;
    let text = world.control.export_policy(&world.actor).await.unwrap();
    let applied = apply(&world, &text, Run::Real).await.unwrap();
    assert!(applied.diff.is_empty() && !applied.is_changed);
    assert!(world.audit().await.is_empty(), "nothing happened, so nothing is recorded");
}

#[tokio::test]
async fn a_file_is_applied_whole_and_recorded_with_its_differences() {
    let world = World::new().await;
    let applied =
        apply(&world, "[instances.jira]\npasswords = 'block'\n", Run::Real).await.unwrap();
    assert!(applied.is_changed && applied.effect.unwrap().is_everywhere());
    let document = stored(&world).await;
    assert!(document.rules.is_empty() && document.instances.len() == 1);
    let line = &world.audit().await[0];
    assert_eq!((line.action.as_str(), line.subject.as_str()), ("policy.applied", "policy"));
    assert!(
        line.detail.starts_with("from policy.toml:\n~ instances.jira: passwords allow -> block")
    );
}

#[tokio::test]
async fn a_broken_file_and_a_dry_run_change_nothing() {
    let world = World::new().await;
    let before = stored(&world).await;
    let broken = "[instances.jira]\npasswords = 'block'\n[[rules]]\nname = 'x'\nuse = 'maybe'\n";
    let told = apply(&world, broken, Run::Real).await.unwrap_err();
    assert!(matches!(&told, ControlError::BadPolicy(mistakes) if mistakes.len() == 1));
    assert!(told.to_string().starts_with("policy.toml:5: rules.x.use: \"maybe\" is neither"));
    let applied = apply(&world, "[instances.jira]\npasswords = 'block'\n", Run::Dry).await.unwrap();
    assert!(!applied.is_changed && applied.diff.lines.len() == 2);
    assert_eq!(stored(&world).await, before);
    assert!(world.audit().await.is_empty());
}

#[tokio::test]
async fn a_tightened_policy_names_the_tokens_that_no_longer_keep_to_it() {
    let world = World::new().await;
    let mut short = request("alice");
    short.expires = Some("7d".parse().unwrap());
    world.issue(&short).await.unwrap();
    let long = world.issue(&request("alice")).await.unwrap();
    let ended = world.issue(&request("alice")).await.unwrap();
    world.control.revoke_token(&world.actor, ended.token.token.id, None).await.unwrap();
    let mut spared = request("bob");
    spared.expires = Some("never".parse().unwrap());
    spared.override_reason = Some("it kept to no policy before".to_owned());
    world.issue(&spared).await.unwrap();
    let tight =
        "[[rules]]\nname = 'tight'\nuse = 'allow'\ncreate = 'allow'\nlongest_lifetime = '30d'\n";
    for run in [Run::Dry, Run::Real] {
        let told = apply(&world, tight, run).await.unwrap().non_compliance;
        assert_eq!(told.count, 1, "{told:#?}");
        assert_eq!(told.tokens[0].id, long.token.token.id.to_string());
        assert_eq!(
            told.tokens[0].violations,
            ["a token lives at most 30d (policy rule \"tight\", longest_lifetime)"]
        );
    }
    let forced = format!("{tight}read_only = true\nmost_tokens = 1\ninstances = ['jira']\n");
    let told = apply(&world, &forced, Run::Dry).await.unwrap().non_compliance;
    let first = &told.tokens[0].violations;
    assert_eq!(told.count, 1, "the others keep to neither, or have ended: {told:#?}");
    assert!(first.iter().any(|words| words.contains("read_only")), "{first:?}");
    assert!(first.iter().any(|words| words.contains("most_tokens")), "{first:?}");
    assert!(first.iter().any(|words| words.contains("instances")), "{first:?}");
}

#[test]
fn a_difference_of_limits_names_them_as_the_file_does() {
    let known = ["jira".parse().unwrap()];
    let read =
        |text| gatepass_control::parse_policy(PolicyFile { name: "p", text }, &known).unwrap();
    let old = read("[instances.jira]\n[[rules]]\nname = 'all'\ntoken_limits = { rate = '60/min' }");
    let new = read(
        "[instances.jira.limits]\nslow_above = '2s'\n[[rules]]\nname = 'all'\n\
         token_limits = { rate = '60/min', concurrency = 4 }",
    );
    assert_eq!(
        gatepass_control::PolicyDiff::between(&old, &new).to_string(),
        "~ instances.jira: limits left out -> { slow_above = \"2s\" }\n\
         ~ rule \"all\": token_limits { rate = \"60/min\" } -> { rate = \"60/min\", concurrency = 4 }\n"
    );
}
