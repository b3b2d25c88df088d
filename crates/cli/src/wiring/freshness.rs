//! How fresh what is known of people is, for metrics and readiness.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gatepass_control::Control;
use gatepass_model::{Clock as _, DirectoryName, Lifetime, Timestamp};

use super::clock::SystemClock;

/// How often the store is asked.
const EVERY: Duration = Duration::from_secs(10);
/// Nobody is in use.
const NOBODY: i64 = i64::MIN;

/// Of each directory that is asked about people: when the one of its people in use was confirmed whose
/// confirmation is the oldest.
#[derive(Debug, Default)]
pub(crate) struct Freshness(Vec<(DirectoryName, AtomicI64)>);

impl Freshness {
    /// Of these directories; nothing is known yet.
    pub(crate) fn of(names: impl Iterator<Item = DirectoryName>) -> Arc<Self> {
        Arc::new(Self(names.map(|name| (name, AtomicI64::new(NOBODY))).collect()))
    }

    /// For how long nobody has confirmed the one who waits for the longest; nothing where nobody is
    /// in use.
    pub(crate) fn ages(&self) -> Vec<(&DirectoryName, Lifetime)> {
        let now = SystemClock.now();
        let age = |oldest: &AtomicI64| match oldest.load(Ordering::Relaxed) {
            NOBODY => None,
            millis => Some(now.since(Timestamp::from_millis(millis))),
        };
        self.0.iter().filter_map(|(name, oldest)| Some((name, age(oldest)?))).collect()
    }

    /// Keeps itself up to date, for ever.
    pub(crate) async fn run(self: Arc<Self>, control: Arc<Control>) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            for (name, oldest) in &self.0 {
                // While the store does not answer, what is known grows older.
                if let Ok(found) = control.oldest_confirmation(name).await {
                    let millis = found.map_or(NOBODY, Timestamp::as_millis);
                    oldest.store(millis, Ordering::Relaxed);
                }
            }
        }
    }
}
