//! A reader of the HTML that the console writes: strict, and no more than the tests need.

use std::collections::BTreeSet;

/// An opening tag.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }
}

/// What a document consists of.
#[derive(Debug)]
pub(crate) enum Piece {
    Open(Tag),
    Close(String),
    Text(String),
}

/// Elements that have no end.
pub(crate) const VOID: [&str; 5] = ["meta", "link", "input", "br", "hr"];

/// The pieces of a document. Fails on markup that is not whole.
pub(crate) fn pieces(html: &str) -> Vec<Piece> {
    let mut rest = html.strip_prefix("<!doctype html>").expect("a doctype");
    let mut pieces = Vec::new();
    while let Some(start) = rest.find('<') {
        let (text, tail) = rest.split_at(start);
        assert!(!text.contains('>'), "a stray > in {text:?}");
        pieces.push(Piece::Text(decoded(text)));
        let end = tag_end(tail);
        let (tag, after) = tail.split_at(end + 1);
        let inner = tag[1..tag.len() - 1].trim_end_matches('/');
        if let Some(name) = inner.strip_prefix('/') {
            pieces.push(Piece::Close(name.trim().to_owned()));
        } else {
            let opened = read_tag(inner);
            let name = opened.name.clone();
            pieces.push(Piece::Open(opened));
            if tag.ends_with("/>") {
                pieces.push(Piece::Close(name));
            }
        }
        rest = after;
    }
    pieces
}

/// All opening tags.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let open = |piece| match piece {
        Piece::Open(tag) => Some(tag),
        Piece::Close(_) | Piece::Text(_) => None,
    };
    pieces(html).into_iter().filter_map(open).collect()
}

/// All texts, as a reader sees them.
pub(crate) fn text(html: &str) -> String {
    let text = |piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Open(_) | Piece::Close(_) => None,
    };
    pieces(html).into_iter().filter_map(text).collect::<Vec<_>>().join(" ")
}

/// All ids; each once.
pub(crate) fn ids(tags: &[Tag]) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.get("id")) {
        assert!(ids.insert(id.to_owned()), "the id {id} stands there twice");
    }
    ids
}

/// Where a tag ends: at the first `>` outside quotes.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("a tag without an end: {}", text.chars().take(80).collect::<String>());
}

fn read_tag(inner: &str) -> Tag {
    let (name, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "no tag: {name:?}");
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Tag { name: name.to_owned(), attributes };
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (attribute, tail) = rest.split_at(end);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        assert!(attribute.bytes().all(plain), "no attribute: {attribute:?} in <{inner}>");
        if let Some(value) = tail.strip_prefix("=\"") {
            let (value, tail) = value.split_once('"').expect("a closed value");
            attributes.push((attribute.to_owned(), decoded(value)));
            assert!(tail.is_empty() || tail.starts_with(char::is_whitespace), "<{inner}>");
            rest = tail;
        } else {
            assert!(!tail.starts_with('='), "a value without quotes in <{inner}>");
            attributes.push((attribute.to_owned(), String::new()));
            rest = tail;
        }
    }
}

fn decoded(text: &str) -> String {
    let replaced = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    replaced.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
