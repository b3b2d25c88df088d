//! What stands between the socket and `h2`: it lets every byte pass, and counts.
//!
//! `h2` answers each PING, SETTINGS and cancelled stream without end. Whoever sends frames that
//! are no bodies and come to no answer (Rapid Reset, `MadeYouReset`, floods of PING, SETTINGS,
//! `WINDOW_UPDATE`, PRIORITY, CONTINUATION, empty DATA) is cut off here, after at most
//! [`frames::PURSE`] of them at once.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::frames::{self, FrameReader, Purse};

/// Most streams of which it is known that their head came in pieces.
const MOST_CONTINUED: usize = 100;

/// What was seen of a connection's bytes.
pub(super) struct Watch {
    reader: RefCell<FrameReader>,
    purse: RefCell<Purse>,
    paid_until: Cell<Instant>,
    /// Streams whose head took more than one frame.
    continued: RefCell<Vec<u32>>,
    is_over: Cell<bool>,
    /// Since when the client takes no bytes.
    blocked: Cell<Option<Instant>>,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            reader: RefCell::default(),
            purse: RefCell::default(),
            paid_until: Cell::new(Instant::now()),
            continued: RefCell::default(),
            is_over: Cell::new(false),
            blocked: Cell::new(None),
        }
    }

    /// Whether the client has sent too much that is of no use.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Since when the client takes none of the bytes that are there for it.
    pub(super) fn blocked_since(&self) -> Option<Instant> {
        self.blocked.get()
    }

    /// The number of the head that has begun to come and has not ended.
    pub(super) fn open_head(&self) -> Option<u64> {
        self.reader.borrow().open_head()
    }

    /// Gives back to the client, for something of use.
    pub(super) fn earn(&self, what: i32) {
        self.purse.borrow_mut().earn(what);
    }

    /// Whether the head of this stream took more than one frame. Asked once.
    pub(super) fn take_continued(&self, stream: u32) -> bool {
        let mut continued = self.continued.borrow_mut();
        let place = continued.iter().position(|&other| other == stream);
        place.map(|place| continued.swap_remove(place)).is_some()
    }

    fn see(&self, bytes: &[u8]) {
        self.pay_for_time();
        let mut purse = self.purse.borrow_mut();
        let mut continued = self.continued.borrow_mut();
        self.reader.borrow_mut().read(bytes, |head| {
            let mut has_left = purse.pay(head.price());
            if head.is_continuation() && continued.last() != Some(&head.stream) {
                has_left &= continued.len() < MOST_CONTINUED;
                continued.push(head.stream);
            }
            if !has_left {
                self.is_over.set(true);
            }
        });
        continued.truncate(MOST_CONTINUED);
    }

    fn pay_for_time(&self) {
        let now = Instant::now();
        let seconds = now.duration_since(self.paid_until.get()).as_secs();
        if seconds > 0 {
            self.paid_until.set(now);
            let seconds = i32::try_from(seconds).unwrap_or(frames::PURSE).min(frames::PURSE);
            self.earn(seconds * frames::SECOND);
        }
    }
}

/// A stream of bytes that is watched.
pub(super) struct Guarded<S> {
    /// Shared, for `h2` does not give it back.
    stream: Rc<RefCell<S>>,
    watch: Rc<Watch>,
}

impl<S> Guarded<S> {
    pub(super) fn new(stream: Rc<RefCell<S>>, watch: Rc<Watch>) -> Self {
        Self { stream, watch }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.watch.is_over() {
            // Who serves the connection says goodbye: nothing more is read for it.
            return Poll::Pending;
        }
        let before = space.filled().len();
        let read = Pin::new(&mut *self.stream.borrow_mut()).poll_read(context, space);
        if matches!(read, Poll::Ready(Ok(()))) {
            self.watch.see(space.filled().get(before..).unwrap_or_default());
            if self.watch.is_over() {
                space.set_filled(before);
                return Poll::Pending;
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> Guarded<S> {
    fn note<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let since = match &written {
            Poll::Pending => Some(self.watch.blocked.get().unwrap_or_else(Instant::now)),
            Poll::Ready(_) => None,
        };
        self.watch.blocked.set(since);
        written
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut *self.stream.borrow_mut()).poll_write(context, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut *self.stream.borrow_mut()).poll_write_vectored(context, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.borrow().is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut *self.stream.borrow_mut()).poll_flush(context);
        self.note(flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut *self.stream.borrow_mut()).poll_shutdown(context);
        self.note(shut)
    }
}
