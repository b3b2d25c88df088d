//! Samples of the page.

use gatepass_model::{Grant, Lifetime, Limits};

use super::{CreateBounds, CreateToken, CreateValues, LimitValues, Ruled};
use crate::chrome::NavEntry;
use crate::fault::{FORM, Fault, FieldFault, PolicyFault, PolicyKey};
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, facts, hence, long_name, place, read, who};

const PAGE: &str = "create";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::MyTokens), view);
    vec![
        sample("empty", empty()),
        sample("usual", usual()),
        sample("bounded", bounded()),
        sample("wrong", wrong()),
        sample("hostile", hostile()),
    ]
}

fn ruled<T>(value: T, rule: &str) -> Ruled<T> {
    Ruled { value, rule: Some(rule.to_owned()) }
}

pub(crate) fn empty() -> CreateToken {
    CreateToken {
        values: CreateValues::default(),
        faults: Vec::new(),
        bounds: CreateBounds {
            longest_lifetime: Some(ruled(Lifetime::from_days(365), "everybody")),
            no_admin: Some(Ruled { value: (), rule: None }),
            ..CreateBounds::default()
        },
        places: vec![place("jira"), place("wiki"), place("git")],
        me: who("alice", "Alice Adams"),
        on_behalf: None,
        may_override: false,
        integrations: vec!["Payroll export".to_owned(), "Build server".to_owned()],
        summary: Some(facts(
            Grant::read_only(),
            &["Jira", "Confluence", "Bitbucket"],
            Some(hence("90d")),
        )),
        form_id: "f1".to_owned(),
    }
}

fn usual() -> CreateToken {
    let grant = Grant { networks: vec![read("203.0.113.0/24")], ..Grant::read_only() };
    CreateToken {
        values: CreateValues {
            name: "Nightly export".to_owned(),
            purpose: "Copies closed issues into the warehouse.".to_owned(),
            networks: "203.0.113.0/24".to_owned(),
            instances: vec!["jira".to_owned()],
            ..CreateValues::default()
        },
        summary: Some(facts(grant, &["Jira"], Some(hence("90d")))),
        on_behalf: Some(vec![read("main"), read("contractors")]),
        may_override: true,
        ..empty()
    }
}

fn bounded() -> CreateToken {
    let limits = Limits { rate: Some(read("60/min")), concurrency: Some(4), ..Limits::NONE };
    CreateToken {
        bounds: CreateBounds {
            longest_lifetime: Some(ruled(Lifetime::from_days(90), "contractors")),
            read_only: Some(ruled((), "contractors")),
            no_admin: Some(Ruled { value: (), rule: None }),
            networks_required: Some(ruled((), "contractors")),
            purpose_required: Some(ruled((), "everybody")),
            integration_required: Some(ruled((), "everybody")),
            approval_required: Some(ruled((), "contractors")),
            instances: Some(ruled(vec!["jira".to_owned()], "contractors")),
            most_tokens: Some(ruled(20, "everybody")),
            limits: Some(ruled(limits, "everybody")),
        },
        summary: None,
        ..empty()
    }
}

fn wrong() -> CreateToken {
    let fault = |field, fault| FieldFault { field, fault };
    let policy = PolicyFault {
        key: PolicyKey::LongestLifetime,
        rule: Some("everybody".to_owned()),
        bound: Some("365d".to_owned()),
    };
    CreateToken {
        values: CreateValues {
            purpose: "Something".to_owned(),
            expires: "date".to_owned(),
            expires_date: "2031-01-01".to_owned(),
            networks: "10.0.0.0/33".to_owned(),
            allow: "get rest".to_owned(),
            limits: LimitValues { burst: "many".to_owned(), ..LimitValues::default() },
            ..CreateValues::default()
        },
        faults: vec![
            fault("name", Fault::Missing),
            fault("expires_date", Fault::Policy(policy)),
            fault("networks", Fault::NotANetwork { given: "10.0.0.0/33".to_owned() }),
            fault("allow", Fault::NotAPattern { given: "get rest".to_owned() }),
            fault("burst", Fault::NotACount { given: "many".to_owned() }),
            fault("burst", Fault::BurstWithoutRate),
        ],
        summary: None,
        ..empty()
    }
}

fn hostile() -> CreateToken {
    let fault = |field, fault| FieldFault { field, fault };
    CreateToken {
        values: CreateValues {
            name: HOSTILE.to_owned(),
            purpose: format!("</textarea>{HOSTILE}"),
            networks: HOSTILE.to_owned(),
            owner: RIGHT_TO_LEFT.to_owned(),
            reason: HOSTILE.to_owned(),
            integration: long_name(),
            override_reason: HOSTILE.to_owned(),
            ..CreateValues::default()
        },
        faults: vec![
            fault(FORM, Fault::Said(HOSTILE.to_owned())),
            fault("owner", Fault::UnknownPerson { given: HOSTILE.to_owned() }),
            fault("instance", Fault::UnknownInstance { given: HOSTILE.to_owned() }),
        ],
        bounds: CreateBounds {
            longest_lifetime: Some(ruled(Lifetime::from_days(30), HOSTILE)),
            ..CreateBounds::default()
        },
        on_behalf: Some(vec![read("main")]),
        may_override: true,
        integrations: vec![HOSTILE.to_owned()],
        summary: Some(facts(Grant::read_write(), &[HOSTILE], None)),
        ..empty()
    }
}
