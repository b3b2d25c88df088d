//! Samples of the page.

use super::{Proof, ProofReason, ProofWay};
use crate::sample::{HOSTILE, Sample, place};

const PAGE: &str = "proof";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, reason, back: &str| {
        let way = ProofWay::Product(place("jira"));
        let view = Proof { way, reason, back: back.to_owned() };
        Sample::new(PAGE, name, None, view)
    };
    let at_provider = |name, title: &str, back: &str| {
        let way = ProofWay::Provider(title.to_owned());
        let view = Proof { way, reason: ProofReason::Secret, back: back.to_owned() };
        Sample::new(PAGE, name, None, view)
    };
    vec![
        at_provider("provider", "Company account", "/tokens/new"),
        at_provider("hostile_provider", HOSTILE, HOSTILE),
        sample("usual", ProofReason::Secret, "/tokens/new"),
        sample("others", ProofReason::Others, "/all"),
        sample("policy", ProofReason::Policy, "/settings"),
        sample("hostile", ProofReason::Policy, HOSTILE),
    ]
}
