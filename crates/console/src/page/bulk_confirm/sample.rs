//! Samples of the page.

use gatepass_model::TokenState;

use super::BulkConfirm;
use crate::chrome::NavEntry;
use crate::part::{TokenAction, TokenBrief};
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, token_id, used, who};

const PAGE: &str = "bulk_confirm";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::AllTokens), view);
    let resume = BulkConfirm {
        action: TokenAction::Resume,
        tokens: vec![brief(3, "Wiki mirror", TokenState::Suspended)],
        skipped: Vec::new(),
        ..usual()
    };
    let empty = BulkConfirm { tokens: Vec::new(), ..usual() };
    let hostile = BulkConfirm {
        tokens: vec![TokenBrief {
            owner: who("mallory", RIGHT_TO_LEFT),
            last_use: Some(used("1h", HOSTILE)),
            ..brief(1, HOSTILE, TokenState::Active)
        }],
        back: format!("/all?q={HOSTILE}"),
        reason: HOSTILE.to_owned(),
        ..usual()
    };
    vec![
        sample("usual", usual()),
        sample("resume", resume),
        sample("empty", empty),
        sample("hostile", hostile),
    ]
}

pub(crate) fn brief(number: u8, name: &str, state: TokenState) -> TokenBrief {
    let owner = if number.is_multiple_of(3) {
        who("alice", "Alice Adams")
    } else {
        who(&format!("person{}", number % 12), &format!("Person {}", number % 12))
    };
    TokenBrief {
        id: token_id(number),
        name: name.to_owned(),
        owner,
        state,
        last_use: (!number.is_multiple_of(4))
            .then(|| used(&format!("{}m", u32::from(number) * 20), "curl/8.5.0")),
    }
}

fn usual() -> BulkConfirm {
    let tokens = (1..=37).map(|number| brief(number, &format!("Job {number}"), TokenState::Active));
    BulkConfirm {
        action: TokenAction::Revoke,
        tokens: tokens.collect(),
        skipped: vec![brief(40, "Laptop script", TokenState::Revoked)],
        reason: String::new(),
        faults: Vec::new(),
        back: "/all?used=90d".to_owned(),
        form_id: "f1".to_owned(),
    }
}
