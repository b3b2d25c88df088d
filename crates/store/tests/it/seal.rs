//! A seal without a secret: enough to see what is chained to what.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use gatepass_model::audit::{AuditContent, AuditLink, AuditSeal};
use gatepass_store::LinkedLine;

/// Says that it has this key.
pub(crate) struct FakeSeal {
    pub(crate) key: u32,
}

impl AuditSeal for FakeSeal {
    fn link(&self, previous: Option<&[u8; 32]>, line: &AuditContent<'_>) -> AuditLink {
        let AuditContent { number, at, actor, action, subject, detail } = line;
        let mut hasher = DefaultHasher::new();
        (self.key, previous, number, at, actor, action, subject, detail).hash(&mut hasher);
        let tag = std::array::from_fn(|place| hasher.finish().to_be_bytes()[place % 8]);
        AuditLink { key: self.key, tag }
    }
}

/// Asserts that lines are chained to each other, the first to `previous`.
pub(crate) fn is_chained(lines: &[LinkedLine], mut previous: Option<[u8; 32]>) {
    for line in lines {
        let key = u32::try_from(line.key.unwrap()).unwrap();
        let link = FakeSeal { key }.link(previous.as_ref(), &line.content());
        assert_eq!(line.tag(), Some(link.tag), "{line:?}");
        previous = line.tag();
    }
}
