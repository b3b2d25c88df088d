//! Samples of the page.

use gatepass_model::{Access, Reason, TokenState};

use super::{AllTokens, AllTokensRow, Filter};
use crate::chrome::NavEntry;
use crate::part::RefusedLately;
use crate::sample::{
    EMOJI, HOSTILE, RIGHT_TO_LEFT, Sample, ago, hence, long_name, place, token_id, used, who,
};

const PAGE: &str = "all_tokens";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::AllTokens), view);
    let filtered = AllTokens {
        filter: Filter::read([
            ("used", "90d"),
            ("access", "read-write"),
            ("instance", "jira"),
            ("state", "active"),
            ("sort", "last_used"),
        ]),
        found: 37,
        people: 12,
        ..usual()
    };
    let nothing = AllTokens { rows: Vec::new(), found: 0, people: 0, ..filtered.clone() };
    let empty =
        AllTokens { filter: Filter::default(), total: 0, states: Vec::new(), ..nothing.clone() };
    vec![
        sample("usual", usual()),
        sample("filtered", filtered),
        sample("nothing_found", nothing),
        sample("empty", empty),
        sample("hostile", hostile()),
    ]
}

fn row(number: u8, name: &str) -> AllTokensRow {
    let owner = match number % 3 {
        0 => who("alice", "Alice Adams"),
        1 => who("bob", "Bob Brown"),
        _ => who("zoe", "Zoë Zürcher"),
    };
    AllTokensRow {
        id: token_id(number),
        name: name.to_owned(),
        owner,
        integration: number.is_multiple_of(2).then(|| "Data warehouse".to_owned()),
        state: TokenState::Active,
        access: if number.is_multiple_of(3) { Access::ReadWrite } else { Access::ReadOnly },
        places: vec!["Jira".to_owned(), "Confluence".to_owned()],
        created_at: ago(&format!("{}d", u32::from(number) * 9 + 1)),
        expires_at: (!number.is_multiple_of(5))
            .then(|| hence(&format!("{}d", u32::from(number) * 4 + 1))),
        last_use: (number % 4 != 1).then(|| used(&format!("{number}h"), "curl/8.5.0")),
        refused_lately: None,
        is_genuine: true,
    }
}

fn usual() -> AllTokens {
    let names = ["Build server", "Nightly export", "Release notes", "Wiki mirror", "Dashboard"];
    let mut rows: Vec<AllTokensRow> =
        (1..=25).zip(names.iter().cycle()).map(|(number, name)| row(number, name)).collect();
    for (at, row) in rows.iter_mut().enumerate() {
        match at {
            2 => row.state = TokenState::Suspended,
            5 => row.state = TokenState::Revoked,
            7 => {
                row.refused_lately =
                    Some(RefusedLately { count: 212, reason: Reason::NetworkNotAllowed });
            }
            _ => {}
        }
    }
    AllTokens {
        filter: Filter::default(),
        found: 1_284,
        people: 311,
        total: 1_284,
        states: vec![
            (TokenState::Active, 1_102),
            (TokenState::Pending, 4),
            (TokenState::Suspended, 23),
            (TokenState::Expired, 95),
            (TokenState::Revoked, 60),
        ],
        rows,
        page_size: 25,
        places: vec![place("jira"), place("wiki"), place("git")],
        integrations: vec!["Data warehouse".to_owned()],
    }
}

fn hostile() -> AllTokens {
    let names = [HOSTILE, RIGHT_TO_LEFT, EMOJI, &long_name()];
    let rows = (1..).zip(names).map(|(number, name)| AllTokensRow {
        owner: who("mallory", name),
        integration: Some(name.to_owned()),
        places: vec![name.to_owned(); 8],
        is_genuine: number != 2,
        ..row(number, name)
    });
    AllTokens {
        rows: rows.collect(),
        filter: Filter::read([
            ("q", HOSTILE),
            ("owner", RIGHT_TO_LEFT),
            ("integration", HOSTILE),
            ("page", "2"),
        ]),
        integrations: vec![HOSTILE.to_owned()],
        ..usual()
    }
}
