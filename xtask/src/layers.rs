//! `cargo xtask layers`: the arrows between our crates against the table of `ARCHITECTURE.md`.
//!
//! Knows the table and what the manifests say. It looks for no circles: cargo forbids them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::repo::Repo;

/// The header that the table is found by.
const HEADER: [&str; 3] = ["crate", "knows", "may use of ours"];
/// What any crate's tests may use besides what the table allows the crate.
const FOR_TESTS: [&str; 3] = ["testkit", "testdb", "sandbox"];
const PREFIX: &str = "gatepass-";

/// Compares and returns the closing line.
pub(crate) fn run(repo: &Repo) -> Result<String> {
    let text = fs::read_to_string(repo.root.join("ARCHITECTURE.md")).context("ARCHITECTURE.md")?;
    let table = parse_table(&text)?;
    let rooms = rooms(&repo.packages, &repo.root.join("crates"))?;
    let problems = problems(&table, &rooms);
    if !problems.is_empty() {
        bail!("ARCHITECTURE.md does not allow this:\n  {}", problems.join("\n  "));
    }
    let arrows: usize = rooms.values().map(Vec::len).sum();
    Ok(format!("{} crates, {arrows} arrows, all in the table", rooms.len()))
}

/// What one crate may use of ours.
#[derive(Debug, PartialEq)]
enum Uses {
    Only(BTreeSet<String>),
    AllBut(BTreeSet<String>),
}

impl Uses {
    /// `nothing`, `all but a, b`, or `a, b, c`.
    fn parse(cell: &str) -> Self {
        let names = |list: &str| list.split(',').map(|name| bare(name).to_owned()).collect();
        match cell.strip_prefix("all but ") {
            Some(list) => Self::AllBut(names(list)),
            None if cell == "nothing" => Self::Only(BTreeSet::new()),
            None => Self::Only(names(cell)),
        }
    }

    fn allow(&self, name: &str) -> bool {
        match self {
            Self::Only(names) => names.contains(name),
            Self::AllBut(names) => !names.contains(name),
        }
    }

    fn named(&self) -> &BTreeSet<String> {
        let (Self::Only(names) | Self::AllBut(names)) = self;
        names
    }
}

type Table = BTreeMap<String, Uses>;

/// A dependency of one of our crates on another.
#[derive(Debug)]
struct Arrow {
    to: String,
    for_tests: bool,
}

type Rooms = BTreeMap<String, Vec<Arrow>>;

