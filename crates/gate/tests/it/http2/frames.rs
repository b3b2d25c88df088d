//! Streams and frames that are not as they must be (RFC 9113 5, 6 and 8).

use super::wire::{self, Fate, field};
use super::{Stage, client};

const RESETS: [Fate; 1] = [Fate::Reset(wire::PROTOCOL_ERROR)];
const BREAKS: [Fate; 2] = [Fate::Reset(wire::PROTOCOL_ERROR), Fate::GoneAway(wire::PROTOCOL_ERROR)];

/// Sends frames on a connection of their own; what becomes of stream 1.
async fn fate(stage: &Stage, frames: &[Vec<u8>]) -> Fate {
    let mut wire = stage.wire().await;
    wire.send(frames.concat()).await;
    wire.fate(1).await
}

/// Sends one head; what becomes of it, and that nothing reached the product.
async fn refused(stage: &Stage, fields: &[wire::Field], fates: &[Fate]) {
    let fate = fate(stage, &[wire::request(1, fields)]).await;
    assert!(fates.contains(&fate), "{fate:?}, not {fates:?}, for {fields:?}");
    assert_eq!(stage.scene.jira.requests().len(), 0, "{fields:?}");
}

#[tokio::test]
async fn a_plain_request_is_answered() {
    let stage = Stage::new().await;
    assert_eq!(fate(&stage, &[wire::request(1, &stage.get())]).await, Fate::Answered(200));
    assert_eq!(stage.scene.jira.requests().len(), 1);
}

/// G12: a body beside `content-length: 0`.
#[tokio::test]
async fn a_body_that_was_not_announced_is_no_request() {
    let stage = Stage::new().await;
    let mut fields = stage.get();
    fields.push(field("content-length", "0"));
    let smuggled = b"GET /rest/api/2/user HTTP/1.1\r\nHost: jira.example\r\n\r\n";
    let data = wire::frame(wire::DATA, wire::END_STREAM, 1, smuggled);
    let fate = fate(&stage, &[wire::begin(1, &fields), data]).await;
    assert!(RESETS.contains(&fate), "{fate:?}");
    let client = stage.client().await;
    client.ask(client::get(&stage.scene.token), b"").await.unwrap();
    for seen in stage.scene.jira.requests() {
        assert_eq!((seen.target().as_str(), seen.body_length), ("/rest/api/2/issue/ABC-1", 0));
    }
}

#[tokio::test]
async fn a_body_shorter_or_longer_than_announced_never_goes_up_whole() {
    let stage = Stage::new().await;
    for (length, body) in [("5", &b"abc"[..]), ("2", b"abc"), ("1", b"")] {
        let mut fields = stage.get();
        wire::set(&mut fields, ":method", "POST");
        wire::set(&mut fields, ":path", "/rest/api/2/issue");
        fields.push(field("content-length", length));
        let data = wire::frame(wire::DATA, wire::END_STREAM, 1, body);
        let fate = fate(&stage, &[wire::begin(1, &fields), data]).await;
        assert!(RESETS.contains(&fate), "{length}: {fate:?}");
        let mut ended = stage.get();
        ended.push(field("content-length", length));
        refused_or_partial(&stage, &ended).await;
    }
    assert!(stage.scene.jira.requests().iter().all(|seen| !seen.is_complete));
}

async fn refused_or_partial(stage: &Stage, fields: &[wire::Field]) {
    let fate = fate(stage, &[wire::request(1, fields)]).await;
    assert!(RESETS.contains(&fate), "{fate:?}");
}

/// G13: a line end, or what else ends a value, inside of one.
#[tokio::test]
async fn a_value_with_a_line_end_is_refused() {
    let stage = Stage::new().await;
    for value in ["a\r\nx-gateway-user: admin", "a\nb", "a\rb", "a\0b"] {
        let mut fields = stage.get();
        fields.push(field("x-a", value));
        refused(&stage, &fields, &BREAKS).await;
    }
    for value in [" a", "a ", "\ta", "a\t"] {
        let mut fields = stage.get();
        fields.push(field("x-a", value));
        refused(&stage, &fields, &[Fate::Answered(400)]).await;
    }
}

/// G15, and other targets that are none.
#[tokio::test]
async fn a_path_that_does_not_begin_with_a_slash_is_refused() {
    let stage = Stage::new().await;
    for path in
        ["rest/api/2/user", "", "*", "https://jira.example/rest/api/2/user", "/a b", "/a\tb"]
    {
        let mut fields = stage.get();
        wire::set(&mut fields, ":path", path);
        refused(&stage, &fields, &[Fate::Answered(400), Fate::Reset(wire::PROTOCOL_ERROR)]).await;
    }
}

/// `h2` cuts a fragment off before anybody sees it: what is decided on is what goes up.
#[tokio::test]
async fn a_fragment_goes_no_further() {
    let stage = Stage::new().await;
    let mut fields = stage.get();
    wire::set(&mut fields, ":path", "/rest/api/2/issue/ABC-1#/../../user");
    assert_eq!(fate(&stage, &[wire::request(1, &fields)]).await, Fate::Answered(200));
    assert_eq!(stage.scene.jira.requests()[0].target(), "/rest/api/2/issue/ABC-1");
}

