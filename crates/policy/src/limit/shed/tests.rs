use super::*;

const SLOW: Option<Lifetime> = Some(Lifetime::from_millis(2000));

fn answers(count: u64, millis: u64) -> Sample {
    Sample { answers: count, micros: count * millis * 1000, ..Sample::default() }
}

fn pushed(count: u64, of: u64) -> Sample {
    Sample { pushed_back: count, ..answers(of, 10) }
}

fn turns(shedding: &mut Shedding, sample: Sample, seconds: u32) -> u8 {
    (0..seconds).map(|_| shedding.turn(sample, SLOW).get()).last().unwrap_or(0)
}

#[test]
fn a_product_that_does_well_turns_nobody_away() {
    let mut shedding = Shedding::default();
    assert_eq!(turns(&mut shedding, answers(100, 500), 60), 0);
    assert_eq!(turns(&mut shedding, pushed(1, 100), 60), 0, "one 503 in a hundred");
}

#[test]
fn distress_widens_step_by_step_and_ends_step_by_step() {
    let mut shedding = Shedding::default();
    let mut levels: Vec<u8> = (0..20).map(|_| turns(&mut shedding, answers(10, 9000), 1)).collect();
    levels.dedup();
    assert_eq!(levels, [0, 1, 2, 3, 4, 5, 6, 7]);
    let mut levels: Vec<u8> = (0..60).map(|_| turns(&mut shedding, answers(10, 100), 1)).collect();
    levels.dedup();
    assert_eq!(levels, [7, 6, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn between_the_bounds_nothing_moves() {
    let mut shedding = Shedding::default();
    let level = turns(&mut shedding, answers(10, 9000), 6);
    assert!(level > 0);
    turns(&mut shedding, answers(10, 1900), 8);
    let settled = turns(&mut shedding, answers(10, 1900), 1);
    assert_eq!(turns(&mut shedding, answers(10, 1900), 100), settled);
}

#[test]
fn a_product_that_pushes_back_is_in_distress_and_its_retry_after_holds() {
    let mut shedding = Shedding::default();
    let busy = Sample { retry_after: 30, ..pushed(50, 100) };
    let level = turns(&mut shedding, busy, 3);
    assert!(level > 0);
    assert_eq!(shedding.retry_after(), 30);
    let later = turns(&mut shedding, answers(100, 10), 25);
    assert!(later >= level, "it said 30 seconds: {later} < {level}");
    assert_eq!(turns(&mut shedding, answers(100, 10), 60), 0);
}

#[test]
fn a_product_that_answers_nobody_is_in_distress() {
    let mut shedding = Shedding::default();
    let stuck = Sample { waiting: 5, ..Sample::default() };
    assert!(turns(&mut shedding, stuck, 10) > 0);
    let mut idle = Shedding::default();
    assert_eq!(turns(&mut idle, Sample::default(), 100), 0);
}

#[test]
fn without_a_bound_its_time_is_not_looked_at() {
    let mut shedding = Shedding::default();
    for _ in 0..100 {
        assert_eq!(shedding.turn(answers(10, 60_000), None), Level::NOBODY);
    }
}

#[test]
fn the_heaviest_are_turned_away_first() {
    let level = Level::new;
    assert!(!level(0).turns_away(true, 100, 100));
    assert!(level(1).turns_away(true, 0, 100) && !level(1).turns_away(false, 100, 100));
    for (number, least) in [(2, 50), (3, 25), (4, 13), (5, 7), (6, 4)] {
        assert!(level(number).turns_away(false, least, 100), "{number}");
        assert!(!level(number).turns_away(false, least - 1, 100), "{number}");
        assert!(!level(number).turns_away(false, 0, 0), "{number}");
    }
    assert!(level(7).turns_away(false, 0, 100) && level(200) == Level::HIGHEST);
}

#[test]
fn load_is_forgotten_by_halves() {
    let load = Load::default();
    load.add(800, 130);
    load.add(200, 130);
    assert_eq!((load.get(130), load.get(131), load.get(133)), (1000, 500, 125));
    load.add(1, 131);
    assert_eq!(load.get(131), 501);
    load.add(u64::MAX, 131);
    assert_eq!(load.get(131), u64::from(MILLIS));
    assert_eq!(load.get(131 + 40), 0);
}

#[test]
fn one_token_that_does_not_hear_counts_once_in_a_while() {
    let load = Load::default();
    assert!(load.note_push_back(7));
    assert!(!load.note_push_back(7));
    load.add(5, 7);
    assert!(!load.note_push_back(7));
    assert!(load.note_push_back(8));
}
