//! The last resort: nothing that looks like a token leaves by the log.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

/// What stands in the log where a token would have stood.
pub const MASKED: &str = "gpass_[masked]";

const PREFIX: &[u8] = b"gpass_";
/// Fewer than a whole token's 38: a part of a secret is a secret too. More than the four that
/// people recognise a token by.
const LEAST: usize = 12;

/// Writers that mask tokens before the inner ones see them.
///
/// Code must not rely on it: it can't see a token that is encoded (Base64, escapes).
#[derive(Clone, Copy, Debug)]
pub struct Masking<M>(pub M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Masking<M> {
    type Writer = MaskingWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        MaskingWriter(self.0.make_writer())
    }

    fn make_writer_for(&'a self, meta: &tracing::Metadata<'_>) -> Self::Writer {
        MaskingWriter(self.0.make_writer_for(meta))
    }
}

/// Masks what comes in one call; the log's layer writes each line in one.
#[derive(Debug)]
pub struct MaskingWriter<W>(W);

impl<W: Write> Write for MaskingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match mask(bytes) {
            None => self.0.write_all(bytes)?,
            Some(masked) => self.0.write_all(&masked)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The bytes without tokens; `None` when there are none in them.
fn mask(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut masked = None;
    let mut rest = bytes;
    while let Some(at) = rest.windows(PREFIX.len()).position(|window| window == PREFIX) {
        let (before, from) = rest.split_at_checked(at)?;
        let behind = from.get(PREFIX.len()..).unwrap_or_default();
        let run = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let is_token = run >= LEAST;
        let taken = PREFIX.len() + if is_token { run } else { 0 };
        let (found, after) = from.split_at_checked(taken)?;
        let out: &mut Vec<u8> = masked.get_or_insert_with(Vec::new);
        out.extend_from_slice(before);
        out.extend_from_slice(if is_token { MASKED.as_bytes() } else { found });
        rest = after;
    }
    if let Some(out) = &mut masked {
        out.extend_from_slice(rest);
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut written = Vec::new();
        MaskingWriter(&mut written).write_all(text.as_bytes()).unwrap();
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn whole_tokens_are_masked_wherever_they_stand() {
        let token = format!("gpass_{}", "aZ3".repeat(13).split_at(38).0);
        let text = format!("{token} \"{token}\",x{token}=gpass_gpass_{token}");
        let expected = format!("{MASKED} \"{MASKED}\",x{MASKED}=gpass_gpass_{MASKED}");
        assert_eq!(masked(&text), expected);
    }

    #[test]
    fn a_part_of_a_token_is_masked_and_its_hint_is_not() {
        assert_eq!(masked("gpass_abcdefghijkl"), MASKED);
        for text in ["", "gpass_", "gpass_abcd", "gpass_abcd… of alice", "gpas", "plain"] {
            assert_eq!(masked(text), text);
        }
    }
}
