//! What is asked before something is done to a token.

use super::{Grace, text};
use crate::chrome::Chrome;
use crate::part::TokenAction;
use crate::words::isolated;

impl Chrome {
    /// The texts of the question.
    pub(crate) fn confirm_words(&self) -> &'static text::Text {
        text::TEXT.of(self.language)
    }

    /// `Revoke “Nightly export”?`
    pub(crate) fn question(&self, action: &TokenAction, name: &str) -> String {
        let text = self.confirm_words();
        let name = isolated(name);
        match action {
            TokenAction::Rotate => text.rotate(&name),
            TokenAction::Suspend => text.suspend(&name),
            TokenAction::Resume => text.resume(&name),
            TokenAction::Revoke => text.revoke(&name),
        }
    }

    /// What follows from it.
    pub(crate) fn meaning(&self, action: &TokenAction) -> &'static str {
        let text = self.confirm_words();
        match action {
            TokenAction::Rotate => text.rotate_means,
            TokenAction::Suspend => text.suspend_means,
            TokenAction::Resume => text.resume_means,
            TokenAction::Revoke => text.revoke_means,
        }
    }

    /// How long the secret of today goes on.
    pub(crate) fn grace(&self, grace: &Grace) -> &'static str {
        let text = self.confirm_words();
        match grace {
            Grace::None => text.grace_none,
            Grace::Hour => text.grace_hour,
            Grace::Day => text.grace_day,
            Grace::Week => text.grace_week,
        }
    }
}
