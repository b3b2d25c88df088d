//! Samples of the page.

use super::RuleDelete;
use crate::chrome::NavEntry;
use crate::page::rule::sample::changes;
use crate::page::settings::sample::noncompliance;
use crate::part::NonCompliance;
use crate::sample::{HOSTILE, Sample};

const PAGE: &str = "rule_delete";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::Settings), view);
    let usual = RuleDelete {
        name: "contractors".to_owned(),
        people: 24,
        changes: changes(),
        noncompliance: noncompliance(),
        reason: String::new(),
        form_id: "f1".to_owned(),
    };
    let plain = RuleDelete { noncompliance: NonCompliance::default(), ..usual.clone() };
    let hostile =
        RuleDelete { name: HOSTILE.to_owned(), reason: HOSTILE.to_owned(), ..usual.clone() };
    vec![sample("usual", usual), sample("plain", plain), sample("hostile", hostile)]
}
