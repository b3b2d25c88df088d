//! When the journal is folded, and old activity deleted.

use std::time::Duration;

use gatepass_store::activity::{Folded, Pruned};
use tokio::time::Instant;

/// What the writer does beside writing: step by step, so that no block waits for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chore {
    Fold,
    Prune,
}

/// What is to be done next, and when.
#[derive(Debug)]
pub(crate) struct Chores {
    next: Option<(Instant, Chore)>,
    /// Bytes of the journal since it was folded.
    unfolded: usize,
    after: Duration,
    most: usize,
}

impl Chores {
    /// Begins with folding what others have left. Later the journal is folded `after` the first
    /// block came, or when `most` bytes of it have come.
    pub(crate) fn new(now: Instant, after: Duration, most: usize) -> Self {
        Self { next: Some((now, Chore::Fold)), unfolded: 0, after, most }
    }

    /// When something is to be done.
    pub(crate) fn at(&self) -> Option<Instant> {
        self.next.map(|(at, _)| at)
    }

    /// What is to be done now.
    pub(crate) fn due(&self, now: Instant) -> Option<Chore> {
        self.next.filter(|(at, _)| *at <= now).map(|(_, chore)| chore)
    }

    /// So many bytes of the journal were written.
    pub(crate) fn written(&mut self, now: Instant, bytes: usize) {
        self.unfolded += bytes;
        let at = if self.unfolded >= self.most { now } else { now + self.after };
        match &mut self.next {
            Some((known, Chore::Fold)) => *known = at.min(*known),
            // What is written while it prunes waits for the next fold.
            Some((_, Chore::Prune)) => {}
            None => self.next = Some((at, Chore::Fold)),
        }
    }

    /// A step of folding was done; `None` when it failed.
    pub(crate) fn folded(&mut self, now: Instant, folded: Option<Folded>) {
        self.next = match folded {
            Some(folded) if folded.more => Some((now, Chore::Fold)),
            Some(_) => {
                self.unfolded = 0;
                Some((now, Chore::Prune))
            }
            None => Some((now + self.after, Chore::Fold)),
        };
    }

    /// A step of pruning was done; `None` when it failed.
    pub(crate) fn pruned(&mut self, now: Instant, pruned: Option<Pruned>) {
        self.next = match pruned {
            Some(pruned) if pruned.more => Some((now, Chore::Prune)),
            _ if self.unfolded > 0 => Some((now + self.after, Chore::Fold)),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: Duration = Duration::from_mins(1);

    #[test]
    fn it_folds_at_the_start_and_then_a_while_after_something_came() {
        let start = Instant::now();
        let mut chores = Chores::new(start, AFTER, 100);
        assert_eq!(chores.due(start), Some(Chore::Fold));
        chores.folded(start, Some(Folded { more: true, ..Folded::default() }));
        assert_eq!(chores.due(start), Some(Chore::Fold));
        chores.folded(start, Some(Folded::default()));
        assert_eq!(chores.due(start), Some(Chore::Prune));
        chores.pruned(start, Some(Pruned { more: true, ..Pruned::default() }));
        assert_eq!(chores.due(start), Some(Chore::Prune));
        chores.pruned(start, Some(Pruned::default()));
        assert_eq!(chores.at(), None);

        chores.written(start, 10);
        chores.written(start + AFTER / 2, 10);
        assert_eq!(chores.at(), Some(start + AFTER));
        chores.written(start + AFTER / 2, 80);
        assert_eq!(chores.due(start + AFTER / 2), Some(Chore::Fold));
    }

    #[test]
    fn what_fails_is_tried_again_and_what_comes_meanwhile_is_not_forgotten() {
        let start = Instant::now();
        let mut chores = Chores::new(start, AFTER, 100);
        chores.folded(start, None);
        assert_eq!((chores.due(start), chores.at()), (None, Some(start + AFTER)));
        chores.folded(start, Some(Folded::default()));
        chores.written(start, 10);
        chores.pruned(start, None);
        assert_eq!((chores.due(start), chores.at()), (None, Some(start + AFTER)));
    }
}
