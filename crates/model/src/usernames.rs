//! What an instance calls the people of its directory, where that is not what the directory does.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::name::Username;

/// Usernames of a directory and of an instance. No two people have one name at the instance, and nobody
/// has two: whoever has a name of his own there is the only one for whom it stands, and is known by no
/// other. Letter case is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usernames {
    /// In lower case.
    suffix: Option<Box<str>>,
    at_instance: HashMap<Username, Username>,
    in_directory: HashMap<Username, Username>,
}

/// Why names can't be told apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernamesProblem {
    /// One person would have two names at the instance.
    #[error("{0} has a name there already")]
    TwoNames(Username),
    /// Two people would have one name at the instance.
    #[error("{0} is somebody's name there already")]
    TwoPeople(Username),
    /// There is nothing that could be taken off, or it can't end a name.
    #[error("it must be the end of usernames, such as @example.com")]
    BadSuffix,
}

impl Usernames {
    /// `suffix` ends names of the directory, and is not there in those of the instance; who has none is not
    /// known at the instance. `pairs`: what the directory calls somebody, and the instance, whatever
    /// his name ends in.
    pub fn new(
        suffix: Option<&str>,
        pairs: impl IntoIterator<Item = (Username, Username)>,
    ) -> Result<Self, UsernamesProblem> {
        let suffix = suffix.map(checked).transpose()?;
        let mut names = Self { suffix, ..Self::default() };
        for (person, user) in pairs {
            if names.at_instance.contains_key(&person) {
                return Err(UsernamesProblem::TwoNames(person));
            }
            if names.in_directory.contains_key(&user) {
                return Err(UsernamesProblem::TwoPeople(user));
            }
            names.in_directory.insert(user.clone(), person.clone());
            names.at_instance.insert(person, user);
        }
        Ok(names)
    }

    /// Whether all are called what the directory calls them.
    pub fn are_equal(&self) -> bool {
        self.suffix.is_none() && self.at_instance.is_empty()
    }

    /// What the instance calls whom the directory calls so. `None`: it does not know him, or that
    /// name is another person's.
    pub fn at_instance<'n>(&'n self, person: &'n Username) -> Option<Cow<'n, Username>> {
        if let Some(user) = self.at_instance.get(person) {
            return Some(Cow::Borrowed(user));
        }
        let user = match &self.suffix {
            None => Cow::Borrowed(person),
            Some(suffix) => Cow::Owned(without(person, suffix)?),
        };
        (!self.in_directory.contains_key(&*user)).then_some(user)
    }

    /// Whom the instance calls so, as the directory calls him. `None`: nobody of the directory.
    pub fn in_directory<'n>(&'n self, user: &'n Username) -> Option<Cow<'n, Username>> {
        if let Some(person) = self.in_directory.get(user) {
            return Some(Cow::Borrowed(person));
        }
        let person = match &self.suffix {
            None => Cow::Borrowed(user),
            Some(suffix) => Cow::Owned(with(user, suffix)?),
        };
        (!self.at_instance.contains_key(&*person)).then_some(person)
    }
}

fn checked(suffix: &str) -> Result<Box<str>, UsernamesProblem> {
    let folded = suffix.to_lowercase();
    // A letter before it makes a name of it.
    let ends_a_name = format!("a{folded}").parse::<Username>().is_ok();
    if folded.is_empty() || !ends_a_name {
        return Err(UsernamesProblem::BadSuffix);
    }
    Ok(folded.into())
}

/// What is left of a name; `None` where putting the two together gives another name, as lower case
/// can do that depends on the letter after it.
fn without(person: &Username, suffix: &str) -> Option<Username> {
    let folded = person.folded();
    let user = folded.strip_suffix(suffix)?;
    // As it is written, where lower case is as long.
    let written = person.as_str();
    let written = if written.len() == folded.len() { written.get(..user.len()) } else { None };
    let user: Username = written.unwrap_or(user).parse().ok()?;
    (together(&user, suffix)? == *person).then_some(user)
}

fn with(user: &Username, suffix: &str) -> Option<Username> {
    let person = together(user, suffix)?;
    (without(&person, suffix)? == *user).then_some(person)
}

