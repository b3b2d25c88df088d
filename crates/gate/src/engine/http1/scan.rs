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
    /// A line feed without a carriage return before it: some servers take it for the end of a
    /// line, some don't.
    BareLineFeed,
    /// Longer than any head may be: 64 KiB.
    TooLong,
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
    /// Gives the length of the head once its empty line was found.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, NoHead> {
        let fresh = bytes.get(self.seen..).unwrap_or_default();
        for at in memchr::memchr_iter(b'\n', fresh) {
            let at = self.seen + at;
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            if before != Some(&b'\r') {
                return Err(NoHead::BareLineFeed);
            }
            let line_begins = self.ends.last().map_or(0, |&end| usize::from(end) + 1);
            self.ends.push(u16::try_from(at).map_err(|_| NoHead::TooLong)?);
            if at == line_begins + 1 && line_begins > 0 {
                self.seen = at + 1;
                return Ok(Some(at + 1));
            }
        }
        self.seen = bytes.len();
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
            assert_eq!(Scan::default().advance(text.as_bytes()), Err(NoHead::BareLineFeed), "{text:?}");
        }
    }
}
