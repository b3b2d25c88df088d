//! `[[directories]]`.

use std::path::Path;

use crate::config::{DirectoryConfig, DirectorySource};
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
    // The only kind of this version that is available is `file`.
    let kind = table.word(&keys::DIRECTORY_KIND);
    let path = table.file(&keys::DIRECTORY_PATH);
    if kind.is_some() && path.is_none() && table.table().find(&keys::DIRECTORY_PATH).is_none() {
        table.wrong(&keys::DIRECTORY_PATH, "it is missing; write it as path = \"people.toml\"");
    }
    kind?;
    Some(DirectoryConfig { name: name?, source: DirectorySource::File(path?) })
}
