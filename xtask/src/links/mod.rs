//! `cargo xtask links`: what the Markdown files point at must be there.
//!
//! Prose rots: links, anchors, paths in inline code (`crates/…`) and commands (`cargo xtask …`) are
//! compared with the checkout. Nothing is fetched; of an external link only the syntax is looked at.
//! [`markdown`] reads a file, [`target`] judges what it points at.

mod markdown;
mod slug;
mod target;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use markdown::Document;
use target::Place;

/// Checks all Markdown files of the checkout and returns the closing line.
pub(crate) fn run(repo: &Repo) -> Result<String> {
    check(&repo.root, &crate::chore_names())
}

fn check(root: &Path, chores: &[String]) -> Result<String> {
    let documents = read_all(root)?;
    let mut problems = Vec::new();
    let mut pointers = 0;
    for (file, document) in &documents {
        let place = Place { root, file, documents: &documents };
        let mut look = |line: usize, problem: Option<String>| {
            pointers += 1;
            problems.extend(problem.map(|problem| format!("{}:{line}: {problem}", file.display())));
        };
        for (line, link) in &document.links {
            look(*line, place.problem_of_link(link));
        }
        for (line, id) in &document.references {
            let is_defined = document.definitions.contains(id);
            look(*line, (!is_defined).then(|| format!("[{id}] is not defined")));
        }
        for (line, code) in document.code.iter().filter(|(_, code)| target::is_path(code)) {
            look(*line, place.problem_of_path(code));
        }
        for (line, chore) in &document.chores {
            let is_known = chores.contains(chore);
            look(*line, (!is_known).then(|| format!("there is no `cargo xtask {chore}`")));
        }
    }
    if !problems.is_empty() {
        bail!("broken links:\n  {}", problems.join("\n  "));
    }
    Ok(format!("{} files, {pointers} links, paths and commands, none broken", documents.len()))
}

/// Documents by their path from the root.
type Documents = BTreeMap<PathBuf, Document>;

fn read_all(root: &Path) -> Result<Documents> {
    let mut documents = Documents::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).context("cannot list a folder")?;
        for entry in entries.collect::<io::Result<Vec<_>>>()? {
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.extend((!is_foreign(&entry.file_name())).then_some(path));
            } else if path.extension() == Some(OsStr::new("md")) {
                let text =
                    fs::read_to_string(entry.path()).with_context(|| path.display().to_string())?;
                documents.insert(path, Document::parse(&text));
            }
        }
    }
    Ok(documents)
}

/// Build results, and what tools keep in hidden folders.
fn is_foreign(folder: &OsStr) -> bool {
    folder == "target" || folder == "node_modules" || folder.to_string_lossy().starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with `README.md` of this text, in a small checkout.
    fn problems(readme: &str) -> String {
        let root = tempfile::tempdir().unwrap();
        for folder in ["crates/model/src", "docs/deep", "target"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for (file, text) in [
            ("crates/model/src/lib.rs", ""),
            ("docs/a b.md", "# One\n\n## Two words\n"),
            ("docs/deep/back.md", "[up](../../README.md#top-thing), [root](/docs/a%20b.md#one)"),
            ("target/broken.md", "[no](no.md)"),
            ("README.md", readme),
        ] {
            fs::write(root.path().join(file), text).unwrap();
        }
        match check(root.path(), &["test".to_owned(), "links".to_owned()]) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_there_passes() {
        let readme = "# Top thing\n\n[a](docs/a%20b.md) [b](<docs/a b.md#two-words> \"title\") [c](#top-thing)\n\
            ![d](docs) [e](crates/model/src/lib.rs#L3) [f][id] <https://example.com/x?y#z>\n\n\
            [id]: docs/a%20b.md#one 'title'\n\n`crates/model/src/lib.rs:12` `crates/<name>` `cargo xtask test`\n\
            [mail](mailto:a@example.com)\n\n```\n[no](no.md) `crates/no`\n```\n";
        assert_eq!(problems(readme), "");
    }

    #[test]
    fn a_broken_link_is_told_with_its_file_and_line() {
        let told = problems("# Top thing\n\nfirst\nsee [text](docs/none.md) there\n");
        assert_eq!(told, "broken links:\n  README.md:4: docs/none.md: no such file");
    }

    #[test]
    fn broken_targets_of_every_form_are_found() {
        for (link, reason) in [
            ("[a](docs/a%20b.md#three)", "no such anchor"),
            ("[a](#none)", "no such anchor"),
            ("[a](docs#one)", "no such anchor"),
            ("[![a](none.png)](docs)", "no such file"),
            ("[a](../outside.md)", "leads out of the repository"),
            ("[a](/none.md)", "no such file"),
            ("[a]()", "empty link"),
            ("[a][none]", "[none] is not defined"),
            ("[a][b]\n\n[b]: none.md", "no such file"),
            ("<a href=\"none.md\">a</a>", "no such file"),
            ("<img alt='x' src='none.png'>", "no such file"),
            ("[a](https://)", "not a proper URL"),
            ("[a](<https://exa mple.com>)", "not a proper URL"),
            ("[a](ftp://example.com)", "unknown scheme"),
            ("`crates/none/src`", "no such file"),
            ("`docs/none.md`", "no such file"),
            ("`cargo xtask none`", "there is no `cargo xtask none`"),
            ("```sh\ncargo xtask none\n```", "there is no `cargo xtask none`"),
        ] {
            let told = problems(&format!("# Top thing\n\n{link}\n"));
            assert!(told.contains(reason) && told.lines().count() == 2, "{link}: {told}");
        }
    }

    #[test]
    fn a_link_from_another_folder_is_read_from_there() {
        let told = problems("# Renamed\n");
        assert!(
            told.contains("docs/deep/back.md:1: ../../README.md#top-thing: no such anchor"),
            "{told}"
        );
    }
}
