//! What the heads of frames say (RFC 9113 4.1), and how many of them a client may spend.

/// What every client begins with (RFC 9113 3.4): 24 bytes.
const PREFACE: u8 = 24;
const HEAD: usize = 9;

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const CONTINUATION: u8 = 0x9;

const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;

/// A frame of DATA from this size on, padding included, pays back: 1,024 bytes. At most 255 of
/// them are padding.
const USEFUL_DATA: u32 = 1024;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Bytes of its payload.
    pub(super) length: u32,
    kind: u8,
    flags: u8,
    /// The stream; 0 is the connection.
    pub(super) stream: u32,
}

impl FrameHead {
    fn read(bytes: [u8; HEAD]) -> Self {
        let [length @ .., kind, flags, _, _, _, _] = bytes;
        let [_, _, _, _, _, stream @ ..] = bytes;
        let [high, middle, low] = length;
        Self {
            length: u32::from_be_bytes([0, high, middle, low]),
            kind,
            flags,
            // The first bit is reserved.
            stream: u32::from_be_bytes(stream) & (u32::MAX >> 1),
        }
    }

    /// Whether it goes on with a head that another frame began.
    pub(super) const fn is_continuation(self) -> bool {
        self.kind == CONTINUATION
    }

    const fn is_of_head(self) -> bool {
        matches!(self.kind, HEADERS | CONTINUATION)
    }

    /// What it costs the client: everything but a body costs one. A request's frame is paid back
    /// when the request is answered.
    pub(super) const fn price(self) -> i32 {
        match self.kind {
            DATA if self.length >= USEFUL_DATA => -1,
            // A small one that is padded may hold nothing else.
            DATA if self.length > 0 && self.flags & PADDED == 0 => 0,
            _ => 1,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Preface(u8),
    Head { bytes: [u8; HEAD], have: usize },
    Payload { left: u32, ends_head: bool },
}

/// Finds the heads of frames among bytes as they come in, in whatever pieces.
#[derive(Debug)]
pub(super) struct FrameReader {
    place: Place,
    /// How many heads of requests have begun.
    heads: u64,
    is_in_head: bool,
}

impl Default for FrameReader {
    fn default() -> Self {
        Self { place: Place::Preface(PREFACE), heads: 0, is_in_head: false }
    }
}

impl FrameReader {
    /// The number of the request's head that has begun and not ended, if there is one.
    pub(super) fn open_head(&self) -> Option<u64> {
        self.is_in_head.then_some(self.heads)
    }

    /// Reads all of `bytes`, and calls `each` with every head of a frame that they complete.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut each: impl FnMut(FrameHead)) {
        while let Some(&first) = bytes.first() {
            let used = match &mut self.place {
                Place::Preface(left) => {
                    *left -= 1;
                    if *left == 0 {
                        self.await_head();
                    }
                    1
                }
                Place::Head { bytes, have } => {
                    if let Some(space) = bytes.get_mut(*have) {
                        *space = first;
                    }
                    *have += 1;
                    if *have == HEAD {
                        let head = FrameHead::read(*bytes);
                        each(head);
                        self.begin(head);
                    }
                    1
                }
                Place::Payload { left, .. } => {
                    let here = u32::try_from(bytes.len()).unwrap_or(u32::MAX).min(*left);
                    *left -= here;
                    here as usize
                }
            };
            bytes = bytes.get(used..).unwrap_or_default();
            if let Place::Payload { left: 0, ends_head } = self.place {
                self.is_in_head &= !ends_head;
                self.await_head();
            }
        }
    }

    const fn await_head(&mut self) {
        self.place = Place::Head { bytes: [0; HEAD], have: 0 };
    }

    fn begin(&mut self, head: FrameHead) {
        if head.is_of_head() && !self.is_in_head {
            self.heads += 1;
            self.is_in_head = true;
        }
        let ends_head = head.is_of_head() && head.flags & END_HEADERS != 0;
        self.place = Place::Payload { left: head.length, ends_head };
    }
}

/// How many frames that are no body a client may have sent beyond those that were worth it.
#[derive(Debug)]
pub(super) struct Purse {
    left: i32,
}

/// What a client has at first, and at most: so many frames of a flood are read, at most, before
/// the connection ends.
pub(super) const PURSE: i32 = 500;
/// What an answered request pays back: its HEADERS, an empty DATA, and two
/// of `WINDOW_UPDATE`.
pub(super) const ANSWERED: i32 = 4;
/// What each frame of an answer's body pays back: a `WINDOW_UPDATE` for the stream, one for the
/// connection, and a PING by which clients measure.
const FRAME: i32 = 3;
/// What a frame holds at most, unless the client asks for more (RFC 9113 6.5.2).
const FRAME_SIZE: usize = 16 * 1024;
/// What each second pays back.
pub(super) const SECOND: i32 = 16;

/// What so many bytes of an answer's body pay back.
pub(super) fn of_answer(bytes: usize) -> i32 {
    let frames = bytes.div_ceil(FRAME_SIZE).max(1);
    i32::try_from(frames).unwrap_or(PURSE).saturating_mul(FRAME)
}

impl Default for Purse {
    fn default() -> Self {
        Self { left: PURSE }
    }
}

impl Purse {
    /// Takes the price of a frame; `false` when there is nothing left.
    pub(super) fn pay(&mut self, price: i32) -> bool {
        self.earn(-price);
        self.left > 0
    }

