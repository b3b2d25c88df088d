//! Heads: how long they may be, which Host they name, what of them goes up.

use super::wire::{self, Fate, Field, field};
use super::{Stage, client};

/// 16 KiB, as `h2` counts (RFC 9113 6.5.2), is the bound.
const MOST: usize = 16 * 1024;
/// A field that is the newest of the table, by its index of 62 (RFC 7541 2.3.3 and 6.1).
const NEWEST: u8 = 0xbe;

fn size(fields: &[Field]) -> usize {
    fields.iter().map(|(name, value)| name.len() + value.len() + 32).sum()
}

async fn fate(stage: &Stage, fields: &[Field]) -> Fate {
    let mut wire = stage.wire().await;
    wire.send(wire::request(1, fields)).await;
    wire.fate(1).await
}

#[tokio::test]
async fn a_head_of_16_kib_is_taken_and_one_byte_more_is_not() {
    let stage = Stage::new().await;
    let mut fields = stage.get();
    let left = MOST - size(&fields) - "x-a".len() - 32;
    fields.push(field("x-a", vec![b'a'; left]));
    assert_eq!(fate(&stage, &fields).await, Fate::Answered(200));
    wire::set(&mut fields, "x-a", vec![b'a'; left + 1]);
    assert_eq!(fate(&stage, &fields).await, Fate::Answered(431));
    assert_eq!(stage.scene.jira.requests().len(), 1);
}

/// The Host of HTTP/1.1 is one of a hundred lines there: so is `:authority`.
#[tokio::test]
async fn a_hundred_headers_are_taken_and_one_more_is_not() {
    let stage = Stage::new().await;
    for (more, fated) in [(98, 200), (99, 431), (200, 431)] {
        let mut fields = stage.get();
        fields.extend((0..more).map(|number| field(format!("x-{number}"), "y")));
        assert_eq!(fate(&stage, &fields).await, Fate::Answered(fated), "{more}");
        let mut crumbs = stage.get();
        crumbs.extend((0..=more).map(|_| field("cookie", "a=b")));
        let fated = if more == 98 { 200 } else { 431 };
        assert_eq!(fate(&stage, &crumbs).await, Fate::Answered(fated), "{more} crumbs");
    }
}

/// G10: one field of 4 KB, 16,000 times by a byte each.
#[tokio::test]
async fn a_field_that_is_repeated_by_its_index_is_counted_each_time() {
    let stage = Stage::new().await;
    for times in [4, 8, 16_000] {
        let mut bomb = wire::block(&stage.get());
        bomb.extend(wire::indexing(&[field("x-a", vec![b'a'; 4000])]));
        bomb.extend(vec![NEWEST; times]);
        let flags = wire::END_HEADERS | wire::END_STREAM;
        let frames = if bomb.len() <= 16_384 {
            wire::frame(wire::HEADERS, flags, 1, &bomb)
        } else {
            let (first, rest) = bomb.split_at(16_384);
            let first = wire::frame(wire::HEADERS, wire::END_STREAM, 1, first);
            [first, wire::frame(wire::CONTINUATION, wire::END_HEADERS, 1, rest)].concat()
        };
        let mut wire = stage.wire().await;
        wire.send(frames).await;
        let fate = wire.fate(1).await;
        let is_refused = matches!(fate, Fate::Answered(431) | Fate::Reset(_))
            || fate == Fate::GoneAway(wire::ENHANCE_YOUR_CALM);
        assert!(is_refused, "{times}: {fate:?}");
    }
    assert_eq!(stage.scene.jira.requests().len(), 0);
}

/// G21: 40,000 crumbs of a cookie, each by its index, in as many frames as that takes.
#[tokio::test]
async fn crumbs_of_a_cookie_are_counted_each() {
    let stage = Stage::new().await;
    for times in [300, 1500, 40_000] {
        let mut bomb = wire::block(&stage.get());
        bomb.extend(wire::indexing(&[field("cookie", "")]));
        bomb.extend(vec![NEWEST; times]);
        let mut pieces = bomb.chunks(16_384);
        let mut frames = wire::frame(wire::HEADERS, wire::END_STREAM, 1, pieces.next().unwrap());
        pieces.for_each(|piece| frames.extend(wire::frame(wire::CONTINUATION, 0, 1, piece)));
        frames.extend(wire::frame(wire::CONTINUATION, wire::END_HEADERS, 1, &[]));
        let mut wire = stage.wire().await;
        wire.send(frames).await;
        let fate = wire.fate(1).await;
        let is_refused = matches!(fate, Fate::Answered(431) | Fate::Reset(_))
            || fate == Fate::GoneAway(wire::ENHANCE_YOUR_CALM);
        assert!(is_refused, "{times}: {fate:?}");
    }
    assert_eq!(stage.scene.jira.requests().len(), 0);
}

/// 40 connections hold a bomb of 64 MB each, as large as it may become before its end.
#[tokio::test]
async fn bombs_that_are_held_take_little_memory() {
    const MOST_KB: u64 = 100_000;
    let stage = Stage::new().await;
    let before = memory("VmRSS:");
    let mut bomb = wire::block(&stage.get());
    bomb.extend(wire::indexing(&[field("x-a", vec![b'a'; 4000])]));
    bomb.extend(vec![NEWEST; 16_000]);
    let mut held = Vec::new();
    for _ in 0..40 {
        let mut wire = stage.wire().await;
        let mut pieces = bomb.chunks(4096);
        let first = wire::frame(wire::HEADERS, wire::END_STREAM, 1, pieces.next().unwrap());
        wire.send(first).await;
        for piece in pieces {
            wire.send(wire::frame(wire::CONTINUATION, 0, 1, piece)).await;
        }
        held.push(wire);
    }
    let answer = stage.client().await.ask(client::get(&stage.scene.token), b"").await.unwrap();
    assert_eq!(answer.status, 200);
    let more = memory("VmHWM:").saturating_sub(before);
    assert!(more < MOST_KB, "{more} KB");
}

