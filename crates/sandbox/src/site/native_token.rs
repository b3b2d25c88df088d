//! Native personal access tokens: their wire format and their rules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::shared::Site;
use super::time::DAY;

/// What is kept of a native token: not its secret.
#[derive(Clone)]
pub(crate) struct NativeToken {
    /// Twelve digits.
    pub(crate) id: u64,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) created: i64,
    /// `None`: never ("eternal", which is allowed).
    pub(crate) expires: Option<i64>,
    pub(crate) last_used: Option<i64>,
    /// What it is limited to, in its product's words; empty: it may all that its owner may.
    pub(crate) scopes: Vec<&'static str>,
    digest: [u8; 32],
}

impl NativeToken {
    /// Whether it has ended. It is listed all the same.
    pub(crate) fn has_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

impl Site {
    /// Makes a token that may as much as one may, and gives its secret, which is not kept.
    pub(crate) fn mint_native_token(
        &mut self,
        owner: &str,
        name: &str,
        days: Option<i64>,
        now: i64,
    ) -> (NativeToken, String) {
        self.mint_limited_token(owner, name, days, self.manners.scopes.to_vec(), now)
    }

    /// Makes a token for what it is limited to, and gives its secret.
    pub(crate) fn mint_limited_token(
        &mut self,
        owner: &str,
        name: &str,
        days: Option<i64>,
        scopes: Vec<&'static str>,
        now: i64,
    ) -> (NativeToken, String) {
        let mut id = 0;
        while id == 0 || self.native_tokens.contains_key(&id) {
            id = 100_000_000_000 + self.entropy.below(900_000_000_000);
        }
        let secret = self.entropy.block();
        let raw = spell(id, secret.get(..20).unwrap_or_default());
        let token = NativeToken {
            id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            created: now,
            expires: days.map(|days| now.saturating_add(days.saturating_mul(DAY))),
            last_used: None,
            scopes,
            digest: Sha256::digest(raw.as_bytes()).into(),
        };
        self.native_tokens.insert(id, token.clone());
        (token, raw)
    }

    /// What is presented, when it is a token that lives and whose owner may sign in.
    pub(crate) fn use_native_token(&mut self, presented: &str, now: i64) -> Option<NativeToken> {
        let token = self.native_tokens.get_mut(&find_id(presented)?)?;
        let digest: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
        if digest != token.digest || token.has_expired(now) {
            return None;
        }
        token.last_used = Some(now);
        let token = token.clone();
        self.is_active(&token.owner).then_some(token)
    }

    /// A person's tokens, oldest first.
    pub(crate) fn native_tokens_of(&self, owner: &str) -> Vec<NativeToken> {
        let mut own: Vec<NativeToken> =
            self.native_tokens.values().filter(|token| token.owner == owner).cloned().collect();
        own.sort_by_key(|token| (token.created, token.id));
        own
    }
}

/// base64 of `<12 digits>:<20 bytes>`: 44 characters, and the digits are the token's id.
fn spell(id: u64, secret: &[u8]) -> String {
    let mut plain = format!("{id:012}:").into_bytes();
    plain.extend_from_slice(secret);
    STANDARD.encode(plain)
}

/// The id that stands in a token.
fn find_id(presented: &str) -> Option<u64> {
    let plain = STANDARD.decode(presented).ok()?;
    let (digits, rest) = plain.split_at_checked(12)?;
    if rest.first() != Some(&b':') || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_native_token_has_44_characters_and_its_id_in_it() {
        let raw = spell(123_456_789_012, &[0xff; 20]);
        assert_eq!(raw.len(), 44);
        assert_eq!(find_id(&raw), Some(123_456_789_012));
        assert_eq!(find_id("AAAA"), None);
        assert_eq!(find_id("not base64!"), None);
    }
}
