//! Floods: frames that keep a server busy and ask for nothing. Each ends its connection within
//! 1,000 frames, and nobody else notices.

use super::wire::{self, Fate};
use super::{Stage, client};
use gatepass_sandbox::{RawAnswer, Step};

/// Sends `each` a thousand times behind `first`; the connection must end of it.
async fn flood(stage: &Stage, what: &str, first: Vec<u8>, each: impl Fn(u32) -> Vec<u8>) {
    const FRAMES: usize = 1000;
    let mut wire = stage.wire().await;
    let (mut frames, mut number) = (0, 0);
    let mut flood = first;
    while frames < FRAMES {
        let more = each(number);
        frames += count(&more);
        flood.extend(more);
        number += 1;
    }
    wire.send(&flood).await;
    let end = wire.end().await;
    assert!(matches!(end, Fate::GoneAway(code) if code != wire::NO_ERROR), "{what}: {end:?}");
}

fn count(mut frames: &[u8]) -> usize {
    let mut count = 0;
    while let [a, b, c, ..] = frames {
        frames = &frames[9 + u32::from_be_bytes([0, *a, *b, *c]) as usize..];
        count += 1;
    }
    count
}

/// Asks on another connection, of the same thread.
async fn others_are_served(stage: &Stage) {
    let answer = stage.client().await.ask(client::get(&stage.scene.token), b"").await.unwrap();
    assert_eq!(answer.status, 200);
}

fn odd(number: u32) -> u32 {
    2 * number + 3
}

#[tokio::test]
async fn frames_that_ask_for_nothing_end_the_connection() {
    let stage = Stage::new().await;
    let ping = wire::frame(wire::PING, 0, 0, &[0; 8]);
    let settings = wire::frame(wire::SETTINGS, 0, 0, &[0, 4, 0, 0, 255, 255]);
    let priority = wire::frame(wire::PRIORITY, 0, 5, &[0, 0, 0, 3, 7]);
    let update = wire::frame(wire::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]);
    let unknown = wire::frame(0xf0, 0, 0, b"abc");
    let answer = wire::frame(wire::PING, wire::ACK, 0, &[0; 8]);
    for (what, frame) in [
        ("PING", ping),
        ("SETTINGS", settings),
        ("PRIORITY", priority),
        ("WINDOW_UPDATE", update),
        ("unknown frames", unknown),
        ("PING that answer nothing", answer),
    ] {
        flood(&stage, what, Vec::new(), |_| frame.clone()).await;
        others_are_served(&stage).await;
    }
}

#[tokio::test]
async fn frames_of_a_body_that_hold_nothing_end_the_connection() {
    let stage = Stage::new().await;
    let mut fields = stage.get();
    wire::set(&mut fields, ":method", "POST");
    let begin = wire::begin(1, &fields);
    let empty = wire::frame(wire::DATA, 0, 1, &[]);
    flood(&stage, "empty DATA", begin.clone(), |_| empty.clone()).await;
    // Nothing but padding (RFC 9113 6.1) is as empty.
    let padded = wire::frame(wire::DATA, 0x8, 1, &[255; 256]);
    flood(&stage, "padding", begin, |_| padded.clone()).await;
    others_are_served(&stage).await;
}

/// G07
#[tokio::test]
async fn a_head_without_end_ends_the_connection() {
    let stage = Stage::new().await;
    for piece in [&b""[..], b"\0\x01a\x01b", &[b'a'; 16_000]] {
        let first = wire::frame(wire::HEADERS, wire::END_STREAM, 1, &wire::block(&stage.get()));
        let more = wire::frame(wire::CONTINUATION, 0, 1, piece);
        flood(&stage, "CONTINUATION", first, |_| more.clone()).await;
    }
    others_are_served(&stage).await;
    assert_eq!(stage.scene.jira.requests().len(), 1);
}

#[tokio::test]
async fn requests_that_are_cancelled_at_once_end_the_connection() {
    let stage = Stage::with(
        |_| {},
        |seen| {
            if seen.target().ends_with("ABC-2") {
                RawAnswer::new().then(Step::Hang)
            } else {
                super::answer_alice(seen)
            }
        },
    )
    .await;
    let fields = wire::get("/rest/api/2/issue/ABC-2", &stage.scene.token);
    let rapid = |number| {
        let cancel = wire::frame(wire::RST_STREAM, 0, odd(number), &wire::CANCEL.to_be_bytes());
        [wire::request(odd(number), &fields), cancel].concat()
    };
    flood(&stage, "Rapid Reset", Vec::new(), rapid).await;
    others_are_served(&stage).await;
    // Nothing goes on for those who went.
    let jira = &stage.scene.jira;
    client::until("the end upstream", || jira.open_connections() <= 1).await;
}

