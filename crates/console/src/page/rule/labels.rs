//! What the page calls its fields.

use super::{RuleEditor, field, text};
use crate::chrome::Chrome;
use crate::form::Form;

impl RuleEditor {
    /// The form, with its faults.
    pub(crate) fn form<'a>(&'a self, chrome: &'a Chrome) -> Form<'a> {
        let text = text::TEXT.of(chrome.language);
        let common = chrome.common();
        let mut labels = vec![
            (field::NAME, common.name),
            (field::GROUPS, text.groups),
            (field::PEOPLE, text.people),
            (field::INSTANCES, text.instances),
            (field::LONGEST_LIFETIME, text.longest_lifetime),
            (field::MOST_TOKENS, text.most_tokens),
            (field::REASON, common.reason),
        ];
        labels.extend(self.values.rights(text).map(|row| (row.name, row.label)));
        labels.extend(self.values.flags(text).map(|row| (row.name, row.label)));
        labels.extend(chrome.limit_words().labels());
        chrome.form(&self.faults).labelled(labels)
    }
}
