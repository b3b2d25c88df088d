use std::collections::BTreeMap;

use gatepass_control::{PolicyFile, parse_policy, policy_text};
use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Bounds, ByteCount, CredentialKind, CredentialSet, Exemption, InstanceName, InstancePolicy,
    Lifetime, Limits, Mode, Modes, NativeTokenPage, PolicyDocument, Rule, Say, Timestamp,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn known() -> Vec<InstanceName> {
    ["jira", "wiki"].map(|name| name.parse().unwrap()).to_vec()
}

fn read(text: &str) -> Result<PolicyDocument, Vec<String>> {
    parse_policy(PolicyFile { name: "p.toml", text }, &known())
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

/// The file of the promised interface.
const WHOLE: &str = r#"
[instances.jira]
passwords = "block"               # allow (default) | observe | block
native_tokens = "observe"
sessions = "allow"
oauth = "allow"
anonymous = "allow"

[[instances.jira.exempt]]
credentials = ["password"]
people = ["ci-bot"]
networks = ["10.1.0.0/16"]
paths = ["POST /rest/gadget/**"]
until = "2027-01-31"
reason = "until the gadget is rewritten"

[[rules]]
name = "everybody"
groups = []
use = "allow"
create = "allow"
create_on_behalf = "deny"
approve = "deny"
administer = "deny"
instances = ["*"]
longest_lifetime = "365d"
read_only = false
admin_operations = false
networks_required = false
purpose_required = true
integration_required = false
approval_required = false
most_tokens = 20
"#;

#[test]
fn the_promised_file_is_read_whole() {
    let document = read(WHOLE).unwrap();
    let jira = &document.instances[&known()[0]];
    assert_eq!((jira.modes.passwords, jira.modes.native_tokens), (Mode::Block, Mode::Observe));
    let exempt = &jira.exemptions[0];
    assert!(exempt.credentials.contains(CredentialKind::Password));
    assert_eq!(exempt.until.unwrap().to_string(), "2027-01-31T00:00:00Z");
    let rule = &document.rules[0];
    assert_eq!((rule.use_tokens, rule.approve), (Say::Allow, Say::Deny));
    let year = LongestLifetime::Within(Lifetime::from_days(365));
    assert_eq!((rule.bounds.longest_lifetime, rule.bounds.most_tokens), (Some(year), Some(20)));
    assert_eq!((rule.bounds.instances.as_ref(), rule.bounds.read_only), (None, Some(false)));
    assert_eq!(read(&policy_text(&document)).unwrap(), document);
}

#[test]
fn sessions_have_a_mode_of_their_own() {
    let document = read("[instances.jira]\nsessions = 'browser'\n").unwrap();
    assert_eq!(document.instances[&known()[0]].modes.sessions, Mode::Browser);
    assert!(policy_text(&document).contains("\nsessions = \"browser\"\n"));
    for key in ["passwords", "native_tokens", "oauth", "anonymous"] {
        let told = read(&format!("[instances.jira]\n{key} = 'browser'\n")).unwrap_err();
        let words = format!("instances.jira.{key}: \"browser\" is a mode of sessions only");
        assert!(told.len() == 1 && told[0].contains(&words), "{told:?}");
    }
}

#[test]
fn limits_are_tables_in_rules_and_instances() {
    let text = "\
[instances.jira.limits]
concurrency = 40
slow_above = '2s'
[[rules]]
name = 'everybody'
token_limits = { rate = '60/min', burst = 10, bytes_per_day = '2GiB' }
owner_limits.heavy_rate = '5/min'
";
    let document = read(text).unwrap();
    let jira = &document.instances[&known()[0]];
    assert_eq!(jira.limits, Limits { concurrency: Some(40), ..Limits::NONE });
    assert_eq!(jira.slow_above, Some(Lifetime::from_seconds(2)));
    let bounds = &document.rules[0].bounds;
    assert_eq!(bounds.token_limits.to_string(), "60/min (10 at once), 2GiB a day");
    assert_eq!(bounds.owner_limits.to_string(), "heavy 5/min");
    assert!(bounds.integration_limits.is_none());
}

#[test]
fn limits_that_make_no_sense_are_mistakes() {
    for (limits, words) in [
        ("{ rate = '60' }", "no rate such as 60/min"),
        ("{ burst = 10 }", "a burst needs a rate"),
        ("{ concurrency = 0 }", "lets nothing pass"),
        ("{ bytes_per_day = '2GB' }", "no number of bytes"),
        ("{ conurrency = 4 }", "concurrency"),
        ("{ slow_above = '2s' }", "no such key"),
        ("'60/min'", "it must be a table"),
    ] {
        let text = format!("[[rules]]\nname = 'a'\ntoken_limits = {limits}\n");
        let mistakes = read(&text).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{limits}: {mistakes:?}");
        assert!(mistakes[0].contains(words), "{limits}: {}", mistakes[0]);
    }
}

#[test]
fn a_date_may_be_written_as_tomls_own() {
    for date in ["2027-01-31", "2027-01-31T00:00:00Z", "\"2027-01-31T01:00:00+01:00\""] {
        let text = format!("[[instances.jira.exempt]]\ncredentials = ['oauth']\nuntil = {date}\n");
        let until = read(&text).unwrap().instances[&known()[0]].exemptions[0].until.unwrap();
        assert_eq!(until.to_string(), "2027-01-31T00:00:00Z");
    }
}

#[test]
fn every_mistake_is_told_with_its_line_its_key_and_what_is_near() {
    let text = "\
instnaces = 1
[instances.jria]
[instances.jira]
password = 'block'
sessions = 'blok'
passwords = 'browser'
anonymous = 'brwser'
oauth = true
[[instances.jira.exempt]]
credentials = ['passwords']
people = [1, ' x']
networks = ['10.0.0.0/33']
paths = ['/a/**/b']
until = 'tomorrow'
reason = ''
[[instances.jira.exempt]]
[[rules]]
nmae = 'x'
[[rules]]
name = 'a b'
use = 'alow'
groups = ['g', 'g', '']
instances = ['*', 'wikki', 'wiki', 'wiki']
longest_lifetime = '90 days'
read_only = 'yes'
most_tokens = -1
[[rules]]
name = 'a b'
longest_lifetime = '0d'
";
    let told = read(text).unwrap_err();
    let begins = [
        "p.toml:1: instnaces: there is no such key; did you mean \"instances\"?",
        "p.toml:2: instances.jria: there is no instance \"jria\"; did you mean \"jira\"?; there \
         are: jira, wiki",
        "p.toml:4: instances.jira.password: there is no such key; did you mean \"passwords\"?",
        "p.toml:5: instances.jira.sessions: \"blok\" is none of allow, observe, browser, block; did \
         you mean \"block\"?",
        "p.toml:6: instances.jira.passwords: \"browser\" is a mode of sessions only; these are: allow, \
         observe, block",
        "p.toml:7: instances.jira.anonymous: \"brwser\" is none of allow, observe, block",
        "p.toml:8: instances.jira.oauth: it must be a text in quotes",
        "p.toml:10: instances.jira.exempt[1].credentials: \"passwords\" is none of password,",
        "p.toml:11: instances.jira.exempt[1].people: it must be a list of texts",
        "p.toml:11: instances.jira.exempt[1].people: \" x\" is no username",
        "p.toml:12: instances.jira.exempt[1].networks: \"10.0.0.0/33\" is not a network",
        "p.toml:13: instances.jira.exempt[1].paths: \"/a/**/b\" is not a pattern of requests",
        "p.toml:14: instances.jira.exempt[1].until: \"tomorrow\" is not a date",
        "p.toml:15: instances.jira.exempt[1].reason: it is empty",
        "p.toml:16: instances.jira.exempt[2].credentials: name at least one of password,",
        "p.toml:17: rules[1].name: it is missing",
        "p.toml:18: rules[1].nmae: there is no such key; did you mean \"name\"?",
        "p.toml:21: rules.\"a b\".use: \"alow\" is neither allow nor deny; did you mean \"allow\"?",
        "p.toml:22: rules.\"a b\".groups: \"g\" stands there twice",
        "p.toml:22: rules.\"a b\".groups: \"\" is no name of a group",
        "p.toml:23: rules.\"a b\".instances: \"*\" stands alone",
        "p.toml:23: rules.\"a b\".instances: there is no instance \"wikki\"; did you mean \"wiki\"?",
        "p.toml:23: rules.\"a b\".instances: \"wiki\" stands there twice",
        "p.toml:24: rules.\"a b\".longest_lifetime: \"90 days\" is not a duration",
        "p.toml:25: rules.\"a b\".read_only: it must be true or false",
        "p.toml:26: rules.\"a b\".most_tokens: it must be a whole number",
        "p.toml:28: rules.\"a b\".name: two rules are called \"a b\"",
        "p.toml:29: rules.\"a b\".longest_lifetime: no token could live",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (told, begin) in told.iter().zip(begins) {
        assert!(told.starts_with(begin), "{told}\n{begin}");
    }
}

#[test]
fn what_is_not_toml_and_what_is_too_long_is_one_mistake_each() {
    let told = read("[[rules]]\nname = \n").unwrap_err();
    assert!(told.iter().all(|line| line.starts_with("p.toml:2: this is not TOML")), "{told:?}");
    let told = read(&"#\n".repeat(600_000)).unwrap_err();
    assert_eq!(told, ["p.toml: it is longer than 1 MiB, which no policy is"]);
}

#[test]
fn tables_written_as_something_else_are_mistakes_and_not_nothing() {
    let told = read("instances = []\nrules = { name = 'x' }\n").unwrap_err();
    assert_eq!(told.len(), 2, "{told:?}");
    let told = read("rules = ['x']\ninstances.jira = 1\n").unwrap_err();
    assert_eq!(told.len(), 2, "{told:?}");
}

pub(crate) fn lines_of_text() -> impl Strategy<Value = String> {
    "[ -~äß€\u{202e}\u{feff}]{0,12}".prop_map(|text| format!("x{text}x"))
}

fn names() -> impl Strategy<Value = Vec<String>> {
    btree_set("[a-z\"\\\\ ]{1,8}".prop_map(|text| format!("n{text}n")), 0..3)
        .prop_map(|set| set.into_iter().collect())
}

fn usernames() -> impl Strategy<Value = Vec<gatepass_model::Username>> {
    names().prop_map(|names| names.iter().map(|name| name.parse().unwrap()).collect())
}

fn mode(kind: CredentialKind) -> impl Strategy<Value = Mode> {
    select(Mode::choices(kind).to_vec())
}

fn say() -> impl Strategy<Value = Say> {
    select(vec![Say::Nothing, Say::Allow, Say::Deny])
}

fn exemption() -> impl Strategy<Value = Exemption> {
    let credentials = subsequence(CredentialKind::ALL.to_vec(), 1..=5);
    let networks = subsequence(vec!["10.1.0.0/16", "203.0.113.7", "2001:db8::/32"], 0..=3);
    let paths = subsequence(vec!["POST /rest/gadget/**", "/a/*/b", "GET,PUT /ä \"x\""], 0..=3);
    let until = option::of((0_i64..253_402_207_200).prop_flat_map(|s| (Just(s), 0_i64..1000)));
    (credentials, usernames(), names(), networks, paths, until, option::of(lines_of_text()))
        .prop_map(|(credentials, people, groups, networks, paths, until, reason)| Exemption {
            credentials: credentials.into_iter().fold(CredentialSet::EMPTY, CredentialSet::with),
            people,
            groups,
            networks: networks.into_iter().map(|text| text.parse().unwrap()).collect(),
            paths: paths.into_iter().filter_map(|text| text.parse().ok()).collect(),
            until: until.map(|(seconds, ms)| Timestamp::from_millis(seconds * 1000 + ms)),
            reason,
        })
}

fn instance() -> impl Strategy<Value = InstancePolicy> {
    let slow_above = option::of((1_u32..5000).prop_map(Lifetime::from_seconds));
    let modes = CredentialKind::ALL.map(mode);
    let page = select(NativeTokenPage::ALL.to_vec());
    (modes, vec(exemption(), 0..3), limits(), slow_above, page).prop_map(
        |(modes, exemptions, limits, slow_above, native_token_page)| {
            let [passwords, native_tokens, sessions, oauth, anonymous] = modes;
            let modes = Modes { passwords, native_tokens, sessions, oauth, anonymous };
            InstancePolicy { modes, exemptions, limits, slow_above, native_token_page }
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let rate = || option::of(select(vec!["60/min", "10/s", "1000/h"]));
    let count = || option::of(1_u32..1000);
    (rate(), count(), count(), option::of(1_u64..1 << 40), rate(), count()).prop_map(
        |(rate, burst, concurrency, bytes, heavy_rate, heavy_concurrency)| Limits {
            rate: rate.map(|text| text.parse().unwrap()),
            burst: burst.filter(|_| rate.is_some()),
            concurrency,
            bytes_per_day: bytes.map(ByteCount::new),
            heavy_rate: heavy_rate.map(|text| text.parse().unwrap()),
            heavy_concurrency,
        },
    )
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let flag = || option::of(any::<bool>());
    let lifetime = prop_oneof![
        Just(LongestLifetime::Unbounded),
        (1_u32..400_000_000).prop_map(|s| LongestLifetime::Within(Lifetime::from_seconds(s))),
    ];
    (
        option::of(subsequence(known(), 0..=2)),
        option::of(lifetime),
        [flag(), flag(), flag(), flag(), flag(), flag()],
        option::of(any::<u32>()),
        [limits(), limits(), limits()],
    )
        .prop_map(|(instances, longest_lifetime, flags, most_tokens, limits)| Bounds {
            instances,
            longest_lifetime,
            read_only: flags[0],
            admin_operations: flags[1],
            networks_required: flags[2],
            purpose_required: flags[3],
            integration_required: flags[4],
            approval_required: flags[5],
            most_tokens,
            token_limits: limits[0],
            owner_limits: limits[1],
            integration_limits: limits[2],
        })
}

pub(crate) fn rule() -> impl Strategy<Value = Rule> {
    let says = [say(), say(), say(), say(), say()];
    (names(), usernames(), says, bounds()).prop_map(|(groups, people, says, bounds)| Rule {
        name: String::new(),
        groups,
        people,
        use_tokens: says[0],
        create: says[1],
        create_on_behalf: says[2],
        on_behalf_of_administrators: says[2],
        approve: says[3],
        administer: says[4],
        bounds,
    })
}

fn document() -> impl Strategy<Value = PolicyDocument> {
    (btree_map(select(known()), instance(), 0..3), btree_map(lines_of_text(), rule(), 0..4))
        .prop_map(|(instances, rules): (BTreeMap<_, _>, BTreeMap<String, Rule>)| PolicyDocument {
            instances,
            rules: rules.into_iter().map(|(name, rule)| Rule { name, ..rule }).collect(),
        })
}

proptest! {
    #[test]
    fn what_is_exported_is_read_back_as_it_was(document in document()) {
        let text = policy_text(&document);
        prop_assert_eq!(read(&text), Ok(document), "{}", text);
    }

    #[test]
    fn reading_never_panics(text in "([a-z_.]{1,12} = |\\[\\[?|\\]\\]?|rules|instances|jira|\"[a-z*]*\"|[0-9]+|\n|,){0,40}") {
        let _ = read(&text);
    }
}
