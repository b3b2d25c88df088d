//! `[[directories]]`.

use std::path::Path;

use crate::config::{DirectoryConfig, DirectorySource, ProductDirectoryConfig};
use crate::error::{Errors, Origin};
use crate::keys;
use crate::raw::Raw;
use crate::reader::Reader;

/// One for each table, in its order; `None` for one with a mistake.
pub(super) fn read(raw: &Raw, file: &Path, errors: &mut Errors) -> Vec<Option<DirectoryConfig>> {
    if raw.directories.is_empty() {
        let problem = "there is none; a [[directories]] says where people come from";
        errors.add(&Origin::Line(0), "directories", problem);
    }
    let tables = raw.directories.iter();
    tables.map(|table| one(&mut Reader::new(table, file, errors))).collect()
}

fn one(table: &mut Reader<'_>) -> Option<DirectoryConfig> {
    let name = table.parsed(&keys::DIRECTORY_NAME);
    let source = match table.word(&keys::DIRECTORY_KIND)? {
        "product" => product(table),
        // The kinds that are to come are refused by their word.
        _ => file_of_people(table),
    };
    Some(DirectoryConfig { name: name?, source: source? })
}

fn file_of_people(table: &mut Reader<'_>) -> Option<DirectorySource> {
    for key in [
        &keys::DIRECTORY_INSTANCE,
        &keys::DIRECTORY_LOOKUP,
        &keys::DIRECTORY_REFRESH,
        &keys::DIRECTORY_RATE,
        &keys::DIRECTORY_STALE,
    ] {
        if table.table().find(key).is_some() {
            table.wrong(key, "it is for the kind \"product\" only");
        }
    }
    let path = table.file(&keys::DIRECTORY_PATH);
    if path.is_none() && table.table().find(&keys::DIRECTORY_PATH).is_none() {
        table.wrong(&keys::DIRECTORY_PATH, "it is missing; write it as path = \"people.toml\"");
    }
    Some(DirectorySource::File(path?))
}

fn product(table: &mut Reader<'_>) -> Option<DirectorySource> {
    if table.table().find(&keys::DIRECTORY_PATH).is_some() {
        table.wrong(&keys::DIRECTORY_PATH, "it is for the kind \"file\" only");
    }
    let instance = table.parsed(&keys::DIRECTORY_INSTANCE);
    if instance.is_none() && table.table().find(&keys::DIRECTORY_INSTANCE).is_none() {
        let problem = "it is missing; name the instance that says who somebody is";
        table.wrong(&keys::DIRECTORY_INSTANCE, problem);
    }
    let lookup_token_file = table.file(&keys::DIRECTORY_LOOKUP);
    let refresh = table.lifetime(&keys::DIRECTORY_REFRESH);
    let rate = table.count(&keys::DIRECTORY_RATE);
    let stale_limit = table.lifetime(&keys::DIRECTORY_STALE);
    Some(DirectorySource::Product(ProductDirectoryConfig {
        instance: instance?,
        lookup_token_file,
        refresh: refresh?,
        requests_per_second: u32::try_from(rate?).unwrap_or(1),
        stale_limit: stale_limit?,
    }))
}
