//! Rules and exemptions, in few words.

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{Bounds, CredentialKind, Exemption, Rule, Say};

use super::{InstanceSettings, RuleRow, Seen, text};
use crate::chrome::Chrome;
use crate::words::isolated;

impl InstanceSettings {
    /// What was seen of one kind.
    pub(crate) fn seen_of(&self, kind: &CredentialKind) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.kind == *kind)
    }
}

fn rights(text: &text::Text, rule: &Rule, say: Say) -> Vec<String> {
    let all = [
        (rule.use_tokens, text.right_use),
        (rule.create, text.right_create),
        (rule.create_on_behalf, text.right_behalf),
        (rule.on_behalf_of_administrators, text.right_behalf_of_administrators),
        (rule.approve, text.right_approve),
        (rule.administer, text.right_administer),
    ];
    all.into_iter().filter(|(said, _)| *said == say).map(|(_, word)| word.to_owned()).collect()
}

fn bounds(chrome: &Chrome, text: &text::Text, bounds: &Bounds) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(LongestLifetime::Within(span)) = bounds.longest_lifetime {
        words.push(text.lives(&chrome.lifetime(&span)));
    }
    let flags = [
        (bounds.read_only == Some(true), text.reads_only),
        (bounds.admin_operations == Some(true), text.may_admin),
        (bounds.admin_operations == Some(false), text.no_admin),
        (bounds.networks_required == Some(true), text.networks),
        (bounds.purpose_required == Some(true), text.purpose),
        (bounds.integration_required == Some(true), text.integration),
        (bounds.approval_required == Some(true), text.approval),
    ];
    words.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, word)| word.to_owned()));
    words.extend(bounds.most_tokens.map(|most| text.at_most(&most)));
    if let Some(instances) = &bounds.instances {
        let names: Vec<String> = instances.iter().map(ToString::to_string).collect();
        words.push(text.only_in(&chrome.listed(&names)));
    }
    let limits = [&bounds.token_limits, &bounds.owner_limits, &bounds.integration_limits];
    if limits.iter().any(|limits| !limits.is_none()) {
        words.push(text.limited.to_owned());
    }
    words
}

impl RuleRow {
    /// Where it is edited, below the base.
    pub(crate) fn address(&self) -> String {
        format!("/settings/rules/{}", crate::address::encoded(&self.rule.name))
    }

    /// Whom it is about: groups and usernames.
    pub(crate) fn about(&self, chrome: &Chrome) -> String {
        let text = text::TEXT.of(chrome.language);
        let groups = self.rule.groups.iter().map(|group| text.group(&isolated(group)));
        let people = self.rule.people.iter().map(|person| isolated(person.as_str()));
        let all: Vec<String> = groups.chain(people).collect();
        if all.is_empty() { text.everybody.to_owned() } else { chrome.listed(&all) }
    }

    /// What it allows.
    pub(crate) fn allows(&self, chrome: &Chrome) -> Option<String> {
        self.says(chrome, Say::Allow)
    }

    /// What it denies.
    pub(crate) fn denies(&self, chrome: &Chrome) -> Option<String> {
        self.says(chrome, Say::Deny)
    }

    fn says(&self, chrome: &Chrome, say: Say) -> Option<String> {
        let text = text::TEXT.of(chrome.language);
        let rights = rights(text, &self.rule, say);
        let listed = chrome.listed(&rights);
        (!rights.is_empty()).then(|| match say {
            Say::Deny => text.may_not(&listed),
            Say::Allow | Say::Nothing => text.may(&listed),
        })
    }

    /// The bounds that it puts.
    pub(crate) fn bounds(&self, chrome: &Chrome) -> Vec<String> {
        bounds(chrome, text::TEXT.of(chrome.language), &self.rule.bounds)
    }
}

impl Chrome {
    /// Whom an exemption is about, in the words of the policy file.
    pub(crate) fn exempt(&self, exemption: &Exemption) -> String {
        let text = text::TEXT.of(self.language);
        let mut parts: Vec<String> =
            exemption.people.iter().map(|person| isolated(person.as_str())).collect();
        parts.extend(exemption.groups.iter().map(|group| text.group(&isolated(group))));
        parts.extend(exemption.networks.iter().map(ToString::to_string));
        parts.extend(exemption.paths.iter().map(ToString::to_string));
        if parts.is_empty() { text.everybody.to_owned() } else { parts.join(" · ") }
    }

    /// For which kinds of credential.
    pub(crate) fn exempt_kinds(&self, exemption: &Exemption) -> String {
        let kinds: Vec<String> =
            exemption.credentials.iter().map(|kind| self.kind(&kind).to_owned()).collect();
        self.listed(&kinds)
    }

    /// Until when, where that is bounded.
    pub(crate) fn exempt_until(&self, exemption: &Exemption) -> Option<String> {
        let text = text::TEXT.of(self.language);
        exemption.until.map(|end| text.until(&self.date_text(&end)))
    }
}
