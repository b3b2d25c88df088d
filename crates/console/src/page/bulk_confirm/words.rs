//! What is asked, and what follows from it.

use std::collections::BTreeSet;

use gatepass_model::Lifetime;

use super::{BulkConfirm, text};
use crate::chrome::Chrome;
use crate::part::TokenAction;

impl BulkConfirm {
    fn count(&self) -> u64 {
        self.tokens.len() as u64
    }

    /// `Revoke 37 tokens?`
    pub(crate) fn question(&self, text: &text::Text) -> String {
        match self.action {
            TokenAction::Resume => text.resume(&self.count()),
            TokenAction::Revoke => text.revoke(&self.count()),
            TokenAction::Suspend | TokenAction::Rotate => text.suspend(&self.count()),
        }
    }

    /// `37 tokens of 12 people will stop at once.`
    pub(crate) fn consequence(&self, text: &text::Text) -> String {
        let people: BTreeSet<_> = self.tokens.iter().map(|token| &token.owner.key).collect();
        let people = people.len() as u64;
        match self.action {
            TokenAction::Resume => text.go_on(&self.count(), &people),
            _ => text.stop(&self.count(), &people),
        }
    }

    /// The words on the button.
    pub(crate) fn button(&self, text: &text::Text) -> String {
        match self.action {
            TokenAction::Resume => text.resume_button(&self.count()),
            TokenAction::Revoke => text.revoke_button(&self.count()),
            TokenAction::Suspend | TokenAction::Rotate => text.suspend_button(&self.count()),
        }
    }

    /// How many were used within the last hour.
    pub(crate) fn busy(&self, chrome: &Chrome) -> u64 {
        let since = chrome.now.minus(Lifetime::from_seconds(3600));
        let used = self.tokens.iter().filter_map(|token| token.last_use.as_ref());
        used.filter(|used| used.at >= since).count() as u64
    }
}
