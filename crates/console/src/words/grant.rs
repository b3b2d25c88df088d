//! What a token may do, in plain sentences.
//!
//! The sentences are patterns with names in braces, for two readers: [`Chrome::grant`] fills them
//! in, and so does the script of the form for a new token while somebody types.

use gatepass_model::{Access, Grant, Limits};

use super::{Joiner, isolated, joined, time};
use crate::chrome::{Chrome, Language};
use crate::part::GrantFacts;
use crate::text::texts;

texts! {
    words {
        reads: "Reads in {places} as {owner}", "Liest in {places} als {owner}";
        writes: "Reads and writes in {places} as {owner}", "Liest und schreibt in {places} als {owner}";
        no_place: "no instance", "keiner Instanz";
        networks: ", from {networks}", ", von {networks} aus";
        until: ", until {end}", ", bis {end}";
        endless: ", without an end", ", ohne Ende";
        only: "Only {patterns}.", "Nur {patterns}.";
        not: "Not {patterns}.", "Nicht {patterns}.";
        only_but: "Only {patterns}, but not {denied}.", "Nur {patterns}, aber nicht {denied}.";
        header: "It works only with the header {names}.", "Es gilt nur mit dem Header {names}.";
        headers: "It works only with the headers {names}.", "Es gilt nur mit den Headern {names}.";
        at_most: "At most {limits}.", "Höchstens {limits}.";
        changes_nothing: "It can't change anything.", "Es kann nichts ändern.";
        no_admin: "It can't administer.", "Es kann nicht administrieren.";
        admin: "It can administer.", "Es kann administrieren.";
        and: "and", "und";
        or: "or", "oder";
        anywhere: "from anywhere", "von überall";
    }
    sentences {
        more(count: &str): format!("{count} more"), format!("{count} weitere");
        burst(rate: &str, burst: &str): format!("{rate} ({burst} at once)"), format!("{rate} ({burst} auf einmal)");
        concurrency(count: &str): format!("{count} on their way"), format!("{count} gleichzeitig");
        bytes(bytes: &str): format!("{bytes} a day"), format!("{bytes} am Tag");
        heavy_rate(rate: &str): format!("heavy {rate}"), format!("aufwendige {rate}");
        heavy_concurrency(count: &str): format!("heavy {count} on their way"), format!("aufwendige {count} gleichzeitig");
    }
}

