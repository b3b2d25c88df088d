//! Sheets of the log: some requests of one subject, packed into one row.
//!
//! A row and an index entry for each request would cost more than all the rest of the record.
//! Names are not in it by their place in an enum of ours, for a sheet may be older than the
//! program that reads it: the operation is the id of its row, the reason a word.

use gatepass_model::Timestamp;

use crate::activity::bytes::{Bytes, put_moment, put_number};

/// How many requests a sheet has at most. Cutting a subject's log takes whole sheets, so that this
/// many more than are promised may be kept.
pub(in crate::activity) const SHEET_LINES: usize = 200;

/// How the body of a sheet is written; its first byte.
const FORMAT: u8 = 1;

/// A request, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::activity) struct Line<'a> {
    pub(in crate::activity) at: Timestamp,
    /// The row of the operation's name.
    pub(in crate::activity) operation: i64,
    pub(in crate::activity) project: Option<&'a str>,
    pub(in crate::activity) status: u16,
    pub(in crate::activity) reason: Option<&'a str>,
    pub(in crate::activity) bytes_in: u64,
    pub(in crate::activity) bytes_out: u64,
    pub(in crate::activity) upstream_micros: u64,
    pub(in crate::activity) duration_micros: u64,
    pub(in crate::activity) request_id: [u8; 16],
}

impl Line<'_> {
    /// All of it but for its time, which is put when it is known what comes before.
    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        out.reserve(64);
        out.extend_from_slice(&self.request_id);
        put_number(out, self.operation.cast_unsigned());
        put_number(out, self.status.into());
        let numbers = [self.bytes_in, self.bytes_out, self.upstream_micros, self.duration_micros];
        for number in numbers {
            put_number(out, number);
        }
        for text in [self.project, self.reason] {
            // 0 for none, and one more than its length for a text.
            match text {
                None => out.push(0),
                Some(text) => {
                    put_number(out, text.len() as u64 + 1);
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
    }
}

/// The body of a sheet that begins at `first`, of lines that are packed, oldest first.
pub(super) fn body<'a>(
    first: Timestamp,
    lines: impl Iterator<Item = (Timestamp, &'a [u8])>,
) -> Vec<u8> {
    let mut out = vec![FORMAT];
    let mut before = first;
    for (at, packed) in lines {
        put_moment(&mut out, before, at);
        out.extend_from_slice(packed);
        before = at;
    }
    out
}

/// The lines of a sheet, oldest first; `None` when they can't be read.
pub(in crate::activity) fn lines(first: Timestamp, body: &[u8]) -> Option<Vec<Line<'_>>> {
    let mut bytes = Bytes(body);
    if bytes.byte()? != FORMAT {
        return None;
    }
    let (mut lines, mut before) = (Vec::new(), first);
    while !bytes.is_empty() {
        let line = line(&mut bytes, before)?;
        before = line.at;
        lines.push(line);
    }
    Some(lines)
}

fn line<'a>(bytes: &mut Bytes<'a>, before: Timestamp) -> Option<Line<'a>> {
    Some(Line {
        at: bytes.moment(before)?,
        request_id: bytes.array()?,
        operation: bytes.number()?.cast_signed(),
        status: u16::try_from(bytes.number()?).ok()?,
        bytes_in: bytes.number()?,
        bytes_out: bytes.number()?,
        upstream_micros: bytes.number()?,
        duration_micros: bytes.number()?,
        project: optional(bytes)?,
        reason: optional(bytes)?,
    })
}

#[expect(clippy::option_option, reason = "unreadable, or readable and not there")]
fn optional<'a>(bytes: &mut Bytes<'a>) -> Option<Option<&'a str>> {
    let Some(length) = usize::try_from(bytes.number()?).ok()?.checked_sub(1) else {
        return Some(None);
    };
    Some(Some(std::str::from_utf8(bytes.slice(length)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_at(millis: i64, project: Option<&'static str>) -> Line<'static> {
        Line {
            at: Timestamp::from_millis(millis),
            operation: 300,
            project,
            status: 403,
            reason: project.map(|_| "read_only"),
            bytes_in: u64::MAX,
            bytes_out: 0,
            upstream_micros: 9_000,
            duration_micros: 1,
            request_id: [7; 16],
        }
    }

    #[test]
    fn a_sheet_reads_back_and_half_of_one_does_not() {
        let first = Timestamp::from_millis(1_800_000_000_000);
        let lines_of = [line_at(1_800_000_000_000, Some("EX")), line_at(1_800_000_000_009, None)];
        let packed = lines_of.clone().map(|line| {
            let mut out = Vec::new();
            line.pack(&mut out);
            (line.at, out)
        });
        let body = body(first, packed.iter().map(|(at, packed)| (*at, packed.as_slice())));
        assert_eq!(lines(first, &body).unwrap(), lines_of);
        for end in 2..body.len() {
            let read = lines(first, &body[..end]);
            assert!(read.is_none_or(|lines| lines.len() == 1), "{end}");
        }
        assert_eq!(lines(first, &[]), None);
        assert_eq!(lines(first, &[FORMAT + 1]), None);
    }
}
