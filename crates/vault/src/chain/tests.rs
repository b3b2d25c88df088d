use proptest::prelude::*;

use super::*;
use crate::SystemEntropy;
use crate::keyring::tests::ring_of;

/// What a line says, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    number: i64,
    at: i64,
    texts: [Vec<u8>; 4],
}

impl Line {
    fn content(&self) -> AuditContent<'_> {
        let [actor, action, subject, detail] = &self.texts;
        AuditContent { number: self.number, at: self.at, actor, action, subject, detail }
    }
}

/// Texts of few letters, so that one field often ends as another begins.
fn line() -> impl Strategy<Value = Line> {
    let text = || prop::collection::vec(prop::sample::select(&b"ab\0"[..]), 0..4);
    let texts = [text(), text(), text(), text()];
    (0..4_i64, 0..4_i64, texts).prop_map(|(number, at, texts)| Line { number, at, texts })
}

fn ring() -> KeyRing {
    ring_of(&[(3, KeyPurpose::Mac, [3; 32])])
}

#[test]
fn the_tag_is_the_hmac_of_what_is_documented() {
    // By Python, `hmac.new(bytes([3] * 32), …, "sha256")` over the version, 32 zeros, number, time and
    // the four texts: `struct.pack(">Q", len(x)) + x` for bytes, `struct.pack(">q", n)` for numbers.
    let line = AuditContent {
        number: 1,
        at: 1_800_000_000_000,
        actor: b"cli:root",
        action: b"keyring.made",
        subject: b"keyring",
        detail: "für".as_bytes(),
    };
    let made = audit_link(&ring(), None, &line);
    let hex = made.tag.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(
        (made.key, hex.as_str()),
        (3, "9653f5275782ca83f5bf43e27cc99d3373aa9882693b9bbeaa5b7b8c77b1dbab")
    );
}

#[test]
fn a_link_counts_with_its_own_key_only() {
    let old = ring();
    let both = ring_of(&[(3, KeyPurpose::Mac, [3; 32]), (4, KeyPurpose::Mac, [4; 32])]);
    let line = Line { number: 7, at: 1, texts: Default::default() };
    let made = audit_link(&old, None, &line.content());
    let check = |ring: &KeyRing, made: &AuditLink| check_link(ring, None, &line.content(), made);
    assert_eq!(check(&both, &made), LinkCheck::Genuine);
    assert_eq!(both.link(None, &line.content()).key, 4, "the newest writes");
    assert_eq!(check(&both, &AuditLink { key: 4, ..made }), LinkCheck::Changed);
    assert_eq!(check(&both, &AuditLink { key: 5, ..made }), LinkCheck::UnknownKey);
    let elsewhere = KeyRing::generate(&SystemEntropy).unwrap();
    assert_eq!(check(&elsewhere, &made), LinkCheck::Changed);
}

proptest! {
    #[test]
    fn two_lines_that_differ_anywhere_have_two_tags(
        (one, other) in (line(), line()),
        (before_one, before_other) in (0..3_u8, 0..3_u8),
    ) {
        let previous = |byte| (byte > 0).then_some([byte; 32]);
        let (before_one, before_other) = (previous(before_one), previous(before_other));
        let made = audit_link(&ring(), before_one.as_ref(), &one.content());
        let check = check_link(&ring(), before_other.as_ref(), &other.content(), &made);
        let is_same = one == other && before_one == before_other;
        prop_assert_eq!(check == LinkCheck::Genuine, is_same);
    }

    #[test]
    fn one_byte_anywhere_breaks_the_link(
        line in line(),
        field in 0..4_usize,
        bit in 0..256_usize,
        previous: [u8; 32],
    ) {
        let made = audit_link(&ring(), Some(&previous), &line.content());
        let broken = |previous: &[u8; 32], line: &Line, made: &AuditLink| {
            check_link(&ring(), Some(previous), &line.content(), made) == LinkCheck::Changed
        };
        let mut longer = line.clone();
        longer.texts[field].push(b'x');
        prop_assert!(broken(&previous, &longer, &made));
        let flip = |bytes: &mut [u8; 32]| bytes[bit / 8] ^= 1 << (bit % 8);
        let mut forged = made;
        flip(&mut forged.tag);
        prop_assert!(broken(&previous, &line, &forged));
        let mut elsewhere = previous;
        flip(&mut elsewhere);
        prop_assert!(broken(&elsewhere, &line, &made));
        let renumbered = Line { number: line.number ^ (1 << (bit % 63)), ..line.clone() };
        prop_assert!(broken(&previous, &renumbered, &made));
        let dated = Line { at: line.at ^ (1 << (bit % 63)), ..line };
        prop_assert!(broken(&previous, &dated, &made));
    }
}
