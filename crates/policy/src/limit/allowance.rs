//! On how many nodes a limit counts, and what a node may spend of a limit that several share.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::gcra::{self, Pace, Refused};

/// On which nodes a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On this node alone: each node has the whole limit.
    Node,
    /// On so many nodes, which can't talk at present: each has its part.
    Split(u32),
    /// On so many nodes, which take what they spend out of one budget, ahead of time.
    Shared(u32),
}

impl Scope {
    const KIND: u32 = 30;

    /// For an atomic word.
    pub const fn to_word(self) -> u32 {
        let most = (1 << Self::KIND) - 1;
        match self {
            Self::Node => 0,
            Self::Split(nodes) => (1 << Self::KIND) | (nodes & most),
            Self::Shared(nodes) => (2 << Self::KIND) | (nodes & most),
        }
    }

    /// From an atomic word.
    pub const fn from_word(word: u32) -> Self {
        let nodes = word & ((1 << Self::KIND) - 1);
        match word >> Self::KIND {
            1 => Self::Split(nodes),
            2 => Self::Shared(nodes),
            _ => Self::Node,
        }
    }

    /// How many nodes have a part in it, at least 1.
    pub fn nodes(self) -> u32 {
        match self {
            Self::Node => 1,
            Self::Split(nodes) | Self::Shared(nodes) => nodes.max(1),
        }
    }

    /// A limit of so many at once on this node: its part, at least one.
    pub fn at_once(self, most: u32) -> u32 {
        (most / self.nodes()).max(1)
    }
}

/// What a node owes the shared budget: requests that it let pass before it could ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Debt(pub u32);

/// How a request was paid, so that it can be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paid {
    Here(Pace),
    Allowance,
    Credit(Pace),
}

const COUNT_BITS: u32 = 24;
const COUNT: u64 = (1 << COUNT_BITS) - 1;
const MILLI: u64 = 1_000_000;

/// What was used of one rate.
#[derive(Debug, Default)]
pub struct RateCell {
    /// On this node alone; of a shared limit, as the budget last said.
    arrival: AtomicU64,
    /// What was taken out of the budget and not spent: how many, and until when (in
    /// milliseconds of [`super::Moment::nanos`]) that is known.
    allowance: AtomicU64,
    /// What was spent without having asked.
    credit: AtomicU32,
}

impl RateCell {
    /// Takes one at `now`, in nanoseconds.
    pub(crate) fn take(&self, pace: Pace, now: u64, scope: Scope) -> Result<Paid, Refused> {
        let here = match scope {
            Scope::Node => pace,
            Scope::Split(nodes) => pace.split(nodes),
            Scope::Shared(nodes) => return self.spend(pace, now, nodes),
        };
        gcra::try_take(&self.arrival, 1, here, now).map(|_| Paid::Here(here))
    }

    fn spend(&self, pace: Pace, now: u64, nodes: u32) -> Result<Paid, Refused> {
        let less = |word: u64| (is_known(word, now) && word & COUNT > 0).then(|| word - 1);
        let order = Ordering::Relaxed;
        match self.allowance.fetch_update(order, order, less) {
            Ok(_) => Ok(Paid::Allowance),
            // The budget said that there is no more.
            Err(word) if is_known(word, now) => Err(Refused { retry_after: self.wait(pace, now) }),
            // Nobody has asked yet. A little is spent at once, and asked for afterwards; but not
            // when the budget, as it was last known, has none.
            Err(_) => {
                let most = Self::credit_of(pace, nodes);
                let next = |spent: u32| (spent < most).then(|| spent + 1);
                self.credit
                    .fetch_update(order, order, next)
                    .map_err(|_| Refused { retry_after: pace.interval() })?;
                let taken = gcra::try_take(&self.arrival, 1, pace, now);
                taken.map(|_| Paid::Credit(pace)).inspect_err(|_| self.lower_credit())
            }
        }
    }

    fn lower_credit(&self) {
        let order = Ordering::Relaxed;
        // At 0 it was settled already: then the budget was asked for one too many.
        let _ = self.credit.fetch_update(order, order, |spent| spent.checked_sub(1));
    }

