//! The head of a stream, checked and written as a head of HTTP/1.1.
//!
//! What this lets pass is read by [`crate::engine::http1::request`], which checks names, the Host,
//! lengths and methods: nothing here repeats that. Here stands what only HTTP/2 can get wrong.

use gatepass_model::Reason;
use http::request::Parts;
use http::{Method, header};

use crate::engine::http1::request::{BadHead, HeadLimits};

/// What each field counts beside its bytes (RFC 9113 6.5.2).
const OVERHEAD: usize = 32;

/// How the head of a stream came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came {
    /// On an encrypted connection.
    pub(super) is_secure: bool,
    /// In more than one frame.
    pub(super) in_pieces: bool,
    /// With the end of the stream: there is no body.
    pub(super) ends_stream: bool,
}

/// A head of HTTP/1.1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    /// Whether it says that the body is chunked.
    pub(super) is_chunked: bool,
}

const fn malformed(message: &'static str) -> BadHead {
    BadHead { reason: Reason::MalformedRequest, message }
}

const fn too_large(message: &'static str) -> BadHead {
    BadHead { reason: Reason::HeadersTooLarge, message }
}

/// Checks a head and writes it.
pub(super) fn write(parts: &Parts, came: Came, limits: &HeadLimits) -> Result<Written, BadHead> {
    check_size(parts, came, limits)?;
    if parts.method == Method::CONNECT {
        return Err(BadHead {
            reason: Reason::MethodNotAllowed,
            message: "this method is not forwarded",
        });
    }
    let scheme = if came.is_secure { "https" } else { "http" };
    if parts.uri.scheme_str().is_some_and(|said| said != scheme) {
        return Err(malformed("the scheme is not that of the connection"));
    }
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(parts.method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(target_of(parts)?);
    out.extend_from_slice(b" HTTP/1.1\r\n");
    write_host(parts, &mut out)?;
    write_fields(parts, &mut out)?;
    let is_chunked = !came.ends_stream && !parts.headers.contains_key(header::CONTENT_LENGTH);
    if is_chunked {
        out.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    out.extend_from_slice(b"\r\n");
    Ok(Written { bytes: out, is_chunked })
}

/// Bounds as RFC 9113 counts them, each crumb of a cookie as a field of its own.
fn check_size(parts: &Parts, came: Came, limits: &HeadLimits) -> Result<(), BadHead> {
    if came.in_pieces {
        // One frame holds as much as all fields may. And `h2` forgets what was malformed in a
        // piece when the next one comes.
        return Err(too_large("the head is longer than one frame"));
    }
    let of_fields: usize = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + OVERHEAD)
        .sum();
    let uri = &parts.uri;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let of_pseudo: usize = [
        (":method", parts.method.as_str()),
        (":scheme", uri.scheme_str().unwrap_or_default()),
        (":authority", authority),
        (":path", path),
    ]
    .iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| name.len() + value.len() + OVERHEAD)
    .sum();
    if of_fields + of_pseudo > limits.head {
        return Err(too_large("the head is too long"));
    }
    if parts.headers.len() > limits.headers {
        return Err(too_large("there are too many headers"));
    }
    Ok(())
}

/// The bytes of `:path`: origin-form, or `*`.
fn target_of(parts: &Parts) -> Result<&[u8], BadHead> {
    let target = parts.uri.path_and_query().map_or("", |path| path.as_str()).as_bytes();
    if target.iter().any(|&byte| byte <= b' ' || byte == 0x7f) {
        return Err(malformed("the path holds a control character"));
    }
    match target {
        b"*" | [b'/', ..] => Ok(target),
        _ => Err(malformed("the path does not begin with /")),
    }
}

/// One Host: `:authority`, which a Host beside it must repeat (RFC 9113 8.3.1).
fn write_host(parts: &Parts, out: &mut Vec<u8>) -> Result<(), BadHead> {
    let Some(authority) = parts.uri.authority() else { return Ok(()) };
    let authority = authority.as_str().as_bytes();
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    if hosts.any(|host| !host.as_bytes().eq_ignore_ascii_case(authority)) {
        return Err(malformed("Host differs from :authority"));
    }
    write_field(b"host", authority, out)
}

/// The fields in their order, but for Host, when `:authority` stands for it, and for cookies,
/// whose crumbs are put together again (RFC 9113 8.2.3).
fn write_fields(parts: &Parts, out: &mut Vec<u8>) -> Result<(), BadHead> {
    let has_authority = parts.uri.authority().is_some();
    let mut hosts = 0;
    let mut cookie = Vec::new();
    for (name, value) in &parts.headers {
        if name == header::HOST {
            hosts += 1;
            if has_authority {
                continue;
            }
        }
        if name == header::COOKIE {
            if !cookie.is_empty() {
                cookie.extend_from_slice(b"; ");
            }
            cookie.extend_from_slice(value.as_bytes());
            continue;
        }
        if is_of_connection(name.as_str()) && !(name == header::TE && value == "trailers") {
            return Err(malformed("a field belongs to connections of HTTP/1.1"));
        }
        write_field(name.as_str().as_bytes(), value.as_bytes(), out)?;
    }
    if hosts > 1 {
        return Err(malformed("there is more than one Host"));
    }
    if parts.headers.contains_key(header::COOKIE) {
        write_field(b"cookie", &cookie, out)?;
    }
    Ok(())
}

/// RFC 9113 8.2.2.
fn is_of_connection(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "transfer-encoding"
            | "upgrade"
            | "http2-settings"
            | "te"
    )
}

/// Writes a line, if nothing in the value could end it or be cut off (RFC 9113 8.2.1).
fn write_field(name: &[u8], value: &[u8], out: &mut Vec<u8>) -> Result<(), BadHead> {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    if is_blank(value.first()) || is_blank(value.last()) {
        return Err(malformed("a field's value begins or ends with white space"));
    }
    if value.iter().any(|&byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
        return Err(malformed("a field's value holds a control character"));
    }
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
    Ok(())
}
