//! The request target, in the one form that is decided on.
//!
//! Whoever imitates another parser is wrong somewhere (Tomcat reads `/rest/api/2/issue/..;/user`
//! as `/rest/api/2/user`), so nothing is repaired here: a target is canonical already, or it is
//! refused. The one exception stands at [`CanonicalTarget::parse`].

use std::borrow::Cow;
use std::fmt;

use smallvec::SmallVec;

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
        let path = parse_path(path)?;
        let segments = decode_segments(path)?;
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

fn parse_path(path: &[u8]) -> Result<&str, TargetError> {
    if path.first() != Some(&b'/') {
        return Err(TargetError::NotAPath);
    }
    for &byte in path {
        match byte {
            b';' => return Err(TargetError::PathParameter),
            b'\\' => return Err(TargetError::EncodedSlash),
            b'"' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'|' | b'^' | b'`' | b'#' => {
                return Err(TargetError::ForbiddenByte);
            }
            0x21..=0x7e => {}
            _ => return Err(TargetError::ForbiddenByte),
        }
    }
    std::str::from_utf8(path).map_err(|_| TargetError::NotUtf8)
}

fn decode_segments(path: &str) -> Result<Segments<'_>, TargetError> {
    let mut segments = Segments::new();
    let inner = path.strip_prefix('/').unwrap_or(path);
    if inner.is_empty() {
        return Ok(segments);
    }
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    for raw in inner.split('/') {
        let segment = decode_segment(raw)?;
        match segment.as_ref() {
            "" => return Err(TargetError::EmptySegment),
            "." | ".." => return Err(TargetError::DotSegment),
            _ => segments.push(segment),
        }
    }
    Ok(segments)
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

const fn hex(digit: u8) -> Option<u8> {
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

/// Names and values of a query or of a form, as a servlet container reads them: parted at `&`,
/// the name ends at the first `=`, `+` is a space, escapes are decoded once. Escapes that are
/// broken stay as they are: the container drops such a parameter, and who looks for a name must
/// see more than the container does, not less.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// Over the bytes of a query without its `?`, or of a form.
    pub const fn new(encoded: &'a [u8]) -> Self {
        Self { rest: encoded }
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (Cow<'a, [u8]>, Cow<'a, [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|&b| b == b'&').unwrap_or(self.rest.len());
            let (pair, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest.get(1..).unwrap_or_default();
            if pair.is_empty() {
                continue;
            }
            let split = pair.iter().position(|&b| b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(split)?;
            return Some((
                decode_parameter(name),
                decode_parameter(value.get(1..).unwrap_or_default()),
            ));
        }
        None
    }
}

fn decode_parameter(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|&byte| byte == b'%' || byte == b'+') {
        return Cow::Borrowed(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match others {
                [high, low, others @ ..] => match (hex(*high), hex(*low)) {
                    (Some(high), Some(low)) => {
                        bytes.push(high << 4 | low);
                        rest = others;
                    }
                    _ => bytes.push(b'%'),
                },
                _ => bytes.push(b'%'),
            },
            byte => bytes.push(byte),
        }
    }
    Cow::Owned(bytes)
}

/// Every way in which somebody behind us might read the path of a page's target: parameters cut
/// or not, decoded up to five times, dots resolved or not, slashes collapsed, a backslash taken
/// for a slash. Each reading is its list of segments. For targets that are not canonical and are
/// let through all the same: if one reading is something that matters, the target is refused.
pub fn readings(raw: &[u8]) -> Vec<Vec<String>> {
    let end = raw.iter().position(|&byte| byte == b'?' || byte == b'#').unwrap_or(raw.len());
    let mut bytes = raw.get(..end).unwrap_or(raw).to_vec();
    let mut all = Vec::new();
    for _ in 0..5 {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for cut in [false, true] {
            let segments: Vec<String> = text
                .split(['/', '\\'])
                .map(|segment| if cut { segment.split(';').next().unwrap_or("") } else { segment })
                .map(|segment| segment.chars().filter(|c| !c.is_control()).collect())
                .filter(|segment: &String| !segment.is_empty())
                .collect();
            let resolved = resolve_dots(&segments);
            for reading in [segments, resolved] {
                if !all.contains(&reading) {
                    all.push(reading);
                }
            }
        }
        let decoded = decode_leniently(&bytes);
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    all
}

fn resolve_dots(segments: &[String]) -> Vec<String> {
    let mut resolved = Vec::new();
    for segment in segments {
        match segment.as_str() {
            "." => {}
            ".." => {
                resolved.pop();
            }
            _ => resolved.push(segment.clone()),
        }
    }
    resolved
}

fn decode_leniently(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        if let (b'%', [high, low, after @ ..]) = (first, others)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(first);
        }
    }
    bytes
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
    fn parameters_are_read_as_a_servlet_container_reads_them() {
        let all: Vec<_> = Parameters::new(b"os%5Fusername=a+b&&x&=y&z=%zz&a=b=c")
            .map(|(n, v)| {
                (String::from_utf8(n.into()).unwrap(), String::from_utf8(v.into()).unwrap())
            })
            .collect();
        let expected = [("os_username", "a b"), ("x", ""), ("", "y"), ("z", "%zz"), ("a", "b=c")];
        assert_eq!(all, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
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

    #[test]
    fn readings_find_rest_behind_every_disguise() {
        for raw in [
            "/browse/..;/rest/api/2/x",
            "/x/%252e%252e/rest/api",
            "/%2572est/api",
            "//rest/api",
            "/a\\..\\rest/api",
            "/rest;x=1/api",
            "/rest%2fapi",
            "/x/%2e%2e%2frest/api/2",
            "/rest%00/api/2",
            "/rest/../browse",
        ] {
            let found =
                readings(raw.as_bytes()).iter().any(|r| r.first().is_some_and(|s| s == "rest"));
            assert!(found, "{raw}: {:?}", readings(raw.as_bytes()));
        }
        assert!(
            !readings(b"/browse/A-1;jsessionid=1")
                .iter()
                .any(|r| r.first().is_some_and(|s| s == "rest"))
        );
    }
}
