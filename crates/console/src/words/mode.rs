//! Kinds of credentials, what policy does with them, and what its rules say.

use gatepass_model::{CredentialKind, Mode, Say};

use super::html::Html;
use super::icon::Icon;
use crate::chrome::Chrome;
use crate::text::texts;

texts! {
    words {
        allow: "Allow", "Zulassen";
        observe: "Observe", "Beobachten";
        browser: "Pages only", "Nur Seiten";
        block: "Block", "Sperren";
        passwords: "Passwords", "Passwörter";
        native_tokens: "Native tokens", "Token der Produkte";
        sessions: "Browser sessions", "Browsersitzungen";
        oauth: "OAuth", "OAuth";
        anonymous: "Anonymous calls", "Anonyme Aufrufe";
        passwords_help: "Basic authentication, forms and sign-in by REST", "Basic-Anmeldung, Formulare und Anmeldung über REST";
        native_tokens_help: "Personal access tokens that the product made itself", "Persönliche Zugriffstoken, die das Produkt selbst ausgestellt hat";
        sessions_help: "Session cookies on REST, as the product's own pages send them", "Sitzungscookies an REST, wie die Seiten des Produkts sie senden";
        oauth_help: "Application links and OAuth 2 applications", "Anwendungsverknüpfungen und OAuth-2-Anwendungen";
        anonymous_help: "Calls to REST without any credential", "Aufrufe an REST ganz ohne Anmeldung";
        say_allow: "Allow", "Erlauben";
        say_deny: "Deny", "Verbieten";
        say_nothing: "No say", "Keine Aussage";
    }
    sentences {}
}

impl Chrome {
    /// A mode, as what is done.
    pub(crate) fn mode(&self, mode: &Mode) -> &'static str {
        let text = TEXT.of(self.language);
        match mode {
            Mode::Allow => text.allow,
            Mode::Observe => text.observe,
            Mode::Browser => text.browser,
            Mode::Block => text.block,
        }
    }

    /// A kind of credential, in the plural.
    pub(crate) fn kind(&self, kind: &CredentialKind) -> &'static str {
        let text = TEXT.of(self.language);
        match kind {
            CredentialKind::Password => text.passwords,
            CredentialKind::NativeToken => text.native_tokens,
            CredentialKind::Session => text.sessions,
            CredentialKind::Oauth => text.oauth,
            CredentialKind::Anonymous => text.anonymous,
        }
    }

    /// What a kind of credential is.
    pub(crate) fn kind_help(&self, kind: &CredentialKind) -> &'static str {
        let text = TEXT.of(self.language);
        match kind {
            CredentialKind::Password => text.passwords_help,
            CredentialKind::NativeToken => text.native_tokens_help,
            CredentialKind::Session => text.sessions_help,
            CredentialKind::Oauth => text.oauth_help,
            CredentialKind::Anonymous => text.anonymous_help,
        }
    }

    /// What a rule says about a right, as a word.
    pub(crate) fn say_word(&self, say: &Say) -> &'static str {
        let text = TEXT.of(self.language);
        match say {
            Say::Allow => text.say_allow,
            Say::Deny => text.say_deny,
            Say::Nothing => text.say_nothing,
        }
    }

    /// A mode as a word with its picture.
    pub(crate) fn mode_mark(&self, mode: &Mode) -> Html {
        let (opening, icon) = match mode {
            Mode::Allow => ("<span class=\"state good\">", Icon::Check),
            Mode::Observe => ("<span class=\"state quiet\">", Icon::Eye),
            Mode::Browser => ("<span class=\"state warn\">", Icon::Shield),
            Mode::Block => ("<span class=\"state bad\">", Icon::Bad),
        };
        Html::new().markup(opening).piece(&icon.svg()).text(self.mode(mode)).markup("</span>")
    }
}
