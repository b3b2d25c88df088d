//! The recorder keeps every byte, whatever it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use gatepass_sandbox::{RawAnswer, Recorder, RecorderSettings, Step};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const BOUND: Duration = Duration::from_secs(10);

async fn default_recorder() -> Result<Recorder> {
    Ok(Recorder::start_with(RecorderSettings::default()).await?)
}

async fn connect(recorder: &Recorder) -> Result<TcpStream> {
    Ok(TcpStream::connect(recorder.address()).await?)
}

/// Reads until the text ends so.
async fn read_to(stream: &mut TcpStream, end: &str) -> Result<String> {
    let mut all = Vec::new();
    while !all.ends_with(end.as_bytes()) {
        let count = timeout(BOUND, stream.read_buf(&mut all)).await??;
        anyhow::ensure!(count > 0, "ended after {}", String::from_utf8_lossy(&all));
    }
    Ok(String::from_utf8(all)?)
}

#[tokio::test]
async fn pipelined_requests_are_kept_apart_byte_for_byte() -> Result<()> {
    let recorder = default_recorder().await?;
    let mut stream = connect(&recorder).await?;
    let first = "POST /a HTTP/1.1\r\nhOst:  x \r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: y\r\n\r\n";
    let second = "HEAD /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n";
    stream.write_all(format!("{first}{chunks}{second}hi").as_bytes()).await?;
    timeout(BOUND, recorder.wait_for(2)).await?;
    let answer = read_to(&mut stream, "Content-Length: 17\r\n\r\n").await?;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2);
    let seen = recorder.requests();
    assert_eq!(seen.len(), 2);
    assert_eq!(String::from_utf8_lossy(&seen[0].head), first);
    assert_eq!(String::from_utf8_lossy(&seen[0].framed_body), chunks);
    assert_eq!((seen[0].body.as_slice(), seen[0].body_length), (&b"abcde"[..], 5));
    assert_eq!(seen[0].headers("host"), ["x"]);
    assert_eq!((seen[1].method(), seen[1].target()), ("HEAD".to_owned(), "/b".to_owned()));
    assert_eq!(seen[1].bytes(), format!("{second}hi").into_bytes());
    assert_eq!((seen[1].connection, recorder.connections()), (0, 1));
    Ok(())
}

#[tokio::test]
async fn what_breaks_off_is_kept_as_incomplete() -> Result<()> {
    let recorder = default_recorder().await?;
    for part in ["GET /half HT", "POST /body HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"] {
        let mut stream = connect(&recorder).await?;
        stream.write_all(part.as_bytes()).await?;
        drop(stream);
        let is_there = |recorder: &Recorder| {
            recorder.requests().last().is_some_and(|last| last.bytes() == part.as_bytes())
                && recorder.open_connections() == 0
        };
        timeout(BOUND, recorder.wait_until(is_there)).await?;
    }
    assert!(recorder.requests().iter().all(|request| !request.is_complete));
    recorder.forget_requests();
    assert!(recorder.requests().is_empty());
    Ok(())
}

#[tokio::test]
async fn an_early_answer_comes_before_the_body() -> Result<()> {
    let settings = RecorderSettings {
        early: Some(Arc::new(|request| {
            let answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
            (request.target() == "/early").then(|| RawAnswer::raw(answer).then(Step::Close))
        })),
        ..RecorderSettings::default()
    };
    let recorder = Recorder::start_with(settings).await?;
    let mut stream = connect(&recorder).await?;
    stream.write_all(b"PUT /early HTTP/1.1\r\nContent-Length: 1000\r\n\r\n").await?;
    let answer = read_to(&mut stream, "Content-Length: 0\r\n\r\n").await?;
    assert!(answer.starts_with("HTTP/1.1 413 "));
    assert_eq!(timeout(BOUND, stream.read(&mut [0; 1])).await??, 0, "closed");
    assert!(!recorder.requests()[0].is_complete);
    Ok(())
}

#[tokio::test]
async fn expect_is_answered_and_the_answer_follows_the_body() -> Result<()> {
    let recorder = Recorder::start(|request| {
        RawAnswer::json(&String::from_utf8_lossy(&request.body), &["X-Own: 1"])
    })
    .await?;
    let mut stream = connect(&recorder).await?;
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    assert_eq!(read_to(&mut stream, "\r\n\r\n").await?, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{\"a\":1}").await?;
    let answer = read_to(&mut stream, "{\"a\":1}").await?;
    assert!(answer.contains("\r\nX-Own: 1\r\n"), "{answer}");
    Ok(())
}

#[tokio::test]
async fn a_tunnel_echoes_also_what_came_early() -> Result<()> {
    let recorder = Recorder::start(|_| {
        RawAnswer::raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").then(Step::Echo)
    })
    .await?;
    let mut stream = connect(&recorder).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nUpgrade: x\r\n\r\nearly").await?;
    read_to(&mut stream, "\r\n\r\nearly").await?;
    stream.write_all(b"late").await?;
    assert_eq!(read_to(&mut stream, "late").await?, "late");
    assert_eq!(recorder.requests()[0].tunnel, b"earlylate");
    Ok(())
}

#[tokio::test]
async fn long_bodies_are_counted_and_kept_up_to_the_bound() -> Result<()> {
    let settings = RecorderSettings {
        keep: 10,
        answer: Arc::new(|_| {
            RawAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
                .then(Step::Repeat(vec![b'z'; 1000], 3000))
        }),
        ..RecorderSettings::default()
    };
    let recorder = Recorder::start_with(settings).await?;
    let mut stream = connect(&recorder).await?;
    stream.write_all(b"PUT / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n").await?;
    stream.write_all(&vec![b'y'; 2_000_000]).await?;
    let answer = read_to(&mut stream, "z").await?;
    let mut left = 3_000_000 - answer.matches('z').count();
    let mut buffer = vec![0; 65_536];
    while left > 0 {
        left -= timeout(BOUND, stream.read(&mut buffer)).await??;
    }
    let seen = &recorder.requests()[0];
    assert_eq!((seen.body_length, seen.body.len(), seen.is_complete), (2_000_000, 10, true));
    Ok(())
}

#[tokio::test]
async fn a_client_that_goes_away_ends_an_answer_that_hangs() -> Result<()> {
    let recorder = Recorder::start(|_| RawAnswer::new().then(Step::Hang)).await?;
    let mut stream = connect(&recorder).await?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    timeout(BOUND, recorder.wait_for(1)).await?;
    assert_eq!(recorder.open_connections(), 1);
    drop(stream);
    timeout(BOUND, recorder.wait_until(|recorder| recorder.open_connections() == 0)).await?;
    Ok(())
}
