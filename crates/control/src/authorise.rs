//! Who may do what to Gatepass. Every use case goes through [`authorise`].

use gatepass_model::Actor;

use crate::error::ControlError;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ability {
    /// See tokens, credentials and policy, of everybody.
    Look,
    /// Make, suspend, resume, rotate and revoke tokens of anybody.
    ManageTokens,
    /// Put upstream credentials of anybody, and take them away.
    ManageCredentials,
    /// Change the policy.
    ChangePolicy,
    /// Add keys to the ring.
    ManageKeys,
    /// Read the audit record.
    ReadAudit,
}

impl Ability {
    const fn words(self) -> &'static str {
        match self {
            Self::Look => "look at other people's tokens",
            Self::ManageTokens => "manage tokens",
            Self::ManageCredentials => "manage upstream credentials",
            Self::ChangePolicy => "change the policy",
            Self::ManageKeys => "rotate keys",
            Self::ReadAudit => "read the audit record",
        }
    }
}

/// Whether `actor` may; [`ControlError::Forbidden`] when not.
///
/// The command line administers: the program has made sure that its system user owns the store's
/// files, and who writes to the store administers anyway. So do parts of Gatepass itself. People
/// can do nothing yet: there is no way in which they could be signed in.
pub fn authorise(actor: &Actor, ability: Ability) -> Result<(), ControlError> {
    match actor {
        Actor::CommandLine(_) | Actor::System(_) => Ok(()),
        Actor::Person(_) => {
            Err(ControlError::Forbidden { actor: actor.clone(), ability: ability.words() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_administers_and_people_do_nothing_yet() {
        let person = gatepass_model::PersonKey {
            directory: "main".parse().unwrap(),
            username: "alice".parse().unwrap(),
        };
        assert!(authorise(&Actor::CommandLine("root".into()), Ability::ChangePolicy).is_ok());
        let refused = authorise(&Actor::Person(person), Ability::ManageTokens).unwrap_err();
        assert_eq!(refused.to_string(), "person:main:alice may not manage tokens");
    }
}
