//! What the writer has, and the store has not yet.

use std::collections::HashMap;

use gatepass_model::{CredentialKind, InstanceName, Timestamp};
use gatepass_store::activity::{
    ActivityBatch, ActivitySubject, Caller, CallerUser, Dropped, HourActivity, LastUse,
    LoggedOperation, LoggedRequest, Presented, REQUESTS_PER_CALLER, REQUESTS_PER_TOKEN,
    SubjectActivity, UnixHour,
};

use crate::admission::Admission;
use crate::buffer::{Buffer, Key, Line, Standing, Tally};
use crate::{PENDING_HOURS, PENDING_LINES, text};

/// The buffers of all threads, merged into one batch.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    batch: ActivityBatch,
    subjects: HashMap<ActivitySubject, usize>,
    operations: HashMap<LoggedOperation, usize>,
    hours: usize,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        let batch = &self.batch;
        batch.subjects.is_empty() && batch.dropped.is_empty()
    }

    /// What is to be written: of each subject as many requests as are kept, oldest first.
    pub(crate) fn batch(&mut self) -> &ActivityBatch {
        self.batch.requests.sort_by_key(|line| line.at);
        self.leave_what_is_kept();
        &self.batch
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds a buffer that was flushed at `now`. Gives what found no room, in it or here.
    pub(crate) fn merge(
        &mut self,
        now: Timestamp,
        buffer: &Buffer,
        admission: &mut Admission,
    ) -> Dropped {
        let mut dropped = buffer.dropped;
        let mut places = Vec::with_capacity(buffer.tallies.len());
        for tally in &buffer.tallies {
            let place = self.add_tally(buffer, tally, admission);
            if place.is_none() {
                dropped.requests += tally.counts.requests;
            }
            places.push(place);
        }
        for line in &buffer.lines {
            let subject = places.get(line.tally as usize).copied().flatten();
            if subject.and_then(|subject| self.add_line(buffer, line, subject)).is_none() {
                dropped.lines += 1;
            }
        }
        if !dropped.is_empty() {
            self.add_dropped(UnixHour::of(now), dropped);
        }
        dropped
    }

    fn add_dropped(&mut self, hour: UnixHour, dropped: Dropped) {
        match self.batch.dropped.iter_mut().find(|(known, _)| *known == hour) {
            Some((_, sum)) => sum.add(dropped),
            None => self.batch.dropped.push((hour, dropped)),
        }
    }

    fn add_tally(
        &mut self,
        buffer: &Buffer,
        tally: &Tally,
        admission: &mut Admission,
    ) -> Option<usize> {
        let last = LastUse {
            at: tally.last_at,
            instance: instance(buffer, tally.last_instance)?,
            address: tally.last_client.to_canonical(),
            agent: text::agent(tally.last_agent(&buffer.texts)),
        };
        let subject = subject_of(buffer, tally, admission)?;
        let place = self.subject_place(subject, last)?;
        let hours = &mut self.batch.subjects.get_mut(place)?.hours;
        if let Some(hour) = hours.iter_mut().find(|hour| hour.hour == tally.hour) {
            add(hour, tally);
            return Some(place);
        }
        if self.hours >= PENDING_HOURS {
            return None;
        }
        self.hours += 1;
        let mut hour = HourActivity { hour: tally.hour, ..HourActivity::default() };
        add(&mut hour, tally);
        hours.push(hour);
        Some(place)
    }

    /// Finds or makes the place of a subject, and keeps the newer last use.
    fn subject_place(&mut self, subject: ActivitySubject, last: LastUse) -> Option<usize> {
        if let Some(&place) = self.subjects.get(&subject) {
            let known = &mut self.batch.subjects.get_mut(place)?.last;
            if last.at >= known.at {
                *known = last;
            }
            return Some(place);
        }
        if self.hours >= PENDING_HOURS {
            return None;
        }
        let place = self.batch.subjects.len();
        self.subjects.insert(subject.clone(), place);
        self.batch.subjects.push(SubjectActivity { subject, hours: Vec::new(), last });
        Some(place)
    }

    fn add_line(&mut self, buffer: &Buffer, line: &Line, subject: usize) -> Option<()> {
        if self.batch.requests.len() >= PENDING_LINES {
            return None;
        }
        let operation = LoggedOperation {
            instance: instance(buffer, line.instance)?,
            family: line.family,
            resource: text::word(buffer.texts.get(line.resource)),
            action: text::word(buffer.texts.get(line.action)),
            method: line.method,
        };
        let operation = self.operation_place(operation);
        self.batch.requests.push(LoggedRequest {
            subject,
            operation,
            at: line.at,
            project: line.project.map(|project| text::word(buffer.texts.get(project))),
            status: line.status,
            reason: line.reason,
            bytes_in: line.bytes_in,
            bytes_out: line.bytes_out,
            upstream_micros: line.upstream_micros,
            duration_micros: line.duration_micros,
            request_id: line.request_id,
        });
        Some(())
    }

    fn operation_place(&mut self, operation: LoggedOperation) -> usize {
        if let Some(&place) = self.operations.get(&operation) {
            return place;
        }
        let place = self.batch.operations.len();
        self.batch.operations.push(operation.clone());
        self.operations.insert(operation, place);
        place
    }

    /// Takes out requests that the store would delete again at once.
    fn leave_what_is_kept(&mut self) {
        let keep = |subject: &SubjectActivity| match subject.subject {
            ActivitySubject::Token(_) => REQUESTS_PER_TOKEN,
            ActivitySubject::Caller(_) => REQUESTS_PER_CALLER,
        };
        let mut left: Vec<u32> = self.batch.subjects.iter().map(keep).collect();
        let mut stays: Vec<bool> = Vec::with_capacity(self.batch.requests.len());
        for line in self.batch.requests.iter().rev() {
            let room = left.get_mut(line.subject).filter(|room| **room > 0);
            stays.push(room.map(|room| *room -= 1).is_some());
        }
        self.batch.requests.retain(|_| stays.pop().unwrap_or(false));
    }
}

