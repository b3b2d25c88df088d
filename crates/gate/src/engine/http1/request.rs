//! The head of a request (RFC 9112 3 and 5), read in one strict way.
//!
//! Refused, because two parsers have read them differently: bare LF and bare CR, a space before a
//! colon, folded lines, a header name outside `[A-Za-z0-9-]`, more than one Host, anything but
//! one plain framing, and any version but 1.0 and 1.1.

use gatepass_model::Method;
use gatepass_model::Reason;

use super::fields::{Fields, Names};
use super::framing::{Framing, FramingError, FramingHeaders};
use super::name::Known;
use super::scan::{NoHead, Scan, is_clean};

/// Bounds on a head.
#[derive(Clone, Copy, Debug)]
pub struct HeadLimits {
    /// Most bytes of the whole head; no more than 64 KiB are ever taken.
    pub head: usize,
    /// Most header lines.
    pub headers: usize,
    /// Most bytes of the target.
    pub target: usize,
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self { head: 16 * 1024, headers: 100, target: 8 * 1024 }
    }
}

/// The version that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0: each answer ends the connection, and chunks are not understood.
    Http10,
    /// HTTP/1.1
    Http11,
}

/// A head that was read. Its parts are the bytes that came.
#[derive(Clone, Debug)]
pub struct RequestHead<'b> {
    /// A method that the gate forwards.
    pub method: Method,
    /// The request target, as it came.
    pub target: &'b [u8],
    /// What the client speaks.
    pub version: Version,
    /// Every header line, in order. Names are of `[A-Za-z0-9-]`.
    pub fields: Fields<'b>,
    /// The one Host; a plain name or address with an optional port.
    pub host: &'b str,
    /// Where the body ends.
    pub framing: Framing,
    /// Whether the client wants the connection to end.
    pub wants_close: bool,
    /// Whether the client waits for `100 Continue` (RFC 9110 10.1.1).
    pub expects_continue: bool,
    /// Whether it asks to leave HTTP, and the connection's options agree.
    pub upgrade: Option<&'b [u8]>,
}

impl<'b> RequestHead<'b> {
    /// The value of the one line of that name; `None` when it is missing or stands there twice.
    pub fn single(&self, name: Known) -> Option<&'b [u8]> {
        self.fields.single(name)
    }

    /// The values of all lines of that name.
    pub fn all(&self, name: Known) -> impl Iterator<Item = &'b [u8]> + '_ {
        self.fields.all(name)
    }
}

/// Why a head was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadHead {
    /// What the caller is told.
    pub reason: Reason,
    /// In words.
    pub message: &'static str,
}

const fn bad(reason: Reason, message: &'static str) -> BadHead {
    BadHead { reason, message }
}

/// How far a head has come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It ends before this byte.
    Complete(usize),
    /// More must come.
    Incomplete,
}

/// Looks for the end of a head in `bytes`, whose first part `scan` has looked at before.
///
/// What can't become a head any more is refused at once, so that nobody waits for the time limit
/// to hear of a bare line feed.
pub fn find_end(bytes: &[u8], scan: &mut Scan, limits: &HeadLimits) -> Result<Progress, BadHead> {
    const TOO_LONG: BadHead = bad(Reason::HeadersTooLarge, "the head is too long");
    match scan.advance(bytes) {
        Ok(Some(end)) if end > limits.head => return Err(TOO_LONG),
        Ok(Some(end)) => return Ok(Progress::Complete(end)),
        Ok(None) => {}
        Err(NoHead::TooLong) => return Err(TOO_LONG),
        Err(NoHead::BareLineFeed) => {
            return Err(bad(Reason::MalformedRequest, "a line of the head does not end in CRLF"));
        }
    }
    let line_end = memchr::memchr(b'\r', bytes).unwrap_or(bytes.len());
    // The method and the version need a little room beside the target.
    if line_end > limits.target + 32 {
        return Err(bad(Reason::TargetTooLong, "the target is too long"));
    }
    if bytes.len() >= limits.head {
        return Err(TOO_LONG);
    }
    Ok(Progress::Incomplete)
}

