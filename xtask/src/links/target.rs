//! Whether a link's target, or a path in inline code, is there.

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::Documents;

/// What inline code begins with when it means a path in this repository.
const TOP_FOLDERS: [&str; 9] =
    [".cargo/", ".ci/", "bench/", "crates/", "docs/", "e2e/", "fuzz/", "packaging/", "xtask/"];
/// What makes such a path a pattern or an example and not a path.
const PLACEHOLDERS: [char; 6] = ['<', '*', '{', '…', '$', ' '];

/// Whether inline code is meant as a path in this repository.
pub(super) fn is_path(code: &str) -> bool {
    TOP_FOLDERS.iter().any(|folder| code.starts_with(folder)) && !code.contains(PLACEHOLDERS)
}

/// Where a link stands, and what it may point at.
pub(super) struct Place<'a> {
    pub(super) root: &'a Path,
    /// The document with the link, from the root.
    pub(super) file: &'a Path,
    pub(super) documents: &'a Documents,
}

impl Place<'_> {
    pub(super) fn problem_of_path(&self, code: &str) -> Option<String> {
        // `file.rs:12` and `file.rs::item` are fine.
        let path = code.split(':').next().unwrap_or(code);
        (!self.root.join(path).exists()).then(|| format!("{path}: no such file"))
    }

    pub(super) fn problem_of_link(&self, link: &str) -> Option<String> {
        let problem = match scheme(link) {
            _ if link.is_empty() => Some("empty link"),
            Some("http" | "https") => (!is_proper_url(link)).then_some("not a proper URL"),
            Some("mailto") => (!link.contains('@')).then_some("not an address"),
            Some(_) => Some("unknown scheme"),
            None => self.problem_of_relative(link),
        };
        problem.map(|problem| format!("{link}: {problem}"))
    }

    fn problem_of_relative(&self, link: &str) -> Option<&'static str> {
        let decoded = percent_decode_str(link).decode_utf8_lossy();
        let (path, anchor) = match decoded.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (decoded.as_ref(), None),
        };
        let Some(file) = self.resolve(path) else { return Some("leads out of the repository") };
        if !self.root.join(&file).exists() {
            return Some("no such file");
        }
        let has = |anchor: &str| match self.documents.get(&file) {
            Some(document) => document.anchors.contains(anchor),
            None => self.root.join(&file).is_file() && is_line_anchor(anchor),
        };
        anchor.is_some_and(|anchor| !has(anchor)).then_some("no such anchor")
    }

    /// The path from the root that a link's path means; none where it leads out of it.
    fn resolve(&self, path: &str) -> Option<PathBuf> {
        if path.is_empty() {
            return Some(self.file.to_owned());
        }
        let mut resolved = match path.strip_prefix('/') {
            Some(_) => PathBuf::new(),
            None => self.file.parent()?.to_owned(),
        };
        for component in Path::new(path).components() {
            match component {
                Component::Normal(name) => resolved.push(name),
                Component::ParentDir if !resolved.pop() => return None,
                _ => {}
            }
        }
        Some(resolved)
    }
}

/// The scheme of a link, where it has one.
fn scheme(link: &str) -> Option<&str> {
    let (scheme, _) = link.split_once(':')?;
    let is_word = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    (is_word && !scheme.is_empty()).then_some(scheme)
}

fn is_proper_url(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    !host.is_empty()
        && host.chars().all(is_host)
        && !rest.contains(|c: char| c.is_whitespace() || "<>\"\\`".contains(c))
}

/// `L12` and `L12-L20`: lines of a file that is not Markdown.
fn is_line_anchor(anchor: &str) -> bool {
    anchor
        .split('-')
        .all(|part| part.strip_prefix('L').is_some_and(|digits| digits.parse::<u32>().is_ok()))
}
