//! Texts that come again and again, once.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::fast::RandomState;
use gatepass_model::{Family, Method, Reason};

use crate::activity::Presented;

/// Twice as many texts are found again. What comes less often than so many others is put in anew,
/// which costs its bytes and nothing else.
const PAIRS: usize = 512;

/// How much a caller's name is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Verified,
    Claimed,
    Nobody,
}

impl Standing {
    /// As [`CallerUser`](crate::activity::CallerUser) is stored.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Claimed => "claimed",
            Self::Nobody => "nobody",
        }
    }
}

/// What a text is, and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Instance, resource and action, with the lengths of the first two.
    Operation {
        family: Family,
        method: Method,
        instance: u8,
        resource: u8,
    },
    Agent,
    Project,
    Reason(Reason),
    /// User and mark, with the length of the first.
    Caller {
        presented: Presented,
        standing: Standing,
        user: u8,
    },
}

impl Word {
    /// All of it in a number, which is compared sooner.
    #[inline]
    const fn code(self) -> u32 {
        match self {
            Self::Operation { family, method, instance, resource } => {
                1 << 31
                    | (family as u32) << 24
                    | (method as u32) << 16
                    | (instance as u32) << 8
                    | resource as u32
            }
            Self::Agent => 1,
            Self::Project => 2,
            Self::Reason(reason) => 1 << 8 | reason as u32,
            Self::Caller { presented, standing, user } => {
                let presented = match presented {
                    Presented::Credential(kind) => kind as u32,
                    Presented::UnknownToken => 0xff,
                };
                1 << 30 | presented << 16 | (standing as u32) << 8 | user as u32
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    word: Word,
    start: usize,
    length: usize,
}

/// An entry that is found again.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u64,
    start: usize,
    length: usize,
    code: u32,
    place: u32,
}

/// The texts of a buffer, and where to find those that came last.
///
/// A text has two slots, by its hash, and drives out the one that was not found for longer. So a
/// caller who makes up texts that fall into one slot, were he to guess the random key, makes them
/// be written twice; nobody ever searches for long.
#[derive(Debug)]
pub(super) struct Dictionary {
    keys: RandomState,
    texts: Vec<u8>,
    entries: Vec<Entry>,
    slots: Box<[[Slot; 2]]>,
}

impl Dictionary {
    pub(super) fn new(keys: RandomState) -> Self {
        let slots = vec![[Slot::default(); 2]; PAIRS].into_boxed_slice();
        Self { keys, texts: Vec::new(), entries: Vec::new(), slots }
    }

    /// An empty one with room for as much as this one holds.
    pub(super) fn successor(&self) -> Self {
        Self {
            texts: Vec::with_capacity(self.texts.len()),
            entries: Vec::with_capacity(self.entries.len()),
            ..Self::new(self.keys.clone())
        }
    }

    /// How much room it takes.
    pub(super) fn size(&self) -> usize {
        self.texts.len() + self.entries.len() * size_of::<Entry>()
    }

    /// What is in it: each word and its text, in the order of their places.
    pub(super) fn words(&self) -> impl ExactSizeIterator<Item = (Word, &[u8])> {
        self.entries.iter().map(|entry| {
            let text = self.texts.get(entry.start..entry.start + entry.length);
            (entry.word, text.unwrap_or_default())
        })
    }

    /// Finds or makes the place of a text that is given in parts.
    #[inline]
    pub(super) fn place<const PARTS: usize>(&mut self, word: Word, parts: [&[u8]; PARTS]) -> u32 {
        let code = word.code();
        let mut hasher = self.keys.build_hasher();
        hasher.write_u32(code);
        for part in parts {
            hasher.write(part);
        }
        let hash = hasher.finish();
        if let Some(pair) = self.slots.get(pair_of(hash)) {
            for slot in pair {
                if slot.hash == hash && slot.code == code && self.is_at(slot, parts) {
                    return slot.place;
                }
            }
        }
        self.make(hash, word, &parts)
    }

    #[inline]
    fn is_at<const PARTS: usize>(&self, slot: &Slot, parts: [&[u8]; PARTS]) -> bool {
        let Some(mut text) = self.texts.get(slot.start..slot.start + slot.length) else {
            return false;
        };
        for part in parts {
            match text.split_at_checked(part.len()) {
                Some((same, rest)) if same == part => text = rest,
                _ => return false,
            }
        }
        text.is_empty()
    }

    #[cold]
    fn make(&mut self, hash: u64, word: Word, parts: &[&[u8]]) -> u32 {
        let start = self.texts.len();
        for part in parts {
            self.texts.extend_from_slice(part);
        }
        let length = self.texts.len() - start;
        // A buffer is far smaller.
        let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(Entry { word, start, length });
        if let Some([first, second]) = self.slots.get_mut(pair_of(hash)) {
            *second = *first;
            *first = Slot { hash, start, length, code: word.code(), place };
        }
        place
    }
}

#[inline]
fn pair_of(hash: u64) -> usize {
    let [low, high, ..] = hash.to_le_bytes();
    usize::from(u16::from_le_bytes([low, high])) % PAIRS
}
