//! The chunked transfer coding (RFC 9112 7.1): read strictly, written plainly.
//!
//! Extensions are read over and trailers are dropped: nothing that a decision did not see goes
//! on. Line ends are CRLF and nothing else.

use std::ops::Range;

/// Most bytes of a line that gives a chunk's size, its extension included.
pub const MAX_LINE: usize = 256;
/// Most bytes of all trailer lines together.
pub const MAX_TRAILERS: usize = 8192;

/// The bytes were no chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenChunk(pub &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the digits of a size; so many were read.
    Size {
        digits: u8,
    },
    /// In an extension.
    Extension,
    /// Behind the CR of a size line.
    SizeEnd,
    /// In the data of a chunk.
    Data,
    /// Behind the data: CR, then LF.
    DataCr,
    DataLf,
    /// At the start of a trailer line, within one, behind its CR.
    TrailerStart,
    Trailer,
    TrailerEnd,
    /// Behind the CR of the last, empty line.
    LastLf,
    Done,
}

/// Reads a chunked body as its bytes come in, in whatever pieces.
#[derive(Clone, Copy, Debug)]
pub struct ChunkDecoder {
    place: Place,
    /// Bytes left of the chunk, or its size so far.
    left: u64,
    /// Bytes of the present line, or of all trailers.
    line: usize,
}

/// What one step over some bytes found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// So many bytes were read over; the rest must be given again.
    pub consumed: usize,
    /// Where among them the body's own bytes stand; empty when there were none.
    pub data: Range<usize>,
}

impl Default for ChunkDecoder {
    fn default() -> Self {
        Self { place: Place::Size { digits: 0 }, left: 0, line: 0 }
    }
}

impl ChunkDecoder {
    /// Whether the last chunk and the trailers were read.
    pub fn is_done(&self) -> bool {
        self.place == Place::Done
    }

    /// Reads on until a run of data ends, the body ends, or `bytes` do.
    ///
    /// Call it until it has consumed everything or [`ChunkDecoder::is_done`]; what is left then
    /// belongs to the next message.
    pub fn step(&mut self, bytes: &[u8]) -> Result<Step, BrokenChunk> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.place == Place::Data {
                let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - at);
                self.left -= here as u64;
                if self.left == 0 {
                    self.place = Place::DataCr;
                }
                return Ok(Step { consumed: at + here, data: at..at + here });
            }
            if self.is_done() {
                break;
            }
            self.read_byte(byte)?;
            at += 1;
        }
        Ok(Step { consumed: at, data: at..at })
    }

    fn read_byte(&mut self, byte: u8) -> Result<(), BrokenChunk> {
        self.place = match (self.place, byte) {
            (Place::Size { digits }, _) => return self.read_size(digits, byte),
            (Place::Extension, b'\r') => Place::SizeEnd,
            (Place::Extension, _) => {
                if byte != b'\t' && !(0x20..0x7f).contains(&byte) {
                    return Err(BrokenChunk("a control character stands in a chunk extension"));
                }
                self.count_line(MAX_LINE, "a chunk's first line is too long")?;
                Place::Extension
            }
            (Place::SizeEnd, b'\n') => {
                self.line = 0;
                if self.left == 0 { Place::TrailerStart } else { Place::Data }
            }
            (Place::DataCr, b'\r') => Place::DataLf,
            (Place::DataLf, b'\n') => Place::Size { digits: 0 },
            (Place::TrailerStart, b'\r') => Place::LastLf,
            (Place::TrailerStart, b' ' | b'\t') => {
                return Err(BrokenChunk("a trailer line is folded"));
            }
            (Place::Trailer, b'\r') => Place::TrailerEnd,
            (Place::TrailerStart | Place::Trailer, _) => {
                if byte != b'\t' && (byte < 0x20 || byte == 0x7f) {
                    return Err(BrokenChunk("a control character stands in a trailer"));
                }
                self.count_line(MAX_TRAILERS, "the trailers are too long")?;
                Place::Trailer
            }
            (Place::TrailerEnd, b'\n') => Place::TrailerStart,
            (Place::LastLf, b'\n') => Place::Done,
            _ => return Err(BrokenChunk("a line of the chunked body does not end in CRLF")),
        };
        Ok(())
    }

    fn read_size(&mut self, digits: u8, byte: u8) -> Result<(), BrokenChunk> {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'\r' if digits > 0 => {
                self.place = Place::SizeEnd;
                return Ok(());
            }
            b';' if digits > 0 => {
                self.place = Place::Extension;
                return self.count_line(MAX_LINE, "a chunk's first line is too long");
            }
            _ => return Err(BrokenChunk("a chunk's size is no plain hexadecimal number")),
        };
        // Fifteen digits stay far below what 64 bits hold.
        if digits >= 15 {
            return Err(BrokenChunk("a chunk's size is too large"));
        }
        self.left = self.left << 4 | u64::from(value);
        self.place = Place::Size { digits: digits + 1 };
        self.count_line(MAX_LINE, "a chunk's first line is too long")
    }

    const fn count_line(&mut self, most: usize, problem: &'static str) -> Result<(), BrokenChunk> {
        self.line += 1;
        if self.line > most { Err(BrokenChunk(problem)) } else { Ok(()) }
    }
}

