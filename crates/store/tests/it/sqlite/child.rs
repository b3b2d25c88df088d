//! A process of its own that writes until it is killed: this very test program, told to run the
//! one test here, and told on standard input what to write. Without that the test does nothing.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use gatepass_store::{Durability, StoreOptions};

use super::url;
use crate::backend::{open_at, patient};
use crate::sample::{issued, mac, token};

/// Starts it; before its program stands `wrapper`, if anything does.
pub(super) fn start(
    wrapper: &[&str],
    path: &Path,
    durability: Durability,
) -> (Child, BufReader<ChildStdout>) {
    start_test("sqlite::child::writes_until_it_is_killed", wrapper, path, durability)
}

/// Starts a process of this program that runs the test of this name only.
pub(super) fn start_test(
    name: &str,
    wrapper: &[&str],
    path: &Path,
    durability: Durability,
) -> (Child, BufReader<ChildStdout>) {
    let own = std::env::current_exe().unwrap();
    let words = wrapper.iter().map(AsRef::as_ref).chain([own.as_os_str()]);
    let words: Vec<&std::ffi::OsStr> = words.collect();
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .args([name, "--exact", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", words[0].display()));
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{durability:?}\n{}", path.display()).unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdout)
}

/// The numbers that it acknowledged, as it says them.
pub(super) fn acknowledged(stdout: impl BufRead) -> impl Iterator<Item = u32> {
    stdout.lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ")?.parse().ok())
}

/// Whether it could open the store. It may fail later: others write the same tokens.
pub(super) fn says_that_it_opened(stdout: impl BufRead) -> bool {
    stdout.lines().map_while(Result::ok).any(|line| line == "opened")
}

#[tokio::test]
async fn writes_until_it_is_killed() {
    if std::io::stdin().is_terminal() {
        return;
    }
    let mut lines = std::io::stdin().lines().map_while(Result::ok);
    let (Some(durability), Some(path)) = (lines.next(), lines.next()) else { return };
    let off = durability == "Off";
    let durability = if off { Durability::Off } else { Durability::Full };
    let options = StoreOptions { durability, ..patient() };
    let store = open_at(&url(Path::new(&path)), options).await.unwrap();
    std::io::stdout().lock().write_all(b"\nopened\n").unwrap();
    let first = u32::try_from(store.revision().await.unwrap().get()).unwrap();
    for number in first.. {
        let made = token(number);
        store.create_token(&made, &mac(1), &issued(&made)).await.unwrap();
        // In one piece and at once. It ends by itself when nobody listens any more.
        let said = std::io::stdout().lock().write_all(format!("ack {number}\n").as_bytes());
        if said.is_err() {
            return;
        }
    }
}
