//! Who there is: people by name and by key, and who is in which group.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::auth::Wrong;
use super::settings::Account;

/// Wrong passwords after which a person must solve a CAPTCHA.
const FAILURES_BEFORE_CAPTCHA: u32 = 3;

/// Somebody, and how he fared with signing in.
pub(crate) struct Person {
    pub(crate) account: Account,
    /// A number that nobody else has.
    pub(crate) id: u64,
    /// What the product calls somebody beside his name, as `JIRAUSER10100` in Jira. It stays when
    /// the name changes.
    pub(crate) key: String,
    /// Wrong passwords since the last right one.
    pub(crate) failures: u32,
    pub(crate) logins: u32,
    pub(crate) last_login: Option<i64>,
}

/// The usernames of a group, in order.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) all: Vec<String>,
    pub(crate) active: Vec<String>,
}

/// All people. Usernames are lower-case here: two that differ in case only are one.
#[derive(Default)]
pub(crate) struct People {
    by_name: BTreeMap<String, Person>,
    /// Username by user key.
    by_key: HashMap<String, String>,
    /// Every group that was ever named: it stays when its last member leaves.
    groups: BTreeSet<String>,
    /// Made when it is first asked for and dropped with every change, so that whoever pages
    /// through a large group does not have everybody looked at for each page.
    members: OnceCell<HashMap<String, Members>>,
}

impl People {
    /// Somebody new; false when the name is taken.
    pub(crate) fn add(&mut self, mut account: Account, id: u64, key: String) -> bool {
        let name = account.username.to_lowercase();
        if self.by_name.contains_key(&name) {
            return false;
        }
        account.username.clone_from(&name);
        self.by_key.insert(key.clone(), name.clone());
        let person = Person { account, id, key, failures: 0, logins: 0, last_login: None };
        self.put(name, person);
        true
    }

    /// Takes somebody out; false when there is no such person.
    pub(crate) fn remove(&mut self, username: &str) -> bool {
        self.take(&username.to_lowercase()).is_some_and(|person| {
            self.by_key.remove(&person.key);
            true
        })
    }

    /// Gives somebody another name; false when there is no such person or the name is taken.
    pub(crate) fn rename(&mut self, old: &str, new: &str) -> bool {
        let (old, new) = (old.to_lowercase(), new.to_lowercase());
        if old != new && self.by_name.contains_key(&new) {
            return false;
        }
        let Some(mut person) = self.take(&old) else { return false };
        person.account.username.clone_from(&new);
        self.by_key.insert(person.key.clone(), new.clone());
        self.put(new, person);
        true
    }

    /// Changes somebody, but not his name; false when there is no such person.
    pub(crate) fn change(&mut self, username: &str, change: impl FnOnce(&mut Person)) -> bool {
        let name = username.to_lowercase();
        let Some(mut person) = self.take(&name) else { return false };
        change(&mut person);
        self.put(name, person);
        true
    }

    fn put(&mut self, name: String, person: Person) {
        self.members.take();
        self.groups.extend(person.account.groups.iter().cloned());
        self.by_name.insert(name, person);
    }

    fn take(&mut self, name: &str) -> Option<Person> {
        self.members.take();
        self.by_name.remove(name)
    }

    /// The person with this name, case ignored.
    pub(crate) fn get(&self, username: &str) -> Option<&Person> {
        self.by_name.get(&username.to_lowercase())
    }

    pub(crate) fn with_key(&self, key: &str) -> Option<&Person> {
        self.by_name.get(self.by_key.get(key)?)
    }

    /// Everybody, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.by_name.values()
    }

    pub(crate) fn groups(&self) -> &BTreeSet<String> {
        &self.groups
    }

    /// Who is in a group; `None` when there is no such group.
    pub(crate) fn members(&self, group: &str) -> Option<&Members> {
        self.members.get_or_init(|| self.gather()).get(group)
    }

    fn gather(&self) -> HashMap<String, Members> {
        let mut all: HashMap<String, Members> =
            self.groups.iter().map(|name| (name.clone(), Members::default())).collect();
        for (name, person) in &self.by_name {
            let own: BTreeSet<&String> = person.account.groups.iter().collect();
            for group in own {
                let Some(members) = all.get_mut(group) else { continue };
                members.all.push(name.clone());
                if person.account.active {
                    members.active.push(name.clone());
                }
            }
        }
        all
    }

    /// The lower-case username, when the password is right and he may sign in.
    pub(crate) fn check_password(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<String, Wrong> {
        let username = username.to_lowercase();
        let person = self.by_name.get_mut(&username).ok_or(Wrong::Failed)?;
        // Fact B: once the CAPTCHA is due, not even the right password helps.
        if person.failures >= FAILURES_BEFORE_CAPTCHA {
            return Err(Wrong::Denied);
        }
        if !person.account.active || person.account.password != password {
            person.failures += 1;
            return Err(Wrong::Failed);
        }
        person.failures = 0;
        Ok(username)
    }

    /// Counts a sign-in.
    pub(crate) fn note_sign_in(&mut self, username: &str, now: i64) {
        if let Some(person) = self.by_name.get_mut(username) {
            person.logins += 1;
            person.last_login = Some(now);
        }
    }

    /// As if he had solved the CAPTCHA; false when there is no such person.
    pub(crate) fn forget_failures(&mut self, username: &str) -> bool {
        let person = self.by_name.get_mut(&username.to_lowercase());
        person.map(|person| person.failures = 0).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let mut people = People::default();
        for (at, name) in ["Ann", "bea"].into_iter().enumerate() {
            let account = Account {
                username: name.to_owned(),
                password: String::new(),
                display_name: name.to_owned(),
                email: String::new(),
                groups: vec!["all".to_owned(), "all".to_owned()],
                active: true,
            };
            assert!(people.add(account.clone(), 0, format!("KEY{at}")));
            assert!(!people.add(account, 0, "OTHER".to_owned()), "a name is given once");
        }
        people
    }

    #[test]
    fn names_that_differ_in_case_only_are_one() {
        let people = people();
        assert_eq!(people.get("ANN").map(|person| person.account.username.as_str()), Some("ann"));
        assert_eq!(people.iter().count(), 2);
    }

    #[test]
    fn a_group_follows_every_change_of_its_members_and_outlives_them() {
        let mut people = people();
        assert_eq!(people.members("all").unwrap().all, ["ann", "bea"]);
        assert!(people.change("Ann", |person| person.account.active = false));
        assert_eq!(people.members("all").unwrap().active, ["bea"]);
        assert!(people.rename("BEA", "Zoe"));
        assert_eq!(people.members("all").unwrap().all, ["ann", "zoe"]);
        assert!(people.remove("ann") && people.remove("zoe"));
        assert!(people.members("all").unwrap().all.is_empty());
        assert!(people.members("none").is_none());
    }

    #[test]
    fn a_key_stays_with_a_person_who_is_renamed_and_goes_with_one_who_is_removed() {
        let mut people = people();
        assert!(!people.rename("ann", "bea"), "a name that is taken");
        assert!(people.rename("ann", "ANN"), "another spelling of the same name");
        assert!(people.rename("ann", "Eve"));
        let name = |people: &People| Some(people.with_key("KEY0")?.account.username.clone());
        assert_eq!(name(&people).as_deref(), Some("eve"));
        assert!(people.remove("eve"));
        assert_eq!(name(&people), None);
        assert!(!people.remove("eve") && !people.rename("eve", "x"));
    }
}
