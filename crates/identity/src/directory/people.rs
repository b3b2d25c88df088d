//! `people.toml`: `[[people]] name="alice" display_name="Alice" email="…" groups=[…] active=true`.

use std::collections::HashSet;
use std::fmt;

use gatepass_model::{DirectoryName, Person, PersonKey, Username};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const KEYS: &str = "name, display_name, email, groups and active";

/// A mistake in a file of people. Prints as `4: people[2].email: …`: line, key, what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PeopleMistake {
    /// The line, counted from 1.
    pub line: usize,
    /// The key that it is about; empty when the file as a whole is meant.
    pub key: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl fmt::Display for PeopleMistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.line)?;
        if !self.key.is_empty() {
            write!(out, "{}: ", self.key)?;
        }
        out.write_str(&self.problem)
    }
}

/// Reads the text of a file of people. A name that stands there twice, letter case ignored, is a
/// mistake, and so is a file without anybody: an editor that saves empties the file first, and
/// that must not sign everybody out. On failure every mistake is told, in the order of lines.
pub fn parse_people(
    directory: &DirectoryName,
    text: &str,
) -> Result<Vec<Person>, Vec<PeopleMistake>> {
    let mut reader = Reader { text, directory, mistakes: Vec::new(), seen: HashSet::new() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        reader.wrong(at, "", format!("this is not TOML: {}", error.message()));
    }
    let people =
        if reader.mistakes.is_empty() { reader.document(document.get_ref()) } else { Vec::new() };
    if reader.mistakes.is_empty() && people.is_empty() {
        reader.wrong(0, "", "there is nobody in it; write [[people]] for each".to_owned());
    }
    if reader.mistakes.is_empty() {
        return Ok(people);
    }
    reader.mistakes.sort_by_key(|mistake| mistake.line);
    Err(reader.mistakes)
}

type Entries<'i> = DeTable<'i>;
type Entry<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    text: &'a str,
    directory: &'a DirectoryName,
    mistakes: Vec<PeopleMistake>,
    seen: HashSet<Username>,
}

