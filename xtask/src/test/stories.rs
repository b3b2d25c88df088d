//! The stories that every database must pass: as many of them on PostgreSQL as on SQLite, and the
//! same. They come from one list; this looks at the tests that came of it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::command;
use crate::repo::Repo;

/// The databases, as the modules are called that have the stories: `sqlite::stories::…`.
const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// Which tests of the store's contract, and of its activity, there are for each database.
pub(super) fn compare(repo: &Repo) -> Result<String> {
    let mut said = Vec::new();
    for (what, part) in [("contract", "--test it"), ("activity", "--lib")] {
        let list = repo.cargo(&format!("test --quiet --package gatepass-store {part} -- --list"));
        let listed = command::run_and_keep(list)?;
        let stories = equal(&listed)?;
        said.push(format!("{stories} of the {what}"));
    }
    Ok(format!("{}, each on {}", said.join(", "), DATABASES.join(" and on ")))
}

/// How many stories each database has; an error when they are not the same.
fn equal(listed: &[String]) -> Result<usize> {
    let stories = by_database(listed);
    let of = |name| stories.get(name).cloned().unwrap_or_default();
    let [first, second] = DATABASES.map(of);
    if first.is_empty() {
        bail!("no test is called {}::stories::…", DATABASES[0]);
    }
    let alone: Vec<_> = first.symmetric_difference(&second).cloned().collect();
    if !alone.is_empty() {
        bail!("only one of {} has these: {}", DATABASES.join(" and "), alone.join(", "));
    }
    Ok(first.len())
}

fn by_database(listed: &[String]) -> BTreeMap<&str, BTreeSet<String>> {
    let mut stories: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in listed {
        let Some((path, story)) =
            line.strip_suffix(": test").and_then(|name| name.split_once("::stories::"))
        else {
            continue;
        };
        let database = path.rsplit("::").next().unwrap_or(path);
        stories.entry(database).or_default().insert(story.to_owned());
    }
    stories
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Result<usize> {
        equal(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_same_stories_pass_and_a_missing_one_is_named() {
        let all = [
            "sqlite::stories::one: test",
            "sqlite::stories::two: test",
            "sqlite::file::alone: test",
            "tests::postgres::stories::one: test",
            "tests::postgres::stories::two: test",
            "5 tests, 0 benchmarks",
        ];
        assert_eq!(of(&all).unwrap(), 2);
        let missing = of(&all[..4]).unwrap_err().to_string();
        assert!(missing.ends_with(": two"), "{missing}");
        let more = of(&all[1..]).unwrap_err().to_string();
        assert!(more.ends_with(": one"), "{more}");
        assert!(of(&all[2..3]).is_err());
    }
}
