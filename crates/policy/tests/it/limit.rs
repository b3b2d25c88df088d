//! Limits against a model that is plain to see, and against many threads.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use gatepass_model::{ByteCount, LimitName, Limits, Rate, Reason};
use gatepass_policy::limit::{
    LimitCell, Moment, Overrun, Pace, RateCell, Scope, Subject, SubjectKind, admit, give_back,
    remaining, try_take,
};
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn at(nanos: u64) -> Moment {
    Moment { nanos, wall_seconds: 1_800_000_000 }
}

fn token(cell: &LimitCell, limits: Limits) -> [Option<Subject<'_>>; 4] {
    [Some(Subject { kind: SubjectKind::Token, limits, cell }), None, None, None]
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Overrun>) -> (SubjectKind, LimitName, u64) {
    let overrun = result.unwrap_err();
    (overrun.kind, overrun.limit, overrun.retry_after)
}

/// A bucket that drips: what the rate means, in fractions of a request.
struct Bucket {
    full: u128,
    left: u128,
    per_nano: u128,
    seen: u64,
}

/// One request, in units of the bucket.
const ONE: u128 = 1 << 64;

impl Bucket {
    fn new(pace: Pace) -> Self {
        let full = ONE * u128::from(pace.burst());
        Self { full, left: full, per_nano: ONE / u128::from(pace.interval()), seen: 0 }
    }

    fn take(&mut self, count: u64, now: u64) -> bool {
        // Rounding may leave a sliver less than a request.
        let dripped = u128::from(now - self.seen) * (self.per_nano + 1);
        self.left = (self.left + dripped).min(self.full);
        self.seen = now;
        let wanted = ONE * u128::from(count);
        let may = self.left >= wanted;
        if may {
            self.left -= wanted;
        }
        may
    }
}

proptest! {
    #[test]
    fn what_is_taken_is_what_a_dripping_bucket_gives(
        text in prop::sample::select(vec!["60/min", "7/s", "1/s", "1000/h", "3/h", "1000000/s"]),
        burst in 1_u32..20,
        steps in prop::collection::vec((0_u64..4, 0_u64..3 * SECOND, any::<bool>()), 1..200),
    ) {
        let pace = Pace::new(rate(text), burst);
        let (cell, mut bucket, mut now) = (AtomicU64::new(0), Bucket::new(pace), 0);
        for (count, pause, is_whole) in steps {
            // Whole intervals hit the bounds exactly, which times at random never do.
            now += if is_whole { pause % 5 * pace.interval() } else { pause };
            let left = remaining(&cell, pace, now).0;
            let taken = try_take(&cell, count, pace, now);
            prop_assert_eq!(taken.is_ok(), bucket.take(count, now), "{} at {}", count, now);
            prop_assert_eq!(taken.is_ok(), count <= left);
            if let Err(refused) = taken && count <= u64::from(burst) {
                let soon = now + refused.retry_after;
                let probe = || AtomicU64::new(cell.load(Ordering::Relaxed));
                prop_assert!(try_take(&probe(), count, pace, soon).is_ok());
                prop_assert!(try_take(&probe(), count, pace, soon - 1).is_err());
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_neither_opens_a_limit_nor_locks_it(
        jumps in prop::collection::vec(0_u64..10_000 * SECOND, 1..50),
    ) {
        let pace = Pace::new(rate("60/min"), 10);
        let cell = AtomicU64::new(0);
        for now in jumps {
            let before = remaining(&cell, pace, now).0;
            let taken = (0..20).filter(|_| try_take(&cell, 1, pace, now).is_ok()).count();
            prop_assert_eq!(taken as u64, before);
            prop_assert!(taken <= 10);
            // Whatever the clock did before, soon all is free again: ten seconds for threads that
            // look at it at different times, and the burst's worth.
            prop_assert_eq!(remaining(&cell, pace, now + 20 * SECOND).0, 10);
        }
    }
}

#[test]
fn what_is_given_back_can_be_taken_again() {
    let pace = Pace::new(rate("60/min"), 3);
    let cell = AtomicU64::new(0);
    (0..3).for_each(|_| assert!(try_take(&cell, 1, pace, 5).is_ok()));
    assert!(try_take(&cell, 1, pace, 5).is_err());
    give_back(&cell, 1, pace);
    assert!(try_take(&cell, 1, pace, 5).is_ok());
    assert!(try_take(&cell, 1, pace, 5).is_err());
}

/// How many of `each` attempts of each of eight threads pass, all at the same moment.
fn count_passes(each: usize, attempt: impl Fn() -> bool + Sync) -> usize {
    let (barrier, passed) = (Barrier::new(8), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..each {
                    passed.fetch_add(u32::from(attempt()), Ordering::Relaxed);
                }
            });
        }
    });
    passed.into_inner() as usize
}

