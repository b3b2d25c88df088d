//! The reference page, written from the table of keys.

use std::fmt::Write as _;

use crate::keys::{KEYS, Key, Preset, SECTIONS, Section};

/// A complete configuration, with every key of this version in it.
pub const EXAMPLE: &str = include_str!("example.toml");

const HEAD: &str = "\
# Configuration

<!-- Written by `cargo run -p gatepass-config --example reference`; change the table of keys
     in `crates/config/src/keys.rs` instead. -->

One TOML file, `gatepass.toml`, or what `--config` names. Unknown keys are errors. Every mistake is
told at once, with its line.

Durations are written `45s`, `30m`, `12h`, `90d`, `1y`; sizes as a number of bytes, or `16KiB`,
`2MiB`. A relative file counts from the folder of the configuration file.

Every key but a name can be set by an environment variable too, which wins over the file. It is
called `GATEPASS_` and the path of the key in capitals, with two underscores for each dot; for the
tables that stand once for each thing, the thing's name comes second, with `_` for `-`, and the
table itself must stand in the file: `GATEPASS_INSTANCES__WIKI_EMEA__BASE_URL`. A list is parted by
commas, or is a TOML array. A variable that begins with `GATEPASS_` and names no key is an error,
but for those that Kubernetes makes for a service called `gatepass`.
";

/// The whole page, in Markdown.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for section in SECTIONS {
        section_text(&mut page, section);
    }
    page.push_str("\n## A complete example\n\n```toml\n");
    page.push_str(EXAMPLE);
    page.push_str("```\n");
    page
}

fn section_text(page: &mut String, section: &Section) {
    let name = section.path;
    let heading = if section.repeated { format!("[[{name}]]") } else { format!("[{name}]") };
    // Writing to a String can't fail.
    let _ = write!(page, "\n## `{heading}`\n\n{}", section.about);
    if !section.available {
        page.push_str(" Not available in this version.");
    }
    page.push('\n');
    for key in KEYS.iter().filter(|key| key.section() == section.path) {
        key_text(page, key);
    }
}

fn key_text(page: &mut String, key: &Key) {
    let preset = match key.preset {
        Preset::Required => "required".to_owned(),
        Preset::Unset => "unset by default".to_owned(),
        Preset::Value(value) => format!("default `{value}`"),
    };
    let preset = if key.available { preset } else { "not available in this version".to_owned() };
    let kind = key.kind.describe();
    let _ = write!(page, "\n### `{}`\n\n{}\n\n- {kind}; {preset}\n", key.path, key.about);
    if key.available && !key.names_its_table() {
        let _ = writeln!(page, "- `{}`", variable(key.path));
    }
}

/// The variable that sets the key at `path`.
fn variable(path: &str) -> String {
    let repeated = SECTIONS.iter().filter(|section| section.repeated);
    let mut found =
        repeated.filter_map(|section| Some((section.path, path.strip_prefix(section.path)?)));
    let named = match found.next_back() {
        Some((section, rest)) => format!("{section}.<NAME>{rest}"),
        None => path.to_owned(),
    };
    format!("GATEPASS_{}", named.replace('.', "__").to_ascii_uppercase())
}
