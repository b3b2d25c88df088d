//! The keys of a running gate: read again when somebody adds some.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use gatepass_config::{MasterKeySource, SecretsConfig};
use gatepass_control::{Control, ControlError, KeysOpened};
use gatepass_identity::SharedAssertionKey;
use gatepass_model::Clock as _;
use gatepass_snapshot::Snapshot;
use gatepass_store::Store;
use gatepass_vault::{KeyFile, KeyFileError, KeyRing, SystemEntropy};
use tokio::time::{Instant, MissedTickBehavior};

use super::clock::SystemClock;
use super::{master_key, system_user};
use crate::failure::Failure;

/// How often the key file is looked at.
const EVERY: Duration = Duration::from_millis(250);

/// How long after a failure it is read once more: the program that prints the master key is then run
/// again. Twice as long after each further one, up to the other.
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_mins(5);

/// The configured key file, with the master key that seals it if there is one.
pub(crate) async fn file(config: &SecretsConfig) -> Result<KeyFile, Failure> {
    let master = master_key::obtain(config.master_key.as_ref()).await?;
    Ok(KeyFile::new(&config.key_file, master))
}

/// Opens the key file of a store; makes it beside a new one.
pub(crate) async fn open(file: &KeyFile, store: &dyn Store) -> Result<KeysOpened, Failure> {
    let opened = gatepass_control::open_or_create_keys(file, store, &SystemEntropy).await?;
    if opened.is_new {
        let (actor, now) = (system_user::actor(), SystemClock.now());
        let path = file.path();
        gatepass_control::record_new_keys(path, &opened.keyring, store, &actor, now).await?;
    }
    Ok(opened)
}

/// The keys in force, for those who keep none of their own.
pub(crate) type SharedKeys = Arc<ArcSwap<KeyRing>>;

/// Whom new keys are given to.
pub(crate) struct KeyWatcher {
    /// The file as it was before its keys were read: what came since is not missed.
    pub(crate) seen: Option<Stamp>,
    pub(crate) config: SecretsConfig,
    pub(crate) file: KeyFile,
    /// Set while the file can't be read as it is now.
    pub(crate) is_behind: Arc<AtomicBool>,
    pub(crate) keys: SharedKeys,
    pub(crate) signing: SharedAssertionKey,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) control: Arc<Control>,
}

impl KeyWatcher {
    /// Follows the file for ever.
    pub(crate) async fn run(mut self) {
        let mut trouble: Option<Trouble> = None;
        let mut looks = tokio::time::interval(EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let now = stamp(self.file.path());
            let is_changed = now.is_some() && now != self.seen;
            let is_due = trouble.as_ref().is_some_and(|trouble| trouble.is_due(Instant::now()));
            if !is_changed && !is_due {
                continue;
            }
            self.seen = now;
            let read = self.read().await;
            self.is_behind.store(read.is_err(), Ordering::Release);
            trouble = match read {
                Ok(ring) => {
                    self.take(ring);
                    None
                }
                Err(unread) => {
                    let before =
                        trouble.take().map(|one| if is_changed { one.anew() } else { one });
                    let now = Trouble::after(before.as_ref(), unread, Instant::now());
                    if now.is_news_after(before.as_ref()) {
                        tracing::error!(error = now.message, "the keys of before stay in force");
                    }
                    Some(now)
                }
            };
        }
    }

    /// Reads the file with the master key that is known; and, where it is sealed for another, with
    /// the one that the configuration leads to now.
    async fn read(&mut self) -> Result<KeyRing, Unread> {
        let is_fixed = matches!(self.config.master_key, Some(MasterKeySource::Variable(_)));
        match self.file.load() {
            // A variable stays what it was when the process began.
            Err(error @ KeyFileError::OtherMaster { .. }) if is_fixed => {
                return Err(Unread {
                    message: Failure::from(ControlError::from(error)).message,
                    may_pass: false,
                });
            }
            Err(KeyFileError::OtherMaster { .. }) => {}
            loaded => return Ok(loaded?),
        }
        let file = file(&self.config).await?;
        let ring = file.load()?;
        self.file = file;
        Ok(ring)
    }

    fn take(&self, ring: KeyRing) {
        // The wallet's first: the snapshot has the follower read all credentials anew.
        self.keys.store(Arc::new(ring.clone()));
        self.signing.replace(&ring);
        self.control.replace_keyring(ring.clone());
        self.snapshot.replace_keys(Arc::new(ring));
        tracing::info!("the key file was changed; its keys are in force");
    }
}

/// Why the keys could not be read.
struct Unread {
    message: String,
    /// Whether it may be otherwise later, with the file as it is.
    may_pass: bool,
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self { message: failure.message, may_pass: true }
    }
}

impl From<KeyFileError> for Unread {
    fn from(error: KeyFileError) -> Self {
        Failure::from(ControlError::from(error)).into()
    }
}

/// The last failure of several in a row.
#[derive(Debug)]
struct Trouble {
    message: String,
    /// How long after it the file is read once more.
    wait: Duration,
    /// When that is; `None`: once it is changed.
    again: Option<Instant>,
}

impl Trouble {
    fn after(before: Option<&Self>, unread: Unread, now: Instant) -> Self {
        let Unread { message, may_pass } = unread;
        let wait = before.map_or(Duration::ZERO, |before| before.wait * 2).clamp(FIRST, LONGEST);
        Self { message, wait, again: may_pass.then(|| now + wait) }
    }

    /// The same, but for the waiting: the file is another one.
    fn anew(self) -> Self {
        Self { wait: Duration::ZERO, ..self }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.again.is_some_and(|again| now >= again)
    }

    /// What was said once is not said again, however long it lasts.
    fn is_news_after(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| before.message != self.message)
    }
}

/// What tells two states of the file apart; it is never written in place.
pub(super) type Stamp = (u64, u64, i64, i64);

/// The state of the file now; `None` where there is none.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(message: &str) -> Unread {
        Unread { message: message.to_owned(), may_pass: true }
    }

    #[test]
    fn what_lasts_is_tried_at_growing_intervals_and_told_once() {
        let mut now = Instant::now();
        let mut trouble = Trouble::after(None, unread("no entry"), now);
        assert!(trouble.is_news_after(None));
        let mut waits = Vec::new();
        for _ in 0..7 {
            let wait = trouble.wait;
            assert!(!trouble.is_due(now + wait.mul_f32(0.9)) && trouble.is_due(now + wait));
            waits.push(wait.as_secs());
            now += wait;
            let next = Trouble::after(Some(&trouble), unread("no entry"), now);
            assert!(!next.is_news_after(Some(&trouble)));
            trouble = next;
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 300, 300]);
        let other = Trouble::after(Some(&trouble), unread("no program"), now);
        assert!(other.is_news_after(Some(&trouble)));
        // Another file is another try, though what is wrong is the same.
        let trouble = trouble.anew();
        let next = Trouble::after(Some(&trouble), unread("no entry"), now);
        assert_eq!((next.wait, next.is_news_after(Some(&trouble))), (FIRST, false));
    }

    #[test]
    fn what_stays_as_it_is_is_not_tried_again() {
        let now = Instant::now();
        let fixed = Unread { may_pass: false, ..unread("another master key") };
        let trouble = Trouble::after(None, fixed, now);
        assert!(trouble.is_news_after(None) && !trouble.is_due(now + LONGEST * 10));
    }
}
