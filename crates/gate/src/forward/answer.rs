//! The head that comes down: byte for byte what the product sent, less what is hop-by-hop and,
//! to a token, less what would be more than the token.

use gatepass_model::Method;
use gatepass_profiles::is_kept_from_tokens;

use crate::engine::http1::framing::Framing;
use crate::engine::http1::name::Known;
use crate::engine::http1::request::{RequestHead, Version, connection_options};
use crate::engine::http1::response::ResponseHead;
use crate::request_id::RequestId;
use crate::wire::text::push_decimal;

/// How an answer's body goes to this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Downward {
    /// How it is read from the product.
    pub(crate) from: Framing,
    /// Whether it goes out in chunks.
    pub(crate) chunked: bool,
    /// Whether only the end of the connection can tell its end.
    pub(crate) until_close: bool,
}

/// How the body of `answer` goes to who sent `request`.
pub(crate) fn downward(request: &RequestHead<'_>, answer: &ResponseHead<'_>) -> Downward {
    let from = if request.method == Method::Head { Framing::None } else { answer.framing };
    let needs_framing = matches!(from, Framing::Chunked | Framing::UntilClose);
    let chunked = needs_framing && request.version == Version::Http11;
    Downward { from, chunked, until_close: needs_framing && !chunked }
}

/// Appends the head of the answer to `out`.
pub(crate) fn write(
    answer: &ResponseHead<'_>,
    downward: Downward,
    to_token: bool,
    closes: bool,
    id: RequestId,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"HTTP/1.1 ");
    push_decimal(answer.status.into(), out);
    out.push(b' ');
    out.extend_from_slice(answer.reason);
    out.extend_from_slice(b"\r\n");
    let is_upgrade = answer.status == 101;
    let mut options = answer.fields.all(Known::Connection);
    let names_others = !options.all(|value| value.eq_ignore_ascii_case(b"keep-alive"))
        && nominated(answer).next().is_some();
    answer.fields.copy(out, |header| {
        let name = header.name;
        match header.known {
            Known::Connection
            | Known::KeepAlive
            | Known::ProxyConnection
            | Known::Trailer
            | Known::TransferEncoding
            | Known::XGatepassRequestId => return false,
            // `Connection: Upgrade` names the line that a client who is switched must see.
            Known::Upgrade => return is_upgrade,
            _ => {}
        }
        let is_hop =
            names_others && nominated(answer).any(|option| option.eq_ignore_ascii_case(name));
        !(is_hop || (to_token && is_kept_from_tokens(name)))
    });
    out.extend_from_slice(b"X-Gatepass-Request-Id: ");
    id.write(out);
    out.extend_from_slice(b"\r\n");
    if downward.chunked {
        out.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
    }
    if is_upgrade {
        out.extend_from_slice(b"Connection: Upgrade\r\n");
    } else if closes || downward.until_close {
        out.extend_from_slice(b"Connection: close\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// What `Connection` names, but for `close` and `keep-alive`, which are all that a product says
/// nearly always and name no line.
fn nominated<'a>(answer: &'a ResponseHead<'_>) -> impl Iterator<Item = &'a [u8]> {
    answer.fields.all(Known::Connection).flat_map(connection_options).filter(|option| {
        !option.eq_ignore_ascii_case(b"close") && !option.eq_ignore_ascii_case(b"keep-alive")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::http1::{request, response};

    fn down(method: &str, version: &str, answer: &str, to_token: bool) -> (String, Downward) {
        let head = format!("{method} / HTTP/{version}\r\nHost: a\r\n\r\n");
        let head = request::read_text(&head).unwrap();
        let (answer, _) = response::read_bytes(answer.as_bytes()).unwrap().unwrap();
        let downward = downward(&head, &answer);
        let mut out = Vec::new();
        write(&answer, downward, to_token, head.wants_close, RequestId::from_parts(1, 2), &mut out);
        (String::from_utf8(out).unwrap(), downward)
    }

    #[test]
    fn a_token_gets_no_session_and_no_challenge() {
        let answer = "HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=1\r\nWWW-Authenticate: OAuth\r\nX-ASESSIONID: 1\r\n\
                      X-Seraph-LoginReason: OK\r\nX-AUSERNAME: alice\r\nContent-Length: 2\r\n\r\n";
        let (text, _) = down("GET", "1.1", answer, true);
        assert!(text.contains("X-AUSERNAME: alice\r\nContent-Length: 2\r\n"), "{text}");
        for hidden in ["Set-Cookie", "WWW-Authenticate", "ASESSIONID", "Seraph"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(down("GET", "1.1", answer, false).0.contains("Set-Cookie"));
    }

    #[test]
    fn a_body_without_a_length_is_framed_for_who_asked() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        assert!(down("GET", "1.1", chunked, false).1.chunked);
        let (text, downward) = down("GET", "1.0", chunked, false);
        assert!(
            downward.until_close && text.contains("Connection: close") && !text.contains("chunked")
        );
        let (text, downward) = down("HEAD", "1.1", chunked, false);
        assert_eq!(downward.from, Framing::None);
        assert!(!text.contains("chunked"), "{text}");
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert!(down("HEAD", "1.1", length, false).0.contains("Content-Length: 5"));
    }
}
