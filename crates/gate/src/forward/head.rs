//! The head that goes up. By allow-list of form (names were checked when they were read), with
//! everything that looks like an identity left out; the identity that the permit names goes on
//! last.

use std::net::IpAddr;

use gatepass_model::Method;
use gatepass_profiles::is_identity_header;
use gatepass_vault::looks_like_token;

use super::cookie::{may_have_own, without_own};
use crate::engine::http1::fields::Header;
use crate::engine::http1::framing::Framing;
use crate::engine::http1::name::Known;
use crate::engine::http1::request::{RequestHead, connection_options};
use crate::read::client::Client;
use crate::request_id::RequestId;
use crate::wire::text::{push_address, push_decimal};

/// What decides how a request's head looks upstream.
pub(crate) struct Towards<'a> {
    /// The path and the query that were decided on.
    pub(crate) path: &'a [u8],
    pub(crate) query: Option<&'a str>,
    /// The Host to send.
    pub(crate) host: &'a str,
    /// Who sends the request.
    pub(crate) client: &'a Client,
    /// The scheme that the client used.
    pub(crate) scheme: &'static str,
    /// The header line by which the request goes up as a token's owner.
    pub(crate) identity: Option<&'a [u8]>,
    /// Whether that is a session, beside which only the gate says that changes are meant.
    pub(crate) by_session: bool,
    /// A line more that says the same with a signature.
    pub(crate) assertion: Option<&'a [u8]>,
    /// The headers that the instance trusts.
    pub(crate) trusted_headers: &'a [String],
    /// The name under which logs know the request.
    pub(crate) id: RequestId,
    /// How the body is framed upstream.
    pub(crate) framing: Framing,
    /// Whether the client may leave HTTP on this connection.
    pub(crate) upgrade: bool,
}

/// Appends the head to `out`.
pub(crate) fn write(
    head: &RequestHead<'_>,
    towards: &Towards<'_>,
    origin: &mut Origin,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(head.method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(towards.path);
    if let Some(query) = towards.query {
        out.push(b'?');
        out.extend_from_slice(query.as_bytes());
    }
    out.extend_from_slice(b" HTTP/1.1\r\n");
    line(out, "Host", towards.host.as_bytes());
    let nominated = Nominated::of(head);
    head.fields.copy(out, |header| goes_up(&header, towards) && !nominated.names(header.name));
    if towards.identity.is_none() {
        write_cookies_beside_own(head, &nominated, out);
    }
    write_ours(head, towards, origin, out);
    out.extend_from_slice(b"\r\n");
}

fn line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// No header that a product reads has a longer name.
const LONGEST_NAME: usize = 64;

/// Whether a client's header line goes up.
fn goes_up(header: &Header<'_>, towards: &Towards<'_>) -> bool {
    let as_owner = towards.identity.is_some();
    match header.known {
        // Written anew, or hop-by-hop (RFC 9110 7.6.1), or the gate's own to say.
        Known::Host
        | Known::Connection
        | Known::KeepAlive
        | Known::ProxyConnection
        | Known::ProxyAuthenticate
        | Known::ProxyAuthorization
        | Known::Te
        | Known::Trailer
        | Known::TransferEncoding
        | Known::Upgrade
        | Known::Http2Settings
        | Known::ContentLength
        | Known::Expect
        | Known::XForwardedFor
        | Known::XForwardedProto
        | Known::XAusername
        | Known::XGatepassRequestId => false,
        // The owner's identity goes on last, and no cookie goes up beside it.
        Known::Authorization => !as_owner,
        // A line with a cookie of the gate's is written anew, without it.
        Known::Cookie => {
            !as_owner && !looks_like_token(header.value) && !may_have_own(header.value)
        }
        known => {
            let is_trusted = |name: &String| name.as_bytes().eq_ignore_ascii_case(header.name);
            (known != Known::Other || is_harmless(header.name))
                && !(towards.by_session && known == Known::XAtlassianToken)
                && !towards.trusted_headers.iter().any(is_trusted)
                && !looks_like_token(header.value)
        }
    }
}

/// What else stood in `Cookie` lines that hold one of the gate's own.
fn write_cookies_beside_own(head: &RequestHead<'_>, nominated: &Nominated<'_>, out: &mut Vec<u8>) {
    if nominated.names(b"cookie") {
        return;
    }
    for value in head.all(Known::Cookie) {
        if may_have_own(value)
            && !looks_like_token(value)
            && let Some(rest) = without_own(value)
        {
            line(out, "Cookie", &rest);
        }
    }
}

/// Whether a name that nobody here asks for is nobody's identity either.
fn is_harmless(name: &[u8]) -> bool {
    let mut lower = [0_u8; LONGEST_NAME];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    !is_identity_header(lower)
}

/// The headers that `Connection` names, which go no further (RFC 9110 7.6.1). It can't take away
/// what the gate adds: that is written after.
struct Nominated<'b> {
    options: Vec<&'b [u8]>,
}

