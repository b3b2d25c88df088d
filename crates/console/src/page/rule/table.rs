//! The rights and the flags of a rule, as rows of choices.

use gatepass_model::Say;

use super::{RuleEditor, RuleValues, field, text};
use crate::chrome::Chrome;

/// A right, and what is said about it.
pub(crate) struct RightRow {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) says: Say,
}

/// A bound that is on or off, or not spoken of.
pub(crate) struct FlagRow {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_set: Option<bool>,
}

impl FlagRow {
    /// The choices: value, words, and whether it is chosen.
    pub(crate) fn choices(&self, text: &text::Text) -> [(&'static str, &'static str, bool); 3] {
        [
            ("true", text.yes, self.is_set == Some(true)),
            ("false", text.no, self.is_set == Some(false)),
            ("", text.no_say, self.is_set.is_none()),
        ]
    }
}

impl RightRow {
    /// The choices: value, words, and whether it is chosen.
    pub(crate) fn choices(&self, chrome: &Chrome) -> [(&'static str, &'static str, bool); 3] {
        [Say::Allow, Say::Deny, Say::Nothing]
            .map(|say| (say.as_str().unwrap_or_default(), chrome.say_word(&say), self.says == say))
    }
}

impl RuleValues {
    /// The rights.
    pub(crate) fn rights(&self, text: &'static text::Text) -> [RightRow; 6] {
        [
            RightRow { name: field::USE, label: text.use_tokens, says: self.use_tokens },
            RightRow { name: field::CREATE, label: text.create, says: self.create },
            RightRow {
                name: field::CREATE_ON_BEHALF,
                label: text.create_on_behalf,
                says: self.create_on_behalf,
            },
            RightRow {
                name: field::ON_BEHALF_OF_ADMINISTRATORS,
                label: text.on_behalf_of_administrators,
                says: self.on_behalf_of_administrators,
            },
            RightRow { name: field::APPROVE, label: text.approve, says: self.approve },
            RightRow { name: field::ADMINISTER, label: text.administer, says: self.administer },
        ]
    }

    /// The bounds that are on or off.
    pub(crate) fn flags(&self, text: &'static text::Text) -> [FlagRow; 6] {
        let row = |name, label, is_set| FlagRow { name, label, is_set };
        [
            row(field::READ_ONLY, text.read_only, self.read_only),
            row(field::ADMIN_OPERATIONS, text.admin_operations, self.admin_operations),
            row(field::NETWORKS_REQUIRED, text.networks_required, self.networks_required),
            row(field::PURPOSE_REQUIRED, text.purpose_required, self.purpose_required),
            row(field::INTEGRATION_REQUIRED, text.integration_required, self.integration_required),
            row(field::APPROVAL_REQUIRED, text.approval_required, self.approval_required),
        ]
    }

    /// Whether one of the limits is typed.
    pub(crate) fn has_limits(&self) -> bool {
        let all = [&self.token_limits, &self.owner_limits, &self.integration_limits];
        all.iter().any(|limits| !limits.is_empty())
    }
}

impl RuleEditor {
    /// Where the form posts to, below the base.
    pub(crate) fn address(&self) -> String {
        let segment = self.original.as_deref().map(crate::address::encoded);
        format!("/settings/rules/{}", segment.as_deref().unwrap_or("new"))
    }

    /// Whether an instance is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.values.instances.iter().any(|ticked| ticked == name)
    }

    /// Whether the limits must be seen.
    pub(crate) fn shows_limits(&self) -> bool {
        let is_limit = |name: &str| super::LIMIT_PREFIXES.iter().any(|one| name.starts_with(one));
        // `integration_required` begins like a limit, and is never folded away.
        let is_wrong = self
            .faults
            .iter()
            .any(|fault| is_limit(fault.field) && fault.field != field::INTEGRATION_REQUIRED);
        is_wrong || self.values.has_limits()
    }
}
