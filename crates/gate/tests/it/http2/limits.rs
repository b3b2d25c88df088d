//! Time limits, the end of tokens, of connections and of the gate.

use std::time::{Duration, Instant};

use gatepass_gate::Count;
use gatepass_sandbox::{RawAnswer, Step};
use http::Method;

use super::Stage;
use super::client::{Client, get, request, until, whole};
use super::wire::{self, Fate};
use crate::support::{ALICE, within};

const SHORT: Duration = Duration::from_millis(300);

fn hanging(_: &gatepass_sandbox::RecordedRequest) -> RawAnswer {
    RawAnswer::new().then(Step::Hang)
}

fn endless(_: &gatepass_sandbox::RecordedRequest) -> RawAnswer {
    RawAnswer::raw(format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 10000000000\r\n\r\n"))
        .then(Step::Repeat(vec![b'x'; 10_000], 1_000_000))
}

#[tokio::test]
async fn an_idle_connection_is_told_goodbye() {
    let stage = Stage::with(|options| options.timeouts.idle = SHORT, super::answer_alice).await;
    let mut wire = stage.wire().await;
    wire.send(wire::request(1, &stage.get())).await;
    assert_eq!(wire.fate(1).await, Fate::Answered(200));
    // PING keeps nothing alive.
    wire.send(wire::frame(wire::PING, 0, 0, &[0; 8])).await;
    assert_eq!(wire.end().await, Fate::GoneAway(wire::NO_ERROR));
}

#[tokio::test]
async fn a_request_that_takes_long_is_not_idle() {
    let slow = |seen: &gatepass_sandbox::RecordedRequest| {
        RawAnswer::new().then(Step::Wait(SHORT * 4)).then(Step::Write(
            format!(
                "HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: {}\r\n\r\nabc",
                seen.method().len()
            )
            .into_bytes(),
        ))
    };
    let stage = Stage::with(|options| options.timeouts.idle = SHORT, slow).await;
    let answer = stage.client().await.ask(get(&stage.scene.token), b"").await.unwrap();
    assert_eq!(answer.text(), "abc");
}

/// A head in time or none: at once, in a frame, or over several (RFC 9113 6.10).
#[tokio::test]
async fn a_head_must_come_within_its_time() {
    let stage = Stage::with(|options| options.timeouts.head = SHORT, hanging).await;
    let whole = wire::request(3, &stage.get());
    for frames in [
        whole[..9].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        wire::frame(wire::HEADERS, wire::END_STREAM, 3, &wire::block(&stage.get())),
    ] {
        let mut wire = stage.wire().await;
        // Another request is on its way: it is no excuse.
        wire.send([wire::request(1, &stage.get()), frames].concat()).await;
        let began = Instant::now();
        assert!(matches!(wire.end().await, Fate::GoneAway(_)));
        assert!(began.elapsed() < SHORT * 20, "{:?}", began.elapsed());
    }
    // Nor may the greeting take longer.
    let mut silent = wire::Wire::new(stage.connect().await);
    silent.send(&wire::PREFACE[..10]).await;
    silent.end().await;
}

#[tokio::test]
async fn a_body_must_go_on() {
    let stage = Stage::with(|options| options.timeouts.body = SHORT, super::answer_alice).await;
    let mut fields = stage.get();
    wire::set(&mut fields, ":method", "POST");
    let mut wire = stage.wire().await;
    wire.send([wire::begin(1, &fields), wire::frame(wire::DATA, 0, 1, b"abc")].concat()).await;
    assert_eq!(wire.fate(1).await, Fate::Answered(408));
    until("the end upstream", || stage.scene.jira.requests().iter().all(|seen| !seen.is_complete))
        .await;
}

/// T03 on a stream: its window stays shut.
#[tokio::test]
async fn a_client_that_opens_no_window_is_cut() {
    let stage = Stage::with(|options| options.timeouts.write = SHORT, endless).await;
    let mut wire = stage.wire().await;
    wire.send(wire::request(1, &stage.get())).await;
    assert_eq!(wire.fate(1).await, Fate::Answered(200));
    assert!(matches!(wire.fate(1).await, Fate::Reset(_)));
    until("the end upstream", || stage.scene.jira.open_connections() == 0).await;
    // The others on the connection are served.
    wire.send(wire::request(3, &wire::get("/gatepass/x", &stage.scene.token))).await;
    assert_eq!(wire.fate(3).await, Fate::Answered(404));
}

/// T03 on a connection: windows wide open, and nothing is read.
#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_with_its_connection() {
    let stage = Stage::with(|options| options.timeouts.write = SHORT, endless).await;
    let mut wire = stage.wire().await;
    let most = (0x7fff_ffff_u32 - 65_535).to_be_bytes();
    let settings = [&[0, 4][..], &0x7fff_ffff_u32.to_be_bytes()].concat();
    let mut frames = wire::frame(wire::SETTINGS, 0, 0, &settings);
    frames.extend(wire::frame(wire::WINDOW_UPDATE, 0, 0, &most));
    for number in 0..10 {
        frames.extend(wire::request(2 * number + 1, &stage.get()));
    }
    wire.send(frames).await;
    within("the requests", stage.scene.jira.wait_for(10)).await;
    until("the end upstream", || stage.scene.jira.open_connections() == 0).await;
    until("the end of the connection", || {
        let totals = stage.scene.gate.totals();
        (totals.count(Count::Accepted), totals.count(Count::Ended)) == (1, 1)
    })
    .await;
}

