use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::SystemEntropy;

/// A ring of these keys, and of others for the purposes without any.
pub(crate) fn ring_of(keys: &[(u32, KeyPurpose, [u8; 32])]) -> KeyRing {
    let mut ring = KeyRing::generate(&SystemEntropy).unwrap();
    for purpose in KeyPurpose::ALL {
        let mut of_purpose = keys
            .iter()
            .filter(|(_, of, _)| *of == purpose)
            .map(|(id, _, bytes)| Key { id: *id, bytes: Zeroizing::new(*bytes) });
        if let Some(newest) = of_purpose.next() {
            *ring.of_mut(purpose) = Keys { older: Vec::new(), newest };
        }
        of_purpose.for_each(|key| ring.of_mut(purpose).push(key));
    }
    ring
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gatepass.key");
    (folder, path)
}

fn all_keys(ring: &KeyRing) -> Vec<(u32, KeyPurpose, [u8; 32])> {
    let of = |purpose| ring.of(purpose).iter().map(move |key| (key.id, purpose, *key.bytes));
    KeyPurpose::ALL.into_iter().flat_map(of).collect()
}

#[test]
fn a_new_key_file_is_private_and_read_back() {
    let (_folder, path) = place();
    let ring = KeyRing::create(&path, &SystemEntropy).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let keys = all_keys(&ring);
    assert_eq!(all_keys(&KeyRing::load(&path).unwrap()), keys);
    assert_ne!(keys[0].2, keys[1].2);
    assert_ne!(keys[1].2, keys[2].2);
}

#[test]
fn a_key_file_that_exists_is_never_overwritten() {
    let (_folder, path) = place();
    KeyRing::create(&path, &SystemEntropy).unwrap();
    let before = fs::read(&path).unwrap();
    let again = KeyRing::create(&path, &SystemEntropy);
    assert!(matches!(again, Err(KeyFileError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let (_folder, path) = place();
    KeyRing::create(&path, &SystemEntropy).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = KeyRing::load(&path);
        assert!(matches!(refused, Err(KeyFileError::NotPrivate { mode: m, .. }) if m == mode));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(KeyRing::load(&path).is_ok());
}

#[test]
fn a_file_that_is_not_there_is_missing_not_empty() {
    let (_folder, path) = place();
    assert!(matches!(KeyRing::load(&path), Err(KeyFileError::Missing(_))));
    let added = KeyRing::add_key(&path, KeyPurpose::Mac, &SystemEntropy);
    assert!(matches!(added, Err(KeyFileError::Missing(_))));
    assert!(!path.exists());
}

#[test]
fn a_key_that_is_added_is_written_with_and_the_old_one_stays() {
    let (_folder, path) = place();
    let before = KeyRing::create(&path, &SystemEntropy).unwrap();
    fs::write(path.with_extension("key.new"), "left by a crash").unwrap();
    let after = KeyRing::add_key(&path, KeyPurpose::Mac, &SystemEntropy).unwrap();
    assert_eq!(all_keys(&KeyRing::load(&path).unwrap()), all_keys(&after));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let old = before.newest(KeyPurpose::Mac);
    assert_eq!(after.newest(KeyPurpose::Mac).id(), 4);
    assert_eq!(after.older(KeyPurpose::Mac).map(Key::id).collect::<Vec<_>>(), [old.id()]);
    assert_eq!(after.find(KeyPurpose::Mac, old.id()).unwrap().bytes(), old.bytes());
    assert!(after.find(KeyPurpose::Seal, old.id()).is_none());
    assert_eq!(after.newest(KeyPurpose::Digest).bytes(), before.newest(KeyPurpose::Digest).bytes());
}

#[test]
fn keys_that_are_added_at_once_are_all_there() {
    let (_folder, path) = place();
    KeyRing::create(&path, &SystemEntropy).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| KeyRing::add_key(&path, KeyPurpose::Seal, &SystemEntropy).unwrap());
        }
    });
    assert_eq!(all_keys(&KeyRing::load(&path).unwrap()).len(), 11);
}

#[test]
fn a_file_with_anything_wrong_is_refused_and_never_quoted() {
    let (_folder, path) = place();
    KeyRing::create(&path, &SystemEntropy).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let key = good.lines().last().unwrap().split(' ').next_back().unwrap();
    let bad = [
        String::new(),
        good.replace("3 mac", "3 lac"),
        good.replace("3 mac", "2 mac"),
        good.replace("3 mac", "-3 mac"),
        good.replace("3 mac", "mac"),
        good.replace(key, &key[..43]),
        good.replace(key, &format!("{key} x")),
        good.replace(key, "AAAA"),
        good.replace(key, &format!("AAAA{key}")),
        good.lines().filter(|line| !line.contains("seal")).collect::<Vec<_>>().join("\n"),
    ];
    for text in bad {
        fs::write(&path, &text).unwrap();
        let Err(KeyFileError::Malformed { problem, .. }) = KeyRing::load(&path) else {
            panic!("{text}");
        };
        assert!(!problem.contains(&key[..20]));
    }
}

#[test]
fn a_ring_prints_without_its_keys() {
    let ring = ring_of(&[(9, KeyPurpose::Mac, [200; 32])]);
    let printed = format!("{ring:?}");
    assert!(printed.contains("Key(9)") && !printed.contains("200"));
}
