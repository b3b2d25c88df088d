//! One request and all that is known about it, as plain owned values.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use gatepass_model::operation::PasswordDoor;
use gatepass_model::pattern::PatternSegment;
use gatepass_model::{
    CredentialKind, CredentialSet, DirectoryName, Effect, Family, Grant, InstanceName,
    InstancePolicy, Method, Operation, Pattern, Person, PersonKey, PolicyDocument, Product,
    Refusal, Timestamp, TokenId, TokenState,
};
use gatepass_policy::{
    CompiledGrant, CompiledInstancePolicy, Explanation, Facts, Freshness, Headers, Identity,
    Origin, OwnerFact, PersonFacts, Presented, PresentedToken, Question, TokenFact, TokenFacts,
    decide, explain, rights_of,
};

/// What a presented token is.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub owner: PersonKey,
    pub grant: Grant,
    pub state: TokenState,
    pub expires_at: Option<Timestamp>,
}

/// What stands where a token may stand.
#[expect(clippy::large_enum_variant, reason = "a few of them at a time")]
#[derive(Clone, Debug)]
pub(crate) enum GivenToken {
    None,
    Unknown,
    Known(Token),
}

impl GivenToken {
    pub(crate) fn known(&self) -> Option<&Token> {
        if let Self::Known(token) = self { Some(token) } else { None }
    }

    pub(crate) fn known_mut(&mut self) -> Option<&mut Token> {
        if let Self::Known(token) = self { Some(token) } else { None }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub policy: PolicyDocument,
    pub is_fresh: bool,
    pub token: GivenToken,
    pub claimed_owner: Option<String>,
    /// `None`: gone.
    pub owner: Option<Person>,
    pub claimed_user: Option<String>,
    pub claimed_person: Option<Person>,
    pub others: Vec<CredentialKind>,
    pub forged: Option<String>,
    pub instance: InstanceName,
    pub product: Product,
    pub directory: DirectoryName,
    pub method: Method,
    /// Decoded, not folded.
    pub path: String,
    pub family: Family,
    pub effect: Option<Effect>,
    pub door: Option<PasswordDoor>,
    pub client: IpAddr,
    pub headers: Vec<(String, String)>,
    /// Whether by https, and to which host.
    pub origin: Option<(bool, String)>,
    pub same_origin: bool,
    pub is_preflight: bool,
    pub now: Timestamp,
}

/// A permit, as values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub identity: SeenIdentity,
    pub observed: Vec<CredentialKind>,
    pub outside_page: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SeenIdentity {
    Owner,
    AsPresented,
    Anonymous,
}

pub(crate) fn person(name: &str, groups: &[&str]) -> Person {
    Person {
        key: PersonKey { directory: "main".parse().unwrap(), username: name.parse().unwrap() },
        display_name: name.to_owned(),
        email: Some(format!("{name}@Example.com")),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        active: true,
    }
}

/// Stands in for a product's folding: Confluence ignores letter case here, the others don't.
pub(crate) fn fold(product: Product, pattern: &Pattern) -> Pattern {
    let segments = pattern.segments().iter().map(|segment| match segment {
        PatternSegment::Literal(text) => PatternSegment::Literal(fold_segment(product, text)),
        PatternSegment::Any => PatternSegment::Any,
    });
    pattern.with_segments(segments.collect())
}

pub(crate) fn fold_segment(product: Product, text: &str) -> String {
    if product == Product::Confluence { text.to_ascii_lowercase() } else { text.to_owned() }
}

struct HeaderList<'a>(&'a [(String, String)]);

impl Headers for HeaderList<'_> {
    fn value(&self, lowercase_name: &str) -> Option<&[u8]> {
        let mut found = self.0.iter().filter(|(name, _)| name == lowercase_name);
        let value = found.next()?.1.as_bytes();
        found.next().is_none().then_some(value)
    }
}

impl World {
    /// Alice reads an issue with a token that may do everything ordinary.
    pub(crate) fn ordinary() -> Self {
        let alice = person("alice", &["jira-users"]);
        Self {
            policy: PolicyDocument::default(),
            is_fresh: true,
            token: GivenToken::Known(Token {
                owner: alice.key.clone(),
                grant: Grant::read_write(),
                state: TokenState::Active,
                expires_at: None,
            }),
            claimed_owner: None,
            owner: Some(alice),
            claimed_user: None,
            claimed_person: None,
            others: Vec::new(),
            forged: None,
            instance: "jira".parse().unwrap(),
            product: Product::Jira,
            directory: "main".parse().unwrap(),
            method: Method::Get,
            path: "/rest/api/2/issue/EX-1".to_owned(),
            family: Family::Rest,
            effect: Some(Effect::Read),
            door: None,
            client: "10.1.2.3".parse().unwrap(),
            headers: Vec::new(),
            origin: Some((true, "jira.example".to_owned())),
            same_origin: false,
            is_preflight: false,
            now: "2026-06-01".parse().unwrap(),
        }
    }

