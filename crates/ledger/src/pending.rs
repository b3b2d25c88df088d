//! What the writer has, and the store has not yet.

use gatepass_model::Timestamp;
use gatepass_store::activity::{Dropped, JournalBlock, JournalBuffer};

use crate::PENDING_BYTES;

/// Blocks to be written, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    blocks: Vec<JournalBlock>,
    size: usize,
    /// What found no room since the last block, and is told with the next.
    dropped: Dropped,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether something is missing of which no block tells yet.
    pub(crate) fn has_untold(&self) -> bool {
        !self.dropped.is_empty()
    }

    pub(crate) fn blocks(&self) -> &[JournalBlock] {
        &self.blocks
    }

    /// How much room it takes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn clear(&mut self) {
        self.blocks.clear();
        self.size = 0;
    }

    /// Adds a buffer that was flushed at `now`, if there is room. Gives what is missing, in it or
    /// for that.
    pub(crate) fn add(&mut self, now: Timestamp, mut buffer: JournalBuffer) -> Dropped {
        if self.size + buffer.size() > PENDING_BYTES {
            let lost = buffer.as_dropped();
            self.dropped.add(lost);
            return lost;
        }
        let dropped = buffer.dropped();
        buffer.drop_also(std::mem::take(&mut self.dropped));
        let block = buffer.seal(now);
        self.size += block.size();
        self.blocks.push(block);
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_told_with_the_next_block() {
        let mut pending = Pending { size: PENDING_BYTES + 1, ..Pending::default() };
        let lost = Dropped { requests: 2, lines: 3 };
        let mut buffer = JournalBuffer::default();
        buffer.drop_also(lost);
        assert_eq!(pending.add(Timestamp::EPOCH, buffer), lost);
        assert!(pending.is_empty() && pending.has_untold());
        pending.clear();
        assert_eq!(pending.add(Timestamp::EPOCH, JournalBuffer::default()), Dropped::default());
        let mut expected = JournalBuffer::default();
        expected.drop_also(lost);
        assert_eq!(pending.blocks(), [expected.seal(Timestamp::EPOCH)]);
    }
}
