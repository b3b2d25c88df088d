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
            *ring.of_mut(purpose) = Keys::of_one(newest);
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
    let ring = KeyFile::new(&path, None).create(&SystemEntropy).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let keys = all_keys(&ring);
    assert_eq!(all_keys(&KeyFile::new(&path, None).load().unwrap()), keys);
    assert_ne!(keys[0].2, keys[1].2);
    assert_ne!(keys[1].2, keys[2].2);
}

#[test]
fn a_key_file_that_exists_is_never_overwritten() {
    let (_folder, path) = place();
    KeyFile::new(&path, None).create(&SystemEntropy).unwrap();
    let before = fs::read(&path).unwrap();
    let again = KeyFile::new(&path, None).create(&SystemEntropy);
    assert!(matches!(again, Err(KeyFileError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let (_folder, path) = place();
    KeyFile::new(&path, None).create(&SystemEntropy).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = KeyFile::new(&path, None).load();
        assert!(matches!(refused, Err(KeyFileError::NotPrivate { mode: m, .. }) if m == mode));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(KeyFile::new(&path, None).load().is_ok());
}

#[test]
fn a_file_that_is_not_there_is_missing_not_empty() {
    let (_folder, path) = place();
    assert!(matches!(KeyFile::new(&path, None).load(), Err(KeyFileError::Missing(_))));
    let added = KeyFile::new(&path, None).add_coming(&SystemEntropy);
    assert!(matches!(added, Err(KeyFileError::Missing(_))));
    assert!(!path.exists());
}

#[test]
fn keys_that_are_added_read_first_and_write_once_they_are_in_force() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, None);
    let before = file.create(&SystemEntropy).unwrap();
    fs::write(path.with_extension("key.new"), "left by a crash").unwrap();
    let added = file.add_coming(&SystemEntropy).unwrap();
    assert_eq!(all_keys(&file.load().unwrap()), all_keys(&added));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(added.has_coming());
    let numbers = |ring: &KeyRing| {
        let others = ring.others(KeyPurpose::Mac).map(Key::id).collect::<Vec<_>>();
        (ring.newest(KeyPurpose::Mac).id(), others)
    };
    assert_eq!(numbers(&added), (3, vec![6]), "nothing is written with it yet");
    assert!(added.find(KeyPurpose::Mac, 6).is_some() && added.find(KeyPurpose::Seal, 6).is_none());

    let again = file.add_coming(&SystemEntropy).unwrap();
    assert_eq!(all_keys(&again), all_keys(&added), "they are there already");

    let after = file.put_in_force(added.mark(), &SystemEntropy).unwrap();
    assert_eq!(all_keys(&file.load().unwrap()), all_keys(&after));
    assert_eq!((after.has_coming(), numbers(&after)), (false, (6, vec![3])));
    let old = before.newest(KeyPurpose::Mac);
    assert_eq!(after.find(KeyPurpose::Mac, old.id()).unwrap().bytes(), old.bytes());
    let next = file.add_coming(&SystemEntropy).unwrap();
    assert_eq!(numbers(&next), (6, vec![9, 3]));
}

/// Nodes were waited for until they had certain keys, and those only may write then.
#[test]
fn keys_that_came_since_are_not_put_in_force_with_those_that_were_waited_for() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, None);
    file.create(&SystemEntropy).unwrap();
    let waited_for = file.add_coming(&SystemEntropy).unwrap().mark();
    // Somebody else was done with those, and has begun anew.
    file.put_in_force(waited_for, &SystemEntropy).unwrap();
    let next = file.add_coming(&SystemEntropy).unwrap();
    let text = fs::read(&path).unwrap();
    let refused = file.put_in_force(waited_for, &SystemEntropy);
    assert!(matches!(refused, Err(KeyFileError::Changed(_))), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), text, "nothing was done");
    file.put_in_force(next.mark(), &SystemEntropy).unwrap();
    // Who is late for the same keys finds it done.
    assert!(!file.put_in_force(next.mark(), &SystemEntropy).unwrap().has_coming());
}

#[test]
fn keys_that_are_added_at_once_are_the_same_keys() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, None);
    file.create(&SystemEntropy).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| file.add_coming(&SystemEntropy).unwrap());
        }
    });
    assert_eq!(all_keys(&file.load().unwrap()).len(), 6);
}

#[test]
fn a_ring_is_told_from_every_other_but_not_by_what_is_in_force() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, None);
    let before = file.create(&SystemEntropy).unwrap();
    assert_eq!(before.mark(), file.load().unwrap().mark());
    let added = file.add_coming(&SystemEntropy).unwrap();
    let after = file.put_in_force(added.mark(), &SystemEntropy).unwrap();
    assert_ne!(added.mark(), before.mark());
    assert_eq!(after.mark(), added.mark());
    // Somebody adds keys to a copy of the file as it was: the same numbers, but other keys.
    fs::write(&path, lines::print(&before)).unwrap();
    let others = file.add_coming(&SystemEntropy).unwrap();
    assert_ne!(others.mark(), added.mark());
    assert_ne!(KeyRing::generate(&SystemEntropy).unwrap().mark(), before.mark());
}

fn master(seed: u8) -> MasterKey {
    let text = std::array::from_fn::<u8, 32, _>(|at| u8::try_from(at).unwrap().wrapping_mul(seed));
    let text = text.map(|byte| format!("{byte:02x}")).concat();
    MasterKey::parse(&text).unwrap()
}

