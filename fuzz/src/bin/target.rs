//! The target reader: what is canonical has one reading, and every reading of what the product
//! could make of it agrees.
#![no_main]

use gatepass_model::target::readings;
use gatepass_model::{CanonicalTarget, Method, Product};
use gatepass_profiles::profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let all = readings(raw);
    let Ok(target) = CanonicalTarget::parse(raw) else { return };
    // What was accepted reads as it stands, or decoded once; decoding again, cutting parameters
    // and resolving dots give nothing new.
    assert!(all.len() <= 2, "several readings of {raw:?}: {all:?}");
    if let Some(last) = all.last() {
        assert_eq!(last, target.segments(), "another reading of {raw:?}");
    }
    // What goes up is accepted again, and reads the same: nothing is repaired twice.
    let mut sent = target.path().to_owned();
    if let Some(query) = target.query() {
        sent.push('?');
        sent.push_str(query);
    }
    let again = CanonicalTarget::parse(sent.as_bytes()).expect("what goes up is canonical");
    assert_eq!(again.segments(), target.segments());
    assert_eq!(again.query(), target.query());
    let profile = profile(Product::Jira);
    let once = profile.fold(target.segments());
    let twice = profile.fold(&once);
    assert_eq!(once, twice, "folding {raw:?} twice differs");
    for method in Method::ALL {
        assert_eq!(profile.operation(method, &once), profile.operation(method, &twice));
    }
});
