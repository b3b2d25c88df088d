//! What a native token of a product looks like.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gatepass_vault::{SecretText, looks_like_token};

/// Length on the wire: base64 of twelve digits, a colon, and twenty random bytes.
const WIRE_LENGTH: usize = 44;
const ID_DIGITS: usize = 12;
/// Longest text that is taken for a credential, in bytes.
const MAX_BYTES: usize = 1000;

/// Why a text can't be sent up as a credential at all.
pub(super) fn find_problem(text: &SecretText) -> Option<&'static str> {
    let text = text.expose();
    if text.is_empty() {
        return Some("there is none; give it on standard input");
    }
    if text.len() > MAX_BYTES {
        return Some("it is longer than any native token");
    }
    if looks_like_token(text.as_bytes()) {
        return Some("this is an API token of Gatepass; the product's own token is asked for");
    }
    // It goes up in a header line (RFC 6750 2.1).
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !text.bytes().all(may_stand) {
        return Some("it holds a character that no native token has; give the token alone");
    }
    None
}

/// What the product calls a native token, if it has the shape of one: its first twelve digits
/// once decoded. Not a secret: the product lists it.
pub(super) fn find_native_id(text: &SecretText) -> Option<String> {
    let text = text.expose();
    if text.len() != WIRE_LENGTH {
        return None;
    }
    let decoded = STANDARD.decode(text).ok()?;
    let (id, rest) = decoded.split_at_checked(ID_DIGITS)?;
    if rest.first() != Some(&b':') || !id.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let id = std::str::from_utf8(id).ok()?;
    Some(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretText {
        SecretText::new(text.to_owned())
    }

    #[test]
    fn the_id_of_a_native_token_is_read_from_its_wire_form() {
        let token = STANDARD.encode(b"644329084694:01234567890123456789".as_slice());
        assert_eq!(token.len(), WIRE_LENGTH);
        assert_eq!(find_native_id(&secret(&token)).unwrap(), "644329084694");
        let short = STANDARD.encode(b"64432908469:01234567890123456789".as_slice());
        for text in ["", "x", short.as_str(), &token[1..], &"A".repeat(44)] {
            assert_eq!(find_native_id(&secret(text)), None, "{text}");
        }
    }

    #[test]
    fn what_would_break_a_header_line_or_is_ours_is_no_credential() {
        for text in ["", "a b", "a\nb", "ü", &"x".repeat(1001)] {
            assert!(find_problem(&secret(text)).is_some(), "{text:?}");
        }
        let ours = format!("gpass_{}", "0".repeat(38));
        assert!(find_problem(&secret(&ours)).unwrap().contains("Gatepass"));
        assert_eq!(find_problem(&secret("abc+/=")), None);
    }
}
