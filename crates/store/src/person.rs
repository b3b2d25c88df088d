//! People as products' directories said last.

use gatepass_model::{DirectoryName, KnownPerson, PersonKey, Timestamp, Username};

use crate::{Answer, Revision};

/// Which people to list.
#[derive(Clone, Debug)]
pub struct PeopleFilter {
    /// Of this directory.
    pub directory: DirectoryName,
    /// With this text in username, display name or e-mail address, letter case ignored.
    pub text: Option<String>,
    /// Only after this username, in lower case; `None`: from the beginning.
    pub after: Option<String>,
    /// At most so many, 1 to 1,000; others are brought into that range.
    pub limit: u32,
}

/// People, in the words of the use cases. Only those whom somebody asked a product about: who
/// signed in, or owns a token.
pub trait KnownPeople: Send + Sync {
    /// Writes these people of `directory`, whether or not they were known, as one change. Those of
    /// another directory are left out. Without people nothing is changed.
    fn put_people<'a>(
        &'a self,
        directory: &'a DirectoryName,
        people: &'a [KnownPerson],
    ) -> Answer<'a, Revision>;

    /// Writes one person, as one change, if he still is as he was read: `before`; `None`: not known.
    /// `Conflict`, and nothing is changed, where somebody has written him meanwhile.
    fn replace_person<'a>(
        &'a self,
        known: &'a KnownPerson,
        before: Option<&'a KnownPerson>,
    ) -> Answer<'a, Revision>;

    /// The person.
    fn find_person<'a>(&'a self, key: &'a PersonKey) -> Answer<'a, Option<KnownPerson>>;

    /// Those of these people of `directory` who are known, in the order of their usernames. At
    /// most 1,000 are looked for.
    fn find_people<'a>(
        &'a self,
        directory: &'a DirectoryName,
        usernames: &'a [Username],
    ) -> Answer<'a, Vec<KnownPerson>>;

    /// The person whom the product calls so, whatever his username is: of several the one who is
    /// active, and was confirmed last.
    fn find_person_by_native_key<'a>(
        &'a self,
        directory: &'a DirectoryName,
        native_key: &'a str,
    ) -> Answer<'a, Option<KnownPerson>>;

    /// Those whom the change `since` or a later one wrote.
    fn people_written_since<'a>(
        &'a self,
        directory: &'a DirectoryName,
        since: Revision,
    ) -> Answer<'a, Vec<KnownPerson>>;

    /// Some of them, ordered by username.
    fn list_people<'a>(&'a self, filter: &'a PeopleFilter) -> Answer<'a, Vec<KnownPerson>>;

    /// Those who must be asked about again: they own a token that has not ended at `now`, or have
    /// a session, and were last asked about before `asked_before`. The longest ago first, at most
    /// `limit`.
    fn people_to_refresh<'a>(
        &'a self,
        directory: &'a DirectoryName,
        asked_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Answer<'a, Vec<KnownPerson>>;

    /// When the one of them was confirmed whose confirmation is the oldest; `None` without any.
    fn oldest_confirmation<'a>(
        &'a self,
        directory: &'a DirectoryName,
        now: Timestamp,
    ) -> Answer<'a, Option<Timestamp>>;
}
