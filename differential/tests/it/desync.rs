//! What `http_desync_guardian` calls severe or ambiguous is refused, what it calls compliant is
//! read.

use std::collections::{BTreeMap, BTreeSet};

use gatepass_gate::engine::http1::request::{HeadLimits, read};
use gatepass_gate::engine::http1::scan::Scan;
use gatepass_model::{CanonicalTarget, Method};
use gatepass_testkit::SeededEntropy;
use http_desync_guardian::RequestSafetyTier;
use http_desync_guardian::request_analyzer::HttpRequestData;

use crate::cases::{Case, all};

/// Cases of the crate. Another number means another version of it: look at what came.
const CASES: usize = 159;

/// Whether it takes it, with a target that can be read in one way only.
fn is_taken(bytes: &[u8]) -> bool {
    read(bytes, &mut Scan::default(), &HeadLimits::default())
        .is_ok_and(|head| CanonicalTarget::parse(head.target).is_ok())
}

/// With the Host that every request must have, unless it brings one.
fn with_host(case: &Case) -> Vec<u8> {
    let has_host = case.headers.iter().any(|(name, _)| name.trim().eq_ignore_ascii_case("host"));
    case.bytes(if has_host { "" } else { "Host: jira.example\r\n" })
}

/// A GET or HEAD whose body is framed in one plain way goes up as it came: scripts send such
/// things, the container reads the same body (the differential shows it), and the table of
/// hostile requests (M10, S43) wants it.
fn is_plain_get_with_body(bytes: &[u8]) -> bool {
    read(bytes, &mut Scan::default(), &HeadLimits::default()).is_ok_and(|head| {
        matches!(head.method, Method::Get | Method::Head) && head.framing.has_body()
    })
}

/// Why the gate refuses what is compliant.
fn strictness(case: &Case) -> Option<&'static str> {
    let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let of_coding = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("transfer-encoding");
    let mut codings = case.headers.iter().filter(of_coding).map(|(_, value)| value.trim());
    if case.headers.iter().any(|(name, _)| !is_plain(name)) {
        Some("names are letters, digits and hyphens: others are the same name to CGI and servlets")
    } else if codings.any(|coding| !coding.eq_ignore_ascii_case("chunked")) {
        Some("no coding but a plain chunked: what the gate can't read it can't check")
    } else if CanonicalTarget::parse(case.uri.as_bytes()).is_err() {
        Some("the target can be read in more than one way")
    } else {
        None
    }
}

#[test]
fn what_is_severe_or_ambiguous_is_refused() {
    let cases = all();
    assert_eq!(cases.len(), CASES);
    let bad = cases.iter().filter(|case| matches!(case.tier.as_str(), "Severe" | "Ambiguous"));
    let mut count = 0;
    for case in bad {
        count += 1;
        let bytes = with_host(case);
        assert!(
            !is_taken(&bytes) || is_plain_get_with_body(&bytes),
            "{} is taken: {}",
            case.name,
            bytes.escape_ascii()
        );
    }
    assert_eq!(count, 116);
}

#[test]
fn what_is_compliant_is_taken_but_for_what_is_written_here() {
    let cases = all();
    let (mut taken, mut reasons) = (0, BTreeMap::new());
    for case in cases.iter().filter(|case| case.tier == "Compliant") {
        let bytes = with_host(case);
        match (is_taken(&bytes), strictness(case)) {
            (true, None) => taken += 1,
            (false, Some(reason)) => *reasons.entry(reason).or_insert(0) += 1,
            (is_taken, reason) => {
                panic!("{}: {is_taken}, {reason:?}: {}", case.name, bytes.escape_ascii())
            }
        }
    }
    assert_eq!((taken, reasons.into_values().collect::<Vec<_>>()), (12, vec![3, 7, 6]));
}

/// Their verdicts on their own cases are ours to rely on below; the raw reader of theirs is
/// lenient with line ends in a few that they call severe.
#[test]
fn the_cases_are_read_as_they_are_meant() {
    let differ = all().into_iter().filter(|case| {
        let verdict = HttpRequestData::analyze_raw_request(&case.bytes(""));
        format!("{:?}", verdict.tier) != case.tier
    });
    assert!(differ.inspect(|case| assert_eq!(case.tier, "Severe")).count() <= 7);
}

/// Theirs as the oracle over heads that nobody wrote: what the gate reads is never severe, and
/// ambiguous only where that is meant.
#[test]
fn whatever_the_gate_reads_of_mutated_heads_is_no_request_that_they_would_stop() {
    let dice = SeededEntropy::new(20_270_116);
    let cases = all();
    let names = cases.iter().flat_map(|case| &case.headers);
    let names: BTreeSet<String> =
        names.map(|(name, _)| name.to_ascii_lowercase()).chain(["host".to_owned()]).collect();
    let mut read = 0;
    for round in 0..120_000 {
        let Some(case) = cases.get(dice.below(cases.len())) else { continue };
        let mut bytes = with_host(case);
        for _ in 0..round % 4 {
            mutate(&dice, &mut bytes);
        }
        if !is_taken(&bytes) || !has_known_names(&bytes, &names) {
            continue;
        }
        read += 1;
        // Empty lines before a request are left out (RFC 9112 2.2); they know none.
        let start = bytes.iter().position(|byte| !b"\r\n".contains(byte)).unwrap();
        let verdict = HttpRequestData::analyze_raw_request(&bytes[start..]);
        let is_meant =
            verdict.tier == RequestSafetyTier::Ambiguous && is_plain_get_with_body(&bytes);
        assert!(
            verdict.tier <= RequestSafetyTier::Acceptable || is_meant,
            "{verdict}: {}",
            bytes.escape_ascii()
        );
    }
    assert!(read > 5_000, "{read}");
}

/// Whether every name in it was one before. They take `TransfernEncoding` for a bad spelling of
/// the real one; to the gate and to what stands behind it, it is another header.
fn has_known_names(bytes: &[u8], names: &BTreeSet<String>) -> bool {
    let mut scan = Scan::default();
    let head = read(bytes, &mut scan, &HeadLimits::default());
    head.is_ok_and(|head| {
        let mut lower = head.fields.iter().map(|header| header.name.to_ascii_lowercase());
        lower.all(|name| String::from_utf8(name).is_ok_and(|name| names.contains(&name)))
    })
}

fn mutate(dice: &SeededEntropy, bytes: &mut Vec<u8>) {
    const PIECES: [&[u8]; 14] = [
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b":",
        b"\0",
        b"chunked",
        b"Content-Length: 1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b",",
        b";",
        b"-",
        b"\x0b",
    ];
    let at = dice.below(bytes.len());
    match dice.below(4) {
        0 => drop(bytes.remove(at)),
        1 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
        2 => drop(bytes.splice(at..at, PIECES[dice.below(PIECES.len())].iter().copied())),
        _ => {
            let end = (at + dice.below(30)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}
