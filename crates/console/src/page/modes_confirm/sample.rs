//! Samples of the page.

use gatepass_model::{CredentialKind, Mode, Modes};

use super::ModesConfirm;
use crate::chrome::NavEntry;
use crate::page::settings::sample::seen;
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, place};

const PAGE: &str = "modes_confirm";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::Settings), view);
    let usual = ModesConfirm {
        place: place("jira"),
        old: Modes::default(),
        new: Modes { passwords: Mode::Block, native_tokens: Mode::Observe, ..Modes::default() },
        hit: vec![seen(
            CredentialKind::Password,
            &[("ci-bot", "Jenkins/2.440", 18_204), ("bob", "curl/8.5.0", 310)],
            14,
        )],
        reason: String::new(),
        form_id: "f1".to_owned(),
    };
    let sessions = ModesConfirm {
        new: Modes { sessions: Mode::Browser, ..Modes::default() },
        hit: vec![seen(
            CredentialKind::Session,
            &[("bob", "python-requests/2.31.0", 2_310), ("", "curl/8.5.0", 12)],
            0,
        )],
        ..usual.clone()
    };
    let nobody = ModesConfirm { hit: Vec::new(), ..usual.clone() };
    let nothing = ModesConfirm { new: Modes::default(), hit: Vec::new(), ..usual.clone() };
    let hostile = ModesConfirm {
        hit: vec![seen(CredentialKind::Password, &[(HOSTILE, RIGHT_TO_LEFT, 1)], 1_000_000)],
        reason: HOSTILE.to_owned(),
        ..usual.clone()
    };
    vec![
        sample("usual", usual),
        sample("sessions", sessions),
        sample("nobody", nobody),
        sample("nothing", nothing),
        sample("hostile", hostile),
    ]
}
