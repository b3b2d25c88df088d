//! The head of an answer (RFC 9112 4 and 5), as the product sends it.

use std::mem::MaybeUninit;

use smallvec::SmallVec;

use super::framing::{Framing, FramingHeaders};
use super::request::{Header, MOST_HEADERS, connection_options};

/// Most bytes of an answer's head. Products send long `Set-Cookie` and policy headers.
pub const MAX_HEAD: usize = 64 * 1024;

/// An answer's head that was read. Its parts are the bytes that came.
#[derive(Clone, Debug)]
pub struct ResponseHead<'b> {
    /// 100 to 999.
    pub status: u16,
    /// The words behind the status; may be empty.
    pub reason: &'b str,
    /// Every header line, in order.
    pub headers: SmallVec<[Header<'b>; 24]>,
    /// Where the body ends, before the request's method is considered.
    pub framing: Framing,
    /// Whether the connection ends with this answer.
    pub closes: bool,
}

/// The bytes were no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadAnswer(pub &'static str);

/// Reads the head at the start of `bytes`; `None` while it is incomplete. Gives its length too.
pub fn parse(bytes: &[u8]) -> Result<Option<(ResponseHead<'_>, usize)>, BadAnswer> {
    let mut lines = [const { MaybeUninit::uninit() }; MOST_HEADERS];
    let mut raw = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let end = match config.parse_response_with_uninit_headers(&mut raw, bytes, &mut lines) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(BadAnswer("its head is too long")),
        Err(_) => return Err(BadAnswer("its head is not HTTP/1.1")),
    };
    let status = raw.code.unwrap_or_default();
    if status < 100 {
        return Err(BadAnswer("its status is no number from 100 to 999"));
    }
    let mut head = ResponseHead {
        status,
        reason: raw.reason.unwrap_or_default(),
        headers: SmallVec::new(),
        framing: Framing::UntilClose,
        closes: raw.version == Some(0),
    };
    let mut framing = FramingHeaders::default();
    for line in raw.headers.iter() {
        head.headers.push(Header { name: line.name, value: line.value });
        match line.name.len() {
            10 if line.name.eq_ignore_ascii_case("connection") => {
                for option in connection_options(line.value) {
                    head.closes |= option.eq_ignore_ascii_case(b"close");
                    if option.eq_ignore_ascii_case(b"keep-alive") && raw.version == Some(0) {
                        head.closes = false;
                    }
                }
            }
            14 if line.name.eq_ignore_ascii_case("content-length") => {
                framing.add_length(line.value);
            }
            17 if line.name.eq_ignore_ascii_case("transfer-encoding") => {
                framing.add_coding(line.value);
            }
            _ => {}
        }
    }
    // A product that frames an answer twice could make the next caller read this one's rest.
    let told = framing.resolve().map_err(|_| BadAnswer("its body is framed in an unclear way"))?;
    head.framing = match status {
        100..=199 | 204 | 304 => Framing::None,
        _ => told.unwrap_or(Framing::UntilClose),
    };
    head.closes |= head.framing == Framing::UntilClose;
    Ok(Some((head, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_tell_where_they_end() {
        let framing = |text: &str| parse(text.as_bytes()).unwrap().unwrap().0.framing;
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
            parse(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n")
                .is_err()
        );
        assert!(
            parse(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n").is_err()
        );
        assert!(parse(b"HTTP/2 200 OK\r\n\r\n").is_err());
        assert!(parse(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent").unwrap().is_none());
        assert!(parse(&vec![b'a'; MAX_HEAD]).is_err());
    }
}
