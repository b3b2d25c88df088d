//! The memory of another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;

/// Looks at a process again and again.
pub(crate) struct Watch {
    begun: Option<u64>,
    most: Arc<AtomicU64>,
    stops: Arc<AtomicBool>,
    task: Option<JoinHandle<()>>,
}

impl Watch {
    /// From now on; without a process, at nothing.
    pub(crate) fn start(pid: Option<u32>) -> Self {
        let begun = pid.and_then(resident);
        let most = Arc::new(AtomicU64::new(begun.unwrap_or_default()));
        let stops = Arc::new(AtomicBool::new(false));
        let task = pid.map(|pid| {
            let (most, stops) = (Arc::clone(&most), Arc::clone(&stops));
            tokio::spawn(async move {
                while !stops.load(Ordering::Relaxed) {
                    most.fetch_max(resident(pid).unwrap_or_default(), Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            })
        });
        Self { begun, most, stops, task }
    }

    /// By how many bytes it had grown at most.
    pub(crate) async fn stop(self) -> Option<u64> {
        self.stops.store(true, Ordering::Relaxed);
        // A watch that panicked has seen less; that is all.
        let _ = self.task?.await;
        Some(self.most.load(Ordering::Relaxed).saturating_sub(self.begun?))
    }
}

/// What is resident of a process, in bytes.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}
