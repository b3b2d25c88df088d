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
    /// A line feed without a carriage return before it: some servers take it for the end of a
    /// line, some don't.
    BareLineFeed,
    /// Longer than any head may be: 64 KiB.
    TooLong,
}

/// The lowest bit of each of eight bytes.
pub(super) const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest.
pub(super) const HIGH: u64 = 0x80 * EACH;

/// The highest bit of each byte that is `byte`; also of bytes behind the first of them.
pub(super) const fn equal(word: u64, byte: u8) -> u64 {
    let other = word ^ (byte as u64 * EACH);
    other.wrapping_sub(EACH) & !other & HIGH
}

/// The highest bit of each byte that is a line feed, and no other.
const fn line_feeds(word: u64) -> u64 {
    let other = word ^ (b'\n' as u64 * EACH);
    let low = (other & (0x7f * EACH)).wrapping_add(0x7f * EACH);
    !(low | other) & HIGH
}

/// Whether a whole head holds no control but tab and the ends of its `lines`.
///
/// Never inlined: what requests and answers run through is as small as it can be, for a gate that is
/// not busy finds it in no cache.
#[inline(never)]
pub(super) fn is_clean(head: &[u8], lines: usize) -> bool {
    let (blocks, rest) = head.as_chunks::<64>();
    let mut last = [b' '; 64];
    last.iter_mut().zip(rest).for_each(|(place, &byte)| *place = byte);
    let (mut controls, mut returns) = (0, 0);
    // Pieces of a size that is known, and numbers of a byte: so many bytes are looked at at once.
    for block in blocks.iter().chain([&last]) {
        let (mut found, mut counted) = (0_u8, 0_u8);
        for &byte in block {
            let is_return = u8::from(byte == b'\r');
            let is_other = u8::from(byte < b' ') & !(u8::from(byte == b'\t' || byte == b'\n'));
            found |= (is_other ^ is_return) | u8::from(byte == 0x7f);
            counted += is_return;
        }
        controls |= found;
        returns += usize::from(counted);
    }
    // Each line feed has a carriage return before it: so there is none elsewhere.
    controls == 0 && returns == lines
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
    /// Gives the length of the head once its empty line was found.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, NoHead> {
        let mut start = self.seen;
        let (words, rest) = bytes.get(start..).unwrap_or_default().as_chunks::<8>();
        let (pairs, odd) = words.as_chunks::<2>();
        for &[first, second] in pairs {
            let (first, second) = (u64::from_le_bytes(first), u64::from_le_bytes(second));
            // Most hold none.
            if equal(first, b'\n') | equal(second, b'\n') != 0 {
                for (word, start) in [(first, start), (second, start + 8)] {
                    if let Some(end) = self.note(word, start, bytes)? {
                        return Ok(Some(end));
                    }
                }
            }
            start += 16;
        }
        let mut last = [b' '; 8];
        last.iter_mut().zip(rest).for_each(|(place, &byte)| *place = byte);
        for &word in odd.iter().chain([&last]) {
            if let Some(end) = self.note(u64::from_le_bytes(word), start, bytes)? {
                return Ok(Some(end));
            }
            start += 8;
        }
        self.seen = bytes.len();
        Ok(None)
    }

    /// Notes the line feeds in eight bytes that begin at `start`. Gives the end of the head, if
    /// one of them is it.
    #[inline]
    fn note(&mut self, word: u64, start: usize, bytes: &[u8]) -> Result<Option<usize>, NoHead> {
        let mut found = line_feeds(word);
        while found != 0 {
            let at = start + found.trailing_zeros() as usize / 8;
            found &= found - 1;
            if at.checked_sub(1).and_then(|before| bytes.get(before)) != Some(&b'\r') {
                return Err(NoHead::BareLineFeed);
            }
            let end = u16::try_from(at).map_err(|_| NoHead::TooLong)?;
            let is_last = self.ends.last().is_some_and(|&before| end == before + 2);
            self.ends.push(end);
            if is_last {
                self.seen = at + 1;
                return Ok(Some(at + 1));
            }
        }
        Ok(None)
    }
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
    fn a_line_feed_alone_is_no_end() {
        for text in ["\n", "GET /\n\n", "GET /\r\nHost: a\n\r\n", "\r\n\n"] {
            let found = Scan::default().advance(text.as_bytes());
            assert_eq!(found, Err(NoHead::BareLineFeed), "{text:?}");
        }
    }

    #[test]
    fn controls_are_seen_wherever_they_stand() {
        let clean = format!("GET / HTTP/1.1\r\nA: {}\tä\u{80}\r\n\r\n", "x~".repeat(90));
        assert!(is_clean(clean.as_bytes(), 3));
        for at in 0..clean.len() {
            for control in (0..32).chain([127]).filter(|byte| !b"\t\n".contains(byte)) {
                let mut bytes = clean.clone().into_bytes();
                if bytes[at] != b'\r' && bytes[at] != b'\n' {
                    bytes[at] = control;
                    assert!(!is_clean(&bytes, 3), "{control} at {at}");
                }
            }
        }
    }
}
