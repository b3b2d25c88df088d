use std::path::Path;
use std::time::Duration;

use gatepass_identity::{DirectoryError, DirectoryState, FileDirectory, FileWatcher};
use tempfile::TempDir;
use tokio::sync::watch::Receiver;

const ALICE: &str = "[[people]]\nname = \"alice\"\n";
const BOB: &str = "[[people]]\nname = \"bobby\"\n";

fn folder(text: &str) -> (TempDir, FileDirectory) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.toml");
    std::fs::write(&path, text).unwrap();
    let directory = FileDirectory::new("main".parse().unwrap(), path);
    (folder, directory)
}

fn names(state: &Receiver<DirectoryState>) -> Vec<String> {
    state.borrow().people.iter().map(|person| person.key.username.to_string()).collect()
}

/// Puts another file in its place, as careful programs save.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(beside, path).unwrap();
}

#[test]
fn a_change_is_taken_at_the_second_look_and_told_once() {
    let (_folder, directory) = folder(ALICE);
    let path = directory.path().to_owned();
    let (mut watcher, mut state) = FileWatcher::open(directory).unwrap();
    assert_eq!(names(&state), ["alice"]);
    watcher.look();
    assert!(!state.has_changed().unwrap());

    // The same length, so that only the times or the file itself tell them apart.
    replace(&path, BOB);
    watcher.look();
    assert_eq!(names(&state), ["alice"], "taken while somebody may be writing");
    watcher.look();
    assert!(state.has_changed().unwrap());
    assert_eq!(names(&state), ["bobby"]);
    state.mark_unchanged();
    watcher.look();
    watcher.look();
    assert!(!state.has_changed().unwrap());

    // Touched, but nothing else.
    replace(&path, BOB);
    watcher.look();
    watcher.look();
    assert!(!state.has_changed().unwrap(), "told although the people are the same");
}

#[test]
fn a_broken_or_missing_file_keeps_the_people_and_says_so_once() {
    let (_folder, directory) = folder(ALICE);
    let path = directory.path().to_owned();
    let (mut watcher, mut state) = FileWatcher::open(directory).unwrap();
    for broken in [Some("[[people]]\nnam = 1\n"), Some(""), None] {
        match broken {
            Some(text) => replace(&path, text),
            None => std::fs::remove_file(&path).unwrap(),
        }
        watcher.look();
        watcher.look();
        assert!(state.has_changed().unwrap());
        assert_eq!(names(&state), ["alice"]);
        let problem = state.borrow_and_update().problem().unwrap().to_owned();
        assert!(problem.contains("people.toml:"), "{problem}");
        watcher.look();
        watcher.look();
        assert!(!state.has_changed().unwrap(), "told twice");
    }
    // The people of before: that the problem is gone is news all the same.
    replace(&path, ALICE);
    watcher.look();
    watcher.look();
    assert_eq!(state.borrow().problem(), None);
}

#[test]
fn a_file_that_is_wrong_from_the_start_is_an_error_with_its_lines() {
    let (_folder, directory) = folder("[[people]]\nname = \"a\"\n[[people]]\nname = \"A\"\n");
    let error = FileWatcher::open(directory).unwrap_err();
    assert!(matches!(error, DirectoryError::Wrong { .. }));
    assert!(error.to_string().contains("people.toml:4: people[2].name: \"A\""), "{error}");
    let missing = FileDirectory::new("main".parse().unwrap(), "/nowhere/people.toml".into());
    assert!(matches!(missing.read().unwrap_err(), DirectoryError::Unreadable { .. }));
}

#[tokio::test]
async fn a_running_watcher_tells_of_a_change_and_ends_with_its_last_receiver() {
    let (_folder, directory) = folder(ALICE);
    let path = directory.path().to_owned();
    let (watcher, mut state) = FileWatcher::open(directory).unwrap();
    let running = tokio::spawn(watcher.run());
    replace(&path, BOB);
    let bound = Duration::from_secs(20);
    tokio::time::timeout(bound, state.changed()).await.unwrap().unwrap();
    assert_eq!(names(&state), ["bobby"]);
    drop(state);
    tokio::time::timeout(bound, running).await.unwrap().unwrap();
}
