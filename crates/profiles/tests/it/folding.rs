//! Spellings of one resource become one.

use gatepass_model::pattern::PatternSegment;
use gatepass_model::{Method, Pattern};
use gatepass_profiles::{Key, Row, RowSegment};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::sample::{ACTION, ask, decoded, fold, jira, of_row};

#[test]
fn spellings_that_are_one_to_the_product_fold_to_one() {
    for (path, folded) in [
        ("/rest/api/latest/issue/abc-1", "/rest/api/2/issue/ABC-1"),
        ("/rest/api/2.0/issue/ABC-1.json", "/rest/api/2/issue/ABC-1"),
        ("/rest/api/2.0.alpha1/serverInfo.xml", "/rest/api/2/serverInfo"),
        ("/rest/api/2/user/.json", "/rest/api/2/user"),
        ("/rest/api/2/user.json.json", "/rest/api/2/user"),
        ("/s/x/_/s/1/2/_/rest/auth/latest/session", "/rest/auth/1/session"),
        ("/rest/agile/latest/board", "/rest/agile/1.0/board"),
        ("/rest/greenhopper/1/xboard/config.json", "/rest/greenhopper/1.0/xboard/config"),
        ("/rest/addon/1.0/x", "/rest/addon/latest/x"),
        ("/rest/servicedeskapi/request/abc-1", "/rest/servicedeskapi/request/ABC-1"),
        ("/secure/admin/AddUser.jspa", "/secure/AddUser.jspa"),
        ("/AddUser!Default.jspa", "/secure/AddUser!default.jspa"),
        ("/s/1/_/browse/x/AddUser.jspa", "/secure/AddUser.jspa"),
        ("/browse/abc-1", "/browse/ABC-1"),
        ("/rest/api/2/project/type/software", "/rest/api/2/project/type/software"),
        ("/rest/api/2/user/session/Bob", "/rest/api/2/user/session/bob"),
        ("/rest/api/2/filter/abc-1", "/rest/api/2/filter/abc-1"),
        ("/secure/attachment/1/a.json", "/secure/attachment/1/a.json"),
        ("/REST/api/latest", "/REST/api/latest"),
        ("/", "/"),
        ("/s/x/_/", "/"),
    ] {
        assert_eq!(fold(&decoded(path)), decoded(folded), "{path}");
    }
}

#[test]
fn an_ordinary_path_is_borrowed() {
    let target = gatepass_model::CanonicalTarget::parse(b"/rest/api/latest/issue/ABC-1").unwrap();
    let folded = jira().fold(target.segments());
    assert!(folded.iter().all(|segment| matches!(segment, std::borrow::Cow::Borrowed(_))));
    assert!(!folded.spilled());
}

fn fold_pattern(text: &str) -> Pattern {
    jira().fold_pattern(&text.parse().unwrap())
}

fn is_met(pattern: &str, path: &str) -> bool {
    fold_pattern(pattern).matches(Method::Get, &fold(&decoded(path)))
}

#[test]
fn a_pattern_meets_every_spelling_of_what_it_names() {
    for (pattern, path) in [
        ("GET /rest/api/*/user", "/rest/api/latest/user"),
        ("GET /rest/api/latest/user", "/rest/api/2/user.json"),
        ("/rest/api/*/project/abc/**", "/rest/api/2/project/ABC/versions"),
        ("/rest/api/2/project/ABC/**", "/rest/api/latest/project/abc"),
        ("/rest/*/latest/issue/*", "/rest/api/2/issue/ABC-1"),
        ("/rest/addon/1.0/**", "/rest/addon/latest/x"),
        ("/s/*/_/rest/api/2/user", "/rest/api/2/user"),
        ("/secure/admin/AddUser.jspa", "/x/AddUser.jspa"),
        ("/*/AddUser!Default.jspa", "/AddUser!default.jspa"),
        ("/secure/**", "/AddUser.jspa"),
        ("/browse/abc-1", "/browse/ABC-1"),
        ("/rest/greenhopper/1.0/xboard/config.json", "/rest/greenhopper/latest/xboard/config"),
        ("/**", "/rest/api/2/user"),
    ] {
        assert!(is_met(pattern, path), "{pattern} {path}: {:?}", fold_pattern(pattern));
    }
    assert!(!is_met("/rest/api/2/user", "/rest/api/2/user/search"));
    assert!(!is_met("/rest/api/2/**", "/rest/api/1.0/menus/x"));
}

