//! Names: of instances, directories and people.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// Why a name was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no {what}: {rule}")]
pub struct InvalidName {
    what: &'static str,
    given: String,
    rule: &'static str,
}

macro_rules! plain_name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
                if text.len() <= 40 && starts && text.bytes().all(plain) {
                    return Ok(Self(text.into()));
                }
                Err(InvalidName {
                    what: $what,
                    given: text.to_owned(),
                    rule: "a to z, 0 to 9 and -, beginning with a letter, at most 40 characters",
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, out)
            }
        }
    };
}

plain_name!(
    /// The name of one installation of a product, as configured: `jira`, `wiki-emea`.
    InstanceName,
    "name of an instance"
);
plain_name!(
    /// The name of a directory of people, as configured.
    DirectoryName,
    "name of a directory"
);

/// What somebody is called in a directory. Two usernames that differ in letter case only are the
/// same, as they are in the products; it prints as the directory writes it.
#[derive(Clone)]
pub struct Username {
    written: Arc<str>,
    folded: Arc<str>,
}

impl Username {
    /// Longest username in bytes: what the products' user tables hold.
    pub const MAX_BYTES: usize = 255;

    /// As the directory writes it.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// In lower case: what is compared, hashed and stored as key.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether `other` names the same person, letter case ignored.
    pub fn is_same_as(&self, other: &str) -> bool {
        if other.is_ascii() && self.folded.is_ascii() {
            return self.folded.eq_ignore_ascii_case(other);
        }
        *self.folded == *other.to_lowercase()
    }
}

impl FromStr for Username {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let bad = text.is_empty()
            || text.len() > Self::MAX_BYTES
            || text.trim() != text
            || text.chars().any(char::is_control);
        if bad {
            return Err(InvalidName {
                what: "username",
                given: text.to_owned(),
                rule: "1 to 255 bytes, no control characters, no spaces at its ends",
            });
        }
        let written: Arc<str> = text.into();
        let lower = text.to_lowercase();
        let folded = if lower == text { written.clone() } else { lower.into() };
        Ok(Self { written, folded })
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}
impl Eq for Username {}
impl PartialOrd for Username {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Username {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded.cmp(&other.folded)
    }
}
impl Hash for Username {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}
impl fmt::Display for Username {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}
impl fmt::Debug for Username {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.written, out)
    }
}

/// Who somebody is: equal names in two directories are two people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey {
    /// Which directory knows him.
    pub directory: DirectoryName,
    /// What he is called there.
    pub username: Username,
}

impl fmt::Display for PersonKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.username, self.directory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_that_differ_in_case_only_are_one() {
        let upper: Username = "Müller@Example".parse().unwrap();
        let lower: Username = "müller@example".parse().unwrap();
        assert_eq!(upper, lower);
        assert_eq!(upper.as_str(), "Müller@Example");
        assert!(upper.is_same_as("MÜLLER@example") && !upper.is_same_as("muller@example"));
    }

    #[test]
    fn names_that_could_be_misread_are_refused() {
        for text in ["", " alice", "a\nb", "a\0"] {
            assert!(text.parse::<Username>().is_err(), "{text:?}");
        }
        for text in ["", "Jira", "1jira", "ji ra", "jira/x"] {
            assert!(text.parse::<InstanceName>().is_err(), "{text:?}");
        }
    }
}
