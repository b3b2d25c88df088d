//! As which user of the system the program runs.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gatepass_model::Actor;

use crate::failure::Failure;

/// Who works on the command line, as the audit record has him: by name where the system's list
/// has one, else by number.
pub(crate) fn actor() -> Actor {
    let number = rustix::process::geteuid().as_raw();
    Actor::CommandLine(name_of(number))
}

fn name_of(number: u32) -> String {
    let list = fs::read_to_string("/etc/passwd").unwrap_or_default();
    find_name(&list, number).unwrap_or_else(|| number.to_string())
}

/// The first that has this number (passwd(5)).
fn find_name(list: &str, number: u32) -> Option<String> {
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let is_he = fields.nth(1)?.parse() == Ok(number);
        (is_he && !name.is_empty()).then(|| name.to_owned())
    })
}

/// Fails when one of `files` belongs to another user than the one that the program runs as.
///
/// A command of root would leave files behind that the gate, as its own user, can't open: SQLite
/// makes its log and its index anew whenever it likes.
pub(crate) fn check_owner(files: &[PathBuf]) -> Result<(), Failure> {
    let own = rustix::process::geteuid().as_raw();
    files.iter().try_for_each(|file| check_one(file, own))
}

fn check_one(file: &Path, own: u32) -> Result<(), Failure> {
    let owner = match fs::metadata(file) {
        Ok(metadata) => metadata.uid(),
        // It will be made, or its user will say that it is not there.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::file(file, &error)),
    };
    if owner == own {
        return Ok(());
    }
    let (file, owner, own) = (file.display(), name_of(owner), name_of(own));
    let words = format!(
        "{file} belongs to {owner}, and this is {own}: files made by another user would lock the \
         gate out; run it as {owner}: sudo -u {owner} gatepass …"
    );
    Err(Failure::new("wrong_user", words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number_and_nonsense_is_passed_over() {
        let list = "root:x:0:0:root:/root:/bin/sh\n\n#x\n:x:7:\ngate:x:1007:7::/:\nlast:x:1007:\n";
        assert_eq!(find_name(list, 1007).as_deref(), Some("gate"));
        assert_eq!(find_name(list, 0).as_deref(), Some("root"));
        assert_eq!(find_name(list, 7), None);
        assert_eq!(find_name(list, 10), None);
    }

    #[test]
    fn a_file_of_somebody_else_is_refused_and_a_missing_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gatepass.db");
        assert!(check_one(&file, 1).is_ok());
        fs::write(&file, "").unwrap();
        let own = rustix::process::geteuid().as_raw();
        assert!(check_one(&file, own).is_ok());
        let refused = check_one(&file, own.wrapping_add(1)).unwrap_err();
        assert_eq!(refused.code, "wrong_user");
        assert!(refused.message.contains("gatepass.db"), "{}", refused.message);
    }
}
