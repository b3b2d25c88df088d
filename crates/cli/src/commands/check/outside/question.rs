//! What is asked: what every product answers without a sign-in, and REST in other spellings.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use gatepass_config::BaseUrl;

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page, or what balancers ask for.
    Page,
    /// An interface for programs.
    Rest,
}

/// One GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) kind: Kind,
    /// With the context path.
    pub(super) path: String,
    /// Whom somebody claims to be in `X-Forwarded-For`.
    pub(super) claims: Option<Claim>,
}

/// An address that is not the caller's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// As it stands in the header. A valve compares the text, not the address.
    text: String,
    /// Whether somebody said that it is the gate's.
    pub(super) is_gate: bool,
}

impl fmt::Display for Claim {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Question {
    const fn new(kind: Kind, path: String) -> Self {
        Self { kind, path, claims: None }
    }
}

/// Jira's; another product refuses it, and that is an answer as well.
const REST: &str = "rest/api/2/serverInfo";
/// All of them have it, for each other's application links.
const MANIFEST: &str = "rest/applinks/1.0/manifest";

/// What anybody would ask.
pub(super) fn plain(url: &BaseUrl) -> Vec<Question> {
    let at = |kind, path: &str| Question::new(kind, format!("{}/{path}", url.context_path()));
    vec![
        at(Kind::Page, ""),
        at(Kind::Page, "status"),
        at(Kind::Rest, REST),
        at(Kind::Rest, MANIFEST),
    ]
}

/// Whom to claim to be: the product's own machine, and each of the gate's addresses in every spelling
/// that an expression of a valve may be written for.
pub(super) fn claims(gates: &[IpAddr]) -> Vec<Claim> {
    let own = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let gates: Vec<IpAddr> = gates.iter().map(IpAddr::to_canonical).collect();
    let machine = (!gates.contains(&own)).then(|| Claim { text: own.to_string(), is_gate: false });
    let spelled = gates.into_iter().flat_map(spellings);
    machine.into_iter().chain(spelled.map(|text| Claim { text, is_gate: true })).collect()
}

/// The short one and, of IPv6, the one that Java writes: without `::`, with no zero in front.
fn spellings(address: IpAddr) -> Vec<String> {
    let mut texts = vec![address.to_string()];
    if let IpAddr::V6(long) = address {
        let groups = long.segments().map(|group| format!("{group:x}")).join(":");
        if !texts.contains(&groups) {
            texts.push(groups);
        }
    }
    texts
}

/// The same in the name of somebody else: a valve may look at what stands in a header.
pub(super) fn claim(questions: Vec<Question>, claim: &Claim) -> Vec<Question> {
    let claimed = |question| Question { claims: Some(claim.clone()), ..question };
    questions.into_iter().map(claimed).collect()
}

/// REST as Tomcat reads it and a proxy in front may not: with path parameters, double slashes,
/// escapes, and behind the prefix of static files. A proxy that sends only REST through the gate
/// must send these too.
pub(super) fn spelled(url: &BaseUrl) -> Vec<Question> {
    let context = url.context_path();
    let mut paths = vec![
        format!("{context}/;x/{REST}"),
        format!("{context}//{REST}"),
        format!("{context}/%72est/api/2/serverInfo"),
        format!("{context}/rest;x/api/2/serverInfo"),
        format!("{context}/secure/..;/{REST}"),
        format!("{context}/s/x/_/{REST}"),
    ];
    if let Some(rest) = context.strip_prefix('/')
        && let Some(first) = rest.chars().next().filter(char::is_ascii)
    {
        let after = rest.strip_prefix(first).unwrap_or_default();
        paths.push(format!("{context};x/{REST}"));
        paths.push(format!("/%{:02x}{after}/{REST}", u32::from(first)));
        paths.push(format!("/{context}/{REST}"));
    }
    paths.into_iter().map(|path| Question::new(Kind::Rest, path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(base: &str, of: impl Fn(&BaseUrl) -> Vec<Question>) -> Vec<String> {
        of(&base.parse().unwrap()).into_iter().map(|question| question.path).collect()
    }

    #[test]
    fn each_address_of_the_gate_is_claimed_as_both_readers_of_ipv6_spell_it() {
        let of = |gates: &[&str]| {
            let gates: Vec<IpAddr> = gates.iter().map(|gate| gate.parse().unwrap()).collect();
            let claims = claims(&gates).into_iter();
            claims.map(|claim| (claim.text, claim.is_gate)).collect::<Vec<_>>()
        };
        let own = || ("127.0.0.1".to_owned(), false);
        let gate = |text: &str| (text.to_owned(), true);
        assert_eq!(of(&[]), [own()]);
        assert_eq!(of(&["127.0.0.1"]), [gate("127.0.0.1")]);
        assert_eq!(of(&["::ffff:127.0.0.1"]), [gate("127.0.0.1")]);
        assert_eq!(of(&["10.0.0.5"]), [own(), gate("10.0.0.5")]);
        assert_eq!(of(&["::ffff:10.0.0.5"]), [own(), gate("10.0.0.5")]);
        let both = [own(), gate("fd00::a05"), gate("fd00:0:0:0:0:0:0:a05")];
        assert_eq!(of(&["FD00:0::0A05"]), both);
        assert_eq!(of(&["1:2:3:4:5:6:7:8"]), [own(), gate("1:2:3:4:5:6:7:8")]);
    }

    #[test]
    fn questions_stand_below_the_context_path() {
        let plain = paths("http://a:8080/jira/", plain);
        assert_eq!(plain.first().unwrap(), "/jira/");
        assert!(plain.iter().all(|path| path.starts_with("/jira/")), "{plain:?}");
        let spelled = paths("http://a/jira", spelled);
        for path in ["/%6aira/rest/api/2/serverInfo", "/jira;x/rest/api/2/serverInfo"] {
            assert!(spelled.contains(&path.to_owned()), "{spelled:?}");
        }
        let spelled = paths("http://a", super::spelled);
        assert!(spelled.contains(&"//rest/api/2/serverInfo".to_owned()), "{spelled:?}");
    }
}
