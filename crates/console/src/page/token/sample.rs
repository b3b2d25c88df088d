//! Samples of the page.

use gatepass_model::{Grant, Lifetime, Limits, Reason, TokenState};

use super::{Day, RequestRow, TokenPage};
use crate::chrome::NavEntry;
use crate::fault::{PolicyFault, PolicyKey};
use crate::part::{Doer, IdentityProblem, IdentityTrouble, TokenAction};
use crate::sample::{
    EMOJI, HOSTILE, NOW, RIGHT_TO_LEFT, Sample, ago, facts, hence, place, read, token_id, used, who,
};

const PAGE: &str = "token";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::MyTokens), view);
    vec![
        sample("usual", usual()),
        sample("empty", empty()),
        sample("troubled", troubled()),
        sample("hostile", hostile()),
    ]
}

fn days(done: impl Fn(u32) -> u64, refused: impl Fn(u32) -> u64) -> Vec<Day> {
    let midnight = NOW.minus(Lifetime::from_millis(NOW.as_millis() % 86_400_000));
    let day = |back: u32| Day {
        start: midnight.minus(Lifetime::from_days(back)),
        done: done(back),
        refused: refused(back),
    };
    (0..30).rev().map(day).collect()
}

fn request(span: &str, method: &str, path: &str, refused: Option<Reason>) -> RequestRow {
    RequestRow {
        at: ago(span),
        place: "Jira".to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        status: refused.map_or(200, Reason::status),
        refused,
    }
}

pub(crate) fn usual() -> TokenPage {
    let requests = (1..20).map(|number| {
        let refused = match number % 6 {
            0 => Some(Reason::ReadOnly),
            4 => Some(Reason::NetworkNotAllowed),
            _ => None,
        };
        let method = if refused == Some(Reason::ReadOnly) { "POST" } else { "GET" };
        let path = format!("/rest/api/2/issue/EX-{number}");
        request(&format!("{}m", number * 7), method, &path, refused)
    });
    TokenPage {
        id: token_id(2),
        name: "Nightly export".to_owned(),
        state: TokenState::Active,
        owner: who("alice", "Alice Adams"),
        creator: Doer::Person(who("alice", "Alice Adams")),
        created_at: ago("40d"),
        facts: facts(
            Grant { networks: vec![read("203.0.113.0/24")], ..Grant::read_only() },
            &["Jira"],
            Some(hence("50d")),
        ),
        purpose: Some(
            "Copies closed issues into the warehouse, for the monthly report.".to_owned(),
        ),
        integration: Some("Data warehouse".to_owned()),
        hint: "gpass_Ab3d".to_owned(),
        former_until: Some(hence("20h")),
        is_genuine: true,
        broken: Vec::new(),
        identity: Vec::new(),
        last_use: Some(used("7m", "python-requests/2.31.0")),
        days: days(
            |back| if back % 7 < 2 { 120 } else { 1800 + u64::from(back * 37 % 900) },
            |back| if back < 3 { 220 } else { u64::from(back % 5) },
        ),
        requests: requests.collect(),
        refusals: vec![(Reason::NetworkNotAllowed, 640), (Reason::ReadOnly, 61)],
        may: vec![TokenAction::Rotate, TokenAction::Suspend, TokenAction::Revoke],
        form_id: "f1".to_owned(),
    }
}

fn empty() -> TokenPage {
    TokenPage {
        state: TokenState::Suspended,
        purpose: None,
        integration: None,
        former_until: None,
        last_use: None,
        days: days(|_| 0, |_| 0),
        requests: Vec::new(),
        refusals: Vec::new(),
        may: vec![TokenAction::Rotate, TokenAction::Resume, TokenAction::Revoke],
        ..usual()
    }
}

fn troubled() -> TokenPage {
    let broken = |key, bound: Option<&str>| PolicyFault {
        key,
        rule: Some("everybody".to_owned()),
        bound: bound.map(ToOwned::to_owned),
    };
    TokenPage {
        is_genuine: false,
        broken: vec![
            broken(PolicyKey::LongestLifetime, Some("90d")),
            broken(PolicyKey::PurposeRequired, None),
        ],
        identity: vec![IdentityProblem {
            place: place("jira"),
            trouble: IdentityTrouble::NotRenewed,
            can_mend: true,
        }],
        creator: Doer::CommandLine("root".to_owned()),
        may: vec![TokenAction::Revoke],
        ..usual()
    }
}

fn hostile() -> TokenPage {
    let grant = Grant {
        allow: vec![read("GET /rest/**"), read("POST /rest/api/2/search")],
        deny: vec![read("/rest/api/2/user")],
        required_headers: vec![read("X-Caller: build")],
        limits: Limits { rate: Some(read("60/min")), burst: Some(5), ..Limits::NONE },
        ..Grant::read_write()
    };
    let path = format!("/rest/api/2/search?jql={HOSTILE}{}", "x".repeat(300));
    TokenPage {
        name: RIGHT_TO_LEFT.to_owned(),
        owner: who("mallory", HOSTILE),
        creator: Doer::System(HOSTILE.to_owned()),
        facts: facts(grant, &[HOSTILE, EMOJI], None),
        purpose: Some(HOSTILE.repeat(10)),
        integration: Some(RIGHT_TO_LEFT.to_owned()),
        last_use: Some(used("1m", HOSTILE)),
        requests: vec![request("1m", HOSTILE, &path, Some(Reason::UpstreamIdentityUnavailable))],
        days: days(|_| u64::MAX, |_| u64::MAX),
        refusals: Reason::ALL.iter().map(|reason| (*reason, u64::MAX)).collect(),
        ..usual()
    }
}
