//! One stream, made to look like a connection of HTTP/1.1 that brings one request.
//!
//! What is read from it is the head that [`super::head`] wrote, then the stream's DATA, framed as
//! that head says. What is written to it is an answer of HTTP/1.1, which goes out as frames. Both
//! ways hold back whoever is too fast: DATA gives its room in the window back once it was read,
//! and an answer is taken only as far as the client's window is open.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::answer::{AnswerReader, Head, Left};
use super::frames;
use super::guard::Watch;
use super::head::Written;

/// What goes out in one frame of DATA, or in several.
pub(super) type Piece = Cursor<Vec<u8>>;

/// Most bytes of an answer that are taken at once: what `h2` keeps for a stream.
pub(super) const MOST_SENT: usize = 32 * 1024;

/// Bytes in order that are to be read: the head, a chunk's framing, or a frame's DATA.
#[derive(Default)]
struct Source<B> {
    bytes: B,
    used: usize,
}

impl<B: AsRef<[u8]>> Source<B> {
    /// Moves what fits; gives how much that was.
    fn give(&mut self, space: &mut ReadBuf<'_>) -> usize {
        let rest = self.bytes.as_ref().get(self.used..).unwrap_or_default();
        let here = rest.get(..rest.len().min(space.remaining())).unwrap_or_default();
        space.put_slice(here);
        self.used += here.len();
        here.len()
    }

    fn is_used(&self) -> bool {
        self.used >= self.bytes.as_ref().len()
    }
}

/// The request's side of a stream.
struct Incoming {
    /// The head, or the framing of a chunk.
    framing: Source<Vec<u8>>,
    data: Source<Bytes>,
    is_chunked: bool,
    has_ended: bool,
    body: RecvStream,
}