fn bare(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

fn parse_table(text: &str) -> Result<Table> {
    let mut rows = text.lines().map(cells).skip_while(|cells| cells.as_slice() != HEADER);
    rows.next().with_context(|| format!("no table with the header {HEADER:?}"))?;
    let mut table = Table::new();
    for row in rows.skip(1).take_while(|row| !row.is_empty()) {
        let [name, _, uses] = row.as_slice() else {
            bail!("not a row of three cells: {row:?}");
        };
        if table.insert(bare(name).to_owned(), Uses::parse(uses)).is_some() {
            bail!("two rows for {name}");
        }
    }
    Ok(table)
}

/// The cells of a table's line; none where the line is not one.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}

/// The packages below `crates/` and their arrows to packages of ours.
fn rooms(packages: &[Value], crates: &Path) -> Result<Rooms> {
    let mut rooms = Rooms::new();
    for package in packages {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let Ok(place) = Path::new(text("manifest_path")).strip_prefix(crates) else { continue };
        let folder = place.parent().and_then(Path::to_str).unwrap_or_default();
        if text("name") != format!("{PREFIX}{folder}") {
            bail!("the package in crates/{folder} is not called {PREFIX}{folder}");
        }
        let dependencies = package.get("dependencies").and_then(Value::as_array);
        let arrows = dependencies.into_iter().flatten().filter_map(arrow).collect();
        rooms.insert(folder.to_owned(), arrows);
    }
    Ok(rooms)
}

/// The dependency, where it is one on a package of ours.
fn arrow(dependency: &Value) -> Option<Arrow> {
    let name = dependency.get("name").and_then(Value::as_str)?;
    let is_ours = name.starts_with(PREFIX) || dependency.get("path").is_some_and(Value::is_string);
    is_ours.then(|| Arrow {
        to: name.strip_prefix(PREFIX).unwrap_or(name).to_owned(),
        for_tests: dependency.get("kind").and_then(Value::as_str) == Some("dev"),
    })
}

fn problems(table: &Table, rooms: &Rooms) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, uses) in table {
        if !rooms.contains_key(name) {
            problems.push(format!("{name}: a row, but no crate"));
        }
        for used in uses.named().iter().filter(|used| !table.contains_key(*used)) {
            problems.push(format!("{name}: its row names {used}, which has none"));
        }
    }
    for (name, arrows) in rooms {
        let Some(uses) = table.get(name) else {
            problems.push(format!("{name}: a crate, but no row"));
            continue;
        };
        for arrow in arrows {
            let is_for_tests = arrow.for_tests && FOR_TESTS.contains(&arrow.to.as_str());
            let is_allowed = table.contains_key(&arrow.to) && uses.allow(&arrow.to);
            if !is_for_tests && !is_allowed {
                let kind = if arrow.for_tests { " (in tests)" } else { "" };
                problems.push(format!("{name} -> {}{kind}", arrow.to));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TABLE: &str = "# Plan\n\n| crate | knows | may use of ours |\n| --- | --- | --- |\n\
        | `model` | nouns | nothing |\n| `policy` | rules | model |\n\
        | `sandbox` | stand-ins | model |\n| `testkit` | fakes | all but cli |\n\
        | `cli` | wiring | all but testkit |\n\n| `other` | table | model |\n";

    fn package(folder: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(name, kind)| json!({ "name": name, "kind": kind, "path": null }))
            .collect();
        json!({
            "name": format!("gatepass-{folder}"),
            "manifest_path": format!("/r/crates/{folder}/Cargo.toml"),
            "dependencies": dependencies,
        })
    }

    /// The fixture's crates as the table has them, with one of them replaced.
    fn problems_with(changed: &Value) -> Vec<String> {
        let mut packages = vec![
            package("model", &[("serde", None)]),
            package("policy", &[("gatepass-model", None), ("gatepass-testkit", Some("dev"))]),
            package("sandbox", &[("gatepass-model", None)]),
            package("testkit", &[("gatepass-policy", None), ("gatepass-sandbox", None)]),
            package("cli", &[("gatepass-policy", None), ("gatepass-model", Some("build"))]),
        ];
        packages.retain(|package| package["name"] != changed["name"]);
        packages.push(changed.clone());
        packages.push(json!({ "name": "xtask", "manifest_path": "/r/xtask/Cargo.toml" }));
        let rooms = rooms(&packages, Path::new("/r/crates")).unwrap();
        problems(&parse_table(TABLE).unwrap(), &rooms)
    }

    #[test]
    fn arrows_of_the_table_pass_and_tests_may_use_the_testkit() {
        let policy = [("gatepass-model", None), ("gatepass-sandbox", Some("dev"))];
        assert_eq!(problems_with(&package("policy", &policy)), [""; 0]);
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_a_problem() {
        let model = package("model", &[("gatepass-policy", None)]);
        assert_eq!(problems_with(&model), ["model -> policy"]);
        let model = package("model", &[("gatepass-policy", Some("build"))]);
        assert_eq!(problems_with(&model), ["model -> policy"]);
        let model = package("model", &[("gatepass-policy", Some("dev"))]);
        assert_eq!(problems_with(&model), ["model -> policy (in tests)"]);
    }

    #[test]
    fn only_tests_may_use_the_testkit() {
        let policy = package("policy", &[("gatepass-testkit", None)]);
        assert_eq!(problems_with(&policy), ["policy -> testkit"]);
        let cli = package("cli", &[("gatepass-testkit", None)]);
        assert_eq!(problems_with(&cli), ["cli -> testkit"]);
    }

    #[test]
    fn a_crate_without_a_row_is_a_problem_also_as_a_target() {
        assert_eq!(problems_with(&package("web", &[])), ["web: a crate, but no row"]);
        let cli = package("cli", &[("gatepass-e2e", None)]);
        assert_eq!(problems_with(&cli), ["cli -> e2e"]);
    }

    #[test]
    fn a_path_dependency_of_any_name_is_ours() {
        let mut cli = package("cli", &[]);
        cli["dependencies"] = json!([{ "name": "xtask", "kind": null, "path": "/r/xtask" }]);
        assert_eq!(problems_with(&cli), ["cli -> xtask"]);
    }

    #[test]
    fn a_row_without_a_crate_is_a_problem() {
        let table = parse_table(TABLE).unwrap();
        let problems = problems(&table, &Rooms::new());
        assert!(problems.contains(&"model: a row, but no crate".to_owned()), "{problems:?}");
        assert_eq!(problems.len(), 5, "the second table is not read: {problems:?}");
    }

    #[test]
    fn a_row_that_names_an_unknown_crate_is_a_problem() {
        let table = parse_table(&TABLE.replace("rules | model", "rules | modle")).unwrap();
        let problems = problems(&table, &Rooms::new());
        assert!(problems.iter().any(|problem| problem.contains("names modle")), "{problems:?}");
    }

    #[test]
    fn a_text_without_the_table_is_an_error() {
        assert!(parse_table("# Plan\n\n| crate | may use |\n").is_err());
        assert!(parse_table(&TABLE.replace("| nouns |", "|")).is_err());
        assert!(parse_table(&TABLE.replace("`policy`", "`model`")).is_err());
    }

    #[test]
    fn a_package_is_named_after_its_folder() {
        let mut package = package("model", &[]);
        package["name"] = json!("gatepass-models");
        assert!(rooms(&[package], Path::new("/r/crates")).is_err());
    }
}
