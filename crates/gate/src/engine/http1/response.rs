//! The head of an answer (RFC 9112 4 and 5), as the product sends it.

use super::fields::{Fields, Names};
use super::framing::{Framing, FramingHeaders};
use super::name::Known;
use super::request::connection_options;
use super::scan::{NoHead, Scan, is_clean};

/// Most bytes of an answer's head. Products send long `Set-Cookie` and policy headers.
pub const MAX_HEAD: usize = 64 * 1024;

/// An answer's head that was read. Its parts are the bytes that came.
#[derive(Clone, Debug)]
pub struct ResponseHead<'b> {
    /// 100 to 999.
    pub status: u16,
    /// The words behind the status; may be empty.
    pub reason: &'b [u8],
    /// Every header line, in order.
    pub fields: Fields<'b>,
    /// Where the body ends, before the request's method is considered.
    pub framing: Framing,
    /// Whether the connection ends with this answer.
    pub closes: bool,
}

/// The bytes were no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAnswer(pub &'static str);

/// Looks for the end of a head in `bytes`, whose first part `scan` has looked at before. Gives its
/// length; `None` while it is incomplete.
pub fn find_end(bytes: &[u8], scan: &mut Scan) -> Result<Option<usize>, BadAnswer> {
    match scan.advance(bytes) {
        Ok(None) if bytes.len() >= MAX_HEAD => Err(BadAnswer("its head is too long")),
        Ok(end) => Ok(end),
        Err(NoHead::TooLong) => Err(BadAnswer("its head is too long")),
        Err(NoHead::BareLineFeed) => Err(BadAnswer("a line of its head does not end in CRLF")),
    }
}

/// Reads the head at the start of `bytes`; `None` while it is incomplete. Gives its length too.
pub fn read<'b>(
    bytes: &'b [u8],
    scan: &'b mut Scan,
) -> Result<Option<(ResponseHead<'b>, usize)>, BadAnswer> {
    scan.clear();
    let Some(end) = find_end(bytes, scan)? else { return Ok(None) };
    Ok(Some((parse(bytes.get(..end).unwrap_or_default(), scan)?, end)))
}

/// The same for a test, which keeps the memory until it ends.
#[cfg(test)]
pub(crate) fn read_bytes(bytes: &[u8]) -> Result<Option<(ResponseHead<'_>, usize)>, BadAnswer> {
    read(bytes, Box::leak(Box::default()))
}

/// Reads a complete head: `bytes` ends with the empty line, and `scan` has found its lines.
pub fn parse<'b>(bytes: &'b [u8], scan: &'b mut Scan) -> Result<ResponseHead<'b>, BadAnswer> {
    const NOT_HTTP: BadAnswer = BadAnswer("its head is not HTTP/1.1");
    if !is_clean(bytes, scan.ends().len()) {
        return Err(BadAnswer("its head holds a control character"));
    }
    let end = scan.ends().first().map_or(0, |&end| usize::from(end));
    let first = bytes.get(..end.saturating_sub(1)).unwrap_or_default();
    let (is_old, status, reason) = read_status_line(first).ok_or(NOT_HTTP)?;
    let fields = Fields::read(bytes, scan, Names::Token).map_err(|_| NOT_HTTP)?;
    let mut closes = is_old;
    for option in fields.all(Known::Connection).flat_map(connection_options) {
        closes |= option.eq_ignore_ascii_case(b"close");
        if is_old && option.eq_ignore_ascii_case(b"keep-alive") {
            closes = false;
        }
    }
    let mut told = FramingHeaders::default();
    fields.all(Known::ContentLength).for_each(|value| told.add_length(value));
    fields.all(Known::TransferEncoding).for_each(|value| told.add_coding(value));
    // A product that frames an answer twice could make the next caller read this one's rest.
    let told = told.resolve().map_err(|_| BadAnswer("its body is framed in an unclear way"))?;
    let framing = match status {
        100..=199 | 204 | 304 => Framing::None,
        _ => told.unwrap_or(Framing::UntilClose),
    };
    closes |= framing == Framing::UntilClose;
    Ok(ResponseHead { status, reason, fields, framing, closes })
}

/// `HTTP/1.1 200 words` (RFC 9112 4): whether it is HTTP/1.0, the status, and the words, before
/// which Tomcat leaves the space out when there are none.
fn read_status_line(line: &[u8]) -> Option<(bool, u16, &[u8])> {
    let (is_old, rest) = match line.strip_prefix(b"HTTP/1.1 ") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix(b"HTTP/1.0 ")?),
    };
    let (digits, reason) = rest.split_first_chunk::<3>()?;
    let reason = match reason {
        [] => reason,
        [b' ', reason @ ..] => reason,
        _ => return None,
    };
    let is_number = digits.iter().all(u8::is_ascii_digit);
    let number = digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit & 15));
    (is_number && number >= 100).then_some((is_old, number, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_tell_where_they_end() {
        let framing = |text: &str| read_bytes(text.as_bytes()).unwrap().unwrap().0.framing;
        assert_eq!(framing("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), Framing::Length(3));
        assert_eq!(framing("HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n"), Framing::Chunked);
        assert_eq!(framing("HTTP/1.1 200 \r\n\r\n"), Framing::UntilClose);
        assert_eq!(
            framing("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n"),
            Framing::None
        );
        assert_eq!(framing("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1"), Framing::None);
    }

    #[test]
    fn an_unclear_answer_is_refused_and_an_unfinished_one_waited_for() {
        assert!(
            read_bytes(
                b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            .is_err()
        );
        assert!(
            read_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n")
                .is_err()
        );
        assert!(read_bytes(b"HTTP/2 200 OK\r\n\r\n").is_err());
        assert!(read_bytes(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
        assert!(read_bytes(b"HTTP/1.1 200 OK\r\nContent").unwrap().is_none());
        assert!(read_bytes(&vec![b'a'; MAX_HEAD]).is_err());
    }
}
