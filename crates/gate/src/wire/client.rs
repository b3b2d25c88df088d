//! The client's side of a connection.

use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::buffer::Buffer;
use super::deadline::Deadline;

/// What a connection that waits for a request holds in memory.
pub(crate) const SMALL: usize = 4 * 1024;

/// A stream, what was read from it, and the one timer of the connection.
pub(crate) struct ClientSide<S> {
    pub(crate) stream: S,
    pub(crate) buffer: Buffer,
    pub(crate) deadline: Deadline,
    /// The client has ended its side: it may be gone, or may still read (RFC 9112 9.6).
    pub(crate) has_ended: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ClientSide<S> {
    /// Around a stream that was just accepted.
    pub(crate) fn new(stream: S, idle: Duration) -> Self {
        Self {
            stream,
            buffer: Buffer::with_capacity(SMALL),
            deadline: Deadline::new(idle),
            has_ended: false,
        }
    }

    /// Looks whether the client is still there, while an answer is on its way to it. What it says
    /// meanwhile (a pipelined request) is kept, within the buffer's room. `Err` when it is gone.
    pub(crate) fn poll_watch(
        &mut self,
        context: &mut Context<'_>,
        half_closed: Duration,
    ) -> io::Result<()> {
        if self.has_ended {
            return Ok(());
        }
        if self.buffer.is_empty() {
            self.buffer.clear();
        }
        // Until there is nothing more to read, for only then will the client's going wake us.
        while self.buffer.unread().len() < SMALL {
            self.buffer.make_room(SMALL);
            match self.buffer.poll_read_from(context, &mut self.stream, SMALL) {
                Poll::Ready(Ok(0)) => {
                    self.has_ended = true;
                    self.deadline.set_shorter(half_closed);
                    return Ok(());
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Ready(Ok(_)) => {}
                Poll::Pending => return Ok(()),
            }
        }
        Ok(())
    }

    /// Sets the deadline to `span` from now; to `half_closed` at most once the client has ended
    /// its side, for then nobody may be there any more.
    pub(crate) fn wait(&mut self, span: Duration, half_closed: Duration) {
        self.deadline.set(if self.has_ended { span.min(half_closed) } else { span });
    }

    /// Sends all of `bytes`, within `patience`.
    pub(crate) async fn send(&mut self, bytes: &[u8], patience: Duration) -> io::Result<()> {
        let sent = tokio::time::timeout(patience, self.stream.write_all(bytes)).await;
        sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Ends a connection on which everything was said: what a layer below still holds is sent.
    pub(crate) async fn finish(mut self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.stream.shutdown()).await;
    }

    /// Ends the connection so that the client can read the last answer: our side is closed first,
    /// then what still comes is read over, for unread bytes would make the system reset the
    /// connection and the answer with it (RFC 9112 9.6). At most 30 s, and 5 s of silence.
    pub(crate) async fn linger(mut self) {
        if self.stream.shutdown().await.is_err() {
            return;
        }
        let all = async {
            // Into the memory that is there: ten thousand may end at once.
            loop {
                self.buffer.clear();
                let once = std::future::poll_fn(|context| {
                    self.buffer.poll_read_from(context, &mut self.stream, usize::MAX)
                });
                match tokio::time::timeout(Duration::from_secs(5), once).await {
                    Ok(Ok(count)) if count > 0 => {}
                    _ => return,
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(30), all).await;
    }
}
