//! Samples of the page.

use gatepass_model::TokenState;

use super::BulkDone;
use crate::chrome::NavEntry;
use crate::fault::Fault;
use crate::page::bulk_confirm::sample::brief;
use crate::part::TokenAction;
use crate::sample::{HOSTILE, Sample};

const PAGE: &str = "bulk_done";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::AllTokens), view);
    let done = (1..=12).map(|number| brief(number, &format!("Job {number}"), TokenState::Revoked));
    let usual = BulkDone {
        action: TokenAction::Revoke,
        done: done.collect(),
        failed: Vec::new(),
        nodes: Some((2, 2)),
        back: "/all?used=90d".to_owned(),
    };
    let partly = BulkDone {
        nodes: Some((1, 2)),
        failed: vec![(
            brief(20, "Other", TokenState::Active),
            Fault::Said("Changed meanwhile.".to_owned()),
        )],
        ..usual.clone()
    };
    let hostile = BulkDone {
        action: TokenAction::Suspend,
        done: Vec::new(),
        failed: vec![(brief(20, HOSTILE, TokenState::Active), Fault::Said(HOSTILE.to_owned()))],
        nodes: None,
        back: format!("/all?q={HOSTILE}"),
    };
    vec![sample("usual", usual), sample("partly", partly), sample("hostile", hostile)]
}