    /// How much of a burst each of `nodes` nodes may spend before it has asked: an eighth of its
    /// part, at least one request.
    pub fn credit_of(pace: Pace, nodes: u32) -> u32 {
        Self::fraction(pace, nodes, 8)
    }

    /// How much of a burst each of `nodes` nodes holds while it is in use there: half of its part,
    /// at least one request.
    pub fn part_of(pace: Pace, nodes: u32) -> u32 {
        Self::fraction(pace, nodes, 2)
    }

    fn fraction(pace: Pace, nodes: u32, of: u64) -> u32 {
        let part = pace.burst() / (of * u64::from(nodes.max(1)));
        u32::try_from(part.clamp(1, COUNT)).unwrap_or(1)
    }

    fn wait(&self, pace: Pace, now: u64) -> u64 {
        let probe = AtomicU64::new(self.arrival.load(Ordering::Relaxed));
        gcra::try_take(&probe, 1, pace, now).map_or_else(|refused| refused.retry_after, |_| 0)
    }

    pub(crate) fn give_back(&self, paid: Paid) {
        let order = Ordering::Relaxed;
        match paid {
            Paid::Here(pace) => gcra::give_back(&self.arrival, 1, pace),
            Paid::Allowance => {
                let more = |word: u64| (word & COUNT < COUNT).then(|| word + 1);
                let _ = self.allowance.fetch_update(order, order, more);
            }
            Paid::Credit(pace) => {
                self.lower_credit();
                gcra::give_back(&self.arrival, 1, pace);
            }
        }
    }

    /// How many could be taken now.
    pub(crate) fn left(&self, pace: Pace, now: u64, scope: Scope) -> u64 {
        let here = match scope {
            Scope::Node | Scope::Shared(_) => pace,
            Scope::Split(nodes) => pace.split(nodes),
        };
        let left = gcra::remaining(&self.arrival, here, now).0;
        // What this node holds is still to be spent, though the budget counts it as gone.
        match scope {
            Scope::Shared(_) => left.saturating_add(u64::from(self.held(now))).min(pace.burst()),
            Scope::Node | Scope::Split(_) => left,
        }
    }

    /// How many of what was taken out of the budget are not spent.
    pub fn held(&self, now: u64) -> u32 {
        let word = self.allowance.load(Ordering::Relaxed);
        if is_known(word, now) { u32::try_from(word & COUNT).unwrap_or(u32::MAX) } else { 0 }
    }

    /// What was spent without having asked, told once.
    pub fn settle(&self) -> Debt {
        Debt(self.credit.swap(0, Ordering::Relaxed))
    }

    /// Nothing was asked after all: the debt stays.
    pub fn owe(&self, debt: Debt) {
        self.credit.fetch_add(debt.0, Ordering::Relaxed);
    }

    /// Takes out what is not spent, to give it back to the budget; nothing is known from then on.
    pub fn reclaim(&self, now: u64) -> u32 {
        let word = self.allowance.swap(0, Ordering::Relaxed);
        if is_known(word, now) { u32::try_from(word & COUNT).unwrap_or(u32::MAX) } else { 0 }
    }

    /// What the budget said: `count` more may be spent; `ahead` is how far its arrival time lies
    /// before `now`; all of it is known until `until`. Times in nanoseconds.
    pub fn grant(&self, count: u32, ahead: u64, now: u64, until: u64) {
        self.arrival.store(now.saturating_add(ahead), Ordering::Relaxed);
        let known_until = (until / MILLI) << COUNT_BITS;
        let next = |word: u64| {
            let held = if is_known(word, now) { word & COUNT } else { 0 };
            let sum = (held + u64::from(count)).min(COUNT);
            // Who is told nothing for the time to come has nothing to spend in it.
            Some(if until > now { known_until | sum } else { 0 })
        };
        // The closure always answers, so this can't fail.
        let _ = self.allowance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    }
}

const fn is_known(word: u64, now: u64) -> bool {
    word >> COUNT_BITS > now / MILLI
}
