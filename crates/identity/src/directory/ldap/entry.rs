//! An entry of a search, read from what came in without trusting it.

use ldap3::ResultEntry;
use ldap3::asn1::StructureTag;

/// Longest text that is taken, in bytes.
const LONGEST_TEXT: usize = 1000;
/// The number of a `SearchResultEntry` (RFC 4511 4.5.2).
const SEARCH_RESULT_ENTRY: u64 = 4;

/// An entry: its distinguished name, and what was asked for of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) dn: String,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// `None`: it is no entry.
    pub(super) fn read(entry: ResultEntry) -> Option<Self> {
        let mut parts = parts(entry.0.match_id(SEARCH_RESULT_ENTRY)?)?;
        let dn = text(parts.next()?)?;
        let attributes = self::parts(parts.next()?)?.map(attribute).collect::<Option<_>>()?;
        Some(Self { dn, attributes })
    }

    /// The values of an attribute, letter case of its name ignored (RFC 4512 2.5).
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let of_name = self.attributes.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        of_name.flat_map(|(_, values)| values.iter().map(Vec::as_slice))
    }

    /// Those of them that are text such as people have, in the order of the server.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values(name).filter_map(|value| std::str::from_utf8(value).ok()).filter(is_text)
    }

    /// The first one.
    pub(super) fn first_text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// The only value of an attribute, as text: as it is where it is text, or in hexadecimal.
    /// `objectGUID` is bytes, also where these happen to be text.
    pub(super) fn id(&self, name: &str) -> Option<String> {
        let mut values = self.values(name);
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let text = std::str::from_utf8(value).ok().filter(|text| !text.contains(char::is_control));
        match text {
            Some(text) if !name.eq_ignore_ascii_case("objectGUID") => Some(text.to_owned()),
            _ => Some(hexadecimal(value)),
        }
        .filter(is_text)
    }
}

fn is_text<T: AsRef<str>>(text: &T) -> bool {
    let text = text.as_ref();
    !text.trim().is_empty() && text.len() <= LONGEST_TEXT && !text.contains('\0')
}

fn parts(tag: StructureTag) -> Option<std::vec::IntoIter<StructureTag>> {
    tag.expect_constructed().map(Vec::into_iter)
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(tag.expect_primitive()?).ok()
}

fn attribute(tag: StructureTag) -> Option<(String, Vec<Vec<u8>>)> {
    let mut parts = parts(tag)?;
    let name = text(parts.next()?)?;
    let values = self::parts(parts.next()?)?;
    Some((name, values.map(StructureTag::expect_primitive).collect::<Option<_>>()?))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use ldap3::asn1::{PL, TagClass};

    use super::*;

    fn bytes(value: &[u8]) -> StructureTag {
        StructureTag { class: TagClass::Universal, id: 4, payload: PL::P(value.to_vec()) }
    }

    fn list(id: u64, items: Vec<StructureTag>) -> StructureTag {
        StructureTag { class: TagClass::Universal, id, payload: PL::C(items) }
    }

    fn entry(attributes: &[(&str, &[&[u8]])]) -> Entry {
        let attribute = |(name, values): &(&str, &[&[u8]])| {
            let values = values.iter().map(|value| bytes(value)).collect();
            list(16, vec![bytes(name.as_bytes()), list(17, values)])
        };
        let attributes = attributes.iter().map(attribute).collect();
        let tag = list(4, vec![bytes("uid=zoë,dc=example".as_bytes()), list(16, attributes)]);
        Entry::read(ResultEntry::new(tag)).unwrap()
    }

    #[test]
    fn values_are_found_by_name_and_what_is_no_text_is_left_out() {
        let read = entry(&[
            ("UID", &[b"a", "zo\u{eb}".as_bytes()]),
            ("cn", &[b"\xff\xfe", b" ", b"x\0", b"Alice"]),
            ("cn;lang-de", &[b"Elise"]),
        ]);
        assert_eq!(read.dn, "uid=zoë,dc=example");
        assert_eq!(read.texts("uid").collect::<Vec<_>>(), ["a", "zoë"]);
        assert_eq!(read.texts("cn").collect::<Vec<_>>(), ["Alice"]);
        assert_eq!(read.first_text("mail"), None);
    }

    #[test]
    fn an_id_is_one_value_and_always_told_alike() {
        let guid: Vec<u8> = (0..16).collect();
        let read = entry(&[
            ("entryUUID", &[b"5c3a-1"]),
            ("objectGUID", &[b"sixteen letters!"]),
            ("guid", &[&guid]),
            ("two", &[b"a", b"b"]),
        ]);
        assert_eq!(read.id("entryuuid").unwrap(), "5c3a-1");
        assert_eq!(read.id("objectGUID").unwrap(), "7369787465656e206c65747465727321");
        assert_eq!(read.id("guid").unwrap(), "000102030405060708090a0b0c0d0e0f");
        assert_eq!((read.id("two"), read.id("none")), (None, None));
    }

    #[test]
    fn what_is_no_entry_is_none_and_no_panic() {
        let name = || bytes(b"dc=example");
        for tag in [
            list(5, vec![name(), list(16, Vec::new())]),
            list(4, Vec::new()),
            list(4, vec![name()]),
            list(4, vec![bytes(b"\xff"), list(16, Vec::new())]),
            list(4, vec![list(4, Vec::new()), list(16, Vec::new())]),
            list(4, vec![name(), bytes(b"x")]),
            list(4, vec![name(), list(16, vec![bytes(b"x")])]),
            list(4, vec![name(), list(16, vec![list(16, vec![name()])])]),
            list(4, vec![name(), list(16, vec![list(16, vec![name(), name()])])]),
            bytes(b"x"),
        ] {
            assert_eq!(Entry::read(ResultEntry::new(tag.clone())), None, "{tag:?}");
        }
    }
}
