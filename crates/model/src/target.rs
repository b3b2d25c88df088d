//! The request target, in the one form that is decided on.
//!
//! Whoever imitates another parser is wrong somewhere (Tomcat reads `/rest/api/2/issue/..;/user`
//! as `/rest/api/2/user`), so nothing is repaired here: a target is canonical already, or it is
//! refused. The one exception stands at [`CanonicalTarget::parse`].

mod encode;
mod parameters;
mod readings;

use std::borrow::Cow;
use std::fmt;

use smallvec::SmallVec;

pub use encode::percent_encoded;
pub use parameters::Parameters;
pub use readings::readings;

/// Decoded segments of a path. Most borrow from the request; none is empty.
pub type Segments<'a> = SmallVec<[Cow<'a, str>; 12]>;

/// Why a target is not canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetError {
    /// It does not begin with `/`.
    NotAPath,
    /// A byte that may not stand in a target: a control, a space, raw 8-bit, `#`, or one that
    /// must be percent-encoded in a path.
    ForbiddenByte,
    /// `%` without two hexadecimal digits behind it.
    BrokenEscape,
    /// An empty segment: `//`.
    EmptySegment,
    /// A `.` or `..` segment, however it is written.
    DotSegment,
    /// A `;`, however it is written: products cut what follows it.
    PathParameter,
    /// An encoded `/` or `\`.
    EncodedSlash,
    /// An encoded control character or NUL.
    EncodedControl,
    /// `%25` before two hexadecimal digits: somebody behind us might decode again.
    DoubleEncoding,
    /// Bytes that are not UTF-8.
    NotUtf8,
}

impl TargetError {
    /// In words for the caller.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAPath => "the target does not begin with a slash",
            Self::ForbiddenByte => "the target holds a byte that must be percent-encoded",
            Self::BrokenEscape => "the target holds a % that begins no escape",
            Self::EmptySegment => "the path holds an empty segment (//)",
            Self::DotSegment => "the path holds a . or .. segment",
            Self::PathParameter => "the path holds a ;",
            Self::EncodedSlash => "the path holds an encoded slash or a backslash",
            Self::EncodedControl => "the target holds an encoded control character",
            Self::DoubleEncoding => "the path is encoded twice",
            Self::NotUtf8 => "the path is not UTF-8",
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::error::Error for TargetError {}

/// A target in origin form (RFC 9112 3.2.1) that can be read in one way only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalTarget<'a> {
    path: &'a str,
    query: Option<Cow<'a, str>>,
    segments: Segments<'a>,
}

impl<'a> CanonicalTarget<'a> {
    /// Reads `raw`, which is the path and the query as they came.
    ///
    /// Canonical means: every segment, decoded once, is not empty (one trailing `/` is fine), not
    /// `.` or `..`, is UTF-8, and holds no `/`, `\`, `;`, control, NUL, nor `%` before two
    /// hexadecimal digits; every escape, in the query too, is whole, and none is a NUL.
    ///
    /// One repair: raw `"`, `<`, `>`, `[`, `]`, `{`, `}`, `|`, `^`, backtick and backslash in
    /// the query, which people's curl lines have in JQL, are percent-encoded. What
    /// [`CanonicalTarget::query`] gives is what must go on.
    pub fn parse(raw: &'a [u8]) -> Result<Self, TargetError> {
        let end = raw.iter().position(|&byte| byte == b'?').unwrap_or(raw.len());
        let (path, query) = raw.split_at(end);
        let (path, segments) = parse_path(path)?;
        let query = match query.strip_prefix(b"?") {
            Some(query) => Some(parse_query(query)?),
            None => None,
        };
        Ok(Self { path, query, segments })
    }

    /// The path as it came, beginning with `/`.
    pub const fn path(&self) -> &'a str {
        self.path
    }

    /// The query without its `?`, repaired as [`CanonicalTarget::parse`] says; `None` when there
    /// was no `?`.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The decoded segments.
    pub fn segments(&self) -> &[Cow<'a, str>] {
        &self.segments
    }

    /// The decoded segments below `context_path` (empty or `/jira`); `None` when the path does
    /// not lie below it. The context path must stand there exactly: no folding.
    pub fn segments_below(&self, context_path: &str) -> Option<&[Cow<'a, str>]> {
        let mut rest = self.segments();
        for expected in context_path.split('/').filter(|segment| !segment.is_empty()) {
            let (first, others) = rest.split_first()?;
            if first != expected {
                return None;
            }
            rest = others;
        }
        Some(rest)
    }

    /// The parameters of the query, decoded.
    pub fn parameters(&self) -> Parameters<'_> {
        Parameters::new(self.query.as_deref().unwrap_or("").as_bytes())
    }
}

