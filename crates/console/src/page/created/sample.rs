//! Samples of the page.

use gatepass_model::{Grant, TokenState};

use super::{Created, ReadyPlace, Rotated};
use crate::chrome::NavEntry;
use crate::part::{IdentityProblem, IdentityTrouble, ShownSecret};
use crate::sample::{HOSTILE, Sample, facts, hence, place, token_id, who};

const PAGE: &str = "created";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::MyTokens), view);
    let rotated =
        Created { rotated: Some(Rotated { former_until: Some(hence("24h")) }), ..usual() };
    let gone = Created { secret: None, ..usual() };
    let step = Created {
        identity: vec![IdentityProblem {
            place: place("jira"),
            trouble: IdentityTrouble::Missing,
            can_mend: true,
        }],
        state: TokenState::Pending,
        ..usual()
    };
    let hostile = Created {
        name: HOSTILE.to_owned(),
        places: vec![ReadyPlace {
            place: place("git"),
            url: "https://git.example.com/</pre><script>".to_owned(),
        }],
        ..usual()
    };
    vec![
        sample("usual", usual()),
        sample("rotated", rotated),
        sample("shown_already", gone),
        sample("one_more_step", step),
        sample("hostile", hostile),
    ]
}

fn usual() -> Created {
    let ready = |name: &str, url: &str| ReadyPlace { place: place(name), url: url.to_owned() };
    Created {
        id: token_id(1),
        name: "Nightly export".to_owned(),
        owner: who("alice", "Alice Adams"),
        state: TokenState::Active,
        facts: facts(Grant::read_only(), &["Jira", "Bitbucket"], Some(hence("90d"))),
        // In parts, so that no scanner of secrets takes it for one.
        secret: Some(ShownSecret::new(
            ["gpass", "_0123456789ABCDEFGHIJKLMNOPQRSTUV", "000000"].concat(),
        )),
        rotated: None,
        places: vec![
            ready("jira", "https://jira.example.com"),
            ready("git", "https://git.example.com"),
        ],
        identity: Vec::new(),
        may_rotate: true,
        form_id: "f1".to_owned(),
    }
}
