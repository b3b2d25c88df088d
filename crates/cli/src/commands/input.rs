//! What comes on standard input.

use std::io::{IsTerminal as _, Read as _};

use gatepass_vault::SecretText;
use zeroize::Zeroize as _;

use crate::failure::Failure;
use crate::output::Output;

/// Longest secret that is read, in bytes.
const LONGEST: usize = 8192;

/// A secret from standard input; one line break at its end is cut. `what` is asked for where
/// somebody sits at a terminal.
pub(crate) fn secret(output: Output, what: &str) -> Result<SecretText, Failure> {
    let mut input = std::io::stdin().lock();
    if input.is_terminal() {
        output.say(format_args!("{what}, then Enter and Ctrl-D:"));
    }
    // Long enough from the start: what a buffer grew out of would not be wiped.
    let mut bytes = Vec::with_capacity(LONGEST + 64);
    let read = input.by_ref().take(LONGEST as u64 + 1).read_to_end(&mut bytes);
    if let Err(error) = read {
        bytes.zeroize();
        return Err(Failure::io("standard input can't be read", &error));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        error.into_bytes().zeroize();
        Failure::new("invalid", "what came on standard input is not text")
    })?;
    let whole = SecretText::new(text);
    if whole.expose().len() > LONGEST {
        return Err(Failure::new("invalid", "what came on standard input is no token"));
    }
    let text = whole.expose();
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        let words = format!("nothing came on standard input; {}", what.to_lowercase());
        return Err(Failure::new("invalid", words));
    }
    Ok(SecretText::new(text.to_owned()))
}
