//! `[secrets]`.

use std::path::{Path, PathBuf};

use crate::config::{MasterKeySource, SecretsConfig};
use crate::environment::MASTER_KEY_VARIABLE;
use crate::keys::{self, Key};
use crate::reader::Reader;

/// Where a master key may come from: one of them, or none.
const SOURCES: [&Key; 3] =
    [&keys::MASTER_KEY_FILE, &keys::MASTER_KEY_ENV, &keys::MASTER_KEY_COMMAND];

pub(super) fn read(root: &mut Reader<'_>) -> Option<SecretsConfig> {
    let key_file = root.file(&keys::KEY_FILE);
    let master_key = master_key(root, key_file.as_deref());
    Some(SecretsConfig { key_file: key_file?, master_key })
}

/// `None` where there is none, and after a mistake, which is noted.
fn master_key(root: &mut Reader<'_>, key_file: Option<&Path>) -> Option<MasterKeySource> {
    let written: Vec<&Key> =
        SOURCES.into_iter().filter(|key| root.table().find(key).is_some()).collect();
    match written.as_slice() {
        [] => None,
        [key] if key.path == keys::MASTER_KEY_FILE.path => file(root, key_file),
        [key] if key.path == keys::MASTER_KEY_ENV.path => variable(root),
        [_] => command(root),
        [first, others @ ..] => {
            for other in others {
                let problem = format!("{} is there too; one of the two must go", first.path);
                root.wrong(other, problem);
            }
            None
        }
    }
}

fn file(root: &mut Reader<'_>, key_file: Option<&Path>) -> Option<MasterKeySource> {
    let file = root.file(&keys::MASTER_KEY_FILE)?;
    if key_file == Some(&file) {
        root.wrong(&keys::MASTER_KEY_FILE, "it is secrets.key_file, which is what it seals");
        return None;
    }
    Some(MasterKeySource::File(file))
}

fn variable(root: &mut Reader<'_>) -> Option<MasterKeySource> {
    let name = root.text(&keys::MASTER_KEY_ENV)?;
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    // Not quoted: somebody may have written the key itself there.
    let problem = if name.is_empty() || !name.bytes().all(is_of_name) {
        Some("it must be the name of an environment variable: A to Z, 0 to 9 and _".to_owned())
    } else if name.starts_with("GATEPASS_") && name != MASTER_KEY_VARIABLE {
        let free = "of the names that begin with GATEPASS_ only";
        Some(format!("it would be taken for a setting; {free} {MASTER_KEY_VARIABLE} is free"))
    } else if name.len() >= 44 {
        Some("it must be the name of an environment variable, not the key itself".to_owned())
    } else {
        None
    };
    if let Some(problem) = problem {
        root.wrong(&keys::MASTER_KEY_ENV, problem);
        return None;
    }
    Some(MasterKeySource::Variable(name))
}

fn command(root: &mut Reader<'_>) -> Option<MasterKeySource> {
    let mut words = root.texts(&keys::MASTER_KEY_COMMAND).into_iter();
    // A name alone would be looked for along PATH, which the environment says.
    let program = words.next().map(PathBuf::from).filter(|program| program.is_absolute());
    let Some(program) = program else {
        let problem = "it must begin with a program by its whole path, such as \"/usr/bin/pass\"";
        root.wrong(&keys::MASTER_KEY_COMMAND, problem);
        return None;
    };
    let arguments: Vec<String> = words.collect();
    if arguments.iter().any(|argument| argument.contains('\0')) {
        root.wrong(&keys::MASTER_KEY_COMMAND, "an argument can't have a NUL in it");
        return None;
    }
    Some(MasterKeySource::Command { program, arguments })
}
