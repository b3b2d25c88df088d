use std::collections::HashMap;
use std::path::Path;

use gatepass_store::{Changes, Durability, Revision};

use super::{Sqlite, child};
use crate::backend::open;
use crate::sample::token;

#[tokio::test]
async fn what_a_killed_process_acknowledged_is_there() {
    let backend = Sqlite::new();
    let mut acknowledged = Vec::new();
    for round in 0..8 {
        let (mut process, stdout) = child::start(&[], &backend.path(), Durability::Full);
        let mut acks = child::acknowledged(stdout);
        acknowledged.extend(acks.by_ref().take(1 + round * 5));
        // SIGKILL, in the middle of the next one.
        process.kill().unwrap();
        acknowledged.extend(acks);
        process.wait().unwrap();

        let store = open(&backend).await;
        for &number in &acknowledged {
            assert!(store.find_token(token(number).id).await.unwrap().is_some(), "{number}");
        }
        let newest = store.revision().await.unwrap();
        let Changes::Since(changes) = store.changes_after(Revision::START, 1000).await.unwrap()
        else {
            panic!("a gap");
        };
        assert_eq!(changes.last().unwrap().revision, newest);
        store.close().await.unwrap();
    }
    assert!(acknowledged.len() >= 8 + 5 * 28);
}

#[test]
fn a_change_is_on_disk_before_it_is_acknowledged() {
    let (acks, unsynced) = trace(Durability::Full);
    assert!(acks >= 20, "{acks}");
    assert_eq!(unsynced, 0, "of {acks}");
}

#[test]
fn without_synchronous_the_same_test_fails() {
    let (acks, unsynced) = trace(Durability::Off);
    assert!(acks >= 20, "{acks}");
    assert!(unsynced >= acks - 1, "{unsynced} of {acks}");
}

/// How many changes a process acknowledged, and how many of them without a completed sync of
/// the write-ahead log since the acknowledgement before.
fn trace(durability: Durability) -> (usize, usize) {
    let backend = Sqlite::new();
    let trace = backend.folder.path().join("trace");
    let log = trace.to_str().unwrap();
    let calls = "trace=fdatasync,fsync,write";
    let strace = ["strace", "-f", "-y", "-e", calls, "-o", log];
    let (mut process, stdout) = child::start(&strace, &backend.path(), durability);
    let mut acks = child::acknowledged(stdout);
    assert_eq!(acks.by_ref().take(25).count(), 25, "it needs strace, and the right to use it");
    // It ends at its next word: the pipe is gone.
    drop(acks);
    process.wait().unwrap();
    read_trace(&trace)
}

fn read_trace(trace: &Path) -> (usize, usize) {
    let text = std::fs::read_to_string(trace).unwrap();
    let (mut acks, mut unsynced, mut synced) = (0, 0, false);
    // Per thread: whether the call that it has begun is a sync of the log.
    let mut begun: HashMap<&str, bool> = HashMap::new();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let is_sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        let of_log = is_sync && call.contains("gatepass.db-wal>");
        if call.ends_with("<unfinished ...>") && is_sync {
            begun.insert(thread, of_log);
        }
        let resumed = call.contains("sync resumed>") && begun.remove(thread).unwrap_or_default();
        if (of_log || resumed) && call.ends_with("= 0") {
            synced = true;
        }
        if call.starts_with("write(1") && call.contains("\"ack ") {
            acks += 1;
            unsynced += usize::from(!synced);
            synced = false;
        }
    }
    (acks, unsynced)
}
