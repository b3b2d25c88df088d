//! One subject that is in use on this node.

use std::sync::Arc;

use gatepass_model::Limits;
use gatepass_policy::limit::{Debt, LimitCell, Moment, Pace, RateCell, heavy_pace_of, pace_of};
use gatepass_snapshot::InUse;

use crate::server::{RateAnswer, RateQuestion, SubjectAnswer, SubjectQuestion, Turn};

/// How long what the server said is known to be so, in nanoseconds.
const KNOWN: u64 = 2_000_000_000;
/// Turns without use until what is held is given back: 5 s.
const IDLE: u32 = 100;
/// Turns until the limits in force are asked for again: 5 s.
const RENEW: u32 = 100;

/// One subject that is in use on this node.
#[derive(Debug)]
pub(crate) struct Followed {
    cell: Arc<LimitCell>,
    limits: Limits,
    rate: FollowedRate,
    heavy_rate: FollowedRate,
    /// The bytes of this node that the server knows of, and their day.
    told_bytes: (u64, u16),
    telling_bytes: u64,
    idle: u32,
    age: u32,
}

/// What was asked for one rate, until it is answered.
#[derive(Debug, Default)]
struct FollowedRate {
    held: u32,
    debt: Debt,
    back: u32,
}

impl Followed {
    pub(crate) fn new(told: InUse) -> Self {
        Self {
            cell: told.cell,
            limits: told.limits,
            rate: FollowedRate::default(),
            heavy_rate: FollowedRate::default(),
            told_bytes: (0, 0),
            telling_bytes: 0,
            idle: 0,
            age: 0,
        }
    }

    /// It is in use, with these limits.
    pub(crate) fn renew(&mut self, told: &InUse) {
        self.limits = told.limits;
        self.idle = 0;
    }

    /// Whether it was given up.
    pub(crate) const fn is_done(&self) -> bool {
        self.idle > IDLE
    }

    /// Puts into `turn` what it wants.
    pub(crate) fn ask(&mut self, turn: &mut Turn, nodes: u32, at: Moment) {
        let gives_up = self.idle >= IDLE;
        let (rate, used) =
            self.rate.ask(self.cell.rate(), pace_of(&self.limits), (nodes, gives_up), at);
        let (heavy_rate, heavy_used) = self.heavy_rate.ask(
            self.cell.heavy_rate(),
            heavy_pace_of(&self.limits),
            (nodes, gives_up),
            at,
        );
        let bytes = self.more_bytes(at);
        self.idle = if used || heavy_used || bytes > 0 { 0 } else { self.idle + 1 };
        self.age += 1;
        if self.age >= RENEW && !gives_up {
            self.age = 0;
            self.cell.end_following();
        }
        turn.subjects.push(SubjectQuestion {
            key: self.cell.key().into(),
            rate,
            heavy_rate,
            bytes,
            day: at.day(),
        });
    }

    fn more_bytes(&mut self, at: Moment) -> u64 {
        if self.limits.bytes_per_day.is_none() {
            return 0;
        }
        let here = self.cell.bytes_here(at);
        let (told, day) = self.told_bytes;
        self.telling_bytes = here.saturating_sub(if day == at.day() { told } else { 0 });
        self.telling_bytes
    }

    /// The server did not answer: what was spent is still owed.
    pub(crate) fn unasked(&mut self) {
        self.rate.unasked(self.cell.rate());
        self.heavy_rate.unasked(self.cell.heavy_rate());
        self.telling_bytes = 0;
    }

    /// The server's answer.
    pub(crate) fn hear(&mut self, said: &SubjectAnswer, at: Moment) {
        let is_done = self.is_done();
        self.rate.hear(self.cell.rate(), said.rate, is_done, at);
        self.heavy_rate.hear(self.cell.heavy_rate(), said.heavy_rate, is_done, at);
        if self.limits.bytes_per_day.is_some() {
            let (told, day) = self.told_bytes;
            let told = if day == at.day() { told } else { 0 } + self.telling_bytes;
            self.told_bytes = (told, at.day());
            self.cell.set_bytes_elsewhere(said.bytes.saturating_sub(told), at);
        }
        if is_done {
            self.cell.end_following();
        }
    }
}

impl FollowedRate {
    /// The question, and whether any of it was used since the last one.
    fn ask(
        &mut self,
        cell: &RateCell,
        pace: Option<Pace>,
        (nodes, gives_up): (u32, bool),
        at: Moment,
    ) -> (RateQuestion, bool) {
        let Some(pace) = pace else { return (RateQuestion::default(), false) };
        let held = cell.held(at.nanos);
        let used = held < self.held;
        self.debt = cell.settle();
        self.back = if gives_up { cell.reclaim(at.nanos) } else { 0 };
        self.held = held - self.back.min(held);
        let part = RateCell::part_of(pace, nodes);
        let question = RateQuestion {
            interval_micros: pace.interval().div_ceil(1000).max(1),
            burst: pace.burst(),
            debt: self.debt.0,
            back: self.back,
            want: if gives_up { 0 } else { part.saturating_sub(self.held) },
        };
        (question, used || self.debt.0 > 0)
    }

    fn unasked(&mut self, cell: &RateCell) {
        cell.owe(self.debt);
        self.debt = Debt::default();
        // What was taken out of the cell is lost to this node, and to the others until it comes
        // back by itself: the safe side.
        self.back = 0;
    }

    fn hear(&mut self, cell: &RateCell, said: RateAnswer, is_done: bool, at: Moment) {
        if said == RateAnswer::default() {
            return;
        }
        let ahead = said.ahead_micros.saturating_mul(1000);
        // Who gives up knows nothing from then on, but how far the budget was used.
        let until = if is_done { at.nanos } else { at.nanos.saturating_add(KNOWN) };
        cell.grant(said.granted, ahead, at.nanos, until);
        self.held += said.granted;
    }
}
