//! The body of a request or of an answer, on its way through.

use std::task::{Context, Poll, ready};

use tokio::io::AsyncRead;

use super::buffer::{Buffer, Outgoing};
use crate::engine::http1::chunked::{BrokenChunk, ChunkDecoder, LAST_CHUNK, write_chunk};
use crate::engine::http1::framing::Framing;

/// How large a piece may become on its way. Nothing is buffered beyond one piece a direction.
pub(crate) const PIECE: usize = 32 * 1024;

/// What is left of a body.
#[derive(Clone, Copy, Debug)]
enum Left {
    Nothing,
    Bytes(u64),
    Chunks(ChunkDecoder),
    UntilClose,
}

/// A body that is being read from one side and written, newly framed, to the other.
#[derive(Debug)]
pub(crate) struct Body {
    left: Left,
    /// Whether what goes out is framed in chunks.
    out_chunked: bool,
    bytes: u64,
    /// How much stands before it in the buffer from which it is sent, and goes out with it.
    ahead: usize,
}

/// Why a body could not be read on.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// Its chunks are broken.
    Broken(BrokenChunk),
    /// The sender ended before the body did.
    CutShort,
    /// The connection failed.
    Failed,
}

impl Body {
    /// That comes as `framing` says and goes out in chunks when `out_chunked`.
    pub(crate) fn new(framing: Framing, out_chunked: bool) -> Self {
        let left = match framing {
            Framing::None | Framing::Length(0) => Left::Nothing,
            Framing::Length(length) => Left::Bytes(length),
            Framing::Chunked => Left::Chunks(ChunkDecoder::default()),
            Framing::UntilClose => Left::UntilClose,
        };
        Self { left, out_chunked, bytes: 0, ahead: 0 }
    }

    /// Whether all of it was read.
    pub(crate) const fn is_done(&self) -> bool {
        matches!(self.left, Left::Nothing) && self.ahead == 0
    }

    /// So many bytes were put before what the buffer has of a plain body.
    pub(crate) const fn go_behind(&mut self, ahead: usize) {
        self.ahead = ahead;
    }

    /// Whether its bytes go out as they come in, so that nobody need copy them.
    pub(crate) const fn is_plain(&self) -> bool {
        !self.out_chunked && !matches!(self.left, Left::Chunks(_))
    }

    /// How many of `here` bytes are this body's, when it is plain, with what stands before it.
    pub(crate) fn count_of(&self, here: usize) -> usize {
        let behind = here.saturating_sub(self.ahead);
        self.ahead.min(here)
            + match self.left {
                Left::Bytes(left) => usize::try_from(left).unwrap_or(usize::MAX).min(behind),
                Left::UntilClose => behind,
                Left::Nothing | Left::Chunks(_) => 0,
            }
    }

    /// So many bytes of a plain body, and of what stands before it, went on.
    pub(crate) fn pass(&mut self, count: usize) {
        let before = count.min(self.ahead);
        self.ahead -= before;
        let count = count - before;
        self.bytes += count as u64;
        if let Left::Bytes(left) = &mut self.left {
            *left = left.saturating_sub(count as u64);
            if *left == 0 {
                self.left = Left::Nothing;
            }
        }
    }

    /// The sender has ended. Whether that is this body's end.
    pub(crate) const fn end(&mut self) -> bool {
        let ends = matches!(self.left, Left::UntilClose);
        if ends {
            self.left = Left::Nothing;
        }
        ends
    }

    /// How many bytes of it were read, framing not counted.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes what `from` holds of the body and appends it to `out`, framed for the other side;
    /// stops when `out` holds a piece. What belongs to the next message stays in `from`.
    pub(crate) fn take(&mut self, from: &mut Buffer, out: &mut Vec<u8>) -> Result<(), BrokenChunk> {
        let (consumed, ended) = self.take_slice(from.unread(), out)?;
        from.consume(consumed);
        if ended {
            self.left = Left::Nothing;
            if self.out_chunked {
                out.extend_from_slice(LAST_CHUNK);
            }
        }
        Ok(())
    }

