//! In which groups somebody is: those that name him, those that name these, and so on.

use std::collections::{BTreeSet, HashSet};

use ldap3::Scope;

use super::entry::Entry;
use super::line::Session;
use super::search::{Search, escaped};
use super::{GroupAttributes, LdapProblem, LdapSettings};

/// Most groups of one person, as of a Jira's.
const MOST_GROUPS: usize = 10_000;
/// Most groups above each other; nobody nests them so deep, and a cycle ends by itself.
const DEEPEST: usize = 32;
/// So many members are asked about by one search.
const AT_ONCE: usize = 50;
/// The attribute whose values are usernames (RFC 2307 2.3); such groups have no groups.
const MEMBER_UID: &str = "memberUid";

/// The names of all groups of the person, sorted, each once.
pub(super) async fn of(
    settings: &LdapSettings,
    session: &Session,
    person: &Entry,
    username: &str,
) -> Result<Vec<String>, LdapProblem> {
    let groups = &settings.groups;
    let is_by_name = groups.member.eq_ignore_ascii_case(MEMBER_UID);
    let mut members = vec![if is_by_name { username.to_owned() } else { person.dn.clone() }];
    let (mut names, mut seen) = (BTreeSet::new(), HashSet::new());
    for _ in 0..DEEPEST {
        let mut above = Vec::new();
        for portion in members.chunks(AT_ONCE) {
            for group in naming(groups, session, portion).await? {
                if !seen.insert(group.dn.to_lowercase()) {
                    continue;
                }
                take_names(groups, &group, &mut names)?;
                above.push(group.dn);
            }
            if seen.len() > MOST_GROUPS {
                return Err(LdapProblem::TooMany("he is in more groups than anybody is"));
            }
        }
        if above.is_empty() || is_by_name {
            return Ok(names.into_iter().collect());
        }
        members = above;
    }
    Err(LdapProblem::TooMany("groups are in groups, deeper than 32 levels"))
}

/// The groups that name one of these members.
async fn naming(
    groups: &GroupAttributes,
    session: &Session,
    members: &[String],
) -> Result<Vec<Entry>, LdapProblem> {
    let search = Search {
        what: "groups",
        base: &groups.base_dn,
        scope: Scope::Subtree,
        filter: &filter(groups, members),
        attributes: &[&groups.name],
    };
    let found = search.all(session, MOST_GROUPS).await?;
    // A group that is not seen may be one to which policy denies something.
    if found.is_elsewhere {
        return Err(LdapProblem::Elsewhere(search.what));
    }
    Ok(found.entries)
}

fn filter(groups: &GroupAttributes, members: &[String]) -> String {
    let one = |member: &String| format!("({}={})", groups.member, escaped(member));
    let any: String = members.iter().map(one).collect();
    format!("(&{}(|{any}))", groups.filter)
}

fn take_names(
    groups: &GroupAttributes,
    group: &Entry,
    names: &mut BTreeSet<String>,
) -> Result<(), LdapProblem> {
    let before = names.len();
    let mut has_one = false;
    for name in group.texts(&groups.name) {
        has_one = true;
        names.insert(name.to_owned());
    }
    if !has_one && names.len() == before {
        let words = format!("a group has no {} that the account may see", groups.name);
        return Err(LdapProblem::Nonsense(words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_escaped_one_by_one() {
        let groups = GroupAttributes {
            base_dn: String::new(),
            filter: "(objectClass=group)".to_owned(),
            name: "cn".to_owned(),
            member: "member".to_owned(),
        };
        let members = ["cn=A (b)\\, c,dc=x".to_owned(), "uid=*".to_owned()];
        let built = filter(&groups, &members);
        assert_eq!(
            built,
            "(&(objectClass=group)(|(member=cn=A \\28b\\29\\5c, c,dc=x)(member=uid=\\2a)))"
        );
        assert!(ldap3::parse_filter(&built).is_ok());
    }
}