    /// Gives back.
    pub(super) fn earn(&mut self, what: i32) {
        self.left = self.left.saturating_add(what).clamp(0, PURSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn heads_are_found_however_the_bytes_are_cut() {
        let mut wire = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        wire.extend(frame(0x4, 0, 0, &[]));
        wire.extend(frame(HEADERS, 0, 1, b"abc"));
        wire.extend(frame(CONTINUATION, END_HEADERS, 1, b""));
        wire.extend(frame(DATA, 1, 0x8000_0001, &[0; 3000]));
        for size in [1, 2, 7, 9, 24, 33, 100, wire.len()] {
            let (mut reader, mut seen) = (FrameReader::default(), Vec::new());
            for piece in wire.chunks(size) {
                reader.read(piece, |head| seen.push((head.kind, head.length, head.stream)));
            }
            assert_eq!(seen, [(4, 0, 0), (1, 3, 1), (9, 0, 1), (0, 3000, 1)], "{size}");
            assert_eq!(reader.open_head(), None);
        }
    }

    #[test]
    fn a_head_is_open_until_the_last_byte_of_its_last_frame() {
        let mut reader = FrameReader::default();
        let mut read = |bytes: &[u8]| {
            reader.read(bytes, |_| {});
            reader.open_head()
        };
        assert_eq!(read(&[b'x'; 24]), None);
        assert_eq!(read(&frame(HEADERS, END_HEADERS, 1, b"abc")[..11]), Some(1));
        assert_eq!(read(b"c"), None);
        assert_eq!(read(&frame(HEADERS, 0, 3, b"abc")), Some(2));
        assert_eq!(read(&frame(CONTINUATION, 0, 3, b"abc")), Some(2));
        assert_eq!(read(&frame(CONTINUATION, END_HEADERS, 3, b"")), None);
    }

    #[test]
    fn bodies_are_free_and_everything_else_is_paid_for() {
        let of = |kind, flags, length| FrameHead { length, kind, flags, stream: 1 }.price();
        let price = |kind, length| of(kind, 0, length);
        assert_eq!((price(DATA, 16_384), price(DATA, 10), price(DATA, 0)), (-1, 0, 1));
        assert_eq!((of(DATA, PADDED, 16_384), of(DATA, PADDED, 256)), (-1, 1));
        assert!((1..=255).all(|kind| price(kind, 8) == 1));
        let mut purse = Purse::default();
        purse.earn(100);
        assert_eq!((0..1000).filter(|_| purse.pay(1)).count(), 499);
        purse.earn(ANSWERED);
        assert!(purse.pay(1));
        assert_eq!([0, 1, 16_384, 16_385, 32_768].map(of_answer), [3, 3, 3, 6, 6]);
    }
}