/// Writes `data` as one chunk; nothing for no data, for an empty chunk would end the body.
pub fn write_chunk(data: &[u8], out: &mut Vec<u8>) {
    if data.is_empty() {
        return;
    }
    let mut digits = [0_u8; 16];
    let mut left = data.len();
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        let nibble = u8::try_from(left & 15).unwrap_or_default();
        *digit = if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
        used += 1;
        left >>= 4;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(16 - used..).unwrap_or_default());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// What ends a chunked body.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    /// The data, and how many bytes the body took; in pieces of `piece` bytes.
    fn decode(wire: &[u8], piece: usize) -> Result<(Vec<u8>, usize), BrokenChunk> {
        let mut decoder = ChunkDecoder::default();
        let (mut data, mut at) = (Vec::new(), 0);
        while at < wire.len() && !decoder.is_done() {
            let here = &wire[at..wire.len().min(at + piece)];
            let step = decoder.step(here)?;
            data.extend_from_slice(&here[step.data.clone()]);
            at += step.consumed;
        }
        if decoder.is_done() { Ok((data, at)) } else { Err(BrokenChunk("unfinished")) }
    }

    #[test]
    fn a_body_is_read_the_same_in_whatever_pieces_it_comes() {
        let wire =
            b"4;x=\"y\"\r\nWiki\r\n0B\r\npedia in \r\n\r\n0;e\r\nTrailer: a\r\nB: c\r\n\r\nGET /";
        for piece in 1..wire.len() {
            let (data, consumed) = decode(wire, piece).unwrap();
            assert_eq!(data, b"Wikipedia in \r\n");
            assert_eq!(&wire[consumed..], b"GET /");
        }
    }

    #[test]
    fn whatever_another_parser_could_read_differently_is_refused() {
        for wire in [
            "0x2\r\n{}\r\n0\r\n\r\n",
            "+2\r\n{}\r\n0\r\n\r\n",
            "2 \r\n{}\r\n0\r\n\r\n",
            " 2\r\n{}\r\n0\r\n\r\n",
            "2\n{}\r\n0\r\n\r\n",
            "2\r\n{}XX0\r\n\r\n",
            "2\r\n{}\n0\r\n\r\n",
            "2\r\n{}\r\n0\n\r\n",
            "\r\n",
            "2;\x01\r\n{}\r\n0\r\n\r\n",
            "-0\r\n\r\n",
            "0\r\n folded\r\n\r\n",
            "0\r\na: b\n\r\n",
            "1000000000000000\r\n",
            "0\r\na\x00: b\r\n\r\n",
            "2;a\n\r\n{}\r\n0\r\n\r\n",
        ] {
            assert!(decode(wire.as_bytes(), 7).is_err(), "{wire:?}");
        }
    }

    #[test]
    fn lines_are_bounded_at_n_and_n_plus_one() {
        let line = |extension: usize| format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(extension));
        assert!(decode(line(MAX_LINE - 2).as_bytes(), 4096).is_ok());
        assert!(decode(line(MAX_LINE - 1).as_bytes(), 4096).is_err());
        let trailers = |bytes: usize| format!("0\r\n{}\r\n\r\n", "a".repeat(bytes));
        assert!(decode(trailers(MAX_TRAILERS).as_bytes(), 4096).is_ok());
        assert!(decode(trailers(MAX_TRAILERS + 1).as_bytes(), 4096).is_err());
    }

    #[test]
    fn what_is_written_is_read_back() {
        for length in [1, 9, 15, 16, 255, 4096, 70_000] {
            let data = vec![b'x'; length];
            let mut wire = Vec::new();
            write_chunk(&data, &mut wire);
            write_chunk(&[], &mut wire);
            wire.extend_from_slice(LAST_CHUNK);
            assert_eq!(decode(&wire, 1000).unwrap(), (data, wire.len()));
        }
    }
}
