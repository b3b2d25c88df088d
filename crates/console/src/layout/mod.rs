//! What the frame of a page asks of its values.

use gatepass_model::TokenState;

use crate::chrome::{Chrome, Language, NavEntry, Theme};
use crate::notice::NoticeKind;
use crate::part::{DiffSign, IdentityProblem, IdentityTrouble, NonCompliance};
use crate::words::{Html, Icon, isolated};

impl Language {
    /// What its speakers call it.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }
}

impl NoticeKind {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    pub(crate) fn icon(self) -> Html {
        match self {
            Self::Good => Icon::Check,
            Self::Warn => Icon::Warn,
            Self::Bad => Icon::Bad,
        }
        .svg()
    }
}

impl DiffSign {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl NonCompliance {
    /// How many there are beside those that are named.
    pub(crate) fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.tokens.len() as u64)
    }
}

impl Chrome {
    pub(crate) fn nav_word(&self, entry: &NavEntry) -> &'static str {
        let common = self.common();
        match entry {
            NavEntry::MyTokens => common.my_tokens,
            NavEntry::AllTokens => common.all_tokens,
            NavEntry::Settings => common.settings,
            NavEntry::Audit => common.audit,
            NavEntry::Sessions => common.sessions,
        }
    }

    pub(crate) fn theme_word(&self, theme: &Theme) -> &'static str {
        let common = self.common();
        match theme {
            Theme::System => common.theme_system,
            Theme::Light => common.theme_light,
            Theme::Dark => common.theme_dark,
        }
    }

    pub(crate) fn sign_word(&self, sign: &DiffSign) -> &'static str {
        let common = self.common();
        match sign {
            DiffSign::Added => common.change_added,
            DiffSign::Removed => common.change_removed,
            DiffSign::Changed => common.change_changed,
        }
    }

    /// Where the gate can't act as somebody, and what follows from it.
    pub(crate) fn identity(&self, problem: &IdentityProblem) -> String {
        let common = self.common();
        let place = isolated(&problem.place.title);
        match (problem.trouble, problem.can_mend) {
            (IdentityTrouble::Missing, true) => common.identity_missing(&place),
            (IdentityTrouble::Refused, true) => common.identity_refused(&place),
            (IdentityTrouble::NotRenewed, true) => common.identity_not_renewed(&place),
            (IdentityTrouble::NotRenewed, false) => common.identity_not_renewed_other(&place),
            (IdentityTrouble::Missing, false) => common.identity_missing_other(&place),
            (IdentityTrouble::Refused, false) => common.identity_refused_other(&place),
        }
    }

    /// Whether a token in this state has ended.
    pub(crate) fn has_ended(state: TokenState) -> bool {
        matches!(state, TokenState::Expired | TokenState::Revoked)
    }
}
