//! What holds for every request.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use gatepass_model::{Mode, Reason};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::generate::{loss, without, world};
use crate::reference;
use crate::table::is_given_by_decide;
use crate::world::SeenIdentity;

const CASES: u32 = 50_000;

fn for_all<S: Strategy>(strategy: &S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    if let Err(failure) = TestRunner::new(config).run(strategy, holds) {
        panic!("{failure}");
    }
}

#[test]
fn decide_equals_the_reference_model() {
    // A generator that never meets some answer would prove nothing about it.
    let refused: RefCell<HashSet<Reason>> = RefCell::default();
    let permitted: RefCell<HashSet<SeenIdentity>> = RefCell::default();
    let observed = Cell::new(0_u32);
    let outside_page = Cell::new(0_u32);
    for_all(&world(), |world| {
        let decided = world.decide().map_err(|refusal| refusal.reason);
        match &decided {
            Ok(seen) => {
                permitted.borrow_mut().insert(seen.identity);
                observed.set(observed.get() + u32::from(!seen.observed.is_empty()));
                outside_page.set(outside_page.get() + u32::from(seen.outside_page));
            }
            Err(reason) => {
                refused.borrow_mut().insert(*reason);
            }
        }
        proptest::prop_assert_eq!(decided, reference::decide(&world));
        Ok(())
    });
    for &reason in Reason::ALL {
        assert_eq!(refused.borrow().contains(&reason), is_given_by_decide(reason), "{reason}");
    }
    assert_eq!(permitted.borrow().len(), 3);
    assert!(observed.get() > 0 && outside_page.get() > 0);
}

#[test]
fn removing_a_grant_never_allows_more() {
    let flips = Cell::new(0_u32);
    for_all(&(world(), loss()), |(before, loss)| {
        let after = without(before.clone(), loss);
        let (was, is) = (before.decide().is_ok(), after.decide().is_ok());
        flips.set(flips.get() + u32::from(was && !is));
        proptest::prop_assert!(was || !is, "refused before, allowed now");
        Ok(())
    });
    assert!(flips.get() > 0, "no loss ever took anything away");
}

#[test]
fn what_is_counted_outside_pages_is_what_the_mode_would_refuse() {
    let refused = Cell::new(0_u32);
    for_all(&world(), |mut world| {
        world.instance_policy().modes.sessions = Mode::Allow;
        let Ok(allowed) = world.decide() else { return Ok(()) };
        world.instance_policy().modes.sessions = Mode::Browser;
        let reason = world.decide().err().map(|refusal| refusal.reason);
        refused.set(refused.get() + u32::from(reason.is_some()));
        let expected = allowed.outside_page.then_some(Reason::SessionsDisabled);
        proptest::prop_assert_eq!(reason, expected);
        Ok(())
    });
    assert!(refused.get() > 0);
}

#[test]
fn identity_folding_changes_nothing() {
    for_all(&world(), |mut world| {
        // Paths and patterns in one spelling are decided alike whether or not the product folds.
        world.product = gatepass_model::Product::Jira;
        let plain = world.decide();
        world.product = gatepass_model::Product::Bitbucket;
        proptest::prop_assert_eq!(world.decide(), plain);
        Ok(())
    });
}

#[test]
fn two_spellings_that_fold_to_one_never_differ() {
    for_all(&world(), |mut world| {
        world.product = gatepass_model::Product::Confluence;
        let plain = world.decide();
        world.path = world.path.to_ascii_uppercase();
        proptest::prop_assert_eq!(world.decide(), plain);
        Ok(())
    });
}