#[test]
fn eight_threads_at_once_take_exactly_n() {
    let limits = |text| Limits { rate: Some(rate(text)), ..Limits::NONE };
    let cell = LimitCell::new("token:a");
    let subjects = token(&cell, limits("1000/h"));
    let passed = count_passes(500, || admit(&subjects, false, at(7), Scope::Node).is_ok());
    assert_eq!(passed, 1000);
    let cell = LimitCell::new("token:b");
    let subjects = token(&cell, Limits { concurrency: Some(100), ..Limits::NONE });
    let kept = std::sync::Mutex::new(Vec::new());
    let keep = || match admit(&subjects, false, at(7), Scope::Node) {
        Ok(admission) => {
            kept.lock().unwrap().push(admission);
            true
        }
        Err(_) => false,
    };
    assert_eq!(count_passes(50, keep), 100);
}

#[test]
fn a_refusal_by_one_subject_costs_the_others_nothing() {
    let cells = ["token:a", "owner:b", "integration:c", "instance:d"].map(LimitCell::new);
    let wide = Limits {
        rate: Some(rate("5/h")),
        concurrency: Some(5),
        heavy_rate: Some(rate("4/h")),
        heavy_concurrency: Some(4),
        ..Limits::NONE
    };
    for narrow in 0..4 {
        for (limits, name) in [
            (Limits { rate: Some(rate("1/h")), ..Limits::NONE }, LimitName::Rate),
            (Limits { heavy_rate: Some(rate("1/h")), ..Limits::NONE }, LimitName::HeavyRate),
            (Limits { concurrency: Some(1), ..Limits::NONE }, LimitName::Concurrency),
            (Limits { heavy_concurrency: Some(1), ..Limits::NONE }, LimitName::HeavyConcurrency),
        ] {
            let cells = cells.each_ref().map(|cell| LimitCell::new(cell.key()));
            let subject = |at: usize| {
                let limits = if at == narrow { limits } else { wide };
                Some(Subject { kind: SubjectKind::ALL[at], limits, cell: &cells[at] })
            };
            let subjects = [subject(0), subject(1), subject(2), subject(3)];
            let first = admit(&subjects, true, at(1), Scope::Node).unwrap();
            for _ in 0..10 {
                let (kind, limit, _) = refusal(admit(&subjects, true, at(1), Scope::Node));
                assert_eq!((kind, limit), (SubjectKind::ALL[narrow], name));
            }
            for (number, cell) in cells.iter().enumerate().filter(|(at, _)| *at != narrow) {
                let left = cell.left(&wide, at(1), Scope::Node);
                assert_eq!((left.rate, left.heavy_rate), (Some(4), Some(3)), "{number}");
                assert_eq!((left.concurrency, left.heavy_concurrency), (Some(4), Some(3)));
            }
            drop(first);
            let left = cells[(narrow + 1) % 4].left(&wide, at(1), Scope::Node);
            assert_eq!((left.concurrency, left.heavy_concurrency), (Some(5), Some(4)));
        }
    }
}

#[test]
fn light_requests_don_t_use_the_share_of_heavy_ones() {
    let cell = LimitCell::new("token:a");
    let limits =
        Limits { heavy_rate: Some(rate("1/h")), heavy_concurrency: Some(1), ..Limits::NONE };
    let subjects = token(&cell, limits);
    for _ in 0..10 {
        admit(&subjects, false, at(1), Scope::Node).unwrap();
    }
    let heavy = admit(&subjects, true, at(1), Scope::Node).unwrap();
    assert_eq!(refusal(admit(&subjects, true, at(1), Scope::Node)).1, LimitName::HeavyConcurrency);
    drop(heavy);
    assert_eq!(refusal(admit(&subjects, true, at(1), Scope::Node)).1, LimitName::HeavyRate);
}

