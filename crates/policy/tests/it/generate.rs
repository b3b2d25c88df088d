//! Random worlds, from few enough values that they meet.

use gatepass_model::operation::PasswordDoor;
use gatepass_model::{
    Access, Bounds, CredentialKind, CredentialSet, Effect, Exemption, Family, Grant, InstanceName,
    InstancePolicy, Limits, Method, Mode, Modes, Network, Pattern, Person, PersonKey,
    PolicyDocument, Product, RequiredHeader, Rule, Say, Timestamp, TokenState, Username,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::row::rule;
use crate::world::{GivenToken, Token, World, person};

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug> + Clone + std::fmt::Debug>(
    texts: &[&str],
) -> Vec<T> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn some<T: Clone + std::fmt::Debug + 'static>(
    of: Vec<T>,
    most: usize,
) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![3 => Just(Vec::new()), 1 => subsequence(of, 1..=most)]
}

fn instances() -> Vec<InstanceName> {
    parsed(&["jira", "wiki", "code"])
}

fn networks() -> Vec<Network> {
    parsed(&["10.0.0.0/8", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32"])
}

fn patterns() -> Vec<Pattern> {
    parsed(&[
        "/**",
        "/rest/**",
        "/rest/api/*/user",
        "GET /rest/api/**",
        "POST /rest/api/2/search",
        "/browse/*",
        "/REST/api/2/User",
        "GET,POST /login.jsp",
    ])
}

fn headers() -> Vec<RequiredHeader> {
    parsed(&["X-Caller: build", "X-Zone: green"])
}

fn times() -> Vec<Timestamp> {
    parsed(&["2026-05-31", "2026-06-01", "2026-06-02"])
}

fn grant() -> impl Strategy<Value = Grant> {
    (
        select(vec![Access::ReadOnly, Access::ReadWrite, Access::ReadWrite]),
        any::<bool>(),
        some(instances(), 2),
        some(networks(), 3),
        some(patterns(), 4),
        some(patterns(), 1),
        some(headers(), 2),
        limits(),
    )
        .prop_map(
            |(access, admin, instances, networks, allow, deny, required_headers, limits)| Grant {
                access,
                admin,
                instances,
                networks,
                allow,
                deny,
                required_headers,
                limits,
            },
        )
}

/// Limits decide nothing: they are looked at after the decision.
fn limits() -> impl Strategy<Value = Limits> {
    proptest::option::of(1..5_u32).prop_map(|concurrency| Limits { concurrency, ..Limits::NONE })
}

fn people() -> Vec<Person> {
    let mut elsewhere = person("alice", &["robots"]);
    elsewhere.key.directory = "other".parse().unwrap();
    let mut gone = person("bob", &["jira-users", "robots"]);
    gone.active = false;
    let mut plain = person("Müller", &[]);
    plain.email = None;
    let alice = person("alice", &["jira-users"]);
    vec![alice.clone(), alice, person("ci-bot", &["robots"]), elsewhere, gone, plain]
}

fn names() -> Vec<String> {
    ["alice", "ALICE", "alice@example.COM", "CI-bot", "müller", "MÜLLER", "bob", ""]
        .map(String::from)
        .to_vec()
}

fn token() -> impl Strategy<Value = Token> {
    let key = |person: &Person| person.key.clone();
    let owners: Vec<PersonKey> = people().iter().map(key).collect();
    let states = [TokenState::Active; 8].into_iter().chain(TokenState::ALL).collect::<Vec<_>>();
    (select(owners), grant(), select(states), proptest::option::weighted(0.3, select(times())))
        .prop_map(|(owner, grant, state, expires_at)| Token { owner, grant, state, expires_at })
}

fn say() -> impl Strategy<Value = Say> {
    select(vec![Say::Nothing, Say::Nothing, Say::Allow, Say::Allow, Say::Allow, Say::Deny])
}

fn one_rule() -> impl Strategy<Value = Rule> {
    let usernames: Vec<Username> = parsed(&["Alice", "ci-bot", "müller"]);
    let flag = || proptest::option::weighted(0.3, any::<bool>());
    let groups = vec!["jira-users".to_owned(), "robots".to_owned()];
    (
        some(groups, 2),
        some(usernames, 2),
        say(),
        proptest::option::weighted(0.15, subsequence(instances(), 0..=3)),
        flag(),
        flag(),
    )
        .prop_map(|(groups, people, use_tokens, instances, read_only, admin_operations)| {
            Rule {
                groups,
                people,
                use_tokens,
                bounds: Bounds { instances, read_only, admin_operations, ..Bounds::default() },
                ..rule("random")
            }
        })
}

fn exemption() -> impl Strategy<Value = Exemption> {
    let usernames: Vec<Username> = parsed(&["Alice", "ci-bot", "müller"]);
    (
        subsequence(CredentialKind::ALL.to_vec(), 1..=4),
        some(usernames, 2),
        some(vec!["robots".to_owned(), "jira-users".to_owned()], 1),
        some(networks(), 2),
        some(patterns(), 2),
        proptest::option::weighted(0.3, select(times())),
    )
        .prop_map(|(kinds, people, groups, networks, paths, until)| Exemption {
            credentials: kinds.into_iter().fold(CredentialSet::EMPTY, CredentialSet::with),
            people,
            groups,
            networks,
            paths,
            until,
            reason: None,
        })
}

fn instance_policy() -> impl Strategy<Value = InstancePolicy> {
    let mode = |kind| select(Mode::choices(kind).to_vec());
    let [password, native_token, session, oauth, anonymous] = CredentialKind::ALL.map(mode);
    let modes = (password, native_token, session, oauth, anonymous).prop_map(
        |(passwords, native_tokens, sessions, oauth, anonymous)| Modes {
            passwords,
            native_tokens,
            sessions,
            oauth,
            anonymous,
        },
    );
    (modes, proptest::collection::vec(exemption(), 0..=2)).prop_map(|(modes, exemptions)| {
        InstancePolicy { modes, exemptions, ..InstancePolicy::default() }
    })
}

fn policy() -> impl Strategy<Value = PolicyDocument> {
    let entries =
        (proptest::option::of(instance_policy()), proptest::option::of(instance_policy()));
    let rules = proptest::collection::vec(one_rule(), 0..=2);
    (entries, rules, proptest::bool::weighted(0.7)).prop_map(|((jira, wiki), rules, has_base)| {
        let mut document = PolicyDocument::default();
        if !has_base {
            document.rules.clear();
        }
        document.rules.extend(rules);
        for (name, entry) in [("jira", jira), ("wiki", wiki)] {
            if let Some(entry) = entry {
                document.instances.insert(name.parse().unwrap(), entry);
            }
        }
        document
    })
}

#[derive(Clone, Debug)]
struct Asked {
    instance: InstanceName,
    product: Product,
    directory: String,
    method: Method,
    path: String,
    family: Family,
    effect: Option<Effect>,
    door: Option<PasswordDoor>,
    headers: Vec<(String, String)>,
}

fn asked() -> impl Strategy<Value = Asked> {
    use Family as F;
    let families = vec![
        F::Rest,
        F::Rest,
        F::Rest,
        F::Git,
        F::File,
        F::Login,
        F::Page,
        F::Static,
        F::Feed,
        F::Servlet,
        F::Rpc,
        F::Webdav,
    ];
    let effects = vec![
        Some(Effect::Read),
        Some(Effect::Read),
        Some(Effect::Write),
        Some(Effect::Admin),
        Some(Effect::Mint),
        None,
    ];
    let doors = vec![None, None, None, Some(PasswordDoor::Browser), Some(PasswordDoor::Program)];
    let header = (select(vec!["x-caller", "x-zone"]), select(vec!["build", "build", "green"]))
        .prop_map(|(name, value)| (name.to_owned(), value.to_owned()));
    let paths = vec![
        "/rest/api/2/user",
        "/rest/api/2/search",
        "/browse/EX-1",
        "/login.jsp",
        "/",
        "/Rest/API/2/USER",
    ];
    (
        select(instances()),
        select(Product::ALL.to_vec()),
        select(vec!["main", "main", "main", "other"]).prop_map(String::from),
        select(Method::ALL.to_vec()),
        select(paths).prop_map(String::from),
        select(families),
        select(effects),
        select(doors),
        proptest::collection::vec(header, 0..=3),
    )
        .prop_map(
            |(instance, product, directory, method, path, family, effect, door, headers)| Asked {
                instance,
                product,
                directory,
                method,
                path,
                family,
                effect,
                door,
                headers,
            },
        )
}

#[derive(Clone, Debug)]
struct Brought {
    token: GivenToken,
    claimed_owner: Option<String>,
    owner: Option<Person>,
    claimed_user: Option<String>,
    claimed_person: Option<Person>,
    others: Vec<CredentialKind>,
    forged: Option<String>,
}

/// The owner is mostly the one that the token names.
fn brought() -> impl Strategy<Value = Brought> {
    let presented = [CredentialKind::Password, CredentialKind::NativeToken]
        .into_iter()
        .chain([CredentialKind::Session, CredentialKind::Oauth])
        .collect::<Vec<_>>();
    let name = |weight| proptest::option::weighted(weight, select(names()));
    (
        prop_oneof![
            7 => Just(GivenToken::None),
            1 => Just(GivenToken::Unknown),
            12 => token().prop_map(GivenToken::Known),
        ],
        name(0.2),
        proptest::bool::weighted(0.95),
        select(people()),
        name(0.7),
        proptest::option::of(select(people())),
        some(presented, 3),
        proptest::option::weighted(0.03, Just("xoauth_requestor_id".to_owned())),
    )
        .prop_map(
            |(token, claimed_owner, is_right, stranger, claimed_user, claimed, others, forged)| {
                let key = token.known().map(|token| token.owner.clone());
                let right = people().into_iter().find(|person| Some(&person.key) == key.as_ref());
                let wrong = Some(stranger).filter(|person| person.active);
                Brought {
                    token,
                    claimed_owner,
                    owner: if is_right { right } else { wrong },
                    claimed_user,
                    claimed_person: claimed,
                    others,
                    forged,
                }
            },
        )
}

/// What browsers send, mostly once, of `https://jira.example` and of others.
fn browser_lines() -> impl Strategy<Value = Vec<(String, String)>> {
    let line = prop_oneof![
        select(vec!["same-origin", "none", "same-site", "cross-site"])
            .prop_map(|value| ("sec-fetch-site", value)),
        select(vec!["navigate", "cors"]).prop_map(|value| ("sec-fetch-mode", value)),
        select(vec!["https://jira.example", "http://jira.example", "null"])
            .prop_map(|value| ("origin", value)),
        select(vec!["https://jira.example/browse/EX-1", "https://evil.example/browse/EX-1"])
            .prop_map(|value| ("referer", value)),
    ];
    let line = line.prop_map(|(name, value)| (name.to_owned(), value.to_owned()));
    proptest::collection::vec(line, 0..=3)
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let clients = vec!["10.1.2.3", "10.9.9.9", "192.0.2.7", "::ffff:10.1.2.3", "2001:db8::1"];
    let around = (
        proptest::bool::weighted(0.95),
        select(clients),
        any::<bool>(),
        proptest::bool::weighted(0.2),
        policy(),
        browser_lines(),
        proptest::option::weighted(0.9, any::<bool>()),
    );
    (asked(), brought(), around).prop_map(|(asked, brought, around)| {
        let (is_fresh, client, same_origin, is_preflight, policy, lines, is_secure) = around;
        World {
            policy,
            is_fresh,
            token: brought.token,
            claimed_owner: brought.claimed_owner,
            owner: brought.owner,
            claimed_user: brought.claimed_user,
            claimed_person: brought.claimed_person,
            others: brought.others,
            forged: brought.forged,
            instance: asked.instance,
            product: asked.product,
            directory: asked.directory.parse().unwrap(),
            method: asked.method,
            path: asked.path,
            family: asked.family,
            effect: asked.effect,
            door: asked.door,
            client: client.parse().unwrap(),
            headers: asked.headers.into_iter().chain(lines).collect(),
            origin: is_secure.map(|is_secure| (is_secure, "jira.example".to_owned())),
            same_origin,
            is_preflight,
            now: "2026-06-01".parse().unwrap(),
        }
    })
}

/// A way to take something away from whoever sends the request.
#[derive(Clone, Debug)]
pub(crate) enum Loss {
    Access,
    Admin,
    /// The entry at this place, of a list with two or more; of one that is empty it becomes
    /// this one, for an empty list of instances or networks means any.
    Instance(usize, InstanceName),
    Network(usize, Network),
    /// The entry at this place, of a list with two or more: the last one that goes would open
    /// what the list kept shut.
    Allow(usize),
    Deny(Pattern),
    Header(RequiredHeader),
    /// A rule that denies, or binds.
    Rule(Bounds, Say),
    Exemption(usize),
    Mode(CredentialKind),
    /// Sessions are for pages, where they were for all.
    Scripts,
}

pub(crate) fn loss() -> impl Strategy<Value = Loss> {
    let bounds = (
        proptest::option::of(subsequence(instances(), 0..=3)),
        proptest::option::of(any::<bool>()),
        proptest::option::of(Just(false)),
    )
        .prop_map(|(instances, read_only, admin_operations)| Bounds {
            instances,
            read_only,
            admin_operations,
            ..Bounds::default()
        });
    prop_oneof![
        Just(Loss::Access),
        Just(Loss::Admin),
        (0..3_usize, select(instances())).prop_map(|(at, one)| Loss::Instance(at, one)),
        (0..3_usize, select(networks())).prop_map(|(at, one)| Loss::Network(at, one)),
        (0..4_usize).prop_map(Loss::Allow),
        select(patterns()).prop_map(Loss::Deny),
        select(headers()).prop_map(Loss::Header),
        (bounds, select(vec![Say::Nothing, Say::Deny])).prop_map(|(b, say)| Loss::Rule(b, say)),
        (0..2_usize).prop_map(Loss::Exemption),
        select(CredentialKind::ALL.to_vec()).prop_map(Loss::Mode),
        Just(Loss::Scripts),
    ]
}

fn narrow<T>(list: &mut Vec<T>, at: usize, only: T) {
    if list.is_empty() {
        list.push(only);
    } else if list.len() >= 2 {
        list.remove(at % list.len());
    }
}

/// `world` after `loss`.
pub(crate) fn without(mut world: World, loss: Loss) -> World {
    let mut none = Grant::read_only();
    let grant = world.token.known_mut().map_or(&mut none, |token| &mut token.grant);
    match loss {
        Loss::Access => grant.access = Access::ReadOnly,
        Loss::Admin => grant.admin = false,
        Loss::Instance(at, only) => narrow(&mut grant.instances, at, only),
        Loss::Network(at, only) => narrow(&mut grant.networks, at, only),
        Loss::Allow(at) => {
            if grant.allow.len() >= 2 {
                let at = at % grant.allow.len();
                grant.allow.remove(at);
            }
        }
        Loss::Deny(pattern) => grant.deny.push(pattern),
        Loss::Header(header) => grant.required_headers.push(header),
        Loss::Rule(bounds, use_tokens) => {
            world.policy.rules.push(Rule { bounds, use_tokens, ..rule("loss") });
        }
        Loss::Exemption(at) => {
            let exemptions = &mut world.instance_policy().exemptions;
            if at < exemptions.len() {
                exemptions.remove(at);
            }
        }
        Loss::Mode(kind) => *world.instance_policy().modes.of_mut(kind) = Mode::Block,
        Loss::Scripts => {
            let sessions = &mut world.instance_policy().modes.sessions;
            if *sessions != Mode::Block {
                *sessions = Mode::Browser;
            }
        }
    }
    world
}
