use gatepass_control::{AddCredential, ControlError};
use gatepass_model::PersonKey;
use gatepass_vault::{SealedCredential, SecretText, credential_context, open};

use crate::support::{World, problems};

/// base64 of `644329084694:` and twenty bytes.
const NATIVE: &str = "NjQ0MzI5MDg0Njk0OjAxMjM0NTY3ODkwMTIzNDU2Nzg5";

fn credential(owner: &str, instance: &str, secret: &str) -> AddCredential {
    AddCredential {
        owner: owner.to_owned(),
        directory: None,
        instance: instance.parse().unwrap(),
        secret: SecretText::new(secret.to_owned()),
    }
}

#[tokio::test]
async fn a_native_token_is_sealed_for_its_owner_and_instance() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let added = control.add_credential(actor, &credential("ALICE", "jira", NATIVE)).await.unwrap();
    assert_eq!(added.credential.native_id.as_deref(), Some("644329084694"));
    assert!(added.warnings.is_empty(), "{:?}", added.warnings);
    let (owner, jira) = (
        PersonKey { directory: "main".parse().unwrap(), username: "alice".parse().unwrap() },
        "jira".parse().unwrap(),
    );
    let stored = world.store.find_credential(&owner, &jira).await.unwrap().unwrap();
    let sealed = SealedCredential::from_bytes(stored.sealed);
    let opened = open(&world.keyring, &credential_context(&owner, &jira), &sealed).unwrap();
    assert_eq!(opened.expose(), NATIVE);
    let elsewhere = credential_context(&owner, &"wiki".parse().unwrap());
    assert!(open(&world.keyring, &elsewhere, &sealed).is_err());
    let line = &world.audit().await[0];
    assert_eq!(
        (line.action.as_str(), line.subject.as_str()),
        ("credential.added", "credential:jira:Alice (main)")
    );
    assert!(!line.detail.contains(NATIVE));
    assert_eq!(control.list_credentials(actor, None).await.unwrap(), [added.credential]);
    control.remove_credential(actor, "alice", None, &jira).await.unwrap();
    assert!(control.list_credentials(actor, Some(&owner)).await.unwrap().is_empty());
    let again = control.remove_credential(actor, "alice", None, &jira).await.unwrap_err();
    assert_eq!(again.to_string(), "there is no credential of alice at jira");
}

#[tokio::test]
async fn a_text_of_another_shape_is_kept_with_a_warning() {
    let world = World::new().await;
    let added =
        world.control.add_credential(&world.actor, &credential("alice", "wiki", "abc")).await;
    let added = added.unwrap();
    assert!(added.warnings[0].starts_with("it does not have the shape"));
    assert_eq!(added.credential.native_id, None);
}

#[tokio::test]
async fn what_cannot_be_a_credential_is_refused_with_all_its_problems() {
    let world = World::new().await;
    let add = async |request: AddCredential| {
        problems(world.control.add_credential(&world.actor, &request).await)
    };
    let told = add(credential("paul", "jira", "")).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].starts_with("owner: the directory main knows no \"paul\""));
    let mut foreign = credential("paul", "jira", NATIVE);
    foreign.directory = Some("partner".parse().unwrap());
    let told = add(foreign).await;
    assert_eq!(told, ["directory: the people of jira come from the directory main"]);
    let ours = format!("gpass_{}", "0".repeat(38));
    assert!(add(credential("alice", "jira", &ours)).await[0].contains("API token of Gatepass"));
    let unknown = add(credential("alice", "jirra", NATIVE)).await;
    assert!(unknown[0].contains("did you mean \"jira\""));
    assert!(world.audit().await.is_empty());
    let person = gatepass_model::Actor::Person(PersonKey {
        directory: "main".parse().unwrap(),
        username: "bob".parse().unwrap(),
    });
    let proper = credential("alice", "jira", NATIVE);
    let forbidden = world.control.add_credential(&person, &proper).await;
    assert!(matches!(forbidden, Err(ControlError::Forbidden { .. })));
}