/// Slowly enough for each request to be taken before it is cancelled.
#[tokio::test]
async fn requests_that_are_cancelled_one_by_one_end_the_connection() {
    let stage = Stage::with(|_| {}, |_| RawAnswer::new().then(Step::Hang)).await;
    let mut wire = stage.wire().await;
    let fields = stage.get();
    let mut frames = 0;
    for number in 0..500 {
        let stream = odd(number);
        let cancel = wire::frame(wire::RST_STREAM, 0, stream, &wire::CANCEL.to_be_bytes());
        let ping = wire::frame(wire::PING, 0, 0, &[0; 8]);
        // The answer to a PING comes when the request was taken.
        if !wire.send([wire::request(stream, &fields), ping].concat()).await
            || wire.next(wire::PING).await.is_none()
            || !wire.send(cancel).await
        {
            break;
        }
        frames += 3;
    }
    assert!(frames < 1000, "{frames} frames were read");
}

/// The other way round: the server is made to reset (G03, G06, G12 as floods).
#[tokio::test]
async fn requests_that_make_the_server_reset_end_the_connection() {
    let stage = Stage::with(
        |_| {},
        |seen| {
            if seen.target().ends_with("ABC-2") {
                RawAnswer::new().then(Step::Hang)
            } else {
                super::answer_alice(seen)
            }
        },
    )
    .await;
    let fields = wire::get("/rest/api/2/issue/ABC-2", &stage.scene.token);
    let announced = [fields.clone(), vec![wire::field("content-length", "0")]].concat();
    let malformed = [fields.clone(), vec![wire::field("connection", "close")]].concat();
    let most = 0x7fff_ffff_u32.to_be_bytes();
    let after = |number, kind, payload: &[u8]| {
        let bad = wire::frame(kind, 0, odd(number), payload);
        [wire::request(odd(number), &fields), bad].concat()
    };
    flood(&stage, "malformed heads", Vec::new(), |n| wire::request(odd(n), &malformed)).await;
    flood(&stage, "windows that overflow", Vec::new(), |n| after(n, wire::WINDOW_UPDATE, &most))
        .await;
    flood(&stage, "windows by nothing", Vec::new(), |n| after(n, wire::WINDOW_UPDATE, &[0; 4]))
        .await;
    flood(&stage, "DATA behind the end", Vec::new(), |n| after(n, wire::DATA, b"abc")).await;
    flood(&stage, "streams on themselves", Vec::new(), |n| {
        let itself = [&odd(n).to_be_bytes()[..], &[7]].concat();
        after(n, wire::PRIORITY, &itself)
    })
    .await;
    flood(&stage, "DATA that was not announced", Vec::new(), |n| {
        [wire::begin(odd(n), &announced), wire::frame(wire::DATA, 0, odd(n), b"abc")].concat()
    })
    .await;
    flood(&stage, "streams beyond the limit", Vec::new(), |n| wire::request(odd(n), &fields)).await;
    others_are_served(&stage).await;
}

/// A client that works is never taken for a flood: 3,000 requests, and a `WINDOW_UPDATE` for each
/// piece of an answer.
#[tokio::test]
async fn a_busy_client_is_no_flood() {
    let stage = Stage::new().await;
    let mut wire = stage.wire().await;
    let fields = stage.get();
    for number in 0..3000 {
        let stream = odd(number);
        let window = [0, 0, 0, 1];
        let update = |stream| wire::frame(wire::WINDOW_UPDATE, 0, stream, &window);
        let all = [wire::request(stream, &fields), update(stream), update(0), update(0)].concat();
        assert!(wire.send(all).await, "{number}");
        assert_eq!(wire.fate(stream).await, Fate::Answered(200), "{number}");
    }
}

/// Clients that open both windows again for each frame of a long answer, and measure meanwhile.
#[tokio::test]
async fn a_client_that_opens_windows_frame_by_frame_is_no_flood() {
    const LENGTH: usize = 30_000_000;
    let stage = Stage::with(
        |_| {},
        |_| {
            let head = format!(
                "HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Length: {LENGTH}\r\n\r\n"
            );
            RawAnswer::raw(head).then(Step::Repeat(vec![b'x'; 10_000], 3000))
        },
    )
    .await;
    let mut wire = stage.wire().await;
    wire.send(wire::request(1, &stage.get())).await;
    let mut left = LENGTH;
    while left > 0 {
        let data = wire.next(wire::DATA).await.expect("the connection goes on");
        left -= data.payload.len();
        let size = u32::try_from(data.payload.len()).unwrap().to_be_bytes();
        if data.payload.is_empty() || left == 0 {
            continue;
        }
        let update = |stream| wire::frame(wire::WINDOW_UPDATE, 0, stream, &size);
        let ping = wire::frame(wire::PING, 0, 0, &[0; 8]);
        assert!(wire.send([update(0), update(1), ping].concat()).await, "{left} bytes are left");
    }
}
