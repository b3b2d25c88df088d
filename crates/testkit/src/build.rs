//! Nouns with as few words as a test needs.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Access, Actor, AuditEvent, CredentialKind, Grant, InstanceName, Mode, Pattern, Person,
    PersonKey, PolicyDocument, Timestamp,
};
use gatepass_store::AuditEntry;

/// The directory that everybody here is of.
pub const DIRECTORY: &str = "main";

/// Somebody of [`DIRECTORY`].
pub fn person_key(username: &str) -> anyhow::Result<PersonKey> {
    Ok(PersonKey { directory: DIRECTORY.parse()?, username: username.parse()? })
}

/// An active person of [`DIRECTORY`], in no group.
pub fn person(username: &str) -> anyhow::Result<Person> {
    Ok(Person {
        key: person_key(username)?,
        display_name: username.to_owned(),
        email: Some(format!("{username}@example.com")),
        groups: Vec::new(),
        active: true,
    })
}

/// Read-only, but for what matches one of `deny`.
pub fn read_only_but(deny: &[&str]) -> anyhow::Result<Grant> {
    let deny = deny.iter().map(|text| text.parse::<Pattern>()).collect::<Result<_, _>>()?;
    Ok(Grant { access: Access::ReadOnly, deny, ..Grant::read_only() })
}

/// The default policy with one mode for every kind of credential at these instances.
pub fn policy_with_mode(mode: Mode, instances: &[&str]) -> anyhow::Result<PolicyDocument> {
    let mut document = PolicyDocument::default();
    for name in instances {
        let name: InstanceName = name.parse()?;
        let modes = &mut document.instances.entry(name).or_default().modes;
        for kind in CredentialKind::ALL {
            *modes.of_mut(kind) = mode;
        }
    }
    Ok(document)
}

/// Who does things in tests.
pub fn actor() -> Actor {
    Actor::CommandLine("test".to_owned())
}

/// A line for the audit record.
pub fn audit(at: Timestamp) -> AuditEntry {
    let event = AuditEvent {
        actor: actor(),
        action: "test.done",
        subject: AuditSubject::Policy,
        detail: String::new(),
    };
    AuditEntry { at, event }
}
