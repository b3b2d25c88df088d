//! All limits of a request, asked together.

use std::cell::Cell;

use gatepass_model::{LimitName, Limits};

use super::allowance::{Paid, RateCell, Scope};
use super::cell::{LimitCell, heavy_pace_of, pace_of};
use super::overrun::{Overrun, SubjectKind};
use super::{Moment, slots};

const NANOS: u64 = 1_000_000_000;
/// Limits of concurrency don't say when a place becomes free.
const SOON: u64 = 1;

/// Who is asked: what he may, and what he has used.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Whose limits these are.
    pub kind: SubjectKind,
    /// What he may.
    pub limits: Limits,
    /// What he has used.
    pub cell: &'a LimitCell,
}

/// A request that was let in. Its places among the requests on their way are given back when
/// this is dropped: keep it until the last byte of the answer.
#[derive(Debug, Default)]
pub struct Admission<'a> {
    held: [Option<Held<'a>>; SubjectKind::ALL.len()],
    charged: Cell<u64>,
}

#[derive(Debug)]
struct Held<'a> {
    cell: &'a LimitCell,
    slot: bool,
    heavy_slot: bool,
    counts_bytes: bool,
}

impl Admission<'_> {
    /// Charges bytes as they flow. `total` is all that was moved for the request so far, both
    /// ways; what was charged already is not charged again.
    pub fn charge_to(&self, total: u64, day: u16) {
        let more = total.saturating_sub(self.charged.get());
        if more == 0 {
            return;
        }
        self.charged.set(total);
        for held in self.held.iter().flatten().filter(|held| held.counts_bytes) {
            held.cell.charge(more, day);
        }
    }

    /// Whether anybody's bytes are counted.
    pub fn counts_bytes(&self) -> bool {
        self.held.iter().flatten().any(|held| held.counts_bytes)
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        for held in self.held.iter().flatten() {
            if held.slot {
                held.cell.release(false);
            }
            if held.heavy_slot {
                held.cell.release(true);
            }
        }
    }
}

/// What was paid for a request that is not let in yet: given back when dropped.
#[derive(Default)]
struct Payments<'a>([Option<(&'a RateCell, Paid)>; 2 * SubjectKind::ALL.len()]);

impl<'a> Payments<'a> {
    fn add(&mut self, cell: &'a RateCell, paid: Paid) {
        if let Some(place) = self.0.iter_mut().find(|place| place.is_none()) {
            *place = Some((cell, paid));
        }
    }

    fn keep(mut self) {
        self.0 = Self::default().0;
    }
}

impl Drop for Payments<'_> {
    fn drop(&mut self) {
        for (cell, paid) in self.0.iter().flatten() {
            cell.give_back(*paid);
        }
    }
}

/// Lets a request in, or says which limit it would go beyond; then nothing is used up. A request
/// that is refused by one subject may for an instant hold what another request would have got.
///
/// Places come first and rates last, so that a request which finds no place costs no rate.
pub fn admit<'a>(
    subjects: &[Option<Subject<'a>>; SubjectKind::ALL.len()],
    is_heavy: bool,
    at: Moment,
    scope: Scope,
) -> Result<Admission<'a>, Overrun> {
    let mut admission = Admission::default();
    for (place, subject) in admission.held.iter_mut().zip(subjects) {
        let Some(subject) = subject else { continue };
        let held = place.insert(Held {
            cell: subject.cell,
            slot: false,
            heavy_slot: false,
            counts_bytes: subject.limits.bytes_per_day.is_some(),
        });
        occupy(held, subject, is_heavy, scope)?;
        if subject
            .limits
            .bytes_per_day
            .is_some_and(|most| subject.cell.bytes_used(at) >= most.get())
        {
            return Err(overrun(subject, LimitName::BytesPerDay, at.seconds_to_midnight()));
        }
    }
    let mut payments = Payments::default();
    for subject in subjects.iter().flatten() {
        pay(&mut payments, subject, is_heavy, at, scope)?;
    }
    payments.keep();
    Ok(admission)
}

fn occupy(
    held: &mut Held<'_>,
    subject: &Subject<'_>,
    is_heavy: bool,
    scope: Scope,
) -> Result<(), Overrun> {
    let Subject { limits, cell, .. } = subject;
    if let Some(most) = limits.concurrency {
        held.slot = slots::try_acquire(&cell.running, scope.at_once(most));
        if !held.slot {
            return Err(overrun(subject, LimitName::Concurrency, SOON));
        }
    }
    if let Some(most) = limits.heavy_concurrency.filter(|_| is_heavy) {
        held.heavy_slot = slots::try_acquire(&cell.heavy_running, scope.at_once(most));
        if !held.heavy_slot {
            return Err(overrun(subject, LimitName::HeavyConcurrency, SOON));
        }
    }
    Ok(())
}

fn pay<'a>(
    payments: &mut Payments<'a>,
    subject: &Subject<'a>,
    is_heavy: bool,
    at: Moment,
    scope: Scope,
) -> Result<(), Overrun> {
    let Subject { limits, cell, .. } = *subject;
    let heavy = heavy_pace_of(&limits).filter(|_| is_heavy);
    let rates = [
        (pace_of(&limits), &cell.rate, LimitName::Rate),
        (heavy, &cell.heavy_rate, LimitName::HeavyRate),
    ];
    for (pace, cell, name) in rates {
        let Some(pace) = pace else { continue };
        match cell.take(pace, at.nanos, scope) {
            Ok(paid) => payments.add(cell, paid),
            Err(refused) => {
                let seconds = refused.retry_after.div_ceil(NANOS).max(1);
                return Err(overrun(subject, name, seconds));
            }
        }
    }
    Ok(())
}

const fn overrun(subject: &Subject<'_>, limit: LimitName, retry_after: u64) -> Overrun {
    Overrun { kind: subject.kind, limit, limits: subject.limits, retry_after }
}
