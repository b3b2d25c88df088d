//! A key file that is sealed: an envelope (AES-256-GCM, NIST SP 800-38D).
//!
//! The ring is sealed under a key that the file alone has, and that one under one master key, or
//! under two while one is exchanged for the other. So whoever adds keys to the ring needs one of the
//! two only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::MasterKey;
use crate::entropy::{Entropy, NoEntropy};
use crate::seal::{NONCE, TAG, decrypt, encrypt};

const HEADER: &str = "\
# The keys of Gatepass, sealed: only with a master key named here are they of any use. Without the
# keys the database is of no use, so keep a copy of this file, and of a master key, each apart from
# the copies of the database.
";

/// The line that says that the file is sealed, and how.
const FIRST: &str = "sealed 1";
const RING_CONTEXT: &[u8] = b"gatepass key file ring 1";
const KEY_CONTEXT: &[u8] = b"gatepass key file key 1 ";

/// Why a sealed file does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shut {
    /// It is sealed for other master keys: their names.
    Others(Vec<String>),
    /// It is not as it was written.
    Damaged(&'static str),
}

/// What a ring is sealed with: kept as long as the file is changed, then wiped.
pub(super) struct Envelope {
    key: Zeroizing<[u8; 32]>,
    slots: Vec<Slot>,
}

/// The key of the file, sealed under a master key.
struct Slot {
    master: String,
    sealed: Vec<u8>,
}

/// Whether `text` is a file of this kind, whole or not.
pub(super) fn is_sealed(text: &str) -> bool {
    lines(text).next().is_some_and(|line| line.starts_with("sealed"))
}

impl Envelope {
    /// A new one, which any of `masters` opens.
    pub(super) fn new(masters: &[&MasterKey], entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut key[..])?;
        let slot = |master: &&MasterKey| {
            let name = master.name();
            let sealed = seal(&master.sealing_key(), &key_context(&name), &key[..], entropy)?;
            Ok(Slot { master: name, sealed })
        };
        let slots = masters.iter().map(slot).collect::<Result<_, _>>()?;
        Ok(Self { key, slots })
    }

    /// The file with `ring` in it, as text.
    pub(super) fn print(&self, ring: &str, entropy: &dyn Entropy) -> Result<String, NoEntropy> {
        let mut text = format!("{HEADER}{FIRST}\n");
        for Slot { master, sealed } in &self.slots {
            for part in ["for ", master, " ", &STANDARD.encode(sealed), "\n"] {
                text.push_str(part);
            }
        }
        let ring = seal(&self.key, RING_CONTEXT, ring.as_bytes(), entropy)?;
        for part in ["ring ", &STANDARD.encode(ring), "\n"] {
            text.push_str(part);
        }
        Ok(text)
    }

    /// Opens a file: the envelope, and the text of the ring that was in it.
    pub(super) fn open(text: &str, master: &MasterKey) -> Result<(Self, Zeroizing<Vec<u8>>), Shut> {
        let (slots, ring) = split(text).ok_or(Shut::Damaged("it is not a whole sealed file"))?;
        let name = master.name();
        let Some(slot) = slots.iter().find(|slot| slot.master == name) else {
            return Err(Shut::Others(slots.into_iter().map(|slot| slot.master).collect()));
        };
        let changed = || Shut::Damaged("it was changed since it was sealed, or is damaged");
        let opened = open(&master.sealing_key(), &key_context(&name), &slot.sealed);
        let opened = opened.ok_or_else(changed)?;
        let mut key = Zeroizing::new([0; 32]);
        if opened.len() != key.len() {
            return Err(changed());
        }
        key.copy_from_slice(&opened);
        let ring = open(&key, RING_CONTEXT, &ring).ok_or_else(changed)?;
        Ok((Self { key, slots }, ring))
    }
}

/// Both halves of a file, nothing of which is believed yet.
fn split(text: &str) -> Option<(Vec<Slot>, Vec<u8>)> {
    let mut lines = lines(text);
    if lines.next()? != FIRST {
        return None;
    }
    let mut slots = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(ring) = line.strip_prefix("ring ") {
            let ring = STANDARD.decode(ring).ok()?;
            return lines.next().is_none().then_some((slots, ring));
        }
        let (master, sealed) = line.strip_prefix("for ")?.split_once(' ')?;
        slots.push(Slot { master: master.to_owned(), sealed: STANDARD.decode(sealed).ok()? });
    }
    None
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// Under which master key is part of what is sealed: none passes for another.
fn key_context(name: &str) -> Vec<u8> {
    [KEY_CONTEXT, name.as_bytes()].concat()
}

fn seal(
    key: &[u8; 32],
    context: &[u8],
    plain: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, NoEntropy> {
    // Random: a file is written far fewer than 2^32 times under one key (SP 800-38D 8.3).
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce)?;
    // Fails for texts of more than 64 GiB only; what is then written does not open.
    let sealed = encrypt(key, &nonce, context, plain).unwrap_or_default();
    Ok([&nonce[..], &sealed].concat())
}

fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    if sealed.len() < TAG {
        return None;
    }
    decrypt(key, nonce, context, sealed).ok()
}