/// What a byte of a target is. Nearly all targets consist of the first kind alone, and are known to
/// after one look at each byte.
mod kind {
    /// Stands for itself wherever it is.
    pub(super) const PLAIN: u8 = 0;
    /// Begins an escape.
    pub(super) const ESCAPE: u8 = 1;
    /// May not stand in a path, or in a query not as it is.
    pub(super) const ODD: u8 = 2;
}

static KINDS: [u8; 256] = kinds();

#[expect(clippy::indexing_slicing, reason = "computed when the program is built")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [kind::ODD; 256];
    let mut byte = 0x21;
    while byte <= 0x7e_u8 {
        kinds[byte as usize] = match byte {
            b'%' => kind::ESCAPE,
            b';' | b'#' => kind::ODD,
            byte if is_repaired(byte) => kind::ODD,
            _ => kind::PLAIN,
        };
        byte += 1;
    }
    kinds
}

/// All that is found in `bytes`.
fn kinds_in(bytes: &[u8]) -> u8 {
    let kind = |byte: &u8| KINDS.get(usize::from(*byte)).copied().unwrap_or(kind::ODD);
    bytes.iter().fold(kind::PLAIN, |all, byte| all | kind(byte))
}

fn parse_path(path: &[u8]) -> Result<(&str, Segments<'_>), TargetError> {
    if path.first() != Some(&b'/') {
        return Err(TargetError::NotAPath);
    }
    let kinds = kinds_in(path);
    if kinds & kind::ODD != 0 {
        check_path(path)?;
    }
    let path = std::str::from_utf8(path).map_err(|_| TargetError::NotUtf8)?;
    Ok((path, decode_segments(path, kinds & kind::ESCAPE != 0)?))
}

/// Says what is wrong with a path, as far as single bytes are.
fn check_path(path: &[u8]) -> Result<(), TargetError> {
    for &byte in path {
        match byte {
            b';' => return Err(TargetError::PathParameter),
            b'\\' => return Err(TargetError::EncodedSlash),
            b'#' => return Err(TargetError::ForbiddenByte),
            byte if is_repaired(byte) => return Err(TargetError::ForbiddenByte),
            0x21..=0x7e => {}
            _ => return Err(TargetError::ForbiddenByte),
        }
    }
    Ok(())
}

fn decode_segments(path: &str, has_escapes: bool) -> Result<Segments<'_>, TargetError> {
    let mut segments = Segments::new();
    let mut rest = path.strip_prefix('/').unwrap_or(path);
    rest = rest.strip_suffix('/').unwrap_or(rest);
    if path.len() == 1 {
        return Ok(segments);
    }
    loop {
        let end = rest.bytes().position(|byte| byte == b'/');
        let (raw, others) = match end {
            Some(end) => (rest.get(..end).unwrap_or_default(), rest.get(end + 1..)),
            None => (rest, None),
        };
        let segment = if has_escapes { decode_segment(raw)? } else { Cow::Borrowed(raw) };
        match segment.as_ref() {
            "" => return Err(TargetError::EmptySegment),
            "." | ".." => return Err(TargetError::DotSegment),
            _ => segments.push(segment),
        }
        let Some(others) = others else { return Ok(segments) };
        rest = others;
    }
}

fn decode_segment(raw: &str) -> Result<Cow<'_, str>, TargetError> {
    if !raw.contains('%') {
        return Ok(Cow::Borrowed(raw));
    }
    let bytes = decode_escapes(raw.as_bytes())?;
    let text = String::from_utf8(bytes).map_err(|_| TargetError::NotUtf8)?;
    for (at, found) in text.char_indices() {
        match found {
            '/' | '\\' => return Err(TargetError::EncodedSlash),
            ';' => return Err(TargetError::PathParameter),
            '%' if begins_escape(text.as_bytes().get(at..).unwrap_or_default()) => {
                return Err(TargetError::DoubleEncoding);
            }
            found if found.is_control() => return Err(TargetError::EncodedControl),
            _ => {}
        }
    }
    Ok(Cow::Owned(text))
}

/// Decodes each escape once; a `%` that begins none is an error.
fn decode_escapes(raw: &[u8]) -> Result<Vec<u8>, TargetError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let [high, low, others @ ..] = others else { return Err(TargetError::BrokenEscape) };
        let (Some(high), Some(low)) = (hex(*high), hex(*low)) else {
            return Err(TargetError::BrokenEscape);
        };
        bytes.push(high << 4 | low);
        rest = others;
    }
    Ok(bytes)
}

pub(super) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn begins_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if hex(*high).is_some() && hex(*low).is_some())
}

