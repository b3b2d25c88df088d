//! Each thing that can happen: its title, what it means, what to do.

use gatepass_model::TokenState;

use super::{Happened, Message, text};
use crate::fault::PolicyKey;
use crate::words::isolated;

/// What a page says.
pub(crate) struct Said {
    /// What happened.
    pub(crate) title: String,
    /// What it means.
    pub(crate) means: String,
    /// What to do; may be empty.
    pub(crate) advice: String,
}

impl Said {
    fn new(title: &str, means: &str, advice: &str) -> Self {
        Self { title: title.to_owned(), means: means.to_owned(), advice: advice.to_owned() }
    }
}

impl text::Text {
    pub(crate) const fn state(&self, state: &TokenState) -> &'static str {
        match state {
            TokenState::Pending => self.state_pending,
            TokenState::Active => self.state_active,
            TokenState::Suspended => self.state_suspended,
            TokenState::Expired => self.state_expired,
            TokenState::Revoked => self.state_revoked,
        }
    }
}

fn denied(text: &text::Text, key: Option<PolicyKey>, rule: Option<&str>) -> String {
    match (rule, key) {
        (Some(rule), _) => text.denied_by(rule),
        (None, None) => text.denied_admin.to_owned(),
        (None, Some(PolicyKey::Use)) => text.denied_use.to_owned(),
        (None, Some(PolicyKey::Create)) => text.denied_create.to_owned(),
        (None, Some(PolicyKey::CreateOnBehalf)) => text.denied_behalf.to_owned(),
        (None, Some(_)) => text.denied_other.to_owned(),
    }
}

impl Message {
    /// What the page says.
    pub(crate) fn said(&self, t: &text::Text) -> Said {
        match &self.what {
            Happened::SignInCodeUsed => Said::new(t.code_used, t.code_used_means, t.sign_in_again),
            Happened::SignInCodeExpired => {
                Said::new(t.code_expired, t.code_expired_means, t.sign_in_again)
            }
            Happened::NotSignedInUpstream { instance } => {
                let title = t.not_signed_in(&isolated(instance));
                Said::new(&title, t.upstream_means, t.upstream_do)
            }
            Happened::PersonUnknown => {
                Said::new(t.unknown_person, t.unknown_person_means, t.ask_admin)
            }
            Happened::OtherPerson => {
                Said::new(t.other_person, t.other_person_means, t.other_person_do)
            }
            Happened::ProviderUnanswered { .. }
            | Happened::ProviderDeclined { .. }
            | Happened::ProviderNotBelieved { .. }
            | Happened::NotAnew { .. }
            | Happened::NameOfAnother { .. } => self.said_of_provider(t),
            Happened::StaleForm => Said::new(t.stale, t.stale_means, t.stale_do),
            Happened::SessionEnded { .. } => Said::new(t.ended, t.ended_means, t.sign_in_again),
            Happened::NotAllowed { key, rule } => {
                let rule = rule.as_ref().map(|rule| isolated(rule));
                Said::new(t.denied, &denied(t, *key, rule.as_deref()), t.ask_admin)
            }
            _ => self.said_of_changes(t),
        }
    }

    fn said_of_provider(&self, t: &text::Text) -> Said {
        match &self.what {
            Happened::ProviderUnanswered { provider } => {
                let title = t.unanswered(&isolated(provider));
                Said::new(&title, t.unanswered_means, t.unanswered_do)
            }
            Happened::ProviderDeclined { provider, error } => {
                let title = t.declined(&isolated(provider));
                let said = t.declined_said(&isolated(error));
                let means = if error.is_empty() {
                    t.declined_means.to_owned()
                } else {
                    format!("{} {said}", t.declined_means)
                };
                Said::new(&title, &means, t.declined_do)
            }
            Happened::ProviderNotBelieved { provider } => {
                let title = t.not_believed(&isolated(provider));
                Said::new(&title, t.not_believed_means, t.not_believed_do)
            }
            Happened::NotAnew { provider } => {
                Said::new(&t.not_anew(&isolated(provider)), t.not_anew_means, t.not_anew_do)
            }
            Happened::NameOfAnother { name, .. } => {
                let title = t.name_of_another(&isolated(name));
                Said::new(&title, t.name_of_another_means, t.name_of_another_do)
            }
            _ => Said::new(t.not_found, t.not_found_means, ""),
        }
    }

    fn said_of_changes(&self, t: &text::Text) -> Said {
        let again = if self.resend.is_some() { t.kept } else { t.try_again };
        match &self.what {
            Happened::MethodNotAllowed => Said::new(t.method, t.method_means, ""),
            Happened::StoreGone => Said::new(t.store_gone, t.store_gone_means, again),
            Happened::StoreGoneWhileWriting => Said::new(t.writing, t.writing_means, again),
            Happened::Conflict => Said::new(t.conflict, t.conflict_means, t.conflict_do),
            Happened::IllegalMove { name, from } => {
                let title = t.illegal(&isolated(name));
                Said::new(&title, &t.illegal_means(t.state(from)), t.move_do)
            }
            Happened::NotGenuine { name } => {
                let title = t.not_genuine(&isolated(name));
                Said::new(&title, t.genuine_means, t.genuine_do)
            }
            Happened::TooLarge { most } => Said::new(t.too_large, &t.too_large_means(most), ""),
            Happened::BadForm => Said::new(t.bad_form, t.bad_form_means, t.stale_do),
            Happened::TooMany { seconds } => Said::new(t.too_many, &t.too_many_do(seconds), ""),
            Happened::Internal => Said::new(t.internal, t.internal_means, t.internal_do),
            _ => Said::new(t.not_found, t.not_found_means, ""),
        }
    }

    /// Whether signing in is what to do.
    pub(crate) const fn offers_sign_in(&self) -> bool {
        matches!(
            self.what,
            Happened::SignInCodeUsed
                | Happened::SignInCodeExpired
                | Happened::NotSignedInUpstream { .. }
                | Happened::ProviderUnanswered { .. }
                | Happened::ProviderDeclined { .. }
                | Happened::ProviderNotBelieved { .. }
                | Happened::SessionEnded { .. }
        )
    }

    /// Where to sign in, and come back from, below the base.
    pub(crate) fn sign_in_address(&self) -> String {
        match &self.back {
            Some(back) => format!("/sign-in?back={}", crate::address::encoded(back)),
            None => "/sign-in".to_owned(),
        }
    }
}
