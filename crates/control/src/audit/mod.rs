//! The audit record: read it, and check its chain.

mod list;
mod verify;
mod walk;

use std::fmt::Write as _;

pub use list::{AuditFound, AuditLine};
pub use verify::{AuditBreak, AuditFault, AuditVerified, KeyUse};

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