impl Reader<'_> {
    fn wrong(&mut self, at: usize, key: &str, problem: String) {
        let line = 1 + self.text.get(..at).unwrap_or_default().matches('\n').count();
        self.mistakes.push(PeopleMistake { line, key: key.to_owned(), problem });
    }

    fn document(&mut self, document: &Entries<'_>) -> Vec<Person> {
        let mut people = Vec::new();
        for (name, value) in document {
            let DeValue::Array(tables) = value.get_ref() else {
                let problem = "there is no such key; write [[people]] for each person".to_owned();
                self.wrong(name.span().start, name.get_ref(), problem);
                continue;
            };
            if name.get_ref() != "people" {
                let problem = "there is no such table; write [[people]]".to_owned();
                self.wrong(name.span().start, name.get_ref(), problem);
                continue;
            }
            for (at, table) in tables.iter().enumerate() {
                let label = format!("people[{}]", at + 1);
                match table.get_ref() {
                    DeValue::Table(entries) => {
                        people.extend(self.person(table.span().start, &label, entries));
                    }
                    _ => {
                        self.wrong(table.span().start, &label, "write it as [[people]]".to_owned());
                    }
                }
            }
        }
        people
    }

    fn person(&mut self, at: usize, label: &str, entries: &Entries<'_>) -> Option<Person> {
        let (mut name, mut display_name, mut email) = (None, None, None);
        let (mut groups, mut active) = (Vec::new(), true);
        for (key, value) in entries {
            let path = format!("{label}.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "name" => name = Some(self.name(&path, value)),
                "display_name" => display_name = self.plain_text(&path, value),
                "email" => email = self.email(&path, value),
                "groups" => groups = self.groups(&path, value),
                "active" => match value.get_ref().as_bool() {
                    Some(given) => active = given,
                    None => self.wrong(value.span().start, &path, "it is true or false".to_owned()),
                },
                _ => {
                    let problem = format!("there is no such key; a person has {KEYS}");
                    self.wrong(key.span().start, &path, problem);
                }
            }
        }
        let Some(name) = name else {
            self.wrong(at, &format!("{label}.name"), "it is missing".to_owned());
            return None;
        };
        let username = name?;
        let display_name = display_name.unwrap_or_else(|| username.as_str().to_owned());
        let key = PersonKey { directory: self.directory.clone(), username };
        Some(Person { key, display_name, email, groups, active })
    }

    fn name(&mut self, path: &str, value: &Entry<'_>) -> Option<Username> {
        let at = value.span().start;
        let text = self.text_of(path, value)?;
        match text.parse::<Username>() {
            // Basic credentials end the name at the first colon (RFC 7617 2).
            Ok(name) if name.as_str().contains(':') => {
                self.wrong(at, path, format!("{text:?} holds a colon, so Basic can't carry it"));
                None
            }
            Ok(name) => {
                if !self.seen.insert(name.clone()) {
                    let problem = format!("{text:?} stands there twice, letter case ignored");
                    self.wrong(at, path, problem);
                }
                Some(name)
            }
            Err(error) => {
                self.wrong(at, path, error.to_string());
                None
            }
        }
    }

    fn text_of<'v>(&mut self, path: &str, value: &'v Entry<'_>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(value.span().start, path, "it is a text in quotation marks".to_owned());
        }
        text
    }

    fn plain_text(&mut self, path: &str, value: &Entry<'_>) -> Option<String> {
        let text = self.text_of(path, value)?;
        if text.trim().is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
            let problem = "it is 1 to 255 bytes, without control characters".to_owned();
            self.wrong(value.span().start, path, problem);
            return None;
        }
        Some(text.to_owned())
    }

    /// Empty counts as none.
    fn email(&mut self, path: &str, value: &Entry<'_>) -> Option<String> {
        if value.get_ref().as_str() == Some("") {
            return None;
        }
        let text = self.plain_text(path, value)?;
        let parts = text.split_once('@');
        let plausible = parts.is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        if !plausible || text.contains([' ', ':']) {
            self.wrong(value.span().start, path, format!("{text:?} is not an e-mail address"));
            return None;
        }
        Some(text)
    }

    /// Sorted, each once.
    fn groups(&mut self, path: &str, value: &Entry<'_>) -> Vec<String> {
        let Some(items) = value.get_ref().as_array() else {
            let problem = "it is a list of names: [\"jira-users\"]".to_owned();
            self.wrong(value.span().start, path, problem);
            return Vec::new();
        };
        let mut groups: Vec<String> =
            items.iter().filter_map(|item| self.plain_text(path, item)).collect();
        groups.sort();
        groups.dedup();
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Person>, Vec<String>> {
        let people = parse_people(&"main".parse().unwrap(), text);
        people.map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_person_has_defaults_for_all_but_the_name() {
        let people = parse(
            "[[people]]\nname = \"alice\"\n\n[[people]]\nname = \"Bob\"\ndisplay_name = \"Bob B.\"\n\
             email = \"bob@example.com\"\ngroups = [\"b\", \"a\", \"b\"]\nactive = false\n",
        )
        .unwrap();
        let [alice, bob] = people.as_slice() else { panic!("two people") };
        assert_eq!((alice.key.username.as_str(), alice.display_name.as_str()), ("alice", "alice"));
        assert_eq!((alice.email.as_ref(), alice.groups.len(), alice.active), (None, 0, true));
        assert_eq!(alice.key.directory.as_str(), "main");
        assert_eq!((bob.key.username.as_str(), bob.display_name.as_str()), ("Bob", "Bob B."));
        assert_eq!(bob.email.as_deref(), Some("bob@example.com"));
        assert_eq!(
            (bob.groups.as_slice(), bob.active),
            (&["a".to_owned(), "b".to_owned()][..], false)
        );
    }

    #[test]
    fn every_mistake_is_told_with_line_and_key() {
        let text = "people_of = 1\n[[people]]\nname = \"alice\"\nactiv = false\n[[people]]\nname = \"ALICE\"\n\
            email = \"nobody\"\n[[people]]\ndisplay_name = 3\ngroups = \"g\"\nactive = \"no\"\n\
            [[people]]\nname = \"a:b\"\n[[staff]]\n";
        let expected = [
            "1: people_of: there is no such key",
            "4: people[1].activ: there is no such key; a person has name,",
            "6: people[2].name: \"ALICE\" stands there twice",
            "7: people[2].email: \"nobody\" is not an e-mail address",
            "8: people[3].name: it is missing",
            "9: people[3].display_name: it is a text",
            "10: people[3].groups: it is a list",
            "11: people[3].active: it is true or false",
            "13: people[4].name: \"a:b\" holds a colon",
            "14: staff: there is no such table",
        ];
        let told = parse(text).unwrap_err();
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}\nwas to begin with\n{expected}");
        }
    }

    #[test]
    fn a_file_without_anybody_or_cut_off_is_a_mistake() {
        for text in ["", "# people\n", "people = []\n", "[[people]]\nname = \"al", "[[people]]\nna"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
