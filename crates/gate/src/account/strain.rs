//! How the products do: counted by each thread for itself, judged once a second in one place.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use gatepass_model::InstanceName;
use gatepass_policy::limit::shed::{Level, Sample, Shedding, epoch};
use gatepass_snapshot::{Snapshot, TokenEntry};

/// How one product does, as all threads read it.
#[derive(Debug, Default)]
pub(crate) struct Strain {
    level: AtomicU8,
    epoch: AtomicU64,
    /// When who is turned away may come again, in seconds.
    pub(crate) retry_after: AtomicU32,
    /// Milliseconds that the product spent for tokens of late: halved each epoch.
    pub(crate) all_tokens: AtomicU64,
    /// Of this second, by all threads.
    answers: AtomicU64,
    pushed_back: AtomicU64,
    micros: AtomicU64,
    token_millis: AtomicU64,
    longest_hold: AtomicU32,
    waiting: AtomicU64,
}

/// How a product does, for metrics and people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strained {
    /// Which one.
    pub instance: InstanceName,
    /// Who is turned away, from 0 (nobody) to 7 (all tokens).
    pub level: u8,
}

impl Strain {
    pub(crate) fn level(&self) -> Level {
        Level::new(self.level.load(Ordering::Relaxed))
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// What the threads counted since it was last asked.
    fn take(&self) -> (Sample, u64) {
        let take = |cell: &AtomicU64| cell.swap(0, Ordering::Relaxed);
        let sample = Sample {
            answers: take(&self.answers),
            pushed_back: take(&self.pushed_back),
            micros: take(&self.micros),
            waiting: self.waiting.load(Ordering::Relaxed),
            retry_after: self.longest_hold.swap(0, Ordering::Relaxed),
        };
        (sample, take(&self.token_millis))
    }
}

/// What one thread counts of a product. Plain cells; published once a second.
#[derive(Debug)]
pub(crate) struct StrainMeter {
    strain: Arc<Strain>,
    answers: Cell<u64>,
    pushed_back: Cell<u64>,
    micros: Cell<u64>,
    token_millis: Cell<u64>,
    longest_hold: Cell<u32>,
    waiting: Cell<u64>,
    waiting_told: Cell<u64>,
}

/// An answer of a product whose head was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long it took to begin.
    pub(crate) micros: u64,
    /// Its own `Retry-After`, in seconds.
    pub(crate) retry_after: Option<u32>,
}

impl StrainMeter {
    pub(crate) const fn new(strain: Arc<Strain>) -> Self {
        Self {
            strain,
            answers: Cell::new(0),
            pushed_back: Cell::new(0),
            micros: Cell::new(0),
            token_millis: Cell::new(0),
            longest_hold: Cell::new(0),
            waiting: Cell::new(0),
            waiting_told: Cell::new(0),
        }
    }

    /// A request is on its way up; it waits until the answer is dropped.
    pub(crate) fn wait(&self) -> Waiting<'_> {
        self.waiting.set(self.waiting.get() + 1);
        Waiting(&self.waiting)
    }

    /// The product has begun to answer; `token` is whose request it was.
    pub(crate) fn answered(&self, answer: Answer, token: Option<&TokenEntry>) {
        let epoch = self.strain.epoch();
        // What is quicker than a millisecond is not what a product suffers from, and must not cost
        // a request an atomic that others look at.
        if let Some(token) = token.filter(|_| answer.micros >= 1000) {
            let millis = answer.micros.div_ceil(1000);
            token.load().add(millis, epoch);
            raise(&self.token_millis, millis);
        }
        match answer.status {
            503 => raise(&self.pushed_back, 1),
            // Products limit by user: one who does not hear says nothing of how the product does.
            429 => match token {
                Some(token) if !token.load().note_push_back(epoch) => return,
                _ => raise(&self.pushed_back, 1),
            },
            _ => {}
        }
        // A limit by user says when this user may come again, not when the product is well.
        if let Some(seconds) = answer.retry_after.filter(|_| answer.status == 503) {
            self.longest_hold.set(self.longest_hold.get().max(seconds));
        }
        raise(&self.answers, 1);
        raise(&self.micros, answer.micros);
    }

    /// Makes it known to whoever judges.
    pub(crate) fn publish(&self) {
        let give = |cell: &Cell<u64>, to: &AtomicU64| {
            let count = cell.take();
            if count != 0 {
                to.fetch_add(count, Ordering::Relaxed);
            }
        };
        let strain = &self.strain;
        give(&self.answers, &strain.answers);
        give(&self.pushed_back, &strain.pushed_back);
        give(&self.micros, &strain.micros);
        give(&self.token_millis, &strain.token_millis);
        strain.longest_hold.fetch_max(self.longest_hold.take(), Ordering::Relaxed);
        let (now, told) = (self.waiting.get(), self.waiting_told.get());
        if now != told {
            // Wraps round where it became less: the sum over all threads comes out right.
            strain.waiting.fetch_add(now.wrapping_sub(told), Ordering::Relaxed);
            self.waiting_told.set(now);
        }
    }
}

fn raise(cell: &Cell<u64>, by: u64) {
    cell.set(cell.get().wrapping_add(by));
}

/// A request whose answer has not begun.
#[derive(Debug)]
pub(crate) struct Waiting<'m>(&'m Cell<u64>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// How often it is judged.
const PACE: Duration = Duration::from_secs(1);

/// Judges how the products do, once a second, until it is dropped.
pub(crate) async fn watch(strains: Vec<(InstanceName, Arc<Strain>)>, snapshot: Arc<Snapshot>) {
    let mut judged: Vec<Shedding> = strains.iter().map(|_| Shedding::default()).collect();
    let mut pace = tokio::time::interval(PACE);
    loop {
        pace.tick().await;
        let nanos = u64::try_from(snapshot.began().elapsed().as_nanos()).unwrap_or(u64::MAX);
        for ((name, strain), shedding) in strains.iter().zip(&mut judged) {
            let slow_above = snapshot.policy().of(name).slow_above();
            judge(name, strain, shedding, (epoch(nanos), slow_above));
        }
    }
}

fn judge(
    name: &InstanceName,
    strain: &Strain,
    shedding: &mut Shedding,
    (epoch, slow_above): (u64, Option<gatepass_model::Lifetime>),
) {
    let (sample, token_millis) = strain.take();
    let passed = u32::try_from(epoch.saturating_sub(strain.epoch())).unwrap_or(u32::MAX);
    let before = strain.all_tokens.load(Ordering::Relaxed).checked_shr(passed).unwrap_or(0);
    strain.all_tokens.store(before.saturating_add(token_millis), Ordering::Relaxed);
    strain.epoch.store(epoch, Ordering::Relaxed);
    let was = strain.level();
    let level = shedding.turn(sample, slow_above);
    strain.retry_after.store(shedding.retry_after(), Ordering::Relaxed);
    strain.level.store(level.get(), Ordering::Relaxed);
    if level > was {
        tracing::warn!(instance = %name, level = level.get(), "the product is in distress; tokens are turned away, the heaviest first");
    } else if level < was && level == Level::NOBODY {
        tracing::info!(instance = %name, "the product does well again; no token is turned away");
    }
}

/// How all of them do.
pub(crate) fn read(strains: &[(InstanceName, Arc<Strain>)]) -> Vec<Strained> {
    let of = |(instance, strain): &(InstanceName, Arc<Strain>)| Strained {
        instance: instance.clone(),
        level: strain.level().get(),
    };
    strains.iter().map(of).collect()
}
