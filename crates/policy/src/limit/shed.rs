//! Which tokens are turned away while a product is in distress: the heaviest first, and never
//! people.
//!
//! Once a second [`Shedding::turn`] is told how the product did and answers with a [`Level`].
//! While the product is in distress the level rises, a step every two seconds; when it does well
//! again the level falls, a step every five. Between the two bounds nothing moves.

use std::sync::atomic::{AtomicU32, Ordering};

use gatepass_model::Lifetime;

/// How many are turned away. 0 nobody; 1 heavy requests with a token; then also the tokens that
/// took half of the product's time, a quarter, an eighth, …; at the highest, all tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// Nobody.
    pub const NOBODY: Self = Self(0);
    /// All tokens.
    pub const HIGHEST: Self = Self(7);

    /// From a number; too large a one is the highest.
    pub const fn new(level: u8) -> Self {
        if level > Self::HIGHEST.0 { Self::HIGHEST } else { Self(level) }
    }

    /// As a number, for atomics and metrics.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether a request is turned away, with a token whose requests took `own` of the `all`
    /// milliseconds that the product spent for tokens of late.
    pub const fn turns_away(self, is_heavy: bool, own: u64, all: u64) -> bool {
        match self.0 {
            0 => false,
            1 => is_heavy,
            level if level >= Self::HIGHEST.0 => true,
            level => is_heavy || (all > 0 && own.saturating_mul(1 << (level - 1)) >= all),
        }
    }
}

/// How a product did in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Answers that began.
    pub answers: u64,
    /// Those of them that were its own 503, or its own 429 to somebody who had none of late.
    pub pushed_back: u64,
    /// How long all of them took to begin, in microseconds.
    pub micros: u64,
    /// Requests whose answer has not begun.
    pub waiting: u64,
    /// The longest `Retry-After` of its own, in seconds.
    pub retry_after: u32,
}

/// What one second came to.
#[derive(Clone, Copy, Debug, Default)]
struct Means {
    micros: u64,
    /// In thousandths.
    pushed_back: u64,
}

/// In thousandths: from so many answers that push back on the product is in distress,
const TOO_MANY: u64 = 100;
/// and with so many it does well.
const FEW: u64 = 20;
/// Seconds of distress for a step up, and of doing well for a step down.
const UP: u32 = 2;
const DOWN: u32 = 5;
/// The product's `Retry-After` is believed up to this, in seconds.
const MAX_HOLD: u32 = 60;

/// What is known of how a product does. One for each instance, in one place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shedding {
    level: Level,
    /// Running means, of which the last second is a half.
    micros: u64,
    pushed_back: u64,
    bad: u32,
    good: u32,
    hold: u32,
}

impl Shedding {
    /// A second has passed. Without `slow_above` the product's time is not looked at.
    pub fn turn(&mut self, sample: Sample, slow_above: Option<Lifetime>) -> Level {
        let now = self.remember(sample);
        let slow = slow_above.map(|span| span.as_millis().unsigned_abs().saturating_mul(1000));
        // Both: one bad second is no distress, and what is over by now is none any more.
        let is_slow = slow.is_some_and(|slow| self.micros > slow && now.micros > slow);
        let is_quick = slow.is_none_or(|slow| self.micros <= slow / 5 * 4);
        let pushes_back = self.pushed_back >= TOO_MANY && now.pushed_back >= TOO_MANY;
        if pushes_back || is_slow {
            self.good = 0;
            self.bad += 1;
            if self.bad >= UP {
                self.bad = 0;
                self.level = Level::new(self.level.0 + 1);
            }
        } else if self.pushed_back <= FEW && is_quick && self.hold == 0 {
            self.bad = 0;
            self.good += 1;
            if self.good >= DOWN {
                self.good = 0;
                self.level = Level::new(self.level.0.saturating_sub(1));
            }
        } else {
            self.bad = 0;
            self.good = 0;
        }
        self.level
    }

    fn remember(&mut self, sample: Sample) -> Means {
        self.hold = self.hold.saturating_sub(1).max(sample.retry_after.min(MAX_HOLD));
        let now = if let Some(mean) = sample.micros.checked_div(sample.answers) {
            let share = sample.pushed_back.min(sample.answers) * 1000 / sample.answers;
            Means { micros: mean, pushed_back: share }
        } else if sample.waiting > 0 {
            // It answers nobody: everybody waits a second more.
            Means { micros: self.micros.saturating_add(2_000_000), pushed_back: self.pushed_back }
        } else {
            Means::default()
        };
        let mix = |before: u64, now: u64| before.saturating_add(now) / 2;
        self.micros = mix(self.micros, now.micros);
        self.pushed_back = mix(self.pushed_back, now.pushed_back);
        now
    }

    /// When to come again, in seconds: as the product says, or when a step down may come.
    pub fn retry_after(&self) -> u32 {
        self.hold.max(DOWN)
    }
}

/// How long an [`epoch`] is, in seconds: after it, what was counted counts for half.
const EPOCH: u64 = 30;

/// The number of the half minute that `nanos` falls into.
pub const fn epoch(nanos: u64) -> u64 {
    nanos / (EPOCH * 1_000_000_000)
}

/// How much of a product's time a token took of late: one word, so that a million tokens can
/// have one each. The epoch (7 bits), whether the product pushed back in it, milliseconds.
#[derive(Debug, Default)]
pub struct Load(AtomicU32);

const MILLIS: u32 = (1 << 24) - 1;
const PUSHED: u32 = 1 << 24;
const EPOCH_SHIFT: u32 = 25;
const EPOCHS: u64 = 128;

impl Load {
    /// So many milliseconds more.
    pub fn add(&self, millis: u64, epoch: u64) {
        let more = u32::try_from(millis).unwrap_or(MILLIS).min(MILLIS);
        self.update(|word| {
            let word = at(word, epoch);
            (word & !MILLIS) | (word & MILLIS).saturating_add(more).min(MILLIS)
        });
    }

    /// The milliseconds of late.
    pub fn get(&self, epoch: u64) -> u64 {
        u64::from(at(self.0.load(Ordering::Relaxed), epoch) & MILLIS)
    }

    /// The product pushed back; whether it did so for the first time in this epoch. One token
    /// that does not hear must not make the product look ill.
    pub fn note_push_back(&self, epoch: u64) -> bool {
        at(self.update(|word| at(word, epoch) | PUSHED), epoch) & PUSHED == 0
    }

    /// Changes the word; the answer is what it was, as seen from now.
    fn update(&self, change: impl Fn(u32) -> u32) -> u32 {
        let order = Ordering::Relaxed;
        // The closure always answers: both arms hold the word before.
        match self.0.fetch_update(order, order, |word| Some(change(word))) {
            Ok(word) | Err(word) => word,
        }
    }
}

/// The word as it is in an epoch: halved for each that has passed.
fn at(word: u32, epoch: u64) -> u32 {
    let then = u64::from(word >> EPOCH_SHIFT);
    let now = epoch % EPOCHS;
    let passed = u32::try_from((now + EPOCHS - then) % EPOCHS).unwrap_or(u32::MAX);
    if passed == 0 {
        return word;
    }
    let millis = (word & MILLIS).checked_shr(passed).unwrap_or(0);
    let now = u32::try_from(now).unwrap_or(0);
    (now << EPOCH_SHIFT) | millis
}

#[cfg(test)]
mod tests;