#[test]
fn bytes_are_charged_as_they_flow_and_refuse_until_midnight() {
    let cell = LimitCell::new("token:a");
    let limits = Limits { bytes_per_day: Some(ByteCount::new(100)), ..Limits::NONE };
    let subjects = token(&cell, limits);
    let running = admit(&subjects, false, at(1), Scope::Node).unwrap();
    running.charge_to(60, at(1).day());
    running.charge_to(60, at(1).day());
    assert_eq!(cell.left(&limits, at(1), Scope::Node).bytes_today, Some(40));
    assert!(admit(&subjects, false, at(1), Scope::Node).is_ok());
    running.charge_to(100, at(1).day());
    let overrun = admit(&subjects, false, at(1), Scope::Node).unwrap_err();
    assert_eq!(overrun.reason(), Reason::QuotaExhausted);
    assert_eq!(overrun.retry_after, 86_400 - 1_800_000_000 % 86_400);
    let tomorrow = Moment { wall_seconds: 1_800_000_000 + overrun.retry_after, ..at(1) };
    assert!(admit(&subjects, false, tomorrow, Scope::Node).is_ok());
}

#[test]
fn retry_after_is_whole_seconds_and_long_enough() {
    let cell = LimitCell::new("token:a");
    let limits = Limits { rate: Some(rate("60/min")), burst: Some(1), ..Limits::NONE };
    let subjects = token(&cell, limits);
    admit(&subjects, false, at(0), Scope::Node).unwrap();
    assert_eq!(refusal(admit(&subjects, false, at(0), Scope::Node)).2, 1);
    assert_eq!(refusal(admit(&subjects, false, at(SECOND - 1), Scope::Node)).2, 1);
    assert!(admit(&subjects, false, at(SECOND), Scope::Node).is_ok());
}

#[test]
fn nodes_that_can_t_talk_have_a_part_each() {
    let (one, other) = (LimitCell::new("token:a"), LimitCell::new("token:a"));
    let limits = Limits { rate: Some(rate("10/h")), concurrency: Some(5), ..Limits::NONE };
    let scope = Scope::Split(2);
    let passed = |cell: &LimitCell| {
        (0..20).filter(|_| admit(&token(cell, limits), false, at(1), scope).is_ok()).count()
    };
    assert_eq!((passed(&one), passed(&other)), (5, 5));
    assert_eq!(Scope::from_word(scope.to_word()), scope);
    assert_eq!(Scope::from_word(Scope::Shared(3).to_word()), Scope::Shared(3));
    assert_eq!(Scope::from_word(Scope::Node.to_word()), Scope::Node);
    assert_eq!((scope.at_once(5), scope.at_once(1)), (2, 1));
}

#[test]
fn an_allowance_is_spent_and_no_more() {
    let cell = LimitCell::new("token:a");
    let limits = Limits { rate: Some(rate("40/h")), ..Limits::NONE };
    let pace = Pace::new(rate("40/h"), 40);
    let subjects = token(&cell, limits);
    let passed = |now| {
        (0..50).filter(|_| admit(&subjects, false, at(now), Scope::Shared(2)).is_ok()).count()
    };
    assert_eq!(passed(SECOND), 2, "an eighth of its part, before it has asked");
    assert_eq!((RateCell::credit_of(pace, 2), RateCell::part_of(pace, 2)), (2, 10));
    assert_eq!((cell.rate().settle().0, cell.rate().settle().0), (2, 0));
    cell.rate().grant(7, 17 * pace.interval(), SECOND, 3 * SECOND);
    assert_eq!(cell.rate().held(SECOND), 7);
    assert_eq!(passed(SECOND), 7);
    let (_, name, retry) = refusal(admit(&subjects, false, at(SECOND), Scope::Shared(2)));
    assert_eq!((name, retry), (LimitName::Rate, 1), "the budget has some: ask soon");
    cell.rate().grant(5, 0, SECOND, 3 * SECOND);
    assert_eq!(cell.rate().reclaim(SECOND), 5);
    assert_eq!(passed(SECOND), 2, "nothing is known: credit again");
    cell.rate().settle();
    cell.rate().grant(5, 0, SECOND, 3 * SECOND);
    assert_eq!(passed(4 * SECOND), 2, "what is not known any more is not spent");
    cell.rate().settle();
    cell.rate().grant(0, 40 * pace.interval(), SECOND, 3 * SECOND);
    assert_eq!(passed(4 * SECOND), 0, "as far as was known, the budget has none");
}
