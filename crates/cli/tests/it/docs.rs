//! Commands in the documentation must be real.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/command-line.md");

#[test]
fn the_reference_page_is_the_one_that_the_command_line_makes() {
    let page = fs::read_to_string(PAGE).unwrap();
    assert!(
        page == gatepass_cli::reference::page(),
        "docs/reference/command-line.md is out of date: \
         cargo run -p gatepass-cli --example reference > docs/reference/command-line.md"
    );
}

#[test]
fn every_command_in_the_documentation_is_understood() {
    let mut files = vec![Path::new(ROOT).join("README.md"), Path::new(ROOT).join("CHANGELOG.md")];
    markdown_below(&Path::new(ROOT).join("docs"), &mut files);
    let mut count = 0;
    for file in files {
        for (line, command) in commands(&fs::read_to_string(&file).unwrap()) {
            let words = words(&command);
            let parsed = gatepass_cli::command().try_get_matches_from(&words);
            let problem = parsed.err().map(|error| error.to_string());
            assert_eq!(problem, None, "{}:{line}: {command}", file.display());
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} commands were found");
}

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// The lines of console blocks in which `gatepass` is called, with their numbers; those that end
/// with a backslash with the lines after them.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let (mut is_console, mut goes_on) = (false, false);
    for (number, line) in text.lines().enumerate() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            is_console = !is_console && kind == "console";
            continue;
        }
        let trimmed = line.trim();
        let part = trimmed.strip_suffix('\\').unwrap_or(trimmed).trim_end();
        if goes_on && let Some((_, command)) = found.last_mut() {
            command.push(' ');
            command.push_str(part);
        } else if is_console && let Some(call) = called(part) {
            found.push((number + 1, call.to_owned()));
        } else {
            continue;
        }
        goes_on = trimmed.ends_with('\\');
    }
    found
}

/// The call of `gatepass` in a line: after a prompt, a variable, `sudo -u x`, or a pipe.
fn called(line: &str) -> Option<&str> {
    let line = line.strip_prefix("$ ")?;
    let at = line.rfind("gatepass ").filter(|&at| at == 0 || line[..at].ends_with(' '))?;
    let before = &line[..at];
    let is_call = before.is_empty()
        || before.ends_with("| ")
        || before.starts_with("sudo ")
        || before.contains('=');
    is_call.then(|| &line[at..])
}

/// As a shell parts them: quotes, redirections and what comes after `>`, `<` or `|` cut.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for found in command.chars() {
        match (quote, found) {
            (Some(open), _) if found == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(found);
                word.get_or_insert_default();
            }
            (None, '>' | '<' | '|' | '#') => break,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(found),
        }
    }
    words.extend(word);
    words
}
