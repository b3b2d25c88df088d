//! After `101 Switching Protocols`: bytes both ways until both sides have ended.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::buffer::Buffer;
use super::deadline::Deadline;

/// How much one direction holds at most.
const PIECE: usize = 8 * 1024;

/// One direction.
pub(crate) struct Flow {
    buffer: Buffer,
    /// Bytes that the other side has taken.
    pub(crate) bytes: u64,
    needs_flush: bool,
    has_ended: bool,
    is_done: bool,
}

impl Flow {
    /// `early` is what was read already, behind a head.
    pub(crate) const fn new(early: Buffer) -> Self {
        Self { buffer: early, bytes: 0, needs_flush: false, has_ended: false, is_done: false }
    }

    /// Moves bytes until nothing comes or nothing is taken; ready once one side has ended and the
    /// other was told.
    fn poll_move<R, W>(
        &mut self,
        context: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        while !self.is_done {
            while !self.buffer.is_empty() {
                let rest = self.buffer.unread();
                let count = ready!(Pin::new(&mut *to).poll_write(context, rest))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.buffer.consume(count);
                self.bytes += count as u64;
                self.needs_flush = true;
            }
            if self.needs_flush {
                ready!(Pin::new(&mut *to).poll_flush(context))?;
                self.needs_flush = false;
            }
            if self.has_ended {
                ready!(Pin::new(&mut *to).poll_shutdown(context))?;
                self.is_done = true;
                break;
            }
            self.buffer.make_room(PIECE);
            let count = ready!(self.buffer.poll_read_from(context, from, PIECE))?;
            self.has_ended = count == 0;
        }
        Poll::Ready(Ok(()))
    }
}

/// How long a connection that left HTTP goes on by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Without a byte of either side.
    pub(crate) silence: Duration,
    /// Until somebody looks again whether it may go on.
    pub(crate) look: Duration,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides have ended it.
    Finished,
    /// One side broke.
    Broken,
    /// Nobody said anything for too long.
    Silent,
    /// It may not go on.
    Cut,
}

/// Carries bytes both ways; each direction may end by itself. `may_go_on` is asked every now and
/// then, whether anything moves or not.
pub(crate) async fn carry<C, U>(
    (client, up): (&mut C, &mut Flow),
    (upstream, down): (&mut U, &mut Flow),
    patience: Patience,
    may_go_on: &dyn Fn() -> bool,
) -> End
where
    C: AsyncRead + AsyncWrite + Unpin,
    U: AsyncRead + AsyncWrite + Unpin,
{
    let mut silence = Deadline::new(patience.silence);
    let mut look = Deadline::new(patience.look);
    poll_fn(|context| {
        while look.poll_passed(context).is_ready() {
            if !may_go_on() {
                return Poll::Ready(End::Cut);
            }
            look.set(patience.look);
        }
        let before = up.bytes + down.bytes;
        let upward = up.poll_move(context, client, upstream);
        let downward = down.poll_move(context, upstream, client);
        match (upward, downward) {
            (Poll::Ready(Err(_)), _) | (_, Poll::Ready(Err(_))) => return Poll::Ready(End::Broken),
            (Poll::Ready(Ok(())), Poll::Ready(Ok(()))) => return Poll::Ready(End::Finished),
            _ => {}
        }
        if up.bytes + down.bytes > before {
            silence.set(patience.silence);
        }
        silence.poll_passed(context).map(|()| End::Silent)
    })
    .await
}
