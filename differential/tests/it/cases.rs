//! The cases of `http_desync_guardian`, read where cargo has unpacked the crate. Nothing of them
//! is kept here: they are its authors', and a new version of it brings its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A request and what its authors say of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) version: String,
    pub(crate) headers: Vec<(String, String)>,
    /// `Compliant`, `Acceptable`, `Ambiguous` or `Severe`.
    pub(crate) tier: String,
    pub(crate) reason: String,
}

impl Case {
    /// On the wire, with these lines before its own.
    pub(crate) fn bytes(&self, first: &str) -> Vec<u8> {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let lines: String = lines.collect();
        let Self { method, uri, version, .. } = self;
        format!("{method} {uri} {version}\r\n{first}{lines}\r\n").into_bytes()
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let files = files.iter().filter(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    files.flat_map(|path| read(&std::fs::read_to_string(path).unwrap())).collect()
}

fn folder() -> PathBuf {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--offline", "--manifest-path", manifest]);
    let told = cargo.output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let guardian = packages.iter().find(|package| package["name"] == "http_desync_guardian");
    let manifest = guardian.unwrap()["manifest_path"].as_str().unwrap();
    Path::new(manifest).parent().unwrap().join("tests")
}

/// The little of YAML that the files are written in: lists of one-line fields.
fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut in_headers = false;
    for line in text.lines() {
        let bare = line.trim_start();
        let (is_item, field) = match bare.strip_prefix("- ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, bare),
        };
        let Some((key, value)) = field.split_once(':') else { continue };
        if bare.starts_with('#') || !key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            continue;
        }
        let depth = line.len() - bare.len();
        let value = scalar(value);
        if is_item && depth == 0 {
            cases.push(Case::default());
        }
        let Some(case) = cases.last_mut() else { continue };
        match (key, depth) {
            ("headers", _) => in_headers = true,
            ("expected", _) => in_headers = false,
            ("name", 0) => case.name = value,
            ("name", _) if in_headers && is_item => case.headers.push((value, String::new())),
            ("value", _) if in_headers => case.headers.last_mut().unwrap().1 = value,
            ("uri", _) => case.uri = value,
            ("method", _) => case.method = value,
            ("version", _) => case.version = value,
            ("tier", _) if !in_headers => case.tier = value,
            ("reason", _) => case.reason = value,
            _ => {}
        }
    }
    cases
}

/// A plain or a quoted text, its escapes undone as the crate's own tests undo them.
fn scalar(text: &str) -> String {
    let text = text.trim();
    let inner = |quote: char| text.strip_prefix(quote)?.split_once(quote).map(|(inner, _)| inner);
    let text = match inner('"').or_else(|| inner('\'')) {
        Some(inner) => inner,
        None => text.split_once(" #").map_or(text, |(text, _)| text).trim_end(),
    };
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(found) = chars.next() {
        if found != '\\' {
            out.push(found);
            continue;
        }
        match chars.next() {
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                out.push(char::from(u8::from_str_radix(&digits, 16).unwrap()));
            }
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            other => out.extend(other),
        }
    }
    out
}
