//! A ring as text: a line for each key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Key, KeyPurpose, KeyRing, Keys};

/// The end of the line of a key that nobody writes with yet.
const COMING: &str = " coming\n";

const HEADER: &str = "\
# The keys of Gatepass: number, purpose, key. With them and the database tokens can be made and
# credentials opened; without them the database is of no use. Keep a copy in a safe place, and
# not where the copies of the database are.
";

pub(super) fn print(ring: &KeyRing) -> Zeroizing<String> {
    let mut lines: Vec<(u32, KeyPurpose, &Key, &str)> = Vec::new();
    for purpose in KeyPurpose::ALL {
        let keys = ring.of(purpose);
        let in_force = keys.older.iter().chain(std::iter::once(&keys.newest));
        lines.extend(in_force.map(|key| (key.id, purpose, key, "\n")));
        lines.extend(keys.coming.iter().map(|key| (key.id, purpose, key, COMING)));
    }
    lines.sort_by_key(|(id, ..)| *id);
    // Room for all of it: number, purpose, 44 characters, whether it is to come.
    let mut text = Zeroizing::new(String::with_capacity(HEADER.len() + lines.len() * 80));
    text.push_str(HEADER);
    for (id, purpose, key, end) in lines {
        let encoded = Zeroizing::new(STANDARD.encode(key.bytes()));
        for part in [&id.to_string(), " ", purpose.as_str(), " ", &encoded, end] {
            text.push_str(part);
        }
    }
    text
}

/// The ring of a text, or what is wrong with it: with the line, and nothing of a key.
pub(super) fn parse(text: &str) -> Result<KeyRing, String> {
    let mut found: [Option<Keys>; 3] = [None, None, None];
    let mut last_id = 0;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (purpose, key, is_coming) =
            parse_line(line).ok_or_else(|| format!("line {number} is no key of a known kind"))?;
        if key.id <= last_id {
            return Err(format!("line {number}: its number is not higher than the one before"));
        }
        last_id = key.id;
        let [digest, seal, mac] = &mut found;
        let keys = match purpose {
            KeyPurpose::Digest => digest,
            KeyPurpose::Seal => seal,
            KeyPurpose::Mac => mac,
        };
        match keys {
            Some(Keys { coming: Some(_), .. }) => {
                return Err(format!("line {number}: it follows a key that is to come"));
            }
            Some(keys) if is_coming => keys.coming = Some(key),
            None if is_coming => return Err(format!("line {number}: no key is in force before")),
            Some(keys) => keys.push(key),
            None => *keys = Some(Keys::of_one(key)),
        }
    }
    match found {
        [Some(digest), Some(seal), Some(mac)] => Ok(KeyRing { digest, seal, mac }),
        _ => Err("it needs a key for each of digest, seal and mac".to_owned()),
    }
}

/// A key, and whether it is to come.
fn parse_line(line: &str) -> Option<(KeyPurpose, Key, bool)> {
    let mut parts = line.split_ascii_whitespace();
    let (id, purpose, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let is_coming = match parts.next() {
        None => false,
        Some(word) if word == COMING.trim() && parts.next().is_none() => true,
        Some(_) => return None,
    };
    let mut bytes = Zeroizing::new([0; 32]);
    // The slice that is decoded into must have room for what is estimated, which is 33 bytes.
    let mut room = Zeroizing::new([0; 36]);
    let length = STANDARD.decode_slice(encoded, &mut room[..]).ok()?;
    bytes.copy_from_slice(room.get(..length).filter(|decoded| decoded.len() == 32)?);
    Some((purpose.parse().ok()?, Key { id: id.parse().ok()?, bytes }, is_coming))
}
