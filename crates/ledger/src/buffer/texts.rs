//! Texts one after the other in one vector.

use crate::THREAD_TEXT;

/// Where a text lies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    length: u16,
}

/// The texts of a buffer.
#[derive(Debug, Default)]
pub(crate) struct Texts(Vec<u8>);

impl Texts {
    pub(crate) fn with_room_of(other: &Self) -> Self {
        Self(Vec::with_capacity(other.0.len()))
    }

    pub(crate) fn get(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.0.get(start..start + usize::from(span.length)).unwrap_or_default()
    }

    /// Copies at most `limit` bytes of `text`; `None` when all is full.
    pub(crate) fn keep(&mut self, text: &[u8], limit: usize) -> Option<Span> {
        let text = cut(text, limit);
        let start = self.0.len();
        if start + text.len() > THREAD_TEXT {
            return None;
        }
        self.0.extend_from_slice(text);
        Some(Span { start: u32::try_from(start).ok()?, length: length(text) })
    }

    /// A place for texts of up to `room` bytes, empty yet; `None` when all is full.
    pub(crate) fn reserve(&mut self, room: usize) -> Option<Span> {
        let start = self.0.len();
        if start + room > THREAD_TEXT {
            return None;
        }
        self.0.resize(start + room, 0);
        Some(Span { start: u32::try_from(start).ok()?, length: 0 })
    }

    /// Puts at most `limit` bytes of `text` at a place that was reserved for as many.
    pub(crate) fn put(&mut self, place: &mut Span, text: &[u8], limit: usize) {
        let text = cut(text, limit);
        let start = place.start as usize;
        if let Some(room) = self.0.get_mut(start..start + text.len()) {
            room.copy_from_slice(text);
            place.length = length(text);
        }
    }
}

pub(crate) fn cut(text: &[u8], limit: usize) -> &[u8] {
    text.get(..limit).unwrap_or(text)
}

fn length(text: &[u8]) -> u16 {
    u16::try_from(text.len()).unwrap_or(u16::MAX)
}
