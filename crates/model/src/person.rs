//! People, as directories know them.

use crate::name::PersonKey;

/// Somebody a directory knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Which directory, and what he is called there.
    pub key: PersonKey,
    /// What people call him.
    pub display_name: String,
    /// His address, where the directory has one. Compared without letter case.
    pub email: Option<String>,
    /// The groups he is in, nested ones resolved by the directory; sorted, each once.
    pub groups: Vec<String>,
    /// Whether the directory lets him sign in.
    pub active: bool,
}

impl Person {
    /// Whether `claimed` is his username or his e-mail address, letter case ignored.
    pub fn answers_to(&self, claimed: &str) -> bool {
        self.key.username.is_same_as(claimed)
            || self
                .email
                .as_ref()
                .is_some_and(|email| email.to_lowercase() == claimed.to_lowercase())
    }
}
