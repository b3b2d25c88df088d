//! Who did something, as text: what `Actor` prints.

use gatepass_model::Actor;

use super::{Problem, person, plain};
use crate::StoreError;

/// The parts of Gatepass that may be the creator of something stored. Others can't be told when
/// they are read back, and are refused when written.
pub const SYSTEM_PARTS: [&str; 8] =
    ["demo", "directory", "gate", "identity", "notify", "policy", "rotation", "sweep"];

/// The text of `actor`.
pub(crate) fn actor_text(actor: &Actor) -> Result<String, StoreError> {
    if let Actor::System(part) = actor
        && !SYSTEM_PARTS.contains(part)
    {
        return Err(StoreError::Unstorable("a part of Gatepass that the store does not know"));
    }
    let text = actor.to_string();
    plain(&text, "the name of an actor")?;
    Ok(text)
}

/// The actor that `text` names. A directory's name has no colon, so this is never ambiguous.
pub(crate) fn parse_actor(text: &str) -> Result<Actor, Problem> {
    let wrong = || "its creator is none".to_owned();
    match text.split_once(':').ok_or_else(wrong)? {
        ("cli", user) => Ok(Actor::CommandLine(user.to_owned())),
        ("person", rest) => {
            let (directory, username) = rest.split_once(':').ok_or_else(wrong)?;
            Ok(Actor::Person(person(directory, username)?))
        }
        ("system", part) => {
            let known = SYSTEM_PARTS.into_iter().find(|known| *known == part);
            known.map(Actor::System).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::person;

    #[test]
    fn actors_are_read_back_as_they_were_written() {
        let actors = [
            Actor::CommandLine("root".to_owned()),
            Actor::CommandLine("a:b".to_owned()),
            Actor::Person(person("main", "Alice:x").unwrap()),
            Actor::System("demo"),
        ];
        for actor in actors {
            assert_eq!(parse_actor(&actor_text(&actor).unwrap()).unwrap(), actor);
        }
    }

    #[test]
    fn an_actor_that_could_not_be_read_back_is_not_written() {
        assert!(actor_text(&Actor::System("nobody")).is_err());
        assert!(actor_text(&Actor::CommandLine("a\0b".to_owned())).is_err());
        for text in ["", "cli", "person:main", "person:Main:alice", "system:nobody", "x:y"] {
            assert!(parse_actor(text).is_err(), "{text}");
        }
    }
}