/// Reads a head of which all has come: as [`find_end`] and [`parse`] do.
pub fn read<'b>(
    bytes: &'b [u8],
    scan: &'b mut Scan,
    limits: &HeadLimits,
) -> Result<RequestHead<'b>, BadHead> {
    scan.clear();
    match find_end(bytes, scan, limits)? {
        Progress::Complete(end) if end == bytes.len() => parse(bytes, scan, limits),
        _ => Err(bad(Reason::MalformedRequest, "the head is not whole")),
    }
}

/// The same for a test, which keeps the memory until it ends.
#[cfg(test)]
pub(crate) fn read_text(text: &str) -> Result<RequestHead<'_>, BadHead> {
    read(text.as_bytes(), Box::leak(Box::default()), &HeadLimits::default())
}

/// Reads a complete head: `bytes` ends with the empty line, and `scan` has found its lines.
pub fn parse<'b>(
    bytes: &'b [u8],
    scan: &'b mut Scan,
    limits: &HeadLimits,
) -> Result<RequestHead<'b>, BadHead> {
    const NOT_HTTP: BadHead = bad(Reason::MalformedRequest, "the head is not HTTP/1.1");
    let lines = scan.ends().len();
    // The first line, and the empty one, are none.
    if lines.saturating_sub(2) > limits.headers {
        return Err(bad(Reason::HeadersTooLarge, "there are too many headers"));
    }
    if !is_clean(bytes, lines) {
        let words = "the head holds a control character, or CR without LF";
        return Err(bad(Reason::MalformedRequest, words));
    }
    let end = scan.ends().first().map_or(0, |&end| usize::from(end));
    let first = bytes.get(..end.saturating_sub(1)).unwrap_or_default();
    let (method, target, version) = read_request_line(first).ok_or(NOT_HTTP)?;
    let fields = Fields::read(bytes, scan, Names::Plain).map_err(|_| {
        let words = "a header line is no name of letters, digits and - with a colon behind it";
        bad(Reason::MalformedRequest, words)
    })?;
    let mut head = RequestHead {
        method: Method::Get,
        target,
        version,
        fields,
        host: "",
        framing: Framing::None,
        wants_close: version == Version::Http10,
        expects_continue: false,
        upgrade: None,
    };
    read_fields(&mut head)?;
    head.method = Method::find(method)
        .ok_or(bad(Reason::MethodNotAllowed, "this method is not forwarded"))?;
    if target.len() > limits.target {
        return Err(bad(Reason::TargetTooLong, "the target is too long"));
    }
    Ok(head)
}

/// `METHOD target HTTP/1.1` with one space between them (RFC 9112 3). Of the target nothing is
/// known but that it holds no blank.
fn read_request_line(line: &[u8]) -> Option<(&[u8], &[u8], Version)> {
    let (rest, version) = match line.strip_suffix(b" HTTP/1.1") {
        Some(rest) => (rest, Version::Http11),
        None => (line.strip_suffix(b" HTTP/1.0")?, Version::Http10),
    };
    let at = rest.iter().position(|&byte| byte == b' ')?;
    let (method, target) = rest.split_at_checked(at)?;
    let target = target.get(1..)?;
    let is_method = !method.is_empty() && method.iter().all(|&byte| Names::Token.may_hold(byte));
    let is_target = !target.is_empty() && memchr::memchr2(b' ', b'\t', target).is_none();
    (is_method && is_target).then_some((method, target, version))
}

