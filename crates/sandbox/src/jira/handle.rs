//! What a test may do to a stand-in Jira while it runs.

use std::time::Duration;

use super::consumer::ConsumerSeed;
use super::people::Person;
use super::settings::Account;
use super::{Jira, NativeTokenInfo};

impl Jira {
    /// Somebody new; false when the name is taken, in whatever case.
    pub fn add_user(&self, account: Account) -> bool {
        self.shared.world().add_person(account)
    }

    /// Removes somebody, with his sessions and native tokens; says whether there was such a
    /// person. What he wrote stays, by a name that nobody has.
    pub fn remove_user(&self, username: &str) -> bool {
        self.shared.world().remove_person(username)
    }

    /// Gives somebody another name. His user key, sessions, native tokens and issues stay his.
    /// False when there is no such person or the name is taken.
    pub fn rename_user(&self, old: &str, new: &str) -> bool {
        self.shared.world().rename_person(old, new)
    }

    /// Puts somebody into these groups and out of all others; says whether there is such a
    /// person. A group stays when its last member leaves it.
    pub fn set_groups(&self, username: &str, groups: &[&str]) -> bool {
        let groups: Vec<String> = groups.iter().map(|name| (*name).to_owned()).collect();
        self.shared.world().people.change(username, |person| person.account.groups = groups)
    }

    /// Makes a native token that does not expire, and gives its secret. No limit is looked at.
    pub fn issue_native_token(&self, username: &str, name: &str) -> String {
        let now = self.shared.now();
        self.shared.world().mint_native_token(&username.to_lowercase(), name, None, now).1
    }

    /// Enters an application link, in the place of the one with its key; false where its public key
    /// is none.
    pub fn put_application_link(&self, link: ConsumerSeed) -> bool {
        self.shared.world().consumers.put(link)
    }

    /// Deletes an application link by its key; says whether there was one.
    pub fn remove_application_link(&self, key: &str) -> bool {
        self.shared.world().consumers.remove(key)
    }

    /// A person's native tokens, oldest first.
    pub fn native_tokens(&self, username: &str) -> Vec<NativeTokenInfo> {
        let own = self.shared.world().native_tokens_of(&username.to_lowercase());
        own.into_iter()
            .map(|token| NativeTokenInfo { id: token.id, name: token.name, expires: token.expires })
            .collect()
    }

    /// Revokes a native token by id; says whether there was one.
    pub fn revoke_native_token(&self, id: u64) -> bool {
        self.shared.world().native_tokens.remove(&id).is_some()
    }

    /// Activates or deactivates somebody; says whether there is such a person.
    pub fn set_user_active(&self, username: &str, active: bool) -> bool {
        self.shared.world().people.change(username, |person| person.account.active = active)
    }

    /// Gives somebody another password; says whether there is such a person.
    pub fn set_password(&self, username: &str, password: &str) -> bool {
        let change = |person: &mut Person| password.clone_into(&mut person.account.password);
        self.shared.world().people.change(username, change)
    }

    /// Forgets somebody's wrong passwords, as if he had solved the CAPTCHA.
    pub fn lift_captcha(&self, username: &str) -> bool {
        self.shared.world().people.forget_failures(username)
    }

    /// Whether nobody in particular may read.
    pub fn set_anonymous_may_read(&self, may: bool) {
        self.shared.world().anonymous_may_read = may;
    }

    /// From now on takes every call that signs in for this person's, or no longer: the fault that
    /// a gate must notice by `X-AUSERNAME`.
    pub fn mistake_everybody_for(&self, username: Option<&str>) {
        self.shared.world().mistaken_for = username.map(str::to_lowercase);
    }

    /// From now on every answer waits for so long. What was asked is done and remembered before.
    pub fn set_delay(&self, delay: Duration) {
        self.shared.world().trouble.delay = delay;
    }

    /// From now on answers 503 with a page to everything, or no longer. Nobody is identified
    /// while it is down.
    pub fn set_down(&self, is_down: bool) {
        self.shared.world().trouble.is_down = is_down;
    }

    /// From now on answers 200 with a page to whoever asks for JSON, or no longer. The headers are
    /// as ever, `X-AUSERNAME` among them; nothing is done.
    pub fn set_nonsense(&self, is_nonsense: bool) {
        self.shared.world().trouble.talks_nonsense = is_nonsense;
    }

    /// Opens a session as the sign-in page does, and gives the value of its cookie `JSESSIONID`.
    pub fn open_session(&self, username: &str) -> String {
        self.shared.world().open_session(&username.to_lowercase())
    }

    /// The sessions that are open.
    pub fn session_count(&self) -> usize {
        self.shared.world().sessions.len()
    }

    /// Ends all sessions.
    pub fn end_sessions(&self) {
        self.shared.world().sessions.clear();
    }
}
