//! Samples of the page.

use gatepass_model::{
    CredentialKind, CredentialSet, Exemption, Mode, Modes, PolicyDocument, Rule, Say,
};

use super::{InstanceSettings, RuleRow, Seen, SeenCaller, Settings};
use crate::chrome::NavEntry;
use crate::fault::{PolicyFault, PolicyKey};
use crate::part::{NonCompliance, NonComplying};
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, ago, hence, place, read, token_id, who};

const PAGE: &str = "settings";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::Settings), view);
    let empty = Settings {
        instances: vec![InstanceSettings {
            place: place("jira"),
            modes: Modes::default(),
            seen: Vec::new(),
            outside_pages: 0,
            exemptions: Vec::new(),
        }],
        rules: vec![RuleRow { rule: everybody(), people: 311 }],
        noncompliance: NonCompliance::default(),
        form_id: "f1".to_owned(),
    };
    vec![sample("usual", usual()), sample("empty", empty), sample("hostile", hostile())]
}

fn everybody() -> Rule {
    let mut rules = PolicyDocument::default().rules;
    let mut rule = rules.swap_remove(0);
    rule.bounds.most_tokens = Some(20);
    rule
}

pub(crate) fn seen(kind: CredentialKind, callers: &[(&str, &str, u64)], more: u64) -> Seen {
    let callers: Vec<SeenCaller> = callers
        .iter()
        .map(|&(name, agent, requests)| SeenCaller {
            mark: String::new(),
            name: (!name.is_empty()).then(|| name.to_owned()),
            agent: agent.to_owned(),
            requests,
            last: ago("2h"),
        })
        .collect();
    let named: u64 = callers.iter().map(|caller| caller.requests).sum();
    Seen { kind, requests: named + more * 40, callers, more }
}

fn usual() -> Settings {
    let instance = |name: &str, seen| InstanceSettings {
        place: place(name),
        modes: Modes { passwords: Mode::Block, native_tokens: Mode::Observe, ..Modes::default() },
        seen,
        outside_pages: 0,
        exemptions: vec![Exemption {
            credentials: CredentialSet::EMPTY.with(CredentialKind::Password),
            people: vec![read("ci-bot")],
            groups: Vec::new(),
            networks: vec![read("10.1.0.0/16")],
            paths: vec![read("POST /rest/gadget/**")],
            until: Some(hence("60d")),
            reason: Some("until the gadget is rewritten".to_owned()),
        }],
    };
    let passwords = seen(
        CredentialKind::Password,
        &[
            ("ci-bot", "Jenkins/2.440", 18_204),
            ("bob", "curl/8.5.0", 310),
            ("reports", "Apache-HttpClient/4.5.14 (Java/17.0.9)", 96),
        ],
        14,
    );
    let native = seen(
        CredentialKind::NativeToken,
        &[("alice", "python-requests/2.31.0", 2_310), ("zoe", "axios/1.6.2", 44)],
        0,
    );
    let native = marked(native, &["884273918273", "104730221119"]);
    let oauth = seen(CredentialKind::Oauth, &[("carol", "Jenkins/2.440", 120), ("", "", 7)], 0);
    let oauth = marked(oauth, &["jenkins-ci", "<b>\u{202e}stash"]);
    let sessions = seen(
        CredentialKind::Session,
        &[("alice", "Mozilla/5.0", 40_112), ("bob", "python-requests/2.31.0", 2_310)],
        210,
    );
    let anonymous = seen(CredentialKind::Anonymous, &[("", "Prometheus/2.48.0", 10_080)], 3);
    let contractors = Rule {
        name: "contractors".to_owned(),
        groups: vec!["contractors".to_owned()],
        create_on_behalf: Say::Deny,
        on_behalf_of_administrators: Say::Nothing,
        ..everybody()
    };
    let administrators = Rule {
        name: "administrators".to_owned(),
        people: vec![read("alice"), read("otto")],
        create_on_behalf: Say::Allow,
        on_behalf_of_administrators: Say::Allow,
        administer: Say::Allow,
        bounds: gatepass_model::Bounds {
            admin_operations: Some(true),
            ..gatepass_model::Bounds::default()
        },
        ..everybody()
    };
    Settings {
        instances: vec![
            InstanceSettings {
                outside_pages: 2_322,
                ..instance("jira", vec![passwords, native, sessions, oauth, anonymous])
            },
            pages_only(instance("wiki", Vec::new())),
        ],
        rules: vec![
            RuleRow { rule: everybody(), people: 311 },
            RuleRow { rule: contractors, people: 24 },
            RuleRow { rule: administrators, people: 2 },
        ],
        noncompliance: noncompliance(),
        form_id: "f1".to_owned(),
    }
}

fn marked(mut seen: Seen, marks: &[&str]) -> Seen {
    for (caller, mark) in seen.callers.iter_mut().zip(marks) {
        (*mark).clone_into(&mut caller.mark);
    }
    seen
}

fn pages_only(mut settings: InstanceSettings) -> InstanceSettings {
    settings.modes.sessions = Mode::Browser;
    settings
}

pub(crate) fn noncompliance() -> NonCompliance {
    let token = |number: u8, name: &str| NonComplying {
        id: token_id(number),
        name: name.to_owned(),
        owner: who("bob", "Bob Brown"),
        broken: vec![PolicyFault {
            key: PolicyKey::LongestLifetime,
            rule: Some("contractors".to_owned()),
            bound: Some("90d".to_owned()),
        }],
    };
    NonCompliance { count: 12, tokens: vec![token(1, "Old dashboard"), token(2, "Laptop script")] }
}

fn hostile() -> Settings {
    let rule = Rule {
        name: format!("../{HOSTILE}/?"),
        groups: vec![HOSTILE.to_owned(), RIGHT_TO_LEFT.to_owned()],
        people: (0..50).map(|number| read(&format!("person-{number}"))).collect(),
        use_tokens: Say::Deny,
        ..everybody()
    };
    let callers = [(HOSTILE, HOSTILE, 1), (RIGHT_TO_LEFT, "", u64::MAX / 2)];
    let mut view = usual();
    view.instances = vec![InstanceSettings {
        place: place("jira-emea"),
        modes: Modes::default(),
        seen: vec![Seen { requests: u64::MAX, ..seen(CredentialKind::Session, &callers, 0) }],
        outside_pages: u64::MAX,
        exemptions: vec![Exemption {
            credentials: CredentialKind::ALL
                .into_iter()
                .fold(CredentialSet::EMPTY, CredentialSet::with),
            people: Vec::new(),
            groups: vec![HOSTILE.to_owned()],
            networks: Vec::new(),
            paths: Vec::new(),
            until: None,
            reason: Some(HOSTILE.to_owned()),
        }],
    }];
    view.rules = vec![RuleRow { rule, people: 0 }];
    for token in &mut view.noncompliance.tokens {
        HOSTILE.clone_into(&mut token.name);
    }
    view
}
