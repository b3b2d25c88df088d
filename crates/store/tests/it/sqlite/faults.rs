//! A disk that fails or is full for a while: what was acknowledged before, meanwhile and after is
//! there, what could not be written is said, and it goes on once the fault has gone.

use std::error::Error;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::Command;

use gatepass_store::{Durability, StoreError};
use sqlx::Connection;

use super::{Sqlite, child, url};
use crate::backend::{open, open_at, patient};
use crate::sample::{issued, mac, token};

/// Acknowledgements before the fault, refusals in it, and acknowledgements after it.
const ENOUGH: usize = 10;

/// What the process said of its changes.
#[derive(Default)]
struct Said {
    acknowledged: Vec<u32>,
    refused: Vec<u32>,
    /// What the refusals said, each once.
    words: Vec<String>,
}

impl Said {
    /// Reads lines until `is_enough`; `false` when they end before that.
    fn read(&mut self, stdout: &mut impl BufRead, is_enough: impl Fn(&Self) -> bool) -> bool {
        let mut lines = stdout.lines().map_while(Result::ok);
        while !is_enough(self) {
            let Some(line) = lines.next() else { return false };
            if let Some(number) = line.strip_prefix("ack ") {
                self.acknowledged.push(number.parse().unwrap());
            } else if let Some((number, words)) =
                line.strip_prefix("refused ").and_then(|rest| rest.split_once(": "))
            {
                self.refused.push(number.parse().unwrap());
                if !self.words.iter().any(|known| known == words) {
                    self.words.push(words.to_owned());
                }
            }
        }
        true
    }
}

/// Has a process write while calls of the system fail, from the `first` of each thread on, then
/// takes the fault away. Checks that it refuses meanwhile, comes back, and has lost nothing.
async fn survive(calls: &str, error: &str, first: u32) -> Said {
    let backend = Sqlite::new();
    open(&backend).await.close().await.unwrap();
    let inject = format!("inject={calls}:error={error}:when={first}+");
    let filter = format!("trace={calls}");
    // With -I it heeds a signal, and then ends what it has started itself: the shell only.
    let shell = "exec 3<&0; \"$@\" <&3 & wait";
    let options = ["-f", "-qq", "-I", "2", "-o", "/dev/null", "-e", &filter, "-e", &inject];
    let strace = [&["strace"][..], &options, &["sh", "-c", shell, "sh"]].concat();
    let name = "sqlite::faults::writes_on_whatever_the_disk_says";
    let (mut process, mut stdout) =
        child::start_test(name, &strace, &backend.path(), Durability::Full);
    let mut said = Said::default();
    let has_failed = said.read(&mut stdout, |said| said.refused.len() >= ENOUGH);
    assert!(has_failed, "it needs strace, and the right to use it");
    assert!(!said.acknowledged.is_empty());
    // strace lets go of the process, which goes on without the fault.
    let pid = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    process.wait().unwrap();
    let before = said.acknowledged.len();
    let has_come_back = said.read(&mut stdout, |said| said.acknowledged.len() >= before + ENOUGH);
    assert!(has_come_back, "{:?}", said.words);
    // It ends at its next word: the pipe is gone.
    drop(stdout);

    let mut connection = backend.connect().await;
    let checked: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(checked, "ok");
    connection.close().await.unwrap();
    let store = open(&backend).await;
    for &number in &said.acknowledged {
        assert!(store.find_token(token(number).id).await.unwrap().is_some(), "{number} is lost");
    }
    for words in &said.words {
        assert!(words.starts_with("the store is not available: "), "{words}");
    }
    said
}

#[tokio::test]
async fn a_disk_that_can_not_sync_acknowledges_nothing_and_loses_nothing() {
    survive("fdatasync,fsync", "EIO", 20).await;
}

#[tokio::test]
async fn a_disk_that_can_not_write_acknowledges_nothing_and_loses_nothing() {
    survive("pwrite64", "EIO", 120).await;
}

#[tokio::test]
async fn a_full_disk_refuses_changes_until_there_is_room() {
    let said = survive("pwrite64,ftruncate,fallocate", "ENOSPC", 120).await;
    assert!(said.words.iter().any(|words| words.contains("full")), "{:?}", said.words);
}

/// What the process of its own does; without a word on standard input, nothing.
#[tokio::test]
async fn writes_on_whatever_the_disk_says() {
    if std::io::stdin().is_terminal() {
        return;
    }
    let mut lines = std::io::stdin().lines().map_while(Result::ok);
    let (Some(_), Some(path)) = (lines.next(), lines.next()) else { return };
    let store = open_at(&url(Path::new(&path)), patient()).await.unwrap();
    for number in 1.. {
        let made = token(number);
        let line = match store.create_token(&made, &mac(1), &issued(&made)).await {
            Ok(_) => format!("ack {number}\n"),
            Err(error) => format!("refused {number}: {}\n", chain(&error)),
        };
        // It ends by itself when nobody listens any more.
        if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
            return;
        }
    }
}

fn chain(error: &StoreError) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words.push_str(": ");
        words.push_str(&inner.to_string().replace('\n', " "));
        source = inner.source();
    }
    words
}
