//! One buffer of bytes that were read and not used yet.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes in order: filled at the end, used from the front. Grows only when asked to.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// What is left free at the front for [`Buffer::prepend`].
    headroom: usize,
}

impl Buffer {
    /// With room for `capacity` bytes.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self::with_headroom(capacity, 0)
    }

    /// The same, with so much left free before what is read.
    pub(crate) fn with_headroom(capacity: usize, headroom: usize) -> Self {
        Self { bytes: vec![0; headroom + capacity], start: headroom, end: headroom, headroom }
    }

    /// Puts `bytes` before what is unread, if they find room there. So they go out together in one
    /// piece: to gather two pieces costs the system more than to copy a head.
    pub(crate) fn prepend(&mut self, bytes: &[u8]) -> bool {
        let Some(start) = self.start.checked_sub(bytes.len()) else { return false };
        let Some(space) = self.bytes.get_mut(start..self.start) else { return false };
        space.copy_from_slice(bytes);
        self.start = start;
        true
    }

    /// What was read and not used.
    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether nothing is left to use.
    pub(crate) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// How many bytes it can hold.
    pub(crate) const fn capacity(&self) -> usize {
        self.bytes.len() - self.headroom
    }

    /// Whether a read would find room behind what was read before.
    pub(crate) const fn has_room(&self) -> bool {
        self.end < self.bytes.len()
    }

    /// The first `count` unread bytes are used.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
        if self.start == self.end {
            self.clear();
        }
    }

    /// Everything is used.
    pub(crate) const fn clear(&mut self) {
        self.start = self.headroom;
        self.end = self.headroom;
    }

    /// Makes room for `capacity` bytes from the first unread one on.
    pub(crate) fn make_room(&mut self, capacity: usize) {
        if self.start > self.headroom {
            self.bytes.copy_within(self.start..self.end, self.headroom);
            self.end -= self.start - self.headroom;
            self.start = self.headroom;
        }
        if self.capacity() < capacity {
            self.bytes.resize(self.headroom + capacity, 0);
        }
    }

    /// Gives memory back when it is empty and larger than `capacity`.
    pub(crate) fn shrink_when_empty(&mut self, capacity: usize) {
        if self.is_empty() && self.capacity() > capacity {
            *self = Self::with_headroom(capacity, self.headroom);
        }
    }

    /// Appends bytes that were read elsewhere.
    #[cfg(test)]
    pub(crate) fn append(&mut self, more: &[u8]) {
        self.make_room(self.end - self.start + more.len());
        if let Some(space) = self.bytes.get_mut(self.end..self.end + more.len()) {
            space.copy_from_slice(more);
            self.end += more.len();
        }
    }

    /// Reads once, at most `most` bytes; `Ok(0)` when the other side has ended. With no room it
    /// is an error: the caller must have made some.
    pub(crate) fn poll_read_from<S: AsyncRead + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        stream: &mut S,
        most: usize,
    ) -> Poll<io::Result<usize>> {
        let upto = self.bytes.len().min(self.end.saturating_add(most));
        let Some(space) = self.bytes.get_mut(self.end..upto).filter(|space| !space.is_empty())
        else {
            return Poll::Ready(Err(io::ErrorKind::OutOfMemory.into()));
        };
        let mut space = ReadBuf::new(space);
        ready!(Pin::new(stream).poll_read(context, &mut space))?;
        let count = space.filled().len();
        self.end += count;
        Poll::Ready(Ok(count))
    }
}

/// Bytes to be sent, and how many of them were.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// What is to be sent. Write into it only after [`Outgoing::reset`].
    pub(crate) bytes: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    /// Forgets everything, keeps the memory up to `keep` bytes.
    pub(crate) fn reset(&mut self, keep: usize) {
        self.sent = 0;
        self.bytes.clear();
        if self.bytes.capacity() > keep {
            self.bytes.shrink_to(keep);
        }
    }

    /// Whether everything was sent.
    pub(crate) const fn is_sent(&self) -> bool {
        self.sent >= self.bytes.len()
    }

    /// Sends the rest, and then `more`, in one go as far as the other side takes it. Gives how many
    /// bytes of `more` went.
    pub(crate) fn poll_send_with<S: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        stream: &mut S,
        more: &[u8],
    ) -> Poll<io::Result<usize>> {
        let rest = self.bytes.get(self.sent..).unwrap_or_default();
        let stream = Pin::new(stream);
        let count = match (rest, more) {
            (rest, []) => ready!(stream.poll_write(context, rest))?,
            ([], more) => ready!(stream.poll_write(context, more))?,
            (rest, more) => {
                let both = [IoSlice::new(rest), IoSlice::new(more)];
                ready!(stream.poll_write_vectored(context, &both))?
            }
        };
        if count == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        let of_more = count.saturating_sub(rest.len());
        self.sent += count - of_more;
        Poll::Ready(Ok(of_more))
    }

    /// Sends the rest.
    pub(crate) fn poll_send<S: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<io::Result<()>> {
        while !self.is_sent() {
            let rest = self.bytes.get(self.sent..).unwrap_or_default();
            let count = ready!(Pin::new(&mut *stream).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_order_and_room_is_used_again() {
        let mut buffer = Buffer::with_capacity(4);
        buffer.append(b"abcd");
        buffer.consume(3);
        buffer.append(b"efg");
        assert_eq!(buffer.unread(), b"defg");
        assert_eq!(buffer.capacity(), 4);
        buffer.append(b"hij");
        assert_eq!(buffer.unread(), b"defghij");
        buffer.consume(99);
        assert!(buffer.is_empty());
        buffer.shrink_when_empty(4);
        assert_eq!(buffer.capacity(), 4);
    }

    #[test]
    fn a_head_stands_before_a_body_where_it_finds_room() {
        let mut buffer = Buffer::with_headroom(8, 2);
        assert_eq!(buffer.capacity(), 8);
        buffer.append(b"headbody");
        buffer.consume(4);
        assert!(!buffer.prepend(b"HEAD..."), "there are six bytes");
        assert!(buffer.prepend(b"HEAD.."));
        assert_eq!(buffer.unread(), b"HEAD..body");
        buffer.consume(6);
        buffer.make_room(8);
        buffer.append(b"rest");
        assert_eq!(buffer.unread(), b"bodyrest");
        assert!(buffer.prepend(b"ab") && !buffer.prepend(b"c"));
        buffer.consume(99);
        assert!(buffer.is_empty() && buffer.capacity() == 8);
    }
}