/// Only the streams of the token that ends, within 5 s.
#[tokio::test]
async fn a_token_that_ends_cuts_its_own_requests_only() {
    let stage = Stage::with(
        |_| {},
        |seen| {
            if seen.target().ends_with("ABC-1") {
                endless(seen)
            } else {
                RawAnswer::new().then(Step::Wait(Duration::from_secs(3))).then(Step::Write(
                    format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 3\r\n\r\nabc")
                        .into_bytes(),
                ))
            }
        },
    )
    .await;
    let other = stage.scene.gate.issue("alice", gatepass_model::Grant::read_only()).await.unwrap();
    let client = stage.client().await;
    let (ending, _) = client.begin(get(&stage.scene.token), true).await;
    let mut body = within("a head", ending).await.unwrap().into_body();
    let asked = request(Method::GET, "/rest/api/2/issue/ABC-2", &other.secret).body(()).unwrap();
    let (staying, _) = client.begin(asked, true).await;
    let revoked = Instant::now();
    stage.scene.gate.revoke(stage.scene.id).await.unwrap();
    let error = within("the cut", async {
        loop {
            let data = match body.data().await {
                Some(Ok(data)) => data,
                Some(Err(error)) => return error,
                None => panic!("the answer ended"),
            };
            let _ = body.flow_control().release_capacity(data.len());
        }
    });
    assert_eq!(error.await.reason(), Some(h2::Reason::CANCEL));
    assert!(revoked.elapsed() < Duration::from_secs(5), "{:?}", revoked.elapsed());
    let answer = within("the other answer", staying).await.unwrap();
    assert_eq!(within("its body", whole(answer)).await.unwrap().text(), "abc");
    // And the next request of the token, on the same connection, is refused.
    let refused = client.ask(get(&stage.scene.token), b"").await.unwrap();
    assert_eq!((refused.status, refused.header("x-gatepass-reason")), (401, Some("token_revoked")));
}

/// The gate stops: no more requests, and those that came are answered.
#[tokio::test]
async fn requests_that_came_are_answered_while_the_gate_stops() {
    let stage = Stage::with(
        |_| {},
        |_| {
            RawAnswer::new().then(Step::Wait(SHORT * 3)).then(Step::Write(
                format!("HTTP/1.1 200 OK\r\n{ALICE}\r\nContent-Length: 3\r\n\r\nabc").into_bytes(),
            ))
        },
    )
    .await;
    let busy = stage.client().await;
    let mut idle = stage.wire().await;
    idle.send(wire::frame(wire::PING, 0, 0, &[0; 8])).await;
    idle.next(wire::PING).await.unwrap();
    let (answer, _) = busy.begin(get(&stage.scene.token), true).await;
    within("the request", stage.scene.jira.wait_for(1)).await;
    let stopping = tokio::spawn(stage.scene.gate.stop());
    assert_eq!(idle.end().await, Fate::GoneAway(wire::NO_ERROR));
    let answer = within("the answer", answer).await.unwrap();
    assert_eq!(within("its body", whole(answer)).await.unwrap().text(), "abc");
    busy.ended().await.unwrap();
    within("the stop", stopping).await.unwrap().unwrap();
}

/// 100 at once; the next is refused in a way that lets it be sent again (RFC 9113 5.1.2).
#[tokio::test]
async fn the_hundred_and_first_request_is_refused_and_may_be_sent_again() {
    const REFUSED_STREAM: u32 = 0x7;
    let stage = Stage::with(|options| options.instances[0].connections = 200, hanging).await;
    let mut wire = stage.wire().await;
    let settings = wire.next(wire::SETTINGS).await.unwrap();
    assert!(settings.payload.chunks(6).any(|one| one == [0, 3, 0, 0, 0, 100]), "{settings:?}");
    for number in 0..100 {
        wire.send(wire::request(2 * number + 1, &stage.get())).await;
    }
    within("the requests", stage.scene.jira.wait_for(100)).await;
    wire.send(wire::request(201, &stage.get())).await;
    assert_eq!(wire.fate(201).await, Fate::Reset(REFUSED_STREAM));
    assert_eq!(stage.scene.jira.requests().len(), 100);
}

/// Each request counts as a connection does, for it needs as much memory.
#[tokio::test]
async fn no_more_requests_are_taken_than_connections() {
    const REFUSED_STREAM: u32 = 0x7;
    let stage = Stage::with(|options| options.limits.connections = 3, hanging).await;
    let mut wire = stage.wire().await;
    for stream in [1, 3] {
        wire.send(wire::request(stream, &stage.get())).await;
    }
    within("the requests", stage.scene.jira.wait_for(2)).await;
    wire.send(wire::request(5, &stage.get())).await;
    assert_eq!(wire.fate(5).await, Fate::Reset(REFUSED_STREAM));
}

/// Counted and recorded as a request of HTTP/1.1 is.
#[tokio::test]
async fn requests_are_counted_once() {
    let stage = Stage::new().await;
    let client: Client = stage.client().await;
    for _ in 0..3 {
        client.ask(get(&stage.scene.token), b"").await.unwrap();
    }
    drop(client);
    let stopped = stage.scene.gate.stop().await.unwrap();
    let count = |count| stopped.totals.count(count);
    assert_eq!((count(Count::Requests), count(Count::Forwarded)), (3, 3));
    assert_eq!((count(Count::Accepted), count(Count::Ended)), (1, 1));
}