#[test]
fn a_pattern_that_meets_less_than_it_seems_to_is_told() {
    let find = |text: &str| jira().find_pattern_pitfall(&text.parse().unwrap());
    assert!(find("/secure/admin/**").is_some() && find("/secure/admin/*").is_some());
    assert!(find("/s/x/**").is_some());
    for text in
        ["/secure/attachment/**", "/secure/**", "/secure/attachment/1/a.txt", "/rest/**", "/**"]
    {
        assert_eq!(find(text), None, "{text}");
    }
}

/// A path of the catalogue with keys that are not words of it.
fn path_of_row(row: &Row, key: &str, number: u32) -> Vec<String> {
    let mut path = of_row(row);
    for (segment, kind) in path.iter_mut().zip(&row.segments) {
        match kind {
            RowSegment::Any(Key::Issue) => *segment = format!("{key}-{number}"),
            RowSegment::Any(Key::Project) => key.clone_into(segment),
            RowSegment::Any(Key::User) => key.to_lowercase().clone_into(segment),
            _ => {}
        }
    }
    path
}

/// The same resource in another spelling.
fn respell(row: &Row, path: &[String], choices: &Choices) -> Vec<String> {
    let mut other = path.to_vec();
    if choices.lower_keys {
        for (segment, kind) in other.iter_mut().zip(&row.segments) {
            match kind {
                RowSegment::Any(Key::Issue | Key::Project) => *segment = segment.to_lowercase(),
                RowSegment::Any(Key::User) => *segment = segment.to_uppercase(),
                _ => {}
            }
        }
    }
    if path.len() > 1 && path[0] == "rest" {
        if choices.latest {
            respell_version(&mut other);
        }
        if let Some(extension) = choices.extension {
            other.last_mut().unwrap().push_str(extension);
        }
    }
    if row.path.ends_with(ACTION) {
        let name = other.pop().unwrap();
        other.clone_from(&choices.action_prefix);
        other.push(name.replace("!d", if choices.latest { "!D" } else { "!d" }));
    }
    for prefix in &choices.resource_prefixes {
        let mut prefixed = vec!["s".to_owned(), prefix.clone(), "_".to_owned()];
        prefixed.append(&mut other);
        other = prefixed;
    }
    other
}

fn respell_version(path: &mut [String]) {
    const NEWEST: [(&[&str], &str); 5] = [
        (&["rest", "api", "2"], "latest"),
        (&["rest", "agile", "1.0"], "latest"),
        (&["rest", "auth", "1"], "1.0"),
        (&["rest", "tempo-timesheets", "4"], "latest"),
        (&["rest", "insight", "1.0"], "1"),
    ];
    for (known, spelling) in NEWEST {
        if path.len() >= known.len() && path.iter().zip(known).all(|(one, other)| one == other) {
            spelling.clone_into(&mut path[known.len() - 1]);
            return;
        }
    }
}

#[derive(Clone, Debug)]
struct Choices {
    lower_keys: bool,
    latest: bool,
    extension: Option<&'static str>,
    action_prefix: Vec<String>,
    resource_prefixes: Vec<String>,
}

