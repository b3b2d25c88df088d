//! A connection that left HTTP with a `101` that it had asked for.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::meter::Count;
use super::tally::Tally;
use super::{After, Line};
use crate::engine::http1::name::Known;
use crate::engine::http1::request::connection_options;
use crate::engine::http1::response::ResponseHead;
use crate::forward::pool::Upstream;
use crate::wire::upgrade::{End, Flow, Patience, carry};

/// How often a decision is taken anew for a connection that goes on without requests: its token
/// may have ended, its owner may have left, its grant or the policy may have changed. A token's
/// are to end at once, so it is soon.
const LOOK_AT_TOKEN: Duration = Duration::from_millis(250);
/// The same where no token is concerned, and only policy can change.
const LOOK_AT_OTHERS: Duration = Duration::from_secs(5);

/// Whether a connection may leave HTTP/1.1 for this protocol. Not for another HTTP and not for
/// TLS: what came after would be requests that nobody decided on (h2c smuggling).
pub(super) fn may_switch_to(protocols: &[u8]) -> bool {
    !protocols.is_empty()
        && protocols.split(|&byte| byte == b',').all(|protocol| {
            let name = protocol.trim_ascii().to_ascii_lowercase();
            !name.is_empty()
                && !name.starts_with(b"h2")
                && !name.starts_with(b"http")
                && !name.starts_with(b"tls")
        })
}

/// Whether a `101` switches to what was asked for (RFC 9110 7.8). One that names something else
/// would make of the connection what `may_switch_to` refuses.
pub(super) fn is_asked_for(answer: &ResponseHead<'_>, asked: Option<&[u8]>) -> bool {
    let Some(asked) = asked else { return false };
    let mut named = answer.fields.all(Known::Upgrade).flat_map(connection_options).peekable();
    let is_offered =
        |name: &[u8]| connection_options(asked).any(|offered| offered.eq_ignore_ascii_case(name));
    named.peek().is_some() && named.all(is_offered)
}

/// What is told when it has ended, also when it was cut from outside.
struct Open<'t, 'a> {
    tally: &'t mut Tally<'a>,
    up: Flow,
    down: Flow,
}

impl Drop for Open<'_, '_> {
    fn drop(&mut self) {
        self.tally.bytes_in = self.up.bytes;
        self.tally.bytes_out = self.down.bytes;
        self.tally.thread.meter.add(Count::UpgradesEnded);
    }
}

/// The client's and the product's bytes, until both have ended, nobody says anything for too
/// long, or what permitted it holds no longer.
pub(super) async fn switch<S: AsyncRead + AsyncWrite + Unpin>(
    line: Line<'_, S>,
    mut upstream: Upstream,
    tally: &mut Tally<'_>,
    may_go_on: &dyn Fn() -> bool,
) -> After {
    let Line { thread, tracked, client, out, .. } = line;
    let timeouts = thread.shared.settings.timeouts;
    if client.send(&out.bytes, timeouts.write).await.is_err() {
        return After::Close;
    }
    out.reset(0);
    thread.meter.add(Count::Upgraded);
    let has_token = tracked.token.borrow().is_some();
    let look = if has_token { LOOK_AT_TOKEN } else { LOOK_AT_OTHERS };
    let patience = Patience { silence: timeouts.upgraded, look };
    let mut open = Open {
        tally,
        up: Flow::new(std::mem::take(&mut client.buffer)),
        down: Flow::new(std::mem::take(&mut upstream.buffer)),
    };
    let client = (&mut client.stream, &mut open.up);
    let end = carry(client, (&mut upstream.stream, &mut open.down), patience, may_go_on).await;
    if end == End::Cut {
        thread.meter.add(Count::Cut);
    }
    tracing::debug!(request_id = %open.tally.id, ?end, "an upgraded connection ended");
    After::Close
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::http1::response;

    #[test]
    fn nothing_that_brings_more_requests_is_switched_to() {
        for protocols in ["websocket", "WebSocket", "irc/6.9, x"] {
            assert!(may_switch_to(protocols.as_bytes()), "{protocols}");
        }
        for protocols in
            ["h2c", "H2C", "h2", "HTTP/2.0", "http/1.1", "TLS/1.0", "websocket, h2c", "", "x,"]
        {
            assert!(!may_switch_to(protocols.as_bytes()), "{protocols}");
        }
    }

    #[test]
    fn only_what_was_asked_for_is_switched_to() {
        let is_taken = |lines: &str, asked: Option<&str>| {
            let text = format!("HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n");
            let (answer, _) = response::read_bytes(text.as_bytes()).unwrap().unwrap();
            is_asked_for(&answer, asked.map(str::as_bytes))
        };
        assert!(is_taken("Upgrade: WebSocket\r\n", Some("foo, websocket")));
        assert!(!is_taken("Upgrade: websocket\r\n", None));
        assert!(!is_taken("", Some("websocket")));
        assert!(!is_taken("Upgrade: h2c\r\n", Some("websocket")));
        assert!(!is_taken("Upgrade: websocket, h2c\r\n", Some("websocket")));
        assert!(!is_taken("Upgrade: websocket\r\nUpgrade: h2c\r\n", Some("websocket")));
    }
}