/// Who it is in the store: of a caller for whom the hour has no room, "other".
fn subject_of(
    buffer: &Buffer,
    tally: &Tally,
    admission: &mut Admission,
) -> Option<ActivitySubject> {
    let (at, presented, user, agent) = match tally.key(&buffer.texts) {
        Key::Token(id) => return Some(ActivitySubject::Token(id)),
        Key::Other { instance, presented } => return other(buffer, instance, presented),
        Key::Caller { instance, presented, standing, user, agent } => {
            let user = match standing {
                Standing::Verified => CallerUser::Verified(text::user(user)),
                Standing::Claimed => CallerUser::Claimed(text::user(user)),
                Standing::Nobody => CallerUser::Nobody,
            };
            (instance, presented, user, text::agent(agent))
        }
    };
    let caller = Caller { instance: instance(buffer, at)?, presented, user, agent };
    if admission.admits(tally.hour, &caller) {
        return Some(ActivitySubject::Caller(caller));
    }
    other(buffer, at, presented)
}

fn other(buffer: &Buffer, at: u16, presented: Presented) -> Option<ActivitySubject> {
    Some(ActivitySubject::Caller(Caller {
        instance: instance(buffer, at)?,
        presented,
        user: CallerUser::Other,
        agent: String::new(),
    }))
}

fn instance(buffer: &Buffer, place: u16) -> Option<InstanceName> {
    buffer.instances.get(usize::from(place)).cloned()
}

fn add(hour: &mut HourActivity, tally: &Tally) {
    hour.counts.add(&tally.counts);
    for &(reason, count) in &tally.refusals {
        add_part(&mut hour.refusals, reason, count);
    }
    for (kind, &count) in CredentialKind::ALL.into_iter().zip(&tally.observed) {
        if count > 0 {
            add_part(&mut hour.observed, kind, count);
        }
    }
}

fn add_part<T: PartialEq>(parts: &mut Vec<(T, u64)>, name: T, count: u64) {
    match parts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, sum)) => *sum = sum.saturating_add(count),
        None => parts.push((name, count)),
    }
}
