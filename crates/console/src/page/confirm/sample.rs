//! Samples of the page.

use gatepass_model::TokenState;

use super::{Confirm, Grace};
use crate::chrome::NavEntry;
use crate::fault::{Fault, FieldFault};
use crate::part::{TokenAction, TokenBrief};
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, token_id, used, who};

const PAGE: &str = "confirm";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::MyTokens), view);
    let hostile = Confirm {
        token: TokenBrief {
            name: HOSTILE.to_owned(),
            owner: who("mallory", RIGHT_TO_LEFT),
            last_use: None,
            ..brief()
        },
        is_own: false,
        reason: HOSTILE.to_owned(),
        faults: vec![FieldFault { field: "reason", fault: Fault::TooLong { most: 1000 } }],
        ..confirm(TokenAction::Revoke)
    };
    vec![
        sample("rotate", confirm(TokenAction::Rotate)),
        sample("suspend", confirm(TokenAction::Suspend)),
        sample("resume", confirm(TokenAction::Resume)),
        sample("revoke", confirm(TokenAction::Revoke)),
        sample("hostile", hostile),
    ]
}

fn brief() -> TokenBrief {
    TokenBrief {
        id: token_id(2),
        name: "Nightly export".to_owned(),
        owner: who("alice", "Alice Adams"),
        state: TokenState::Active,
        last_use: Some(used("3h", "python-requests/2.31.0")),
    }
}

fn confirm(action: TokenAction) -> Confirm {
    Confirm {
        action,
        token: brief(),
        is_own: true,
        reason: String::new(),
        grace: Grace::default(),
        faults: Vec::new(),
        form_id: "f1".to_owned(),
    }
}
