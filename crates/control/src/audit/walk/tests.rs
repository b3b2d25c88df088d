use gatepass_model::audit::AuditSeal as _;
use gatepass_testkit::SeededEntropy;
use proptest::prelude::*;

use super::*;

fn ring() -> KeyRing {
    KeyRing::generate(&SeededEntropy::new(1)).unwrap()
}

fn line(number: i64) -> LinkedLine {
    LinkedLine {
        number,
        at: 1000 + number,
        actor: b"cli:root".to_vec(),
        action: b"token.issued".to_vec(),
        subject: format!("tok_{number}").into_bytes(),
        detail: Vec::new(),
        key: None,
        chain: None,
    }
}

/// Chains a line to one, or to nothing.
fn chain(ring: &KeyRing, before: Option<&LinkedLine>, line: &mut LinkedLine) {
    let previous = before.and_then(LinkedLine::tag);
    let made = ring.link(previous.as_ref(), &line.content());
    (line.key, line.chain) = (Some(made.key.into()), Some(made.tag.to_vec()));
}

/// A record of so many lines, as the store writes it.
fn record(lines: usize) -> Vec<LinkedLine> {
    let ring = ring();
    let mut record: Vec<LinkedLine> = Vec::new();
    for number in (1..).take(lines) {
        let mut next = line(number);
        chain(&ring, record.last(), &mut next);
        record.push(next);
    }
    record
}

fn walk(lines: &[LinkedLine], counted: i64) -> AuditVerified {
    let ring = ring();
    let mut walk = Walk::new(&ring);
    for line in lines {
        walk.take(line, counted);
    }
    walk.finish(counted)
}

/// What is wrong, as people read it.
fn told(lines: &[LinkedLine], counted: i64) -> Vec<String> {
    let verified = walk(lines, counted);
    assert_eq!(verified.whole, verified.breaks.is_empty());
    verified.breaks.iter().map(ToString::to_string).collect()
}

#[test]
fn an_honest_record_is_whole_and_its_head_is_its_last_tag() {
    let lines = record(5);
    let verified = walk(&lines, 5);
    let expected = AuditVerified {
        whole: true,
        lines: 5,
        first: Some(1),
        last: Some(5),
        head: Some(hex(lines[4].chain.as_ref().unwrap())),
        keys: vec![KeyUse { key: 3, lines: 5, first: 1, last: 5 }],
        breaks: Vec::new(),
        further_breaks: 0,
    };
    assert_eq!(verified, expected);
    assert_eq!(walk(&[], 0), AuditVerified { whole: true, ..AuditVerified::default() });
}

#[test]
fn what_is_wrong_is_told_with_its_number() {
    let mut changed = record(5);
    changed[2].detail = b"nothing".to_vec();
    assert_eq!(told(&changed, 5), ["line 3 was changed, or stood behind another line"]);

    let mut shorter = record(6);
    shorter.drain(2..4);
    assert_eq!(told(&shorter, 6), ["lines 3 to 4 are missing"]);
    assert_eq!(told(&record(6)[1..], 6), ["line 1 is missing"]);
    assert_eq!(told(&record(6)[..4], 6), ["lines 5 to 6 are missing"]);
    assert_eq!(told(&[], 2), ["lines 1 to 2 are missing"]);

    let mut stripped = record(5);
    for line in &mut stripped[1..3] {
        (line.key, line.chain) = (None, None);
    }
    assert_eq!(told(&stripped, 5), ["lines 2 to 3 are not chained"]);

    let mut elsewhere = record(3);
    elsewhere[1].key = Some(9);
    let words = "line 2 was chained with the key 9, which is not in the key file";
    assert_eq!(told(&elsewhere, 3), [words]);

    let mut before = record(3);
    before.insert(0, line(-5));
    assert_eq!(told(&before, 3), ["line -5 is out of order: numbers begin at 1"]);
    assert_eq!(told(&record(3), 2), ["line 3 is beyond what the counter says"]);
}