/// What the header lines say of the message and the connection.
fn read_fields(head: &mut RequestHead<'_>) -> Result<(), BadHead> {
    const ANY_FRAMING: [Known; 2] = [Known::ContentLength, Known::TransferEncoding];
    let fields = &head.fields;
    if fields.iter().any(|header| header.known == Known::Other && resembles_framing(header.name)) {
        let words = "a header name is all but one that frames the body";
        return Err(bad(Reason::MalformedRequest, words));
    }
    if fields.all(Known::Host).count() > 1 {
        return Err(bad(Reason::MalformedRequest, "there is more than one Host"));
    }
    for value in fields.all(Known::Expect) {
        if !value.eq_ignore_ascii_case(b"100-continue") {
            return Err(bad(Reason::MalformedRequest, "Expect is not 100-continue"));
        }
        head.expects_continue = head.version == Version::Http11;
    }
    let mut may_upgrade = false;
    for option in fields.all(Known::Connection).flat_map(connection_options) {
        head.wants_close |= option.eq_ignore_ascii_case(b"close");
        may_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        if is_never_hop_by_hop(option) {
            let words = "Connection names a header that is not hop-by-hop";
            return Err(bad(Reason::MalformedRequest, words));
        }
    }
    if ANY_FRAMING.iter().any(|&name| fields.has(name)) {
        let mut framing = FramingHeaders::default();
        fields.all(Known::ContentLength).for_each(|value| framing.add_length(value));
        fields.all(Known::TransferEncoding).for_each(|value| framing.add_coding(value));
        head.framing = resolve_framing(&framing, head.version)?;
    }
    head.host = parse_host(fields.single(Known::Host))?;
    let upgrade = fields.all(Known::Upgrade).last();
    head.upgrade = upgrade.filter(|_| may_upgrade && head.version == Version::Http11);
    Ok(())
}

/// Whether a name is `Content-Length` or `Transfer-Encoding` but for its hyphens. Somebody behind
/// the gate may take `Transfer---Encoding` or `ContentLength` for the real one.
fn resembles_framing(name: &[u8]) -> bool {
    let may_be = matches!(name, [b'c' | b'C' | b't' | b'T' | b'-', ..]) && name.len() > 12;
    if !may_be {
        return false;
    }
    let is = |real: &str| {
        let letters = name.iter().filter(|byte| **byte != b'-');
        letters.map(u8::to_ascii_lowercase).eq(real.bytes())
    };
    is("contentlength") || is("transferencoding")
}

fn resolve_framing(framing: &FramingHeaders<'_>, version: Version) -> Result<Framing, BadHead> {
    match framing.resolve() {
        Ok(Some(Framing::Chunked)) if version == Version::Http10 => {
            Err(bad(Reason::MalformedRequest, "HTTP/1.0 has no transfer codings"))
        }
        Ok(framing) => Ok(framing.unwrap_or(Framing::None)),
        Err(FramingError::Ambiguous(words)) => Err(bad(Reason::MalformedRequest, words)),
        Err(FramingError::UnknownCoding) => {
            Err(bad(Reason::TransferCodingUnsupported, "only the chunked transfer coding is taken"))
        }
    }
}

/// The options of a `Connection` line, in the letter case of the sender.
pub fn connection_options(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|option| !option.is_empty())
}

/// Whoever names one of these in `Connection` wants it dropped behind the decision's back.
fn is_never_hop_by_hop(option: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] = [
        b"authorization",
        b"cookie",
        b"host",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"transfer-encoding",
        b"connection",
    ];
    NAMES.iter().any(|name| option.eq_ignore_ascii_case(name))
}

/// A name or an address with an optional port: what may stand in a Host (RFC 9110 7.2), without
/// percent-encoding, user, or anything else that somebody might read as part of a path.
fn parse_host(value: Option<&[u8]>) -> Result<&str, BadHead> {
    let value = value.ok_or(bad(Reason::MalformedRequest, "there is no Host"))?;
    if is_plain_authority(value) {
        return std::str::from_utf8(value)
            .map_err(|_| bad(Reason::MalformedRequest, "Host is not plain"));
    }
    Err(bad(Reason::MalformedRequest, "Host is no plain name with an optional port"))
}

