//! Single requests, until they are sheets.

use gatepass_model::Timestamp;

use super::sheet::{self, Line, SHEET_LINES};
use super::tally::Tally;
use crate::activity::journal::Event;
use crate::activity::{ActivitySubject, REQUESTS_PER_CALLER, REQUESTS_PER_TOKEN};

/// A request, packed but for its time.
#[derive(Clone, Copy, Debug)]
struct Packed {
    /// Whose, as a place in the subjects.
    subject: u32,
    start: u32,
    length: u32,
    at: Timestamp,
}

/// See the module.
#[derive(Debug, Default)]
pub(in crate::activity) struct Log {
    lines: Vec<Packed>,
    bytes: Vec<u8>,
}

/// Some requests of one subject, packed.
#[derive(Debug)]
pub(in crate::activity) struct Sheet {
    /// Whose, as a place in the subjects.
    pub(in crate::activity) subject: usize,
    /// When the first of them came.
    pub(in crate::activity) first_at: Timestamp,
    pub(in crate::activity) lines: usize,
    pub(in crate::activity) body: Vec<u8>,
}

impl Log {
    pub(super) fn add(
        &mut self,
        subject: u32,
        event: &Event,
        operation: i64,
        [project, reason]: [Option<&str>; 2],
    ) {
        let line = Line {
            at: event.at,
            operation,
            project,
            status: event.status,
            reason,
            bytes_in: event.bytes_in,
            bytes_out: event.bytes_out,
            upstream_micros: event.upstream_micros,
            duration_micros: event.duration_micros,
            request_id: event.request_id,
        };
        let start = place(&self.bytes);
        line.pack(&mut self.bytes);
        let length = place(&self.bytes) - start;
        self.lines.push(Packed { subject, start, length, at: event.at });
    }

    /// By subject and time. `places` has the subjects' new places. Of each subject as many lines stay
    /// as are kept at all: the others would be deleted again at once.
    pub(super) fn sorted(
        mut self,
        subjects: &mut [(ActivitySubject, Tally)],
        places: &[u32],
    ) -> Self {
        self.lines = by_subject(&self.lines, places);
        for lines in self.lines.chunk_by_mut(|one, next| one.subject == next.subject) {
            // They came in the order in which they ended, which is mostly that of their times.
            if !lines.is_sorted_by_key(|line| line.at) {
                lines.sort_by_key(|line| line.at);
            }
        }
        let mut kept = Vec::with_capacity(self.lines.len());
        for lines in self.lines.chunk_by(|one, next| one.subject == next.subject) {
            let place = lines.first().map(|line| line.subject as usize);
            let Some((subject, tally)) = place.and_then(|place| subjects.get_mut(place)) else {
                continue;
            };
            let keep = match subject {
                ActivitySubject::Token(_) => REQUESTS_PER_TOKEN,
                ActivitySubject::Caller(_) => REQUESTS_PER_CALLER,
            };
            let surplus = lines.len().saturating_sub(keep as usize);
            let stay = lines.get(surplus..).unwrap_or_default();
            tally.lines = u32::try_from(stay.len()).unwrap_or(u32::MAX);
            kept.extend_from_slice(stay);
        }
        self.lines = kept;
        self
    }

    /// How many lines there are.
    pub(in crate::activity) const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Its sheets, one after the other: all of them at once would take as much room again.
    pub(in crate::activity) fn sheets(&self) -> impl Iterator<Item = Sheet> {
        self.lines
            .chunk_by(|one, next| one.subject == next.subject)
            .flat_map(|lines| lines.chunks(SHEET_LINES))
            .filter_map(|lines| {
                let first = lines.first()?;
                let packed = lines.iter().map(|line| (line.at, self.packed(line)));
                Some(Sheet {
                    subject: first.subject as usize,
                    first_at: first.at,
                    lines: lines.len(),
                    body: sheet::body(first.at, packed),
                })
            })
    }

    fn packed(&self, line: &Packed) -> &[u8] {
        let start = line.start as usize;
        self.bytes.get(start..start + line.length as usize).unwrap_or_default()
    }
}

/// The lines by the new places of their subjects, which are counted first: sorting them costs more
/// than all else that is done with them here.
fn by_subject(lines: &[Packed], places: &[u32]) -> Vec<Packed> {
    let Some(&any) = lines.first() else { return Vec::new() };
    let place = |line: &Packed| places.get(line.subject as usize).copied().unwrap_or_default();
    let mut next = vec![0_usize; places.len()];
    for line in lines {
        if let Some(count) = next.get_mut(place(line) as usize) {
            *count += 1;
        }
    }
    let mut end = 0;
    for count in &mut next {
        (*count, end) = (end, end + *count);
    }
    let mut sorted = vec![any; lines.len()];
    for line in lines {
        let subject = place(line);
        let Some(next) = next.get_mut(subject as usize) else { continue };
        if let Some(to) = sorted.get_mut(*next) {
            *to = Packed { subject, ..*line };
        }
        *next += 1;
    }
    sorted
}

/// The end of what is there: of one fold, that is far less than 4 GiB.
fn place(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