impl<'b> Nominated<'b> {
    fn of(head: &RequestHead<'b>) -> Self {
        let options = head
            .all(Known::Connection)
            .flat_map(connection_options)
            .filter(|option| {
                !option.eq_ignore_ascii_case(b"close")
                    && !option.eq_ignore_ascii_case(b"keep-alive")
            })
            .collect();
        Self { options }
    }

    fn names(&self, name: &[u8]) -> bool {
        self.options.iter().any(|option| option.eq_ignore_ascii_case(name))
    }
}

/// What the product is told of where a request comes from: the same for all of a connection, but for
/// one that a proxy shares among its clients. So it is kept as it was written last.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    of: Option<(IpAddr, &'static str)>,
    lines: Vec<u8>,
}

impl Origin {
    fn write(&mut self, client: &Client, scheme: &'static str, out: &mut Vec<u8>) {
        let of = client.hops.is_empty().then_some((client.address, scheme));
        if of.is_none() || self.of != of {
            self.of = of;
            self.lines.clear();
            self.lines.extend_from_slice(b"X-Forwarded-For: ");
            push_address(client.address, &mut self.lines);
            for &hop in &client.hops {
                self.lines.extend_from_slice(b", ");
                push_address(hop, &mut self.lines);
            }
            self.lines.extend_from_slice(b"\r\n");
            line(&mut self.lines, "X-Forwarded-Proto", scheme.as_bytes());
        }
        out.extend_from_slice(&self.lines);
    }
}

