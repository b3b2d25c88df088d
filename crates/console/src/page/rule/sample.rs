//! Samples of the page.

use gatepass_model::Say;

use super::{Matched, RuleEditor, RulePreview, RuleValues};
use crate::chrome::NavEntry;
use crate::fault::{Fault, FieldFault};
use crate::page::create::LimitValues;
use crate::page::settings::sample::noncompliance;
use crate::part::{DiffLine, DiffSign};
use crate::sample::{EMOJI, HOSTILE, RIGHT_TO_LEFT, Sample, long_name, place, who};

const PAGE: &str = "rule";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::Settings), view);
    let empty = RuleEditor {
        original: None,
        values: RuleValues::default(),
        faults: Vec::new(),
        places: vec![place("jira"), place("wiki")],
        matched: None,
        preview: None,
        reason: String::new(),
        form_id: "f1".to_owned(),
    };
    let preview = RuleEditor {
        preview: Some(RulePreview {
            changes: changes(),
            noncompliance: noncompliance(),
            suspend: false,
        }),
        ..usual()
    };
    let wrong = RuleEditor {
        faults: vec![
            FieldFault { field: "name", fault: Fault::Taken },
            FieldFault {
                field: "longest_lifetime",
                fault: Fault::NotADuration { given: "soon".to_owned() },
            },
            FieldFault { field: "token_rate", fault: Fault::NotARate { given: "?".to_owned() } },
            FieldFault { field: "use", fault: Fault::NotAChoice },
        ],
        ..usual()
    };
    vec![
        sample("usual", usual()),
        sample("empty", empty),
        sample("preview", preview),
        sample("wrong", wrong),
        sample("hostile", hostile()),
    ]
}

pub(crate) fn changes() -> Vec<DiffLine> {
    let line = |sign, text: &str| DiffLine { sign, text: text.to_owned() };
    vec![
        line(DiffSign::Changed, "rule contractors: longest_lifetime = \"365d\" -> \"90d\""),
        line(DiffSign::Added, "rule contractors: networks_required = true"),
        line(DiffSign::Removed, "rule contractors: people = [\"mallory\"]"),
    ]
}

fn usual() -> RuleEditor {
    RuleEditor {
        original: Some("contractors".to_owned()),
        values: RuleValues {
            name: "contractors".to_owned(),
            groups: "contractors".to_owned(),
            use_tokens: Say::Allow,
            create: Say::Allow,
            create_on_behalf: Say::Deny,
            longest_lifetime: "90d".to_owned(),
            networks_required: Some(true),
            instances: vec!["jira".to_owned()],
            token_limits: LimitValues { rate: "60/min".to_owned(), ..LimitValues::default() },
            ..RuleValues::default()
        },
        faults: Vec::new(),
        places: vec![place("jira"), place("wiki")],
        matched: Some(Matched {
            count: 24,
            people: vec![who("bob", "Bob Brown"), who("zoe", "Zoë Zürcher")],
            unknown: vec!["ex-employee".to_owned()],
        }),
        preview: None,
        reason: String::new(),
        form_id: "f1".to_owned(),
    }
}

fn hostile() -> RuleEditor {
    RuleEditor {
        original: Some(HOSTILE.to_owned()),
        values: RuleValues {
            name: HOSTILE.to_owned(),
            groups: format!("</textarea>{HOSTILE}"),
            people: RIGHT_TO_LEFT.to_owned(),
            longest_lifetime: HOSTILE.to_owned(),
            ..RuleValues::default()
        },
        matched: Some(Matched {
            count: 1_000_000,
            people: vec![who("mallory", HOSTILE), who("m2", RIGHT_TO_LEFT), who("m3", EMOJI)],
            unknown: vec![HOSTILE.to_owned(), long_name()],
        }),
        preview: Some(RulePreview {
            changes: vec![DiffLine { sign: DiffSign::Changed, text: HOSTILE.repeat(4) }],
            noncompliance: noncompliance(),
            suspend: true,
        }),
        reason: HOSTILE.to_owned(),
        ..usual()
    }
}
