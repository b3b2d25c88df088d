//! Samples of the page.

use gatepass_model::{Grant, Reason, TokenState};

use super::{MayCreate, MyToken, MyTokens};
use crate::chrome::NavEntry;
use crate::part::{Doer, IdentityProblem, IdentityTrouble, RefusedLately};
use crate::sample::{
    EMOJI, HOSTILE, RIGHT_TO_LEFT, Sample, ago, facts, hence, long_name, place, read, token_id,
    used, who,
};

const PAGE: &str = "my_tokens";

pub(crate) fn samples() -> Vec<Sample> {
    let empty = MyTokens {
        tokens: Vec::new(),
        identity: Vec::new(),
        may_create: MayCreate::Yes,
        form_id: "f1".to_owned(),
    };
    let denied = MyTokens {
        may_create: MayCreate::Denied { rule: "contractors".to_owned() },
        ..empty.clone()
    };
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::MyTokens), view);
    vec![
        sample("usual", usual()),
        sample("empty", empty),
        sample("denied", denied),
        sample("many", many()),
        sample("hostile", hostile()),
    ]
}

fn token(number: u8, name: &str) -> MyToken {
    MyToken {
        id: token_id(number),
        name: name.to_owned(),
        state: TokenState::Active,
        facts: facts(Grant::read_only(), &["Jira"], Some(hence("90d"))),
        created_at: ago("40d"),
        last_use: Some(used("3h", "python-requests/2.31.0")),
        refused_lately: None,
        made_by: None,
        is_genuine: true,
    }
}

fn usual() -> MyTokens {
    let build = MyToken {
        facts: facts(
            Grant { networks: vec![read("203.0.113.0/24")], ..Grant::read_write() },
            &["Jira", "Bitbucket"],
            Some(hence("9d")),
        ),
        last_use: Some(used("4m", "git/2.43.0")),
        ..token(1, "Build server")
    };
    let refused = MyToken {
        refused_lately: Some(RefusedLately { count: 212, reason: Reason::NetworkNotAllowed }),
        last_use: Some(used("20m", "curl/8.5.0")),
        ..token(2, "Nightly export")
    };
    let idle = MyToken {
        created_at: ago("300d"),
        last_use: None,
        facts: facts(Grant::read_only(), &["Confluence"], None),
        ..token(3, "Old dashboard")
    };
    let given = MyToken {
        made_by: Some(Doer::Person(who("otto", "Otto Ops"))),
        ..token(4, "Release notes")
    };
    let stopped = MyToken { state: TokenState::Suspended, ..token(5, "Wiki mirror") };
    let waiting = MyToken {
        state: TokenState::Pending,
        last_use: None,
        ..token(6, "Time sheets to payroll")
    };
    let revoked = MyToken { state: TokenState::Revoked, ..token(7, "Laptop script") };
    let expired = MyToken {
        state: TokenState::Expired,
        facts: facts(Grant::read_only(), &["Jira"], Some(ago("12d"))),
        ..token(8, "Migration 2026")
    };
    MyTokens {
        tokens: vec![expired, given, idle, build, refused, stopped, waiting, revoked],
        identity: vec![IdentityProblem {
            place: place("jira"),
            trouble: IdentityTrouble::Refused,
            can_mend: true,
        }],
        may_create: MayCreate::Yes,
        form_id: "f1".to_owned(),
    }
}

fn many() -> MyTokens {
    let tokens = (0..60).map(|number| token(number, &format!("Job {number} of the data platform")));
    MyTokens {
        tokens: tokens.collect(),
        identity: Vec::new(),
        may_create: MayCreate::TooMany { rule: "everybody".to_owned(), most: 60 },
        form_id: "f1".to_owned(),
    }
}

fn hostile() -> MyTokens {
    let names = [HOSTILE, RIGHT_TO_LEFT, EMOJI, &long_name()];
    let tokens = names.iter().zip(1..).map(|(name, number)| MyToken {
        last_use: Some(used("3h", HOSTILE)),
        facts: facts(
            Grant {
                networks: (0..40).map(|n| read(&format!("10.{n}.0.0/16"))).collect(),
                ..Grant::read_write()
            },
            &["Jira", HOSTILE, "Confluence", "Bitbucket", "Jira emea", "Jira apac", "Jira us"],
            Some(hence("1h")),
        ),
        refused_lately: Some(RefusedLately { count: 1_234_567, reason: Reason::RateLimited }),
        made_by: Some(Doer::CommandLine(HOSTILE.to_owned())),
        is_genuine: number % 2 == 0,
        ..token(number, name)
    });
    MyTokens {
        tokens: tokens.collect(),
        identity: vec![IdentityProblem {
            place: place("wiki"),
            trouble: IdentityTrouble::Missing,
            can_mend: false,
        }],
        may_create: MayCreate::Denied { rule: HOSTILE.to_owned() },
        form_id: HOSTILE.to_owned(),
    }
}