impl Incoming {
    /// Gives what is there, then waits for the next DATA. At the end of the body nothing is given
    /// and `has_ended` holds.
    fn poll_give(
        &mut self,
        context: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = space.filled().len();
        while space.remaining() > 0 {
            if !self.framing.is_used() {
                self.framing.give(space);
                continue;
            }
            if !self.data.is_used() {
                let given = self.data.give(space);
                // Fails only when more is given back than came.
                let _ = self.body.flow_control().release_capacity(given);
                if self.data.is_used() && self.is_chunked {
                    self.framing = Source { bytes: b"\r\n".to_vec(), used: 0 };
                }
                continue;
            }
            if self.has_ended {
                break;
            }
            match self.body.poll_data(context) {
                Poll::Pending if space.filled().len() > before => break,
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(gone())),
                Poll::Ready(Some(Ok(data))) => self.take(data),
                Poll::Ready(None) => self.end(),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn take(&mut self, data: Bytes) {
        let length = data.len();
        // An empty chunk would be the last one.
        if length > 0 && self.is_chunked {
            self.framing = Source { bytes: format!("{length:x}\r\n").into_bytes(), used: 0 };
        }
        self.data = Source { bytes: data, used: 0 };
    }

    fn end(&mut self) {
        self.has_ended = true;
        if self.is_chunked {
            self.framing = Source { bytes: b"0\r\n\r\n".to_vec(), used: 0 };
        }
    }
}

/// A stream's two sides.
pub(super) struct StreamSide {
    incoming: Incoming,
    respond: SendResponse<Piece>,
    /// From the answer's head on.
    sending: Option<SendStream<Piece>>,
    answer: AnswerReader,
    watch: Rc<Watch>,
    is_over: bool,
}

fn gone() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

impl StreamSide {
    /// Of a request whose head was written.
    pub(super) fn new(
        written: Written,
        is_head_request: bool,
        body: RecvStream,
        respond: SendResponse<Piece>,
        watch: Rc<Watch>,
    ) -> Self {
        let incoming = Incoming {
            framing: Source { bytes: written.bytes, used: 0 },
            data: Source::default(),
            is_chunked: written.is_chunked,
            has_ended: false,
            body,
        };
        let answer = AnswerReader::new(is_head_request);
        Self { incoming, respond, sending: None, answer, watch, is_over: false }
    }

    /// The exchange is done with it. An answer that is not whole is reset, so that nobody takes it
    /// for one.
    pub(super) fn finish(mut self) {
        if matches!(self.answer.left, Left::UntilEnd) && self.send(Vec::new(), true).is_ok() {
            self.answer.left = Left::Nothing;
        }
        self.is_over = true;
        if self.answer.is_done() {
            // If DATA still comes, `h2` asks the client to stop (RFC 9113 8.1).
            self.watch.earn(frames::ANSWERED);
        } else {
            self.respond.send_reset(Reason::INTERNAL_ERROR);
        }
    }

    /// Waits for the client to cancel.
    fn poll_cancelled(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let reset = match &mut self.sending {
            Some(sending) => sending.poll_reset(context),
            None => self.respond.poll_reset(context),
        };
        reset.map(|_| Err(gone()))
    }

    fn send(&mut self, data: Vec<u8>, ends: bool) -> io::Result<()> {
        let sending = self.sending.as_mut().ok_or_else(gone)?;
        let earned = frames::of_answer(data.len());
        sending.send_data(Cursor::new(data), ends).map_err(|_| gone())?;
        self.watch.earn(earned);
        Ok(())
    }

    fn write_head(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (used, head) = self.answer.read_head(bytes).map_err(|_| no_answer())?;
        match head {
            Head::Incomplete => {}
            Head::Interim(head) => {
                self.respond.send_informational(head).map_err(|_| gone())?;
            }
            Head::Final(head) => {
                let ends = self.answer.is_done();
                self.sending = Some(self.respond.send_response(head, ends).map_err(|_| gone())?);
            }
        }
        Ok(used)
    }

    fn poll_room(&mut self, context: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        let Some(sending) = &mut self.sending else { return Poll::Ready(Err(gone())) };
        sending.reserve_capacity(wanted.min(MOST_SENT));
        loop {
            let room = sending.capacity();
            if room > 0 {
                return Poll::Ready(Ok(room));
            }
            match ready!(sending.poll_capacity(context)) {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(Err(gone())),
            }
        }
    }

    fn poll_write_body(
        &mut self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut data = Vec::new();
        let mut room = 0;
        let mut used = self.read_body(bytes, room, &mut data)?;
        if used < bytes.len() && !self.answer.is_done() {
            let rest = bytes.get(used..).unwrap_or_default();
            match self.poll_room(context, rest.len()) {
                Poll::Ready(more) => room = more?,
                Poll::Pending if used > 0 => return Poll::Ready(Ok(used)),
                Poll::Pending => return Poll::Pending,
            }
            data.reserve(room.min(rest.len()));
            used += self.read_body(rest, room, &mut data)?;
        }
        if !data.is_empty() || self.answer.is_done() {
            self.send(data, self.answer.is_done())?;
        }
        Poll::Ready(Ok(used))
    }

    fn read_body(&mut self, bytes: &[u8], room: usize, data: &mut Vec<u8>) -> io::Result<usize> {
        self.answer.read_body(bytes, room, data).map_err(|_| no_answer())
    }
}

fn no_answer() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

impl AsyncRead for StreamSide {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = space.filled().len();
        ready!(self.incoming.poll_give(context, space))?;
        if space.filled().len() > before || space.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        // The end of the request is not the client's end, as it would be on a connection: it
        // waits for the answer, or cancels.
        self.poll_cancelled(context)
    }
}

impl AsyncWrite for StreamSide {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.answer.left {
            Left::Head => Poll::Ready(self.write_head(bytes)),
            Left::Nothing => Poll::Ready(Ok(bytes.len())),
            Left::Bytes(_) | Left::Chunks(_) | Left::UntilEnd => {
                self.poll_write_body(context, bytes)
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for StreamSide {
    fn drop(&mut self) {
        // Cut in the middle: its token has ended, or the gate has.
        if !self.is_over && !self.answer.is_done() {
            self.respond.send_reset(Reason::CANCEL);
        }
    }
}