/// What the gate says itself, the owner's identity last.
fn write_ours(
    head: &RequestHead<'_>,
    towards: &Towards<'_>,
    origin: &mut Origin,
    out: &mut Vec<u8>,
) {
    origin.write(towards.client, towards.scheme, out);
    line(out, "X-Forwarded-Host", head.host.as_bytes());
    out.extend_from_slice(b"X-Gatepass-Request-Id: ");
    towards.id.write(out);
    out.extend_from_slice(b"\r\n");
    match towards.framing {
        Framing::Length(length) => {
            out.extend_from_slice(b"Content-Length: ");
            push_decimal(length, out);
            out.extend_from_slice(b"\r\n");
        }
        Framing::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        // A POST without a body says so, for some servers answer 411 to silence.
        Framing::None | Framing::UntilClose => {
            if matches!(head.method, Method::Post | Method::Put | Method::Patch) {
                out.extend_from_slice(b"Content-Length: 0\r\n");
            }
        }
    }
    if let (true, Some(protocol)) = (towards.upgrade, head.upgrade) {
        out.extend_from_slice(b"Connection: Upgrade\r\n");
        line(out, "Upgrade", protocol);
    }
    for identity in [towards.identity, towards.assertion].into_iter().flatten() {
        out.extend_from_slice(identity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::http1::name::NAMES;
    use crate::engine::http1::request::read_text;

    fn written(lines: &str, identity: Option<&[u8]>) -> String {
        let text = format!("GET /a?b HTTP/1.1\r\nHost: jira.example\r\n{lines}\r\n");
        let head = read_text(&text).unwrap();
        let client = Client {
            address: "192.0.2.1".parse().unwrap(),
            hops: vec!["10.0.0.1".parse().unwrap()],
            by_trusted_proxy: true,
        };
        let towards = Towards {
            path: b"/a",
            query: Some("b"),
            host: "jira.example",
            client: &client,
            scheme: "https",
            identity,
            by_session: identity.is_some_and(|line| line.starts_with(b"Cookie: ")),
            assertion: None,
            trusted_headers: &["X-Our-User".to_owned()],
            id: RequestId::from_parts(1, 2),
            framing: head.framing,
            upgrade: true,
        };
        let mut out = Vec::new();
        let mut origin = Origin::default();
        write(&head, &towards, &mut origin, &mut out);
        let (first, mut again) = (out.clone(), Vec::new());
        write(&head, &towards, &mut origin, &mut again);
        assert_eq!(first, again);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_owners_identity_goes_on_last_and_no_cookie_beside_it() {
        let up = written(
            "Authorization: Bearer x\r\nCookie: JSESSIONID=1\r\nAccept: */*\r\n",
            Some(b"Authorization: Bearer theirs\r\n"),
        );
        assert!(up.ends_with("Authorization: Bearer theirs\r\n\r\n"), "{up}");
        assert_eq!(up.matches("uthorization").count(), 1);
        assert!(!up.contains("Cookie") && up.contains("Accept: */*\r\n"), "{up}");
        let up = written("Authorization: Basic x\r\nCookie: JSESSIONID=1\r\n", None);
        assert!(
            up.contains("Authorization: Basic x\r\n") && up.contains("Cookie: JSESSIONID=1\r\n")
        );
    }

    #[test]
    fn the_gates_own_cookies_stay_here() {
        let up = written("Cookie: JSESSIONID=1; __Host-gatepass-session=x; a=b\r\n", None);
        assert!(up.contains("Cookie: JSESSIONID=1; a=b\r\n"), "{up}");
        assert!(!up.contains("gatepass-session"), "{up}");
        let up = written("Cookie: gatepass-session=x\r\nCookie: JSESSIONID=1\r\n", None);
        assert_eq!(up.matches("Cookie").count(), 1, "{up}");
    }

    #[test]
    fn identities_hop_by_hop_headers_and_what_connection_names_stay_here() {
        let up = written(
            "Connection: close, X-Secret, X-Forwarded-For\r\nX-Secret: 1\r\nX-Our-User: admin\r\nx-OUR-user: admin\r\nRemote-User: admin\r\n\
             X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nTE: trailers\r\nX-Gatepass-User: admin\r\n\
             X-Original-URL: /admin\r\nX-Note: gpass_00000000000000000000000000000000000000\r\n",
            Some(b"Authorization: Bearer theirs\r\n"),
        );
        for hidden in ["X-Secret", "admin", "6.6.6.6", "TE:", "gpass_", "Connection"] {
            assert!(!up.contains(hidden), "{hidden} in {up}");
        }
        assert!(
            up.contains("X-Forwarded-For: 192.0.2.1, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n")
        );
    }

    #[test]
    fn no_name_that_is_known_takes_an_identity_by() {
        for (name, known) in NAMES {
            if is_identity_header(name.as_bytes()) {
                let up = written(&format!("{name}: 6.6.6.6\r\n"), None);
                assert!(known != Known::Ordinary && !up.contains("6.6.6.6"), "{name}: {up}");
            }
        }
    }

    #[test]
    fn an_upgrade_is_asked_for_anew() {
        let up = written(
            "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n",
            None,
        );
        assert!(up.contains("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "{up}");
        assert!(up.contains("Sec-WebSocket-Key: x\r\n"), "{up}");
    }
}
