//! Numbers and texts one after the other in bytes, as the journal and the log have them.

use gatepass_model::Timestamp;

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
#[inline]
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        let [low, ..] = number.to_le_bytes();
        out.push(low | 0x80);
        number >>= 7;
    }
    let [low, ..] = number.to_le_bytes();
    out.push(low);
}

/// A moment as its distance from one before, which may be later: small either way.
#[inline]
pub(super) fn put_moment(out: &mut Vec<u8>, before: Timestamp, at: Timestamp) {
    let distance = at.as_millis().wrapping_sub(before.as_millis());
    put_number(out, ((distance << 1) ^ (distance >> 63)).cast_unsigned());
}

/// With its length.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// What is left of some bytes that were put. `None` where they are not what was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    pub(super) fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn small(&mut self) -> Option<u32> {
        self.number().and_then(|number| u32::try_from(number).ok())
    }

    pub(super) fn moment(&mut self, before: Timestamp) -> Option<Timestamp> {
        let number = self.number()?;
        let distance = (number >> 1).cast_signed() ^ -(number & 1).cast_signed();
        Some(Timestamp::from_millis(before.as_millis().saturating_add(distance)))
    }

    pub(super) fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (slice, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(slice)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.slice(length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_comes_back_and_nothing_is_read_behind_the_end() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX];
        let moments = [0, 5, 3, 1_800_000_000_000, 2];
        let mut out = Vec::new();
        for number in numbers {
            put_number(&mut out, number);
        }
        let mut before = Timestamp::EPOCH;
        for at in moments.map(Timestamp::from_millis) {
            put_moment(&mut out, before, at);
            before = at;
        }
        put_text(&mut out, "");
        put_text(&mut out, "ä");
        let mut bytes = Bytes(&out);
        assert!(numbers.iter().all(|&number| bytes.number() == Some(number)));
        let mut before = Timestamp::EPOCH;
        for at in moments.map(Timestamp::from_millis) {
            before = bytes.moment(before).unwrap();
            assert_eq!(before, at);
        }
        assert_eq!((bytes.text(), bytes.text()), (Some(""), Some("ä")));
        assert!(bytes.is_empty());
        assert_eq!((bytes.byte(), bytes.number(), bytes.text()), (None, None, None));
    }

    #[test]
    fn a_number_that_is_too_long_is_none() {
        assert_eq!(Bytes(&[0x80; 12]).number(), None);
        assert_eq!(Bytes(&[0xff; 10]).number(), None);
        assert_eq!(Bytes(&[0x80]).number(), None);
        assert_eq!(Bytes(&[5, b'a']).text(), None);
        assert_eq!(Bytes(&[1, 0xff]).text(), None);
    }
}
