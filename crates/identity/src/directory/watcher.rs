//! A file of people, followed.

use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Person;
use tokio::sync::watch;

use super::file::{DirectoryError, FileDirectory, Stamp};

/// What is known of a directory.
#[derive(Clone, Debug)]
pub struct DirectoryState {
    /// Its people, as last read without a mistake.
    pub people: Arc<[Person]>,
    /// Why the newest state of the file could not be taken; the older people hold then.
    pub problem: Option<Arc<str>>,
}

impl DirectoryState {
    /// Why it is not up to date, for readiness.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

/// Looks at a file of people again and again, and tells of each change.
#[derive(Debug)]
pub struct FileWatcher {
    directory: FileDirectory,
    state: watch::Sender<DirectoryState>,
    /// What was last read, rightly or not; `None`: nothing, the file was not there.
    read: Option<Stamp>,
    /// What was seen at the last look; `None`: nothing was there.
    seen: Option<Stamp>,
}

impl FileWatcher {
    /// How often [`FileWatcher::run`] looks. A change is in effect after two looks at most: one
    /// that sees it, and one that finds that nobody is writing any more.
    pub const EVERY: Duration = Duration::from_millis(500);

    /// Reads the file for the first time; that must succeed. What is received begins with it.
    pub fn open(
        directory: FileDirectory,
    ) -> Result<(Self, watch::Receiver<DirectoryState>), DirectoryError> {
        let (people, stamp) = directory.read_with_stamp()?;
        let (state, receiver) =
            watch::channel(DirectoryState { people: people.into(), problem: None });
        Ok((Self { directory, state, read: Some(stamp), seen: Some(stamp) }, receiver))
    }

    /// Looks every [`FileWatcher::EVERY`] until nobody receives any more.
    pub async fn run(mut self) {
        let mut looks = tokio::time::interval(Self::EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.state.closed() => return,
                _ = looks.tick() => {}
            }
            // File systems block, and some for long.
            let looked = tokio::task::spawn_blocking(move || {
                self.look();
                self
            });
            match looked.await {
                Ok(watcher) => self = watcher,
                Err(_) => return,
            }
        }
    }

    /// Looks once. What has changed since the last look is left for the next: somebody may be
    /// writing still, and two writes within a clock tick look the same.
    pub fn look(&mut self) {
        let now = self.directory.stamp().ok();
        let is_settled = now == self.seen;
        self.seen = now;
        if !is_settled || now == self.read {
            return;
        }
        match self.directory.read_with_stamp() {
            Ok((people, stamp)) => {
                self.read = Some(stamp);
                self.take(people);
            }
            Err(error) => {
                self.read = now;
                self.complain(&error);
            }
        }
    }

    fn take(&self, people: Vec<Person>) {
        let is_news = {
            let state = self.state.borrow();
            state.problem.is_some() || *state.people != *people
        };
        if is_news {
            let (directory, count) = (self.directory.name(), people.len());
            tracing::info!(%directory, count, "people read again");
            self.state.send_replace(DirectoryState { people: people.into(), problem: None });
        }
    }

    fn complain(&self, error: &DirectoryError) {
        let problem = error.to_string();
        if self.state.borrow().problem() == Some(problem.as_str()) {
            return;
        }
        let directory = self.directory.name();
        tracing::error!(%directory, error = %problem, "the older people hold");
        self.state.send_modify(|state| state.problem = Some(problem.into()));
    }
}