#[test]
fn a_sealed_file_is_read_with_its_master_key_only() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, Some(master(3)));
    let ring = file.create(&SystemEntropy).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(all_keys(&file.load().unwrap()), all_keys(&ring));
    let text = fs::read_to_string(&path).unwrap();
    for (_, _, key) in all_keys(&ring) {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(key);
        assert!(!text.contains(&key), "in the clear");
    }
    let other = KeyFile::new(&path, Some(master(5))).load().unwrap_err();
    let KeyFileError::OtherMaster { found, given, .. } = other else { panic!("{other}") };
    assert_eq!((found, given), (master(3).name(), master(5).name()));
    let none = KeyFile::new(&path, None).load();
    assert!(matches!(none, Err(KeyFileError::Sealed(_))));
}

#[test]
fn a_file_in_the_clear_is_refused_where_there_is_a_master_key_until_it_is_sealed() {
    let (_folder, path) = place();
    let ring = KeyFile::new(&path, None).create(&SystemEntropy).unwrap();
    let file = KeyFile::new(&path, Some(master(3)));
    assert!(matches!(file.load(), Err(KeyFileError::NotSealed(_))));
    assert!(matches!(file.add_coming(&SystemEntropy), Err(KeyFileError::NotSealed(_))));
    assert_eq!(file.seal(None, &SystemEntropy).unwrap(), [master(3).name()]);
    assert_eq!(all_keys(&file.load().unwrap()), all_keys(&ring));
    let without = KeyFile::new(&path, None);
    assert!(matches!(without.seal(None, &SystemEntropy), Err(KeyFileError::Unsealable(_))));
}

#[test]
fn keys_are_added_to_a_sealed_file_and_both_master_keys_still_open_it() {
    let (_folder, path) = place();
    let [old, new] = [3, 5].map(|seed| KeyFile::new(&path, Some(master(seed))));
    old.create(&SystemEntropy).unwrap();
    let names = old.seal(Some(&master(5)), &SystemEntropy).unwrap();
    assert_eq!(names, [master(3).name(), master(5).name()]);
    // Whoever adds keys has one of the two only.
    let added = old.add_coming(&SystemEntropy).unwrap();
    assert_eq!(all_keys(&new.load().unwrap()), all_keys(&added));
    let in_force = new.put_in_force(added.mark(), &SystemEntropy).unwrap();
    assert_eq!(all_keys(&old.load().unwrap()), all_keys(&in_force));
    // From here on the old one is of no use.
    assert_eq!(new.seal(None, &SystemEntropy).unwrap(), [master(5).name()]);
    assert!(matches!(old.load(), Err(KeyFileError::OtherMaster { .. })));
    assert_eq!(all_keys(&new.load().unwrap()), all_keys(&in_force));
}

#[test]
fn one_changed_bit_or_a_cut_keeps_a_sealed_file_shut() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, Some(master(3)));
    file.create(&SystemEntropy).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let first = good.find("sealed 1").unwrap();
    let write = |bytes: &[u8]| fs::write(&path, bytes).unwrap();
    for at in first..good.len() - 1 {
        let mut bytes = good.clone().into_bytes();
        bytes[at] ^= 1;
        write(&bytes);
        let refused = file.load();
        assert!(refused.is_err(), "byte {at} of {good}");
    }
    for at in first..good.len() - 1 {
        write(&good.as_bytes()[..at]);
        assert!(file.load().is_err(), "cut at {at}");
    }
    write(format!("{good}1 digest x\n").as_bytes());
    assert!(file.load().is_err());
    write(good.as_bytes());
    assert!(file.load().is_ok());
}

#[test]
fn a_seal_of_one_file_does_not_fit_another() {
    let (_folder, path) = place();
    let file = KeyFile::new(&path, Some(master(3)));
    file.create(&SystemEntropy).unwrap();
    let one = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    file.create(&SystemEntropy).unwrap();
    let other = fs::read_to_string(&path).unwrap();
    let line = |text: &str, start: &str| {
        text.lines().find(|line| line.starts_with(start)).unwrap().to_owned()
    };
    fs::write(&path, other.replace(&line(&other, "ring "), &line(&one, "ring "))).unwrap();
    assert!(matches!(file.load(), Err(KeyFileError::Malformed { .. })));
}

#[test]
fn a_file_with_anything_wrong_is_refused_and_never_quoted() {
    let (_folder, path) = place();
    KeyFile::new(&path, None).create(&SystemEntropy).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let key = good.lines().last().unwrap().split(' ').next_back().unwrap();
    let bad = [
        String::new(),
        good.replace("3 mac", "3 lac"),
        good.replace("3 mac", "2 mac"),
        good.replace("3 mac", "-3 mac"),
        good.replace("3 mac", "mac"),
        good.replace(key, &format!("{key} coming")),
        format!("{good}4 mac {key} coming\n5 mac {key}\n"),
        format!("{good}4 mac {key} soon\n"),
        good.replace(key, &key[..43]),
        good.replace(key, &format!("{key} x")),
        good.replace(key, "AAAA"),
        good.replace(key, &format!("AAAA{key}")),
        good.lines().filter(|line| !line.contains("seal")).collect::<Vec<_>>().join("\n"),
    ];
    for text in bad {
        fs::write(&path, &text).unwrap();
        let Err(KeyFileError::Malformed { problem, .. }) = KeyFile::new(&path, None).load() else {
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
