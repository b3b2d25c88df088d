//! What policy says at each field, before somebody runs into it.

use super::{CreateToken, Ruled, field, text};
use crate::chrome::Chrome;
use crate::words::isolated;

/// `At most 90 days. Rule “everybody”.`
fn ruled<T>(
    text: &text::Text,
    bound: Option<&Ruled<T>>,
    words: impl FnOnce(&T) -> String,
) -> Option<String> {
    let bound = bound?;
    let words = words(&bound.value);
    Some(match &bound.rule {
        Some(rule) => text.by_rule(&words, &isolated(rule)),
        None => format!("{words} {}", text.no_rule),
    })
}

impl CreateToken {
    /// What policy says at a field; empty where it says nothing.
    pub(crate) fn bound(&self, chrome: &Chrome, name: &str) -> String {
        let text = text::TEXT.of(chrome.language);
        let bounds = &self.bounds;
        let must = |(): &()| text.must.to_owned();
        let said = match name {
            field::PURPOSE => ruled(text, bounds.purpose_required.as_ref(), must),
            field::NETWORKS => ruled(text, bounds.networks_required.as_ref(), must),
            field::INTEGRATION => ruled(text, bounds.integration_required.as_ref(), must),
            field::ACCESS => ruled(text, bounds.read_only.as_ref(), |()| text.only_read.to_owned()),
            field::ADMIN => ruled(text, bounds.no_admin.as_ref(), |()| text.no_admin.to_owned()),
            field::EXPIRES => ruled(text, bounds.longest_lifetime.as_ref(), |longest| {
                text.at_most(&chrome.lifetime(longest))
            }),
            field::INSTANCE => ruled(text, bounds.instances.as_ref(), |_| {
                text.only_these(&self.open_places(chrome))
            }),
            field::RATE => {
                ruled(text, bounds.limits.as_ref(), |limits| text.at_most(&chrome.limits(limits)))
            }
            _ => None,
        };
        said.unwrap_or_default()
    }

    /// What policy says of the token as a whole.
    pub(crate) fn bounds_of_all(&self, chrome: &Chrome) -> Vec<String> {
        let text = text::TEXT.of(chrome.language);
        let bounds = &self.bounds;
        let approval =
            ruled(text, bounds.approval_required.as_ref(), |()| text.approval.to_owned());
        let most = ruled(text, bounds.most_tokens.as_ref(), |most| text.most_tokens(most));
        approval.into_iter().chain(most).collect()
    }
}