/// Whether `value` is a host name, an IPv4 address or a bracketed IPv6 address, with an optional
/// port.
pub fn is_plain_authority(value: &[u8]) -> bool {
    let (name, port) = if value.first() == Some(&b'[') {
        let Some(end) = value.iter().position(|&byte| byte == b']') else { return false };
        let (name, port) = value.split_at(end + 1);
        let inner = name.get(1..end).unwrap_or_default();
        if inner.is_empty()
            || !inner.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
        {
            return false;
        }
        (&b"v6"[..], port)
    } else {
        let end = value.iter().position(|&byte| byte == b':').unwrap_or(value.len());
        value.split_at(end)
    };
    let is_plain = |byte: &u8| Names::Plain.may_hold(*byte) || matches!(byte, b'.' | b'_');
    let name_is_plain = !name.is_empty() && name.len() <= 255 && name.iter().all(is_plain);
    let port_is_plain = match port {
        [] => true,
        [b':', digits @ ..] => {
            (1..=5).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    name_is_plain && port_is_plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Reason {
        read_text(text).unwrap_err().reason
    }

    #[test]
    fn a_plain_head_is_read_as_it_came() {
        let head =
            read_text("POST /a?b HTTP/1.1\r\nhOsT: jira.example:8080\r\nContent-Length: 5\r\n\r\n")
                .unwrap();
        assert_eq!(
            (head.method, head.target, head.host),
            (Method::Post, &b"/a?b"[..], "jira.example:8080")
        );
        assert_eq!(head.framing, Framing::Length(5));
        assert!(!head.wants_close && !head.expects_continue && head.upgrade.is_none());
    }

    #[test]
    fn whatever_two_parsers_could_read_differently_is_refused() {
        let host = "Host: a\r\n";
        for text in [
            format!("GET  / HTTP/1.1\r\n{host}\r\n"),
            format!("GET / HTTP/1.32\r\n{host}\r\n"),
            format!("GET / x HTTP/1.1\r\n{host}\r\n"),
            format!("GET / HTTP/1.1 \r\n{host}\r\n"),
            format!("GET /\r\n{host}\r\n"),
            format!("GET / HTTP/2.0\r\n{host}\r\n"),
            format!("GET / HTTP/1.1\r\n X: y\r\n{host}\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X : y\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X_Y: z\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X: a\x00b\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X: a\x0bb\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X: a\r\n b\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}{host}\r\n"),
            "GET / HTTP/1.1\r\n\r\n".to_owned(),
            "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n".to_owned(),
            "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n".to_owned(),
            "GET / HTTP/1.1\r\nHost: \r\n\r\n".to_owned(),
            "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n".to_owned(),
            "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n".to_owned(),
            format!("GET / HTTP/1.0\r\n{host}Transfer-Encoding: chunked\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Connection: close, Authorization\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}X: a\rb\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}: b\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Expect: something\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}Transfer---Encoding: chunked\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}contentlength: 5\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{host}-Content-Length: 5\r\n\r\n"),
        ] {
            assert_eq!(reason(&text), Reason::MalformedRequest, "{text:?}");
        }
        for text in ["GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "\n"] {
            assert_eq!(reason(text), Reason::MalformedRequest, "{text:?}");
        }
    }

    #[test]
    fn methods_are_exact_and_few() {
        for method in ["get", "TRACE", "CONNECT", "PROPFIND", "QUERY", "PRI"] {
            assert_eq!(
                reason(&format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n")),
                Reason::MethodNotAllowed
            );
        }
    }

    #[test]
    fn limits_hold_at_n_and_n_plus_one() {
        let line =
            |target: usize| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(target - 1));
        assert!(read_text(&line(8192)).is_ok());
        assert_eq!(reason(&line(8193)), Reason::TargetTooLong);
        let headers = |count: usize| {
            format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(count - 1))
        };
        assert!(read_text(&headers(100)).is_ok());
        assert_eq!(reason(&headers(101)), Reason::HeadersTooLarge);
        let head = |bytes: usize| {
            let fixed = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".len();
            format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(bytes - fixed))
        };
        assert!(read_text(&head(16384)).is_ok());
        assert_eq!(reason(&head(16385)), Reason::HeadersTooLarge);
        let limits = HeadLimits::default();
        assert_eq!(
            find_end(&vec![b'a'; 9000], &mut Scan::default(), &limits).unwrap_err().reason,
            Reason::TargetTooLong
        );
    }
}
