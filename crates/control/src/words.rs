//! What a token may do, in plain words: for the command line, the API and the console.

use gatepass_model::{Access, DirectoryName, Grant, InstanceName, Timestamp, Token, Username};

use crate::control::KnownInstance;

/// Most things of a kind that are listed; the rest is counted.
const LISTED: usize = 5;

/// `Reads in Jira as alice, from 203.0.113.0/24, until 1 March 2027. It can't change anything.`
pub fn describe_token(token: &Token, instances: &[KnownInstance]) -> String {
    let Token { grant, owner, expires_at, .. } = token;
    let places = places(grant, &owner.directory, instances);
    describe_grant(grant, &owner.username, &places, *expires_at)
}

/// The same for a grant that no token has yet. `places` are the instances as people call them.
pub fn describe_grant(
    grant: &Grant,
    owner: &Username,
    places: &[String],
    expires_at: Option<Timestamp>,
) -> String {
    let does = match grant.access {
        Access::ReadOnly => "Reads",
        Access::ReadWrite => "Reads and writes",
    };
    let mut first = format!("{does} in {} as {owner}", joined(places, "no instance", "and"));
    if !grant.networks.is_empty() {
        let networks: Vec<String> = grant.networks.iter().map(ToString::to_string).collect();
        first.push_str(", from ");
        first.push_str(&joined(&networks, "nowhere", "or"));
    }
    match expires_at {
        Some(end) => {
            first.push_str(", until ");
            first.push_str(&moment(end));
        }
        None => first.push_str(", without an end"),
    }
    first.push('.');
    let load = (!grant.limits.is_none()).then(|| format!("At most {}.", grant.limits));
    let sentences =
        [Some(first), paths(grant), headers(grant), load, Some(limits(grant).to_owned())];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A point in time for people, in UTC: `1 March 2027`, with the time of day unless midnight.
pub fn moment(moment: Timestamp) -> String {
    let Ok(stamp) = jiff::Timestamp::from_second(moment.as_seconds()) else {
        return moment.to_string();
    };
    let date = jiff::tz::TimeZone::UTC.to_datetime(stamp);
    let is_midnight = moment.as_seconds() % 86_400 == 0;
    let format = if is_midnight { "%-d %B %Y" } else { "%-d %B %Y, %H:%M UTC" };
    date.strftime(format).to_string()
}

/// What people call an instance: `Jira`, or `Jira emea` where there are several; its name where it
/// is no longer configured.
pub fn place(name: &InstanceName, instances: &[KnownInstance]) -> String {
    let known = || instances.iter().map(|known| &known.instance);
    let Some(found) = known().find(|one| one.name == *name) else { return name.to_string() };
    let product = found.product;
    let is_only = known().filter(|other| other.product == product).count() == 1;
    if is_only { product.title().to_owned() } else { format!("{} {name}", product.title()) }
}

/// Where it works, by what people call the products there.
pub fn places(
    grant: &Grant,
    directory: &DirectoryName,
    instances: &[KnownInstance],
) -> Vec<String> {
    if !grant.instances.is_empty() {
        return grant.instances.iter().map(|name| place(name, instances)).collect();
    }
    let all = instances.iter().map(|known| &known.instance);
    let of_directory = all.filter(|one| one.directory == *directory);
    of_directory.map(|one| place(&one.name, instances)).collect()
}

fn paths(grant: &Grant) -> Option<String> {
    let texts = |patterns: &[gatepass_model::Pattern]| {
        let texts: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        joined(&texts, "nothing", "and")
    };
    match (grant.allow.is_empty(), grant.deny.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("Only {}.", texts(&grant.allow))),
        (true, false) => Some(format!("Not {}.", texts(&grant.deny))),
        (false, false) => {
            Some(format!("Only {}, but not {}.", texts(&grant.allow), texts(&grant.deny)))
        }
    }
}

fn headers(grant: &Grant) -> Option<String> {
    let names: Vec<String> =
        grant.required_headers.iter().map(|header| header.name().to_owned()).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("It works only with the header {one}.")),
        _ => Some(format!("It works only with the headers {}.", joined(&names, "", "and"))),
    }
}

const fn limits(grant: &Grant) -> &'static str {
    match (grant.access, grant.admin) {
        // Administration counts as a write, even where it only looks.
        (Access::ReadOnly, _) => "It can't change anything.",
        (Access::ReadWrite, false) => "It can't administer.",
        (Access::ReadWrite, true) => "It can administer.",
    }
}

/// `a, b and c`; `a, b, c, d, e and 3 more`.
fn joined(items: &[String], none: &str, word: &str) -> String {
    match items {
        [] => none.to_owned(),
        [one] => one.clone(),
        [first @ .., last] if items.len() <= LISTED => {
            format!("{} {word} {last}", first.join(", "))
        }
        _ => {
            let (listed, rest) = items.split_at(LISTED);
            format!("{} {word} {} more", listed.join(", "), rest.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(grant: &Grant, places: &[&str], end: Option<&str>) -> String {
        let places: Vec<String> = places.iter().map(|&place| place.to_owned()).collect();
        let end = end.map(|end| end.parse().unwrap());
        describe_grant(grant, &"alice".parse().unwrap(), &places, end)
    }

    #[test]
    fn a_narrow_grant_is_told_in_two_sentences() {
        let grant =
            Grant { networks: vec!["203.0.113.0/24".parse().unwrap()], ..Grant::read_only() };
        assert_eq!(
            told(&grant, &["Jira"], Some("2027-03-01")),
            "Reads in Jira as alice, from 203.0.113.0/24, until 1 March 2027. It can't change \
             anything."
        );
    }

    #[test]
    fn a_wide_grant_with_patterns_and_headers_is_told_whole() {
        let grant = Grant {
            admin: true,
            allow: vec!["GET /rest/**".parse().unwrap()],
            deny: vec!["/rest/api/2/user".parse().unwrap()],
            required_headers: vec!["X-Caller: build".parse().unwrap()],
            ..Grant::read_write()
        };
        assert_eq!(
            told(&grant, &["Jira", "Confluence"], None),
            "Reads and writes in Jira and Confluence as alice, without an end. Only GET /rest/**, \
             but not /rest/api/2/user. It works only with the header x-caller. It can administer."
        );
    }

    #[test]
    fn long_lists_are_counted_and_times_of_day_are_told() {
        let grant = Grant {
            networks: (0..7).map(|n| format!("10.{n}.0.0/16").parse().unwrap()).collect(),
            ..Grant::read_write()
        };
        let told = told(&grant, &["Jira"], Some("2027-03-01T14:30:00Z"));
        assert!(told.contains("10.4.0.0/16 or 2 more, until 1 March 2027, 14:30 UTC."), "{told}");
    }
}
