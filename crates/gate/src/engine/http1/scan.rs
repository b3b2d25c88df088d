//! Where the lines of a head end (RFC 9112 2.2).
//!
//! A head comes in pieces. Each byte is looked at once: what was found in the first piece is kept
//! for the next one, and for whoever reads the head.

use super::fields::Line;

/// What was found in the bytes of a head so far. Its memory is used for one head after the other.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The place of each line feed.
    ends: Vec<u16>,
    /// The header lines, once they were read: room for [`super::fields::Fields`].
    lines: Vec<Line>,
    seen: usize,
}

/// What can't become a head any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHead {
    /// A line feed without a carriage return before it, or the other way round: some servers take
    /// it for the end of a line, some don't.
    BrokenLineEnd,
    /// A control character other than tab (RFC 9110 5.5).
    Control,
    /// Longer than any head may be: 64 KiB.
    TooLong,
}

/// The lowest bit of each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest.
const HIGH: u64 = 0x80 * EACH;

/// The highest bit of each byte that is a control character: below a space, or DEL.
const fn controls(word: u64) -> u64 {
    let low = word & (0x7f * EACH);
    let from_space = low.wrapping_add((0x80 - 0x20) * EACH);
    let not_del = (low ^ (0x7f * EACH)).wrapping_add(0x7f * EACH);
    !(from_space & not_del) & !word & HIGH
}

/// Not zero where [`controls`] is not, for less: bytes behind a control may be marked too.
const fn may_have_controls(word: u64) -> u64 {
    let below_space = word.wrapping_sub(b' ' as u64 * EACH);
    let del = (word ^ (0x7f * EACH)).wrapping_sub(EACH);
    (below_space | del) & !word & HIGH
}

impl Scan {
    /// Forgets what was found: another head begins.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.lines.clear();
        self.seen = 0;
    }

    /// How many bytes were looked at.
    pub const fn seen(&self) -> usize {
        self.seen
    }

    /// The places of the line feeds that were found, and room for the lines between them.
    pub(super) fn parts(&mut self) -> (&[u16], &mut Vec<Line>) {
        (&self.ends, &mut self.lines)
    }

    /// The places of the line feeds that were found, in order.
    pub fn ends(&self) -> &[u16] {
        &self.ends
    }

    /// Looks on in `bytes`, which begin where they began before and are longer by what came since.
    /// Gives the length of the head once its empty line was found. All that stands before it is
    /// text: no control but tab and the ends of its lines.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, NoHead> {
        let mut start = self.seen;
        let (blocks, rest) = bytes.get(start..).unwrap_or_default().as_chunks::<16>();
        for block in blocks {
            if let Some(looked) = self.look(block, start, bytes) {
                return looked;
            }
            start += 16;
        }
        if !rest.is_empty() {
            let mut block = [b' '; 16];
            block.iter_mut().zip(rest).for_each(|(place, &byte)| *place = byte);
            if let Some(looked) = self.look(&block, start, bytes) {
                return looked;
            }
        }
        self.seen = bytes.len();
        Ok(None)
    }

    /// Looks at sixteen bytes that begin at `start`. Gives something when the looking ends with
    /// them.
    #[inline]
    fn look(
        &mut self,
        block: &[u8; 16],
        start: usize,
        bytes: &[u8],
    ) -> Option<Result<Option<usize>, NoHead>> {
        let block = u128::from_le_bytes(*block);
        let (first, second) = (block as u64, (block >> 64) as u64);
        if may_have_controls(first) | may_have_controls(second) == 0 {
            return None;
        }
        let mut found = u128::from(controls(first)) | u128::from(controls(second)) << 64;
        while found != 0 {
            let at = start + found.trailing_zeros() as usize / 8;
            found &= found - 1;
            match self.meet(bytes, at) {
                Met::Text => {}
                // Its second half need not be looked at.
                Met::LineEnd => found &= found.wrapping_sub(1),
                Met::End => {
                    self.seen = at + 2;
                    return Some(Ok(Some(at + 2)));
                }
                Met::Half => {
                    self.seen = at;
                    return Some(Ok(None));
                }
                Met::Nothing(why) => return Some(Err(why)),
            }
        }
        None
    }

    /// What the control character at `at` is. The end of a line is noted at its first half.
    #[inline]
    fn meet(&mut self, bytes: &[u8], at: usize) -> Met {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => {
                let Ok(end) = u16::try_from(at + 1) else { return Met::Nothing(NoHead::TooLong) };
                let is_last = self.ends.last().is_some_and(|&before| end == before + 2);
                self.ends.push(end);
                if is_last { Met::End } else { Met::LineEnd }
            }
            (Some(b'\n'), _) if self.ends.last().is_some_and(|&end| usize::from(end) == at) => {
                Met::Text
            }
            (Some(b'\t'), _) => Met::Text,
            // Whether its line feed follows is seen when more has come.
            (Some(b'\r'), None) => Met::Half,
            (Some(b'\r' | b'\n'), _) => Met::Nothing(NoHead::BrokenLineEnd),
            _ => Met::Nothing(NoHead::Control),
        }
    }
}

/// What a control character is in a head.
enum Met {
    /// Part of the text, or the second half of the end of a line.
    Text,
    /// The first half of the end of a line.
    LineEnd,
    /// The first half of the end of the head.
    End,
    /// The first half of the end of a line, of which no more has come.
    Half,
    /// Nothing that a head may hold.
    Nothing(NoHead),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_found_in_whatever_pieces_it_comes() {
        let text = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
        let mut scan = Scan::default();
        for upto in 1..27 {
            assert_eq!(scan.advance(&text[..upto]), Ok(None), "{upto}");
        }
        assert_eq!(scan.advance(text), Ok(Some(27)));
        assert_eq!(scan.ends(), [15, 24, 26]);
        scan.clear();
        assert_eq!(scan.advance(text), Ok(Some(27)));
    }

    #[test]
    fn half_of_an_end_is_no_end() {
        for text in [
            "\n",
            "GET /\n\n",
            "GET /\r\nHost: a\n\r\n",
            "\r\n\n",
            "GET /\r\r\n\r\n",
            "GET /\rHost: a\r\n\r\n",
        ] {
            let found = Scan::default().advance(text.as_bytes());
            assert_eq!(found, Err(NoHead::BrokenLineEnd), "{text:?}");
        }
    }

    #[test]
    fn controls_are_seen_wherever_they_stand_and_however_they_come() {
        let text = format!("GET / HTTP/1.1\r\nA: {}\tä\u{80}\r\n\r\n", "x~".repeat(9));
        let clean = text.as_bytes();
        assert_eq!(Scan::default().advance(clean), Ok(Some(clean.len())));
        for at in (0..clean.len()).filter(|&at| !matches!(clean[at], b'\r' | b'\n')) {
            for control in (0..32).chain([127]).filter(|byte| !b"\t\r\n".contains(byte)) {
                let mut bytes = clean.to_vec();
                bytes[at] = control;
                for upto in 0..bytes.len() {
                    let mut scan = Scan::default();
                    let first = scan.advance(&bytes[..upto]);
                    let found = first.and_then(|_| scan.advance(&bytes));
                    assert_eq!(found, Err(NoHead::Control), "{control} at {at}, cut at {upto}");
                }
            }
        }
    }
}