/// G17: pseudo-headers twice, late, unknown, missing, or of an answer.
#[tokio::test]
async fn pseudo_headers_stand_once_and_first() {
    let stage = Stage::new().await;
    let good = stage.get();
    for name in [":path", ":method", ":authority", ":scheme"] {
        let mut twice = good.clone();
        twice.insert(0, good.iter().find(|(own, _)| own == name.as_bytes()).unwrap().clone());
        refused(&stage, &twice, &BREAKS).await;
        let mut late = good.clone();
        late.sort_by_key(|(own, _)| own == name.as_bytes());
        refused(&stage, &late, &BREAKS).await;
    }
    for name in [":path", ":method", ":scheme"] {
        let without: Vec<_> =
            good.iter().filter(|(own, _)| own != name.as_bytes()).cloned().collect();
        refused(&stage, &without, &BREAKS).await;
    }
    for (name, value) in [(":status", "200"), (":protocol", "websocket"), (":x", "y"), (":", "")] {
        let mut unknown = good.clone();
        unknown.insert(0, field(name, value));
        refused(&stage, &unknown, &BREAKS).await;
    }
}

/// G19, and fields that only HTTP/1.1 has.
#[tokio::test]
async fn names_in_upper_case_and_fields_of_connections_are_refused() {
    let stage = Stage::new().await;
    for (name, value) in [
        ("Authorization", "Bearer x"),
        ("X-a", "y"),
        ("connection", "close"),
        ("connection", "x-a"),
        ("keep-alive", "1"),
        ("proxy-connection", "close"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "websocket"),
        ("te", "gzip"),
        ("x a", "y"),
        ("x:a", "y"),
        ("", "y"),
    ] {
        let mut fields = stage.get();
        fields.push(field(name, value));
        refused(&stage, &fields, &BREAKS).await;
    }
    for name in ["x_a", "x.a", "x!a"] {
        let mut fields = stage.get();
        fields.push(field(name, "y"));
        refused(&stage, &fields, &[Fate::Answered(400)]).await;
    }
}

#[tokio::test]
async fn no_tunnel_is_opened() {
    let stage = Stage::new().await;
    let connect = [field(":method", "CONNECT"), field(":authority", "127.0.0.1:5432")];
    refused(&stage, &connect, &[Fate::Answered(405)]).await;
    let mut extended = stage.get();
    wire::set(&mut extended, ":method", "CONNECT");
    extended.insert(1, field(":protocol", "websocket"));
    refused(&stage, &extended, &BREAKS).await;
    // It was not offered either (RFC 8441 3), and push has nothing to say to a server.
    let mut wire = stage.wire().await;
    let settings = wire.next(wire::SETTINGS).await.unwrap();
    assert!(settings.payload.chunks(6).all(|one| one[..2] != [0, 8]), "{settings:?}");
}

/// G03: a window above 2^31-1, of the connection and of a stream.
#[tokio::test]
async fn a_window_that_overflows_ends_what_it_belongs_to() {
    const FLOW_CONTROL_ERROR: u32 = 0x3;
    let stage = Stage::with(
        |_| {},
        |_| gatepass_sandbox::RawAnswer::new().then(gatepass_sandbox::Step::Hang),
    )
    .await;
    let most = 0x7fff_ffff_u32.to_be_bytes();
    let update = |stream| wire::frame(wire::WINDOW_UPDATE, 0, stream, &most);
    let request = wire::request(1, &stage.get());
    let of_connection = fate(&stage, &[request.clone(), update(0), update(0)]).await;
    assert_eq!(of_connection, Fate::GoneAway(FLOW_CONTROL_ERROR));
    let of_stream = fate(&stage, &[request, update(1), update(1)]).await;
    assert_eq!(of_stream, Fate::Reset(FLOW_CONTROL_ERROR));
}

/// G06: DATA behind the end of its stream.
#[tokio::test]
async fn data_behind_the_end_is_an_error() {
    let stage = Stage::with(
        |_| {},
        |_| gatepass_sandbox::RawAnswer::new().then(gatepass_sandbox::Step::Hang),
    )
    .await;
    let data = wire::frame(wire::DATA, 0, 1, b"abc");
    let fate = fate(&stage, &[wire::request(1, &stage.get()), data]).await;
    assert!(matches!(fate, Fate::Reset(_) | Fate::GoneAway(_)), "{fate:?}");
}

/// G20: no HTTP/2 in clear text.
#[tokio::test]
async fn the_preface_in_clear_text_is_refused() {
    let scene = crate::support::Scene::new(crate::support::answer_alice).await;
    let mut client = scene.client().await;
    client.send([wire::PREFACE, &wire::frame(wire::SETTINGS, 0, 0, &[])].concat()).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.status, answer.reason()), (400, Some("malformed_request")));
    assert!(answer.closes());
    client.ended().await.unwrap();
    assert_eq!(scene.jira.requests().len(), 0);
}

#[tokio::test]
async fn what_is_no_preface_ends_the_connection() {
    let stage = Stage::new().await;
    let mut wire = wire::Wire::new(stage.connect().await);
    wire.send("GET /rest/api/2/issue/ABC-1 HTTP/1.1\r\nHost: jira.example\r\n\r\n").await;
    let end = wire.end().await;
    assert!(matches!(end, Fate::Cut | Fate::GoneAway(_)), "{end:?}");
    assert_eq!(stage.scene.jira.requests().len(), 0);
}
