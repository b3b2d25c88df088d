//! The environment over the file: `GATEPASS_SECTION__KEY`.
//!
//! A table of an array is named by its name, in capitals and with `_` for `-`:
//! `GATEPASS_INSTANCES__WIKI_EMEA__BASE_URL`. It must stand in the file; a variable alone makes
//! none, or a misspelt name would make a second, half-empty one.

use std::ffi::OsStr;

use toml::de::DeValue;

use super::{Item, Located, NOT_YET, Raw, Table, Value, from_text, unknown, wrong_kind};
use crate::environment::{Environment, MASTER_KEY_VARIABLE};
use crate::error::{Errors, Origin};
use crate::keys::{self, Key, Kind};

const PREFIX: &str = "GATEPASS_";

pub(super) fn lay(raw: &mut Raw, environment: &dyn Environment, errors: &mut Errors) {
    for (name, value) in environment.variables() {
        let Some(name) = name.to_str() else { continue };
        if let Some(written) = name.strip_prefix(PREFIX)
            && name != MASTER_KEY_VARIABLE
            && !is_service_link(written)
        {
            lay_one(raw, name, written, &value, errors);
        }
    }
}

/// Whether an orchestrator made the variable for a service that is called `gatepass`: Kubernetes
/// sets `GATEPASS_PORT_8080_TCP` and its kin in every pod of the namespace.
fn is_service_link(written: &str) -> bool {
    if written.contains("__") {
        return false;
    }
    let protocol = ["_TCP", "_UDP", "_SCTP"].iter().any(|word| written.contains(word));
    written.ends_with("SERVICE_HOST")
        || written.contains("SERVICE_PORT")
        || written == "PORT"
        || written.ends_with("_PORT")
        || (written.contains("PORT_") && protocol)
}

fn lay_one(raw: &mut Raw, name: &str, written: &str, value: &OsStr, errors: &mut Errors) {
    let origin = Origin::Variable(name.to_owned());
    let parts: Vec<String> = written.split("__").map(str::to_ascii_lowercase).collect();
    let (table, path) = match parts.as_slice() {
        [section, element, rest @ ..] if section == "instances" || section == "directories" => {
            let is_instance = section == "instances";
            let tables = if is_instance { &mut raw.instances } else { &mut raw.directories };
            let found =
                tables.iter().position(|t| t.name().is_some_and(|n| in_variable(n) == *element));
            let Some(table) = found.and_then(|at| tables.get_mut(at)) else {
                errors.add(&origin, section, no_such_table(section, element, tables));
                return;
            };
            (table, format!("{section}.{}", rest.join(".")))
        }
        parts => (&mut raw.root, parts.join(".")),
    };
    let shown = table.shown(&path);
    let is_later =
        keys::SECTIONS.iter().any(|section| !section.available && path.starts_with(section.path));
    let Some(key) = keys::find_key(&path) else {
        let problem = if is_later { NOT_YET.to_owned() } else { unknown(&path) };
        errors.add(&origin, &shown, problem);
        return;
    };
    if !key.available {
        errors.add(&origin, &shown, NOT_YET);
    } else if key.names_its_table() {
        errors.add(&origin, &shown, "a name stands in the file only");
    } else if let Some(value) = value.to_str().and_then(|text| convert(key, text, &origin)) {
        table.put(key, Located { value, origin });
    } else {
        errors.add(&origin, &shown, wrong_kind(key));
    }
}

/// A name as variables have it, in lower case.
fn in_variable(name: &str) -> String {
    name.replace('-', "_").to_ascii_lowercase()
}

fn no_such_table(section: &str, element: &str, tables: &[Table]) -> String {
    let known = tables.iter().filter_map(Table::name);
    let nearest = known.max_by(|a, b| {
        let score =
            |name: &str| strsim::normalized_damerau_levenshtein(&in_variable(name), element);
        score(a).total_cmp(&score(b))
    });
    match nearest {
        Some(name) => {
            format!(
                "the file has no [[{section}]] of the name {element:?}; the nearest is {name:?}"
            )
        }
        None => format!("the file has no [[{section}]] with a name"),
    }
}

/// A list is a TOML array, or texts parted by commas; empty: an empty list.
fn convert(key: &Key, text: &str, origin: &Origin) -> Option<Value> {
    match key.kind {
        Kind::Integer(..) => text.parse().ok().map(Value::Number),
        Kind::Flag => text.parse().ok().map(Value::Flag),
        Kind::List(_) | Kind::SomeOf(_) => {
            let texts = if text.trim_start().starts_with('[') {
                let parsed = DeValue::parse(text).ok()?;
                let items = parsed.get_ref().as_array()?.iter();
                items
                    .map(|item| item.get_ref().as_str().map(str::to_owned))
                    .collect::<Option<_>>()?
            } else {
                let parts = text.split(',').map(|part| part.trim().to_owned());
                parts.filter(|part| !part.is_empty()).collect::<Vec<String>>()
            };
            let item = |text| Item { text, origin: origin.clone() };
            Some(Value::List(texts.into_iter().map(item).collect()))
        }
        kind => from_text(kind, text),
    }
}
