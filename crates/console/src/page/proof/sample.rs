//! Samples of the page.

use super::{Proof, ProofReason};
use crate::sample::{HOSTILE, Sample, place};

const PAGE: &str = "proof";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, reason, back: &str| {
        let view = Proof { place: place("jira"), reason, back: back.to_owned() };
        Sample::new(PAGE, name, None, view)
    };
    vec![
        sample("usual", ProofReason::Secret, "/tokens/new"),
        sample("others", ProofReason::Others, "/all"),
        sample("policy", ProofReason::Policy, "/settings"),
        sample("hostile", ProofReason::Policy, HOSTILE),
    ]
}
