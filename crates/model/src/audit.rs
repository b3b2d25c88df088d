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
