//! Where the lines of a head end (RFC 9112 2.2).
//!
//! A head comes in pieces. Each byte is looked at once: what was found in the first piece is kept
//! for the next one, and for whoever reads the head.

use smallvec::SmallVec;

/// Line ends that were found in the bytes of a head so far.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The place of each line feed.
    ends: SmallVec<[u16; 32]>,
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

/// The highest bit of each byte that is a control character: below a space, or DEL. Eight bytes at
/// once, for a head has some ten lines of forty bytes.
const fn controls(word: u64) -> u64 {
    let low = word & (0x7f * EACH);
    let from_space = low.wrapping_add((0x80 - 0x20) * EACH);
    let not_del = (low ^ (0x7f * EACH)).wrapping_add(0x7f * EACH);
    !(from_space & not_del) & !word & HIGH
}

impl Scan {
    /// Forgets what was found: another head begins.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.seen = 0;
    }

    /// How many bytes were looked at.
    pub const fn seen(&self) -> usize {
        self.seen
    }

    /// The places of the line feeds that were found, in order.
    pub fn ends(&self) -> &[u16] {
        &self.ends
    }

    /// Looks on in `bytes`, which begin where they began before and are longer by what came since.
    /// Gives the length of the head once its empty line was found. All that stands before it is
    /// text: no control but tab and the ends of its lines.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, NoHead> {
        let (words, rest) = bytes.get(self.seen..).unwrap_or_default().as_chunks::<8>();
        let mut last = [b' '; 8];
        if let Some(space) = last.get_mut(..rest.len()) {
            space.copy_from_slice(rest);
        }
        let mut start = self.seen;
        for word in words.iter().chain([&last]) {
            let mut found = controls(u64::from_le_bytes(*word));
            while found != 0 {
                let at = start + found.trailing_zeros() as usize / 8;
                match self.meet(bytes, at) {
                    Met::Text => {}
                    Met::End => {
                        self.seen = at + 1;
                        return Ok(Some(at + 1));
                    }
                    Met::Half => {
                        self.seen = at;
                        return Ok(None);
                    }
                    Met::Nothing(why) => return Err(why),
                }
                found &= found - 1;
            }
            start += 8;
        }
        self.seen = bytes.len();
        Ok(None)
    }

    /// What the control character at `at` is.
    #[inline]
    fn meet(&mut self, bytes: &[u8], at: usize) -> Met {
        match bytes.get(at) {
            Some(b'\n') => {
                if at.checked_sub(1).and_then(|before| bytes.get(before)) != Some(&b'\r') {
                    return Met::Nothing(NoHead::BrokenLineEnd);
                }
                let Ok(end) = u16::try_from(at) else { return Met::Nothing(NoHead::TooLong) };
                let is_last = self.ends.last().is_some_and(|&before| end == before + 2);
                self.ends.push(end);
                if is_last { Met::End } else { Met::Text }
            }
            Some(b'\r') => match bytes.get(at + 1) {
                Some(b'\n') => Met::Text,
                // Whether its line feed follows is seen when more has come.
                None => Met::Half,
                Some(_) => Met::Nothing(NoHead::BrokenLineEnd),
            },
            Some(b'\t') => Met::Text,
            _ => Met::Nothing(NoHead::Control),
        }
    }
}

/// What a control character is in a head.
enum Met {
    /// Part of the text, or of the end of a line.
    Text,
    /// The end of the head.
    End,
    /// Half of the end of a line.
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