/// A line of `/proc/self/status`, in KB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|own| own.strip_prefix(line)).unwrap();
    found.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// A head in pieces hides from `h2` what is malformed in the first ones.
#[tokio::test]
async fn a_head_in_pieces_is_refused_whatever_it_holds() {
    let stage = Stage::new().await;
    let mut hidden = stage.get();
    hidden.push(field("connection", "x-a"));
    hidden.push(field("x-a", "y"));
    for fields in [stage.get(), hidden] {
        let block = wire::block(&fields);
        let (first, rest) = block.split_at(block.len() - 1);
        let mut wire = stage.wire().await;
        let first = wire::frame(wire::HEADERS, wire::END_STREAM, 1, first);
        wire.send([first, wire::frame(wire::CONTINUATION, wire::END_HEADERS, 1, rest)].concat())
            .await;
        assert_eq!(wire.fate(1).await, Fate::Answered(431));
        // The connection is as good as before.
        wire.send(wire::request(3, &stage.get())).await;
        assert_eq!(wire.fate(3).await, Fate::Answered(200));
    }
    assert_eq!(stage.scene.jira.requests().len(), 2);
}

/// G16: two authorities; and what else could name a host.
#[tokio::test]
async fn one_host_is_named_and_nothing_contradicts_it() {
    let stage = Stage::new().await;
    let with = |authority: Option<&str>, hosts: &[&str]| {
        let mut fields = stage.get();
        match authority {
            Some(authority) => wire::set(&mut fields, ":authority", authority),
            None => fields.retain(|(name, _)| name != b":authority"),
        }
        fields.extend(hosts.iter().map(|host| field("host", host)));
        fields
    };
    for (authority, hosts, fated) in [
        (Some("jira.example"), &["evil.example"][..], 400),
        (Some("evil.example"), &["jira.example"], 400),
        (Some("jira.example"), &["jira.example", "jira.example"], 400),
        (Some("jira.example"), &["jira.example:443"], 400),
        (Some("user@jira.example"), &[], 400),
        (None, &[], 400),
        (None, &["jira.example", "jira.example"], 400),
        (None, &["jira.example/a"], 400),
        (Some("elsewhere.example"), &[], 421),
        (Some("jira.example"), &["jira.example"], 200),
        (Some("JIRA.example"), &["jira.EXAMPLE"], 200),
        (None, &["jira.example"], 200),
    ] {
        let fate = fate(&stage, &with(authority, hosts)).await;
        let is_reset = fated == 400 && fate == Fate::Reset(wire::PROTOCOL_ERROR);
        assert!(is_reset || fate == Fate::Answered(fated), "{authority:?} {hosts:?}: {fate:?}");
    }
    let mut seen = stage.scene.jira.requests();
    assert_eq!(seen.len(), 3);
    seen.retain(|seen| seen.headers("host").len() == 1);
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn the_scheme_is_that_of_the_connection() {
    let stage = Stage::new().await;
    for (scheme, fated) in [("https", 200), ("http", 400), ("ftp", 400)] {
        let mut fields = stage.get();
        wire::set(&mut fields, ":scheme", scheme);
        assert_eq!(fate(&stage, &fields).await, Fate::Answered(fated), "{scheme}");
    }
    assert_eq!(stage.scene.jira.requests().len(), 1);
}

/// A browser's cookies come in crumbs; the product reads one line (RFC 9113 8.2.3).
#[tokio::test]
async fn what_goes_up_is_plain_http_1_1() {
    let stage = Stage::new().await;
    let request = http::Request::get("https://jira.example/browse/ABC-1?a=%2f#x")
        .header("cookie", "a=b")
        .header("accept", "text/html")
        .header("cookie", "c=d")
        .header("te", "trailers")
        .header("x-forwarded-for", "6.6.6.6")
        .body(())
        .unwrap();
    let answer = stage.client().await.ask(request, b"").await.unwrap();
    assert_eq!(answer.status, 200);
    let seen = stage.scene.jira.requests().remove(0);
    assert_eq!((seen.method().as_str(), seen.target().as_str()), ("GET", "/browse/ABC-1?a=%2f"));
    assert_eq!(seen.headers("cookie"), ["a=b; c=d"]);
    assert_eq!(seen.headers("host"), ["jira.example"]);
    assert_eq!(seen.headers("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.headers("x-forwarded-proto"), ["https"]);
    assert_eq!(
        seen.headers("x-gatepass-request-id"),
        [answer.header("x-gatepass-request-id").unwrap()]
    );
    for absent in ["te", "transfer-encoding", "content-length", "connection"] {
        assert!(seen.headers(absent).is_empty(), "{absent}");
    }
    let post = client::request(http::Method::POST, "/rest/api/2/issue", &stage.scene.token);
    let post = post.header("content-length", "3").body(()).unwrap();
    stage.client().await.ask(post, b"abc").await.unwrap();
    let seen = stage.scene.jira.requests().remove(1);
    assert_eq!(
        (seen.headers("content-length"), seen.body),
        (vec!["3".to_owned()], b"abc".to_vec())
    );
}