/// Whoever takes all links away and writes what he likes is not believed because the lines after
/// it are chained.
#[test]
fn a_record_written_anew_without_keys_is_not_whole_however_it_goes_on() {
    let mut lines: Vec<LinkedLine> = (1..=3).map(line).collect();
    let mut next = line(4);
    chain(&ring(), lines.last(), &mut next);
    lines.push(next);
    assert_eq!(told(&lines, 4), ["lines 1 to 3 are not chained"]);
}

/// The known limit: it takes a head that was kept elsewhere.
#[test]
fn a_record_cut_off_at_its_end_with_its_counter_is_a_shorter_record() {
    assert!(walk(&record(6)[..4], 4).whole);
    assert_ne!(walk(&record(6)[..4], 4).head, walk(&record(6), 6).head);
}

#[test]
fn breaks_without_end_are_counted() {
    let mut lines = record(500);
    lines.iter_mut().step_by(2).for_each(|line| line.at = 0);
    let verified = walk(&lines, 500);
    assert_eq!((verified.breaks.len(), verified.further_breaks), (MOST_BREAKS, 150));
}

/// What somebody without the keys can do to lines.
#[derive(Clone, Debug)]
enum Tampering {
    /// To a byte of a field of one, or of its link.
    Flip { place: usize, field: usize, byte: usize },
    /// All that it says, between two, but for the numbers.
    Swap { one: usize, other: usize },
    /// Taken out, the others moved up to close the gap.
    Close { place: usize },
    /// Taken out; not the last, which is no break of the chain.
    Remove { place: usize },
    /// One is there twice, the others moved down.
    Double { place: usize },
}

const LINES: usize = 8;

fn tampering() -> impl Strategy<Value = Tampering> {
    let place = 0..LINES;
    prop_oneof![
        (place.clone(), 0..8_usize, 0..64_usize).prop_map(|(place, field, byte)| Tampering::Flip {
            place,
            field,
            byte
        }),
        (place.clone(), place.clone()).prop_map(|(one, other)| Tampering::Swap { one, other }),
        (0..LINES - 1).prop_map(|place| Tampering::Close { place }),
        (0..LINES - 1).prop_map(|place| Tampering::Remove { place }),
        place.prop_map(|place| Tampering::Double { place }),
    ]
}

fn renumber(lines: &mut [LinkedLine]) {
    for (line, number) in lines.iter_mut().zip(1..) {
        line.number = number;
    }
}

fn flip(line: &mut LinkedLine, field: usize, byte: usize) {
    let text = match field {
        0 => &mut line.actor,
        1 => &mut line.action,
        2 => &mut line.subject,
        3 => &mut line.detail,
        4 => line.chain.as_mut().unwrap(),
        5 => return line.at ^= 1 << (byte % 63),
        6 => return line.key = line.key.map(|key| key ^ (1 << (byte % 8))),
        _ => return line.chain = None,
    };
    let length = text.len().max(1);
    text.resize(length, 0);
    text[byte % length] ^= 1;
}

/// The line from which on something is wrong.
fn tamper(lines: &mut Vec<LinkedLine>, tampering: &Tampering) -> usize {
    match *tampering {
        Tampering::Flip { place, field, byte } => {
            flip(&mut lines[place], field, byte);
            place
        }
        Tampering::Swap { one, other } => {
            lines.swap(one, other);
            renumber(lines);
            one.min(other)
        }
        Tampering::Close { place } => {
            lines.remove(place);
            renumber(lines);
            place
        }
        Tampering::Remove { place } => {
            lines.remove(place);
            place
        }
        Tampering::Double { place } => {
            lines.insert(place, lines[place].clone());
            renumber(lines);
            // The first of the two is the one that was there.
            place + 1
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_done_to_a_line_without_the_keys_is_found_where_it_was_done(
        tampering in tampering(),
    ) {
        let honest = record(LINES);
        let mut lines = honest.clone();
        let place = tamper(&mut lines, &tampering);
        // Whoever tampers sets the counter as it suits him.
        let counted = lines.last().unwrap().number;
        let verified = walk(&lines, counted);
        prop_assert_eq!(verified.whole, lines == honest);
        if let Some(first) = verified.breaks.first() {
            prop_assert_eq!(usize::try_from(first.number), Ok(place + 1));
        }
    }
}