fn parse_query(query: &[u8]) -> Result<Cow<'_, str>, TargetError> {
    if kinds_in(query) == kind::PLAIN {
        return std::str::from_utf8(query).map(Cow::Borrowed).map_err(|_| TargetError::NotUtf8);
    }
    let mut needs_repair = false;
    for (at, &byte) in query.iter().enumerate() {
        match byte {
            b'#' => return Err(TargetError::ForbiddenByte),
            b'%' => {
                let rest = query.get(at..).unwrap_or_default();
                if !begins_escape(rest) {
                    return Err(TargetError::BrokenEscape);
                }
                // CVE-2022-36804 passed arguments to a program behind a NUL.
                if rest.starts_with(b"%00") {
                    return Err(TargetError::EncodedControl);
                }
            }
            byte if is_repaired(byte) => needs_repair = true,
            0x21..=0x7e => {}
            _ => return Err(TargetError::ForbiddenByte),
        }
    }
    let text = std::str::from_utf8(query).map_err(|_| TargetError::NotUtf8)?;
    if !needs_repair {
        return Ok(Cow::Borrowed(text));
    }
    let mut repaired = String::with_capacity(text.len() + 16);
    for found in text.chars() {
        match u8::try_from(found) {
            Ok(byte) if is_repaired(byte) => {
                repaired.push('%');
                repaired.extend([upper_hex(byte >> 4), upper_hex(byte & 15)]);
            }
            _ => repaired.push(found),
        }
    }
    Ok(Cow::Owned(repaired))
}

const fn upper_hex(nibble: u8) -> char {
    (if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }) as char
}

const fn is_repaired(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(raw: &str) -> TargetError {
        CanonicalTarget::parse(raw.as_bytes()).unwrap_err()
    }

    #[test]
    fn segments_are_decoded_once_and_the_bytes_stay() {
        let target =
            CanonicalTarget::parse(b"/rest/api/2/%75ser/%7Ealice/%C3%A4.txt/?a=%2F").unwrap();
        assert_eq!(target.segments(), ["rest", "api", "2", "user", "~alice", "ä.txt"]);
        assert_eq!(target.path(), "/rest/api/2/%75ser/%7Ealice/%C3%A4.txt/");
        assert_eq!(target.query(), Some("a=%2F"));
        assert!(CanonicalTarget::parse(b"/").unwrap().segments().is_empty());
    }

    #[test]
    fn whatever_could_be_read_in_two_ways_is_refused() {
        use TargetError::{
            BrokenEscape, DotSegment, DoubleEncoding, EmptySegment, EncodedControl, EncodedSlash,
            ForbiddenByte, NotAPath, NotUtf8, PathParameter,
        };
        for (raw, expected) in [
            ("rest", NotAPath),
            ("", NotAPath),
            ("*", NotAPath),
            ("//rest", EmptySegment),
            ("/a//b", EmptySegment),
            ("/a//", EmptySegment),
            ("//", EmptySegment),
            ("/a/./b", DotSegment),
            ("/a/%2e%2E/b", DotSegment),
            ("/a/..", DotSegment),
            ("/a/../", DotSegment),
            ("/a;b/c", PathParameter),
            ("/a/%3Bx", PathParameter),
            ("/a%2fb", EncodedSlash),
            ("/a%5Cb", EncodedSlash),
            ("/a\\b", EncodedSlash),
            ("/a%00", EncodedControl),
            ("/a%0d%0a", EncodedControl),
            ("/a%C2%85", EncodedControl),
            ("/%252e", DoubleEncoding),
            ("/%25%32%65", DoubleEncoding),
            ("/a%", BrokenEscape),
            ("/a%2", BrokenEscape),
            ("/a%zz", BrokenEscape),
            ("/%ff", NotUtf8),
            ("/%c0%af", NotUtf8),
            ("/a b", ForbiddenByte),
            ("/ä", ForbiddenByte),
            ("/a#b", ForbiddenByte),
            ("/{x}", ForbiddenByte),
            ("/a?b#c", ForbiddenByte),
            ("/a?b=%0", BrokenEscape),
            ("/a?b=%00", EncodedControl),
            ("/a?b=ä", ForbiddenByte),
            ("/a?b c", ForbiddenByte),
        ] {
            assert_eq!(error(raw), expected, "{raw}");
        }
        assert!(CanonicalTarget::parse(b"/a%25b%25").is_ok(), "a lone % is a character");
    }

    #[test]
    fn what_curl_lines_have_in_jql_is_encoded() {
        let target = CanonicalTarget::parse(b"/s?jql=a=\"x\"&b=[{1|2^`\\}]<>").unwrap();
        assert_eq!(target.query(), Some("jql=a=%22x%22&b=%5B%7B1%7C2%5E%60%5C%7D%5D%3C%3E"));
    }

    #[test]
    fn a_context_path_must_stand_there_exactly() {
        let target = CanonicalTarget::parse(b"/jira/rest/api").unwrap();
        assert_eq!(target.segments_below("/jira").unwrap(), ["rest", "api"]);
        assert_eq!(target.segments_below("").unwrap().len(), 3);
        assert!(
            target.segments_below("/Jira").is_none() && target.segments_below("/jira/x").is_none()
        );
        assert!(target.segments_below("/jira/rest/api/x").is_none());
    }
}