    /// How many bytes were used, and whether the body ended with them.
    fn take_slice(
        &mut self,
        mut from: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(usize, bool), BrokenChunk> {
        let mut used = 0;
        match &mut self.left {
            Left::Nothing => return Ok((0, false)),
            Left::Bytes(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(from.len());
                let data = from.get(..here).unwrap_or_default();
                *left -= here as u64;
                let ended = *left == 0;
                self.bytes += here as u64;
                push(data, self.out_chunked, out);
                return Ok((here, ended));
            }
            Left::UntilClose => {
                self.bytes += from.len() as u64;
                push(from, self.out_chunked, out);
                return Ok((from.len(), false));
            }
            Left::Chunks(decoder) => {
                while !from.is_empty() && out.len() < 2 * PIECE {
                    let step = decoder.step(from)?;
                    let data = from.get(step.data.clone()).unwrap_or_default();
                    self.bytes += data.len() as u64;
                    push(data, self.out_chunked, out);
                    used += step.consumed;
                    from = from.get(step.consumed..).unwrap_or_default();
                    if decoder.is_done() {
                        return Ok((used, true));
                    }
                }
            }
        }
        Ok((used, false))
    }

    /// Fills `out`, which must be sent, with the next piece. Reads from `stream` when `from` holds
    /// nothing more. At the end of the body `out` may stay empty; ask [`Body::is_done`].
    pub(crate) fn poll_piece<S: AsyncRead + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        from: &mut Buffer,
        stream: &mut S,
        out: &mut Outgoing,
    ) -> Poll<Result<(), BodyError>> {
        out.reset(2 * PIECE);
        loop {
            self.take(from, &mut out.bytes).map_err(BodyError::Broken)?;
            if self.is_done() || !out.bytes.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if from.capacity() < PIECE {
                from.make_room(PIECE);
            }
            // A counted body is never read beyond its end: what follows is the next request's.
            let most = match self.left {
                Left::Bytes(left) => usize::try_from(left).unwrap_or(usize::MAX),
                _ => usize::MAX,
            };
            match ready!(from.poll_read_from(context, stream, most))
                .map_err(|_| BodyError::Failed)?
            {
                0 if matches!(self.left, Left::UntilClose) => {
                    self.left = Left::Nothing;
                    if self.out_chunked {
                        out.bytes.extend_from_slice(LAST_CHUNK);
                    }
                    return Poll::Ready(Ok(()));
                }
                0 => return Poll::Ready(Err(BodyError::CutShort)),
                _ => {}
            }
        }
    }
}

fn push(data: &[u8], chunked: bool, out: &mut Vec<u8>) {
    if chunked {
        write_chunk(data, out);
    } else {
        out.extend_from_slice(data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(framing: Framing, out_chunked: bool, wire: &[u8]) -> (Vec<u8>, Vec<u8>, bool) {
        let mut body = Body::new(framing, out_chunked);
        let mut from = Buffer::default();
        from.append(wire);
        let mut out = Vec::new();
        body.take(&mut from, &mut out).unwrap();
        (out, from.unread().to_vec(), body.is_done())
    }

    #[test]
    fn what_follows_a_body_stays_for_the_next_request() {
        let (out, rest, done) = taken(Framing::Length(3), false, b"abcGET /");
        assert_eq!((&out[..], &rest[..], done), (&b"abc"[..], &b"GET /"[..], true));
        let (out, rest, done) =
            taken(Framing::Chunked, true, b"3;x\r\nabc\r\n0\r\nT: x\r\n\r\nGET /");
        assert_eq!(
            (&out[..], &rest[..], done),
            (&b"3\r\nabc\r\n0\r\n\r\n"[..], &b"GET /"[..], true)
        );
    }

    #[test]
    fn chunks_go_out_plain_to_who_does_not_understand_them() {
        let (out, _, done) = taken(Framing::Chunked, false, b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
        assert_eq!((&out[..], done), (&b"abc"[..], true));
    }

    #[test]
    fn what_stands_before_a_body_goes_with_it_and_is_none_of_it() {
        let mut body = Body::new(Framing::Length(3), false);
        body.go_behind(4);
        assert_eq!((body.count_of(2), body.count_of(5), body.count_of(99)), (2, 5, 7));
        body.pass(5);
        assert_eq!((body.bytes(), body.is_done(), body.count_of(99)), (1, false, 2));
        body.pass(2);
        assert!(body.is_done() && body.bytes() == 3);
        let mut none = Body::new(Framing::None, false);
        none.go_behind(4);
        assert!(!none.is_done() && none.count_of(9) == 4);
    }

    #[test]
    fn an_unfinished_body_is_not_done() {
        assert!(!taken(Framing::Length(4), false, b"abc").2);
        assert!(!taken(Framing::Chunked, true, b"3\r\nabc\r\n0\r\n").2);
        assert!(!taken(Framing::UntilClose, true, b"abc").2);
    }
}