/// A pattern with its names replaced. A value is not looked at again: what somebody calls himself
/// can't be a name of ours.
fn filled(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        out.push_str(value.map_or("", |(_, value)| value));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn texts_of<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

/// The whole of it: `Reads in Jira as alice, from 203.0.113.0/24, until 1 March 2027. It can't
/// change anything.`
fn described(language: Language, facts: &GrantFacts) -> String {
    let text = TEXT.of(language);
    let grant = &facts.grant;
    let places = match facts.places.as_slice() {
        [] => text.no_place.to_owned(),
        places => joined(language, places, Joiner::And),
    };
    let does = match grant.access {
        Access::ReadOnly => text.reads,
        Access::ReadWrite => text.writes,
    };
    let mut first = filled(does, &[("places", &places), ("owner", &isolated(&facts.owner))]);
    if !grant.networks.is_empty() {
        let networks = joined(language, &texts_of(&grant.networks), Joiner::Or);
        first.push_str(&filled(text.networks, &[("networks", &networks)]));
    }
    match facts.expires_at {
        Some(end) => first.push_str(&filled(text.until, &[("end", &time::end(language, end))])),
        None => first.push_str(text.endless),
    }
    first.push('.');
    let load = limits(language, &grant.limits);
    let load = load.map(|limits| filled(text.at_most, &[("limits", &limits)]));
    let sentences = [
        Some(first),
        paths(language, grant),
        headers(language, grant),
        load,
        Some(ability(text, grant).to_owned()),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn paths(language: Language, grant: &Grant) -> Option<String> {
    let text = TEXT.of(language);
    let allow = joined(language, &texts_of(&grant.allow), Joiner::And);
    let deny = joined(language, &texts_of(&grant.deny), Joiner::And);
    match (allow.is_empty(), deny.is_empty()) {
        (true, true) => None,
        (false, true) => Some(filled(text.only, &[("patterns", &allow)])),
        (true, false) => Some(filled(text.not, &[("patterns", &deny)])),
        (false, false) => Some(filled(text.only_but, &[("patterns", &allow), ("denied", &deny)])),
    }
}

fn headers(language: Language, grant: &Grant) -> Option<String> {
    let text = TEXT.of(language);
    let names: Vec<String> =
        grant.required_headers.iter().map(|header| header.name().to_owned()).collect();
    let pattern = match names.len() {
        0 => return None,
        1 => text.header,
        _ => text.headers,
    };
    Some(filled(pattern, &[("names", &joined(language, &names, Joiner::And))]))
}

fn ability(text: &Text, grant: &Grant) -> &'static str {
    match (grant.access, grant.admin) {
        // Administration counts as a write, even where it only looks.
        (Access::ReadOnly, _) => text.changes_nothing,
        (Access::ReadWrite, false) => text.no_admin,
        (Access::ReadWrite, true) => text.admin,
    }
}

/// `60/min (10 at once), 4 on their way`; `None` where nothing is limited.
pub(super) fn limits(language: Language, limits: &Limits) -> Option<String> {
    let text = TEXT.of(language);
    let mut parts = Vec::new();
    if let Some(rate) = limits.rate {
        parts.push(match limits.burst {
            Some(burst) if burst != rate.count() => {
                text.burst(&rate.to_string(), &burst.to_string())
            }
            _ => rate.to_string(),
        });
    }
    parts.extend(limits.concurrency.map(|count| text.concurrency(&count.to_string())));
    parts.extend(limits.bytes_per_day.map(|bytes| text.bytes(&bytes.to_string())));
    parts.extend(limits.heavy_rate.map(|rate| text.heavy_rate(&rate.to_string())));
    parts.extend(limits.heavy_concurrency.map(|count| text.heavy_concurrency(&count.to_string())));
    (!parts.is_empty()).then(|| parts.join(", "))
}

impl Chrome {
    /// What a token may do, in plain sentences.
    pub(crate) fn grant(&self, facts: &GrantFacts) -> String {
        described(self.language, facts)
    }

    /// The patterns of those sentences.
    pub(crate) fn grant_patterns(&self) -> &'static Text {
        TEXT.of(self.language)
    }

    /// Several names: `Jira, Confluence and Bitbucket`.
    pub(crate) fn listed(&self, names: &[String]) -> String {
        joined(self.language, names, Joiner::And)
    }

    /// Where a token may be used from: `from anywhere`, or its networks.
    pub(crate) fn networks(&self, grant: &Grant) -> String {
        match grant.networks.as_slice() {
            [] => TEXT.of(self.language).anywhere.to_owned(),
            networks => joined(self.language, &texts_of(networks), Joiner::Or),
        }
    }

    /// Limits in few words; empty where there are none.
    pub(crate) fn limits(&self, given: &Limits) -> String {
        limits(self.language, given).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chrome::Language::{English, German};

    fn told(language: Language, grant: &Grant, places: &[&str], end: Option<&str>) -> String {
        let facts = GrantFacts {
            grant: grant.clone(),
            places: places.iter().map(|&place| place.to_owned()).collect(),
            owner: "alice".to_owned(),
            expires_at: end.map(|end| end.parse().unwrap()),
        };
        described(language, &facts)
    }

    #[test]
    fn a_narrow_grant_is_told_in_two_sentences() {
        let grant =
            Grant { networks: vec!["203.0.113.0/24".parse().unwrap()], ..Grant::read_only() };
        assert_eq!(
            told(English, &grant, &["Jira"], Some("2027-03-01")),
            "Reads in Jira as alice, from 203.0.113.0/24, until 1 March 2027. It can't change \
             anything."
        );
        assert_eq!(
            told(German, &grant, &["Jira"], Some("2027-03-01")),
            "Liest in Jira als alice, von 203.0.113.0/24 aus, bis 1. März 2027. Es kann nichts \
             ändern."
        );
    }

    #[test]
    fn a_wide_grant_is_told_whole() {
        let grant = Grant {
            admin: true,
            allow: vec!["GET /rest/**".parse().unwrap()],
            deny: vec!["/rest/api/2/user".parse().unwrap()],
            required_headers: vec!["X-Caller: build".parse().unwrap()],
            limits: Limits {
                rate: Some("60/min".parse().unwrap()),
                burst: Some(10),
                concurrency: Some(4),
                ..Limits::NONE
            },
            ..Grant::read_write()
        };
        assert_eq!(
            told(English, &grant, &["Jira", "Confluence"], None),
            "Reads and writes in Jira and Confluence as alice, without an end. Only GET /rest/**, \
             but not /rest/api/2/user. It works only with the header x-caller. At most 60/min (10 \
             at once), 4 on their way. It can administer."
        );
        assert_eq!(
            told(German, &grant, &["Jira", "Confluence"], None),
            "Liest und schreibt in Jira und Confluence als alice, ohne Ende. Nur GET /rest/**, aber \
             nicht /rest/api/2/user. Es gilt nur mit dem Header x-caller. Höchstens 60/min (10 auf \
             einmal), 4 gleichzeitig. Es kann administrieren."
        );
    }

    #[test]
    fn long_lists_are_counted() {
        let grant = Grant {
            networks: (0..7).map(|n| format!("10.{n}.0.0/16").parse().unwrap()).collect(),
            ..Grant::read_write()
        };
        let english = told(English, &grant, &[], Some("2027-03-01T14:30:00Z"));
        assert!(english.contains("in no instance as"), "{english}");
        assert!(english.contains("10.4.0.0/16 or 2 more, until 1 March 2027, 14:30 UTC."));
        let german = told(German, &grant, &["Jira"], None);
        assert!(german.contains("10.4.0.0/16 oder 2 weitere aus"), "{german}");
    }

    #[test]
    fn a_name_is_not_read_as_a_pattern() {
        assert_eq!(filled("{a} {b}", &[("a", "{b}"), ("b", "c")]), "{b} c");
        assert_eq!(filled("{a", &[("a", "x")]), "x");
    }
}