fn together(user: &Username, suffix: &str) -> Option<Username> {
    format!("{}{suffix}", user.folded()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Username {
        text.parse().unwrap()
    }

    fn names(suffix: Option<&str>, pairs: &[(&str, &str)]) -> Usernames {
        let pairs = pairs.iter().map(|(person, user)| (name(person), name(user)));
        Usernames::new(suffix, pairs).unwrap()
    }

    fn at(names: &Usernames, person: &str) -> Option<String> {
        names.at_instance(&name(person)).map(|user| user.as_str().to_owned())
    }

    #[test]
    fn without_a_rule_names_are_equal() {
        let none = Usernames::default();
        assert!(none.are_equal());
        assert_eq!(at(&none, "Alice"), Some("Alice".to_owned()));
        assert_eq!(none.in_directory(&name("bob")).unwrap().as_str(), "bob");
    }

    #[test]
    fn a_name_of_its_own_is_nobody_elses() {
        let some = names(None, &[("alice.doe", "adoe"), ("bob", "alice.doe")]);
        assert_eq!(at(&some, "ALICE.doe"), Some("adoe".to_owned()));
        assert_eq!(at(&some, "bob"), Some("alice.doe".to_owned()));
        assert_eq!(at(&some, "adoe"), None, "that is alice there");
        assert_eq!(some.in_directory(&name("bob")), None, "bob has another name there");
        assert_eq!(some.in_directory(&name("Alice.Doe")).unwrap().as_str(), "bob");
        assert_eq!(at(&some, "carol"), Some("carol".to_owned()));
    }

    #[test]
    fn a_suffix_is_taken_off_and_who_has_none_is_not_there() {
        let some = names(Some("@Example.com"), &[("root", "admin")]);
        assert_eq!(at(&some, "Alice@EXAMPLE.com"), Some("Alice".to_owned()));
        assert_eq!(at(&some, "alice@example.org"), None);
        assert_eq!(at(&some, "@example.com"), None);
        assert_eq!(at(&some, "root"), Some("admin".to_owned()));
        assert_eq!(at(&some, "admin@example.com"), None, "that is root there");
        assert_eq!(some.in_directory(&name("bob")).unwrap().as_str(), "bob@example.com");
    }

    #[test]
    fn names_that_could_be_mistaken_are_refused() {
        let pair = |person, user| (name(person), name(user));
        let refused = |pairs| Usernames::new(None, pairs).unwrap_err();
        let two_people = refused([pair("alice", "a"), pair("bob", "A")]);
        assert_eq!(two_people, UsernamesProblem::TwoPeople(name("a")));
        let two_names = refused([pair("alice", "a"), pair("Alice", "b")]);
        assert_eq!(two_names, UsernamesProblem::TwoNames(name("alice")));
        for suffix in ["", " ", "@x ", "@\n", &"x".repeat(300)] {
            let refused = Usernames::new(Some(suffix), []);
            assert_eq!(refused, Err(UsernamesProblem::BadSuffix), "{suffix:?}");
        }
    }

    #[test]
    fn no_two_people_have_one_name_and_each_name_leads_back() {
        let parts = ["a", "b", "A", "ΑΣ", "ας", "ασ", "İ", "i", "ß", "ss", "corp", "Σ"];
        let ends = ["", "corp", "CORP", "@corp", "σ", "Σ", "i"];
        let all: Vec<Username> = parts
            .iter()
            .flat_map(|part| ends.map(|end| format!("{part}{end}").parse().unwrap()))
            .collect();
        for suffix in [None, Some("corp"), Some("@corp"), Some("Σ"), Some("i"), Some("İ")] {
            let names = names(suffix, &[("a", "b"), ("ΑΣcorp", "a"), ("ss", "corp")]);
            let mut taken: HashMap<Username, &Username> = HashMap::new();
            for one in &all {
                if let Some(user) = names.at_instance(one) {
                    assert_eq!(names.in_directory(&user).as_deref(), Some(one), "{suffix:?}");
                    let before = taken.insert(user.into_owned(), one);
                    assert!(before.is_none_or(|before| before == one), "{before:?} and {one:?}");
                }
                if let Some(person) = names.in_directory(one) {
                    assert_eq!(names.at_instance(&person).as_deref(), Some(one), "{suffix:?}");
                }
            }
        }
    }
}
