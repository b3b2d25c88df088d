//! What the page calls its fields.

use super::{CreateToken, field, text};
use crate::chrome::Chrome;
use crate::form::Form;

impl CreateToken {
    /// The form, with its faults.
    pub(crate) fn form<'a>(&'a self, chrome: &'a Chrome) -> Form<'a> {
        let text = text::TEXT.of(chrome.language);
        let common = chrome.common();
        let mut labels = vec![
            (field::NAME, common.name),
            (field::PURPOSE, text.purpose),
            (field::EXPIRES, text.expires_title),
            (field::EXPIRES_DATE, text.expires_date),
            (field::ACCESS, text.access_title),
            (field::NETWORKS, text.networks),
            (field::INSTANCE, text.instances_title),
            (field::INTEGRATION, text.integration),
            (field::ALLOW, text.allow),
            (field::DENY, text.deny),
            (field::HEADERS, text.headers),
            (field::ADMIN, text.admin),
            (field::OWNER, common.owner),
            (field::DIRECTORY, text.directory),
            (field::REASON, common.reason),
            (field::OVERRIDE_REASON, text.override_reason),
        ];
        labels.extend(chrome.limit_words().labels());
        chrome.form(&self.faults).labelled(labels)
    }
}
