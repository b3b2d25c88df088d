//! States of tokens, kinds of access and what is done to tokens, as words with pictures.

use gatepass_model::{Access, TokenState};

use super::html::Html;
use super::icon::Icon;
use crate::chrome::Chrome;
use crate::part::TokenAction;
use crate::text::texts;

texts! {
    words {
        pending: "Waits for approval", "Wartet auf Freigabe";
        active: "Active", "Aktiv";
        suspended: "Suspended", "Ausgesetzt";
        expired: "Expired", "Abgelaufen";
        revoked: "Revoked", "Widerrufen";
        reads: "reads", "liest";
        writes: "reads and writes", "liest und schreibt";
        read_only: "Read only", "Nur lesen";
        read_write: "Read and write", "Lesen und schreiben";
        rotate: "Rotate secret", "Geheimnis erneuern";
        suspend: "Suspend", "Aussetzen";
        resume: "Resume", "Fortsetzen";
        revoke: "Revoke", "Widerrufen";
        rotate_token: "Rotate the secret", "Geheimnis erneuern";
        suspend_token: "Suspend token", "Token aussetzen";
        resume_token: "Resume token", "Token fortsetzen";
        revoke_token: "Revoke token", "Token widerrufen";
    }
    sentences {}
}

impl Chrome {
    /// A state as a word.
    pub(crate) fn state_word(&self, state: &TokenState) -> &'static str {
        let text = TEXT.of(self.language);
        match state {
            TokenState::Pending => text.pending,
            TokenState::Active => text.active,
            TokenState::Suspended => text.suspended,
            TokenState::Expired => text.expired,
            TokenState::Revoked => text.revoked,
        }
    }

    /// A state as a word with its picture.
    pub(crate) fn state(&self, state: &TokenState) -> Html {
        let (opening, icon) = match state {
            TokenState::Pending => ("<span class=\"state warn\">", Icon::Clock),
            TokenState::Active => ("<span class=\"state good\">", Icon::Check),
            TokenState::Suspended => ("<span class=\"state warn\">", Icon::Pause),
            TokenState::Expired => ("<span class=\"state quiet\">", Icon::Clock),
            TokenState::Revoked => ("<span class=\"state quiet\">", Icon::Bad),
        };
        Html::new()
            .markup(opening)
            .piece(&icon.svg())
            .text(self.state_word(state))
            .markup("</span>")
    }

    /// `reads`, `reads and writes`.
    pub(crate) fn does(&self, access: &Access) -> &'static str {
        let text = TEXT.of(self.language);
        match access {
            Access::ReadOnly => text.reads,
            Access::ReadWrite => text.writes,
        }
    }

    /// `Read only`, `Read and write`.
    pub(crate) fn access(&self, access: &Access) -> &'static str {
        let text = TEXT.of(self.language);
        match access {
            Access::ReadOnly => text.read_only,
            Access::ReadWrite => text.read_write,
        }
    }

    /// What is done, as a short verb: for links and for many tokens.
    pub(crate) fn action(&self, action: &TokenAction) -> &'static str {
        let text = TEXT.of(self.language);
        match action {
            TokenAction::Rotate => text.rotate,
            TokenAction::Suspend => text.suspend,
            TokenAction::Resume => text.resume,
            TokenAction::Revoke => text.revoke,
        }
    }

    /// What is done, with its object: for the button that does it.
    pub(crate) fn action_button(&self, action: &TokenAction) -> &'static str {
        let text = TEXT.of(self.language);
        match action {
            TokenAction::Rotate => text.rotate_token,
            TokenAction::Suspend => text.suspend_token,
            TokenAction::Resume => text.resume_token,
            TokenAction::Revoke => text.revoke_token,
        }
    }
}

impl TokenAction {
    /// Its picture.
    pub(crate) fn icon(self) -> Html {
        match self {
            Self::Rotate => Icon::Turn,
            Self::Suspend => Icon::Pause,
            Self::Resume => Icon::Play,
            Self::Revoke => Icon::Bad,
        }
        .svg()
    }
}
