//! People, as directories know them.

use std::str::FromStr;

use crate::name::PersonKey;
use crate::time::Timestamp;

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

/// How much somebody may do at a product, as far as it says so. Sorts by power: what is not known
/// may be everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProductRank {
    /// Uses it.
    User,
    /// Administers it.
    Administrator,
    /// Administers its system too: may install plug-ins, and so do everything.
    SystemAdministrator,
    /// Nobody has asked.
    Unknown,
}

impl ProductRank {
    /// All of them, the least first.
    pub const ALL: [Self; 4] =
        [Self::User, Self::Administrator, Self::SystemAdministrator, Self::Unknown];

    /// As stored and printed: `user`, `administrator`, `system-administrator`, `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Administrator => "administrator",
            Self::SystemAdministrator => "system-administrator",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for ProductRank {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|rank| rank.as_str() == text).ok_or(())
    }
}

/// Somebody as a product's directory said last, and when it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Who, with the groups of that moment.
    pub person: Person,
    /// What the product itself calls him, whatever his username is: `JIRAUSER10100`. By it a
    /// renamed user is known again, and a new user of an old name is told from the one before.
    pub native_key: Option<String>,
    /// What he may do there.
    pub rank: ProductRank,
    /// When the product last said all this.
    pub confirmed_at: Timestamp,
    /// When it was last asked, whatever came of it.
    pub asked_at: Timestamp,
    /// Why it did not answer then; `None` when it did.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_of_a_rank_counts_as_the_most() {
        let most = ProductRank::ALL.into_iter().max().unwrap();
        assert_eq!(most, ProductRank::Unknown);
        for rank in ProductRank::ALL {
            assert_eq!(rank.as_str().parse(), Ok(rank));
        }
    }
}
