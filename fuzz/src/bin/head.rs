//! The head reader: whatever is accepted is framed in one way, and reading it in pieces changes
//! nothing.
#![no_main]

use gatepass_gate::engine::http1::chunked::ChunkDecoder;
use gatepass_gate::engine::http1::framing::Framing;
use gatepass_gate::engine::http1::name::Known;
use gatepass_gate::engine::http1::request::{HeadLimits, Progress, RequestHead, find_end, parse};
use gatepass_gate::engine::http1::scan::Scan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let limits = HeadLimits::default();
    let mut scan = Scan::default();
    let whole = find_end(raw, &mut scan, &limits);
    check_pieces(raw, &limits, whole.as_ref().ok().copied());
    let Ok(Progress::Complete(end)) = whole else { return };
    let Ok(head) = parse(&raw[..end], &mut scan, &limits) else { return };
    check_accepted(&raw[..end], &head);
    if head.framing == Framing::Chunked {
        check_chunks(&raw[end..]);
    }
});

/// The end is found at the same byte, however the bytes come.
fn check_pieces(raw: &[u8], limits: &HeadLimits, whole: Option<Progress>) {
    let mut scan = Scan::default();
    for upto in (1..=raw.len()).step_by(1 + raw.len() / 64) {
        match find_end(&raw[..upto], &mut scan, limits) {
            Ok(Progress::Complete(end)) => {
                if let Some(Progress::Complete(expected)) = whole {
                    assert_eq!(end, expected);
                }
                return;
            }
            Ok(Progress::Incomplete) => {}
            Err(_) => return,
        }
    }
}

fn check_accepted(raw: &[u8], head: &RequestHead<'_>) {
    let lines = raw.split(|&byte| byte == b'\n');
    assert!(lines.clone().all(|line| line.is_empty() || line.ends_with(b"\r")));
    assert!(!raw.contains(&0));
    assert!(raw.len() <= 16 * 1024 && head.fields.len() <= 100 && head.target.len() <= 8192);
    assert_eq!(head.all(Known::Host).count(), 1);
    let (lengths, codings) = (head.all(Known::ContentLength).count(), head.all(Known::TransferEncoding).count());
    match head.framing {
        Framing::None => assert_eq!((lengths, codings), (0, 0)),
        Framing::Length(length) => {
            assert_eq!((lengths, codings), (1, 0));
            let told = std::str::from_utf8(head.single(Known::ContentLength).expect("one")).expect("digits");
            assert_eq!(told.parse::<u64>(), Ok(length));
        }
        Framing::Chunked => assert_eq!((lengths, codings), (0, 1)),
        Framing::UntilClose => panic!("no request ends with its connection"),
    }
    for header in head.fields.iter() {
        assert!(header.name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'));
        assert_eq!(header.known, Known::of(&header.name.to_ascii_lowercase()));
        assert!(!header.value.iter().any(|&byte| byte == b'\r' || byte == b'\n'));
    }
}

/// A chunked body ends at the same byte and means the same bytes, however it comes.
fn check_chunks(raw: &[u8]) {
    let read = |piece: usize| {
        let (mut decoder, mut data, mut at) = (ChunkDecoder::default(), Vec::new(), 0);
        while at < raw.len() && !decoder.is_done() {
            let here = &raw[at..raw.len().min(at + piece)];
            let step = decoder.step(here).ok()?;
            data.extend_from_slice(&here[step.data.clone()]);
            assert!(step.consumed > 0, "no progress");
            at += step.consumed;
        }
        decoder.is_done().then_some((data, at))
    };
    assert_eq!(read(usize::MAX / 2), read(1));
}