    /// The same request without a token, with these credentials.
    pub(crate) fn with_others(others: &[CredentialKind]) -> Self {
        Self { token: GivenToken::None, owner: None, others: others.to_vec(), ..Self::ordinary() }
    }

    /// The same with a session, and with these lines of a browser's.
    pub(crate) fn with_session(lines: &[(&str, &str)]) -> Self {
        let line = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let headers = lines.iter().map(line).collect();
        Self { headers, ..Self::with_others(&[CredentialKind::Session]) }
    }

    /// The token, to change it.
    pub(crate) fn known(&mut self) -> &mut Token {
        self.token.known_mut().unwrap()
    }

    pub(crate) fn grant(&mut self) -> &mut Grant {
        &mut self.known().grant
    }

    pub(crate) fn instance_policy(&mut self) -> &mut InstancePolicy {
        self.policy.instances.entry(self.instance.clone()).or_default()
    }

    pub(crate) fn segments(&self) -> Vec<String> {
        let segments = self.path.split('/').filter(|segment| !segment.is_empty());
        segments.map(|segment| fold_segment(self.product, segment)).collect()
    }

    /// What `decide` says. `explain` must say the same, every time.
    pub(crate) fn decide(&self) -> Result<Seen, Refusal> {
        self.ask(|facts, question| {
            let decided = decide(facts, question, self.now);
            let explained = explain(facts, question, self.now);
            assert_eq!(decided.as_ref().err(), explained.refusal(), "{self:?}");
            decided.map(|permit| Seen {
                identity: match permit.identity() {
                    Identity::Owner(_) => SeenIdentity::Owner,
                    Identity::AsPresented => SeenIdentity::AsPresented,
                    Identity::Anonymous => SeenIdentity::Anonymous,
                },
                observed: permit.observed().credentials.iter().collect(),
                outside_page: permit.observed().outside_page,
            })
        })
    }

    pub(crate) fn explain(&self) -> Explanation {
        self.ask(|facts, question| explain(facts, question, self.now))
    }

    fn facts_of(&self, person: &Person) -> PersonFacts {
        PersonFacts::new(person.clone(), Arc::new(rights_of(&self.policy, person)))
    }

    fn ask<T>(&self, ask: impl FnOnce(&Facts<'_>, &Question<'_>) -> T) -> T {
        let token = self.token.known().map(|token| TokenFacts {
            id: TokenId::from_bytes([7; 16]),
            name: "ci".into(),
            owner: Arc::new(token.owner.clone()),
            grant: Arc::new(CompiledGrant::compile(&token.grant, fold)),
            expires_at: token.expires_at,
        });
        let owner = self.owner.as_ref().map(|owner| self.facts_of(owner));
        let claimed = self.claimed_person.as_ref().map(|claimed| self.facts_of(claimed));
        let written = self.policy.instances.get(&self.instance).cloned().unwrap_or_default();
        let policy =
            CompiledInstancePolicy::compile(&written, |pattern| fold(self.product, pattern));
        let state = self.token.known().map(|token| token.state);
        let facts = Facts {
            token: match (&self.token, &token, state) {
                (GivenToken::None, _, _) => TokenFact::NotPresented,
                (_, Some(token), Some(state)) => TokenFact::Known(token, state),
                (_, _, _) => TokenFact::Unknown,
            },
            owner: match (&token, &owner) {
                (None, _) => OwnerFact::NotAsked,
                (Some(_), None) => OwnerFact::Unknown,
                (Some(_), Some(owner)) => OwnerFact::Known(owner),
            },
            policy: &policy,
            claimed_person: claimed.as_ref(),
            freshness: if self.is_fresh { Freshness::Fresh } else { Freshness::TooOld },
        };
        let path: Vec<Cow<'_, str>> = self.segments().into_iter().map(Cow::Owned).collect();
        let is_presented = !matches!(self.token, GivenToken::None);
        let others = self.others.iter().fold(CredentialSet::EMPTY, |set, &kind| set.with(kind));
        ask(
            &facts,
            &Question {
                instance: &self.instance,
                product: self.product,
                directory: &self.directory,
                method: self.method,
                path: &path,
                operation: &Operation {
                    family: self.family,
                    resource: "",
                    action: "",
                    effect: self.effect,
                    project: None,
                    heavy: false,
                    door: self.door,
                },
                client: self.client,
                presented: Presented {
                    token: is_presented
                        .then_some(PresentedToken { claimed_owner: self.claimed_owner.as_deref() }),
                    others,
                    claimed_user: self.claimed_user.as_deref(),
                    forged: self.forged.as_deref(),
                },
                headers: &HeaderList(&self.headers),
                origin: self
                    .origin
                    .as_ref()
                    .map(|(is_secure, authority)| Origin { is_secure: *is_secure, authority }),
                same_origin: self.same_origin,
                is_preflight: self.is_preflight,
            },
        )
    }
}
