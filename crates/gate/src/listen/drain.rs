//! The end of a thread: what was accepted is served, and nothing is cut that could be finished.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::gate::Parting;
use crate::thread::Thread;

const PACE: Duration = Duration::from_millis(10);

/// Lets the requests that were accepted finish, within the time for that.
///
/// A connection that waits for a request is not ended at once: its client may be sending one, and
/// would be reset. It is served once more, and told that the connection ends with the answer
/// (RFC 9112 9.6). Who asks for nothing in the time of grace is ended. With a successor nobody waits
/// for us, so that the grace is as long as the whole drain.
pub(super) async fn drain(thread: &Rc<Thread>, parting: Parting) {
    thread.is_draining.set(true);
    thread.connections.borrow().values().for_each(|one| one.drains.notify_one());
    let timeouts = &thread.shared.settings.timeouts;
    let began = Instant::now();
    let grace = match parting {
        Parting::Alone => timeouts.parting.min(timeouts.drain),
        Parting::HandedOn => timeouts.drain,
    };
    // Since when each of them is known to wait.
    let mut waiting: HashMap<u64, Instant> = HashMap::new();
    while began.elapsed() < timeouts.drain && !thread.connections.borrow().is_empty() {
        tokio::time::sleep(PACE).await;
        let connections = thread.connections.borrow();
        waiting.retain(|number, _| connections.get(number).is_some_and(|one| one.is_idle.get()));
        let now = Instant::now();
        for (&number, tracked) in connections.iter().filter(|(_, one)| one.is_idle.get()) {
            let since = *waiting.entry(number).or_insert(now);
            if now - since.min(now) >= grace {
                tracked.end();
            }
        }
    }
    let busy = thread.connections.borrow().values().filter(|one| !one.is_idle.get()).count();
    if busy > 0 {
        tracing::warn!(connections = busy, "requests were cut: they did not finish in time");
    }
    thread.end_all();
    // For those tasks to be dropped, and counted.
    tokio::task::yield_now().await;
}
