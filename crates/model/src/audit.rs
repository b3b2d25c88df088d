//! What was done to Gatepass itself, and by whom.

use std::fmt;

use crate::id::TokenId;
use crate::name::{InstanceName, PersonKey};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A system user on the command line: prints as `cli:<user>`.
    CommandLine(String),
    /// Somebody signed in.
    Person(PersonKey),
    /// Gatepass by itself, with the part that did it.
    System(&'static str),
}

impl fmt::Display for Actor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine(user) => write!(out, "cli:{user}"),
            Self::Person(key) => write!(out, "person:{}:{}", key.directory, key.username),
            Self::System(part) => write!(out, "system:{part}"),
        }
    }
}

/// One change to Gatepass. What is said is safe to show: no secret is ever part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Who did it.
    pub actor: Actor,
    /// What was done, as a stable dotted name: `token.issued`, `policy.applied`.
    pub action: &'static str,
    /// To what.
    pub subject: AuditSubject,
    /// In words, for people: what changed, and the reason where one was given.
    pub detail: String,
}

/// What a change was made to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditSubject {
    /// A token.
    Token(TokenId),
    /// The policy as a whole.
    Policy,
    /// A person's credential at an instance.
    Credential(PersonKey, InstanceName),
    /// Somebody, as a directory knows him.
    Person(PersonKey),
    /// Somebody's sign-in sessions.
    Session(PersonKey),
    /// What policy says of an instance.
    Instance(InstanceName),
    /// The key ring.
    KeyRing,
}

impl fmt::Display for AuditSubject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(id) => write!(out, "{id}"),
            Self::Policy => out.write_str("policy"),
            Self::Credential(owner, instance) => write!(out, "credential:{instance}:{owner}"),
            Self::Person(PersonKey { directory, username }) => {
                write!(out, "person:{directory}:{username}")
            }
            Self::Session(PersonKey { directory, username }) => {
                write!(out, "session:{directory}:{username}")
            }
            Self::Instance(name) => write!(out, "instance:{name}"),
            Self::KeyRing => out.write_str("keyring"),
        }
    }
}

/// What a line of the record says, byte for byte as it is stored: what its link covers.
///
/// Numbers and texts as a database may give them back after somebody has been at it, so that
/// whatever stands there can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditContent<'a> {
    /// Its number.
    pub number: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: &'a [u8],
    /// What was done.
    pub action: &'a [u8],
    /// To what.
    pub subject: &'a [u8],
    /// In words.
    pub detail: &'a [u8],
}

/// What chains a line to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditLink {
    /// The number of the key.
    pub key: u32,
    /// The MAC over the line and the tag of the line before.
    pub tag: [u8; 32],
}

/// Makes links. The store asks for one in the transaction that writes the line, without knowing
/// a key.
pub trait AuditSeal: Send + Sync {
    /// The link of `line` to the line before, whose tag is `previous`; `None` where there is no
    /// such line, or none that is chained.
    fn link(&self, previous: Option<&[u8; 32]>, line: &AuditContent<'_>) -> AuditLink;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_say_their_kind_before_a_name() {
        let alice =
            PersonKey { directory: "main".parse().unwrap(), username: "Alice:x".parse().unwrap() };
        let printed = [
            (AuditSubject::Person(alice.clone()), "person:main:Alice:x"),
            (AuditSubject::Session(alice.clone()), "session:main:Alice:x"),
            (AuditSubject::Instance("jira".parse().unwrap()), "instance:jira"),
            (
                AuditSubject::Credential(alice, "jira".parse().unwrap()),
                "credential:jira:Alice:x (main)",
            ),
            (AuditSubject::KeyRing, "keyring"),
        ];
        for (subject, text) in printed {
            assert_eq!(subject.to_string(), text);
        }
    }
}