fn choices() -> impl Strategy<Value = Choices> {
    let extensions = vec![".json", ".xml", ".txt", ".html", ".htm", ".atom"];
    let prefixes = vec!["secure", "admin", "browse", "x", "1", "projects", "ABC-1"];
    (
        any::<bool>(),
        any::<bool>(),
        prop::option::of(select(extensions)),
        prop::collection::vec(select(prefixes).prop_map(str::to_owned), 0..4),
        prop::collection::vec("[a-z0-9]{1,8}", 0..3),
    )
        .prop_filter("a claimed prefix", |choices| {
            !matches!(choices.3.as_slice(), [first, second, ..] if first == "secure" && second == "attachment")
        })
        .prop_map(|(lower_keys, latest, extension, action_prefix, resource_prefixes)| Choices {
            lower_keys,
            latest,
            extension,
            action_prefix,
            resource_prefixes,
        })
}

fn row(index: Index) -> &'static Row {
    &jira().rows()[index.index(jira().rows().len())]
}

/// Segments that like to confuse: words of the catalogue and of the rules.
fn confusing_path() -> impl Strategy<Value = Vec<String>> {
    let words = vec![
        "s",
        "_",
        "rest",
        "api",
        "latest",
        "2",
        "1",
        "1.0",
        "issue",
        "abc-1",
        "ABC-1",
        "project",
        "abc",
        "secure",
        "admin",
        "X.jspa",
        "X!Y.jspa",
        "X!y!Z.jspa",
        ".jspa",
        "!.jspa",
        "a.json",
        ".json",
        ".json.xml",
        "..json",
        "user",
        "session",
        "Bob",
        "ÄÖ",
        "plugins",
        "servlet",
        "*",
        "attachment",
        "browse",
        "pat",
        "auth",
        "createmeta",
        "type",
        "WEB-INF",
        "servicedesk",
        "reports",
        "tempo-core",
        "ǅX",
    ];
    let word = prop_oneof![4 => select(words).prop_map(str::to_owned), 1 => "[^/*]{1,6}"];
    prop::collection::vec(word, 0..9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folding_twice_changes_nothing_more(path in confusing_path()) {
        let once = fold(&path);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn spellings_of_a_catalogued_path_are_one_operation(
        index in any::<Index>(),
        key in "Q[A-Z0-9_]{1,6}Q",
        number in 1u32..100_000,
        choices in choices(),
    ) {
        let row = row(index);
        let path = path_of_row(row, &key, number);
        let other = respell(row, &path, &choices);
        prop_assert_eq!(fold(&path), fold(&other), "{:?}", other);
        for method in Method::ALL {
            prop_assert_eq!(ask(method, &path), ask(method, &other));
        }
    }

    #[test]
    fn a_pattern_written_in_any_spelling_meets_all_of_them(
        index in any::<Index>(),
        key in "Q[A-Z0-9_]{1,6}Q",
        written in choices(),
        asked in choices(),
        wildcard in prop::option::of(any::<Index>()),
    ) {
        let row = row(index);
        let path = path_of_row(row, &key, 7);
        let text = format!("/{}", respell(row, &path, &written).join("/"));
        let mut pattern = jira().fold_pattern(&text.parse().unwrap());
        if let Some(at) = wildcard && !pattern.segments().is_empty() {
            let mut segments = pattern.segments().to_vec();
            let at = at.index(segments.len());
            segments[at] = PatternSegment::Any;
            pattern = jira().fold_pattern(&pattern.with_segments(segments));
        }
        let other = fold(&respell(row, &path, &asked));
        prop_assert!(pattern.matches(Method::Get, &other), "{:?} {:?}", pattern, other);
    }

    #[test]
    fn folding_a_pattern_twice_changes_nothing_more(path in confusing_path()) {
        let text = format!("/{}", path.join("/"));
        if let Ok(pattern) = text.parse::<Pattern>() {
            let once = jira().fold_pattern(&pattern);
            prop_assert_eq!(jira().fold_pattern(&once), once);
        }
    }

    #[test]
    fn nothing_that_is_asked_panics(path in confusing_path()) {
        for method in Method::ALL {
            ask(method, &path);
        }
        jira().is_sensitive_reading(&path);
    }
}
