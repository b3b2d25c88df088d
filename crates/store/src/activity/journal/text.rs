//! Text from callers, made fit to store and to show. Runs when a block is sealed, on the control runtime.

use super::{AGENT_BYTES, MARK_BYTES, USER_BYTES, WORD_BYTES};

pub(super) fn agent(bytes: &[u8]) -> String {
    printable(bytes, AGENT_BYTES)
}

pub(super) fn user(bytes: &[u8]) -> String {
    printable(bytes, USER_BYTES)
}

pub(super) fn mark(bytes: &[u8]) -> String {
    printable(bytes, MARK_BYTES)
}

pub(super) fn word(bytes: &[u8]) -> String {
    printable(bytes, WORD_BYTES)
}

/// At most `limit` bytes of valid text without control characters and without secrets of ours.
fn printable(bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.replace(char::is_control, "\u{FFFD}");
    let mut text = without_secrets(text);
    // Replacing makes it longer: up to three bytes for one.
    if text.len() > limit {
        let end = (0..=limit).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// Somebody will put his token where a name belongs (`https://gpass_…@host/…`): activity is read
/// by people who may not have it.
fn without_secrets(text: String) -> String {
    const PREFIX: &str = "gpass_";
    if !text.contains(PREFIX) {
        return text;
    }
    let mut parts = text.split(PREFIX);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        clean.push_str(PREFIX);
        if rest.len() < part.len() {
            clean.push('…');
        }
        clean.push_str(rest);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_its_length_in_bytes_at_a_character() {
        assert_eq!(agent(&[b'x'; 500]).len(), 200);
        let wide = "ä".repeat(150);
        assert_eq!(agent(wide.as_bytes()), "ä".repeat(100));
        let odd = format!("x{wide}");
        assert_eq!(agent(odd.as_bytes()).len(), 199);
        assert_eq!(agent(&[0xFF; 200]), "\u{FFFD}".repeat(66));
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(
            agent(b"a\x00b\x1b[31mc\r\n\xC2\x85"),
            "a\u{FFFD}b\u{FFFD}[31mc\u{FFFD}\u{FFFD}\u{FFFD}"
        );
    }

    #[test]
    fn a_token_in_place_of_a_name_is_not_kept() {
        let secret = "gpass_0123456789abcdefghijklmnopqrstuvABCDEF";
        assert_eq!(user(secret.as_bytes()), "gpass_…");
        let twice = format!("bot {secret}, {secret}@x");
        assert_eq!(agent(twice.as_bytes()), "bot gpass_…, gpass_…@x");
        assert_eq!(agent(b"gpass_ is the prefix"), "gpass_ is the prefix");
    }
}
