//! What a request may cause: its limits, and whether the product has time for it. Asked once,
//! after the decision and before the way up, of requests with a token only.

pub(crate) mod strain;

use std::sync::atomic::Ordering;
use std::time::Instant;

use gatepass_model::{ComeAgain, Reason, Refusal, Timestamp};
use gatepass_policy::limit::{self, Admission, Moment, Overrun, SubjectKind};
use gatepass_snapshot::{PersonGuard, TokenEntry};

use crate::exchange::ask::Gathered;
use crate::exchange::meter::Count;
use crate::thread::{InstanceRoom, Thread};

/// What a permitted request uses up while it is on its way.
#[derive(Debug, Default)]
pub(crate) struct Account<'a> {
    /// The token, whose part of the product's time is counted.
    pub(crate) token: Option<&'a TokenEntry>,
    /// The places that it holds, and whose bytes are counted; `None` where nothing is limited.
    admission: Option<Admission<'a>>,
}

impl Account<'_> {
    /// All bytes that were moved for the request so far.
    pub(crate) fn moved(&self, total: u64, now: Timestamp) {
        if let Some(admission) = &self.admission {
            admission.charge_to(total, moment(0, now).day());
        }
    }

    /// Whether somebody's bytes are counted.
    pub(crate) fn counts_bytes(&self) -> bool {
        self.admission.as_ref().is_some_and(Admission::counts_bytes)
    }
}

const fn moment(nanos: u64, now: Timestamp) -> Moment {
    Moment { nanos, wall_seconds: now.as_seconds().unsigned_abs() }
}

/// Lets a permitted request in, or says why it has to come again. A request without a token is
/// neither limited nor turned away.
pub(crate) fn admit<'a>(
    thread: &'a Thread,
    room: &'a InstanceRoom,
    gathered: &'a Gathered,
    is_heavy: bool,
    (started, now): (Instant, Timestamp),
) -> Result<Account<'a>, Refusal> {
    let Some(entry) = gathered.token.as_deref() else { return Ok(Account::default()) };
    if let Some(refusal) = turned_away(room, entry, is_heavy) {
        thread.meter.add(Count::Shed);
        return Err(refusal);
    }
    let Some(owner) = gathered.owner() else { return Ok(Account::default()) };
    let admission = limited(thread, room, gathered, (entry, owner), is_heavy, (started, now))?;
    Ok(Account { token: Some(entry), admission })
}

fn limited<'a>(
    thread: &'a Thread,
    room: &'a InstanceRoom,
    gathered: &'a Gathered,
    (entry, owner): (&'a TokenEntry, &PersonGuard),
    is_heavy: bool,
    (started, now): (Instant, Timestamp),
) -> Result<Option<Admission<'a>>, Refusal> {
    let snapshot = &thread.shared.snapshot;
    let at_instance = (&room.limits, gathered.policy().limits());
    let Some(subjects) = snapshot.limited(entry, owner, at_instance) else { return Ok(None) };
    let nanos = started.saturating_duration_since(thread.shared.began).as_nanos();
    let at = moment(u64::try_from(nanos).unwrap_or(u64::MAX), now);
    match limit::admit(&subjects, is_heavy, at, snapshot.sharing().scope()) {
        Ok(admission) => Ok(Some(admission)),
        Err(overrun) => Err(refusal_of(&overrun, entry, room)),
    }
}

fn refusal_of(overrun: &Overrun, entry: &TokenEntry, room: &InstanceRoom) -> Refusal {
    let facts = entry.facts();
    overrun.refusal(match overrun.kind {
        SubjectKind::Token => "",
        SubjectKind::Owner => facts.owner.username.as_str(),
        SubjectKind::Integration => facts.grant.integration().map_or("", |name| name),
        SubjectKind::Instance => room.settings.instance.name.as_str(),
    })
}

/// While the product is in distress, the heaviest tokens wait so that people need not.
fn turned_away(room: &InstanceRoom, entry: &TokenEntry, is_heavy: bool) -> Option<Refusal> {
    let strain = &room.strain;
    let level = strain.level();
    if level == limit::shed::Level::NOBODY {
        return None;
    }
    let own = entry.load().get(strain.epoch());
    if !level.turns_away(is_heavy, own, strain.all_tokens.load(Ordering::Relaxed)) {
        return None;
    }
    let seconds = u64::from(strain.retry_after.load(Ordering::Relaxed));
    let name = &room.settings.instance.name;
    let words = format!(
        "{name} is slow or overloaded at present. Requests with an API token wait, the heaviest \
         first, so that people can work. Try again in {seconds} s."
    );
    let again = ComeAgain { seconds, bucket: None };
    Some(Refusal::new(Reason::Overloaded, words).come_again(again))
}
