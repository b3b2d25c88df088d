//! What is asked: what every product answers without a sign-in, and REST in other spellings.

use std::net::IpAddr;

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
    pub(super) claims: Option<IpAddr>,
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

/// The same in the name of somebody else: a valve may look at what stands in a header.
pub(super) fn claim(questions: Vec<Question>, address: IpAddr) -> Vec<Question> {
    let claimed = |question| Question { claims: Some(address), ..question };
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
