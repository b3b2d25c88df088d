//! A request to the console, with everything that a handler asks of it.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, header};
use gatepass_console::part::Who;
use gatepass_console::{Chrome, Language, NavEntry, Notice, Theme};
use gatepass_control::{BearerSecret, Control, SignedIn};
use gatepass_model::{Actor, Timestamp};

use crate::cookie::{Cookie, Cookies};
use crate::fields::Fields;
use crate::flash;
use crate::halt::Halt;
use crate::place::ConsoleConfig;
use crate::service::{Arrival, Parts};

/// Who is signed in, and what his browser presents.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) secret: BearerSecret,
    pub(crate) who: SignedIn,
}

/// A request, understood.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) parts: Arc<Parts>,
    pub(crate) arrival: Arrival,
    pub(crate) is_post: bool,
    /// The path below the base.
    pub(crate) path: String,
    /// The variable parts of the path, in order, decoded.
    pub(crate) params: Vec<String>,
    /// The query as it came.
    pub(crate) raw_query: String,
    pub(crate) query: Fields,
    pub(crate) form: Fields,
    pub(crate) cookies: Cookies,
    pub(crate) agent: String,
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    pub(crate) now: Timestamp,
    pub(crate) nonce: String,
    pub(crate) visitor: Option<Visitor>,
    pub(crate) notices: Vec<Notice>,
}

impl Visit {
    /// Without a visitor yet: that asks the store.
    pub(crate) fn new(
        parts: Arc<Parts>,
        arrival: Arrival,
        (method, path, raw_query): (&Method, &str, &str),
        headers: &HeaderMap,
    ) -> Result<Self, Halt> {
        let cookies = Cookies::read(headers.get_all(header::COOKIE).iter(), arrival.is_secure());
        let (language, theme) = preferences(&cookies, headers);
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let nonce = parts.control.new_form_name()?;
        let notices = cookies.get(Cookie::Notice).map(flash::decode).unwrap_or_default();
        Ok(Self {
            now: parts.clock.now(),
            parts,
            is_post: method == Method::POST,
            path: path.to_owned(),
            params: Vec::new(),
            raw_query: raw_query.to_owned(),
            query: Fields::parse(raw_query.as_bytes()).unwrap_or_default(),
            form: Fields::default(),
            agent: text(header::USER_AGENT).unwrap_or_default().to_owned(),
            cookies,
            language,
            theme,
            nonce,
            visitor: None,
            notices,
            arrival,
        })
    }

    pub(crate) fn control(&self) -> &Arc<Control> {
        &self.parts.control
    }

    pub(crate) fn config(&self) -> &ConsoleConfig {
        &self.parts.config
    }

    /// Who is signed in. The table of routes says where that is sure; elsewhere he is sent to sign
    /// in.
    pub(crate) fn who(&self) -> Result<&SignedIn, Halt> {
        self.visitor.as_ref().map(|visitor| &visitor.who).ok_or(Halt::SignIn)
    }

    pub(crate) fn actor(&self) -> Result<Actor, Halt> {
        Ok(self.who()?.actor())
    }

    /// Who is looking, as pages name him.
    pub(crate) fn me(&self) -> Result<Who, Halt> {
        let person = &self.who()?.standing.person;
        Ok(Who { key: person.key.clone(), display_name: person.display_name.clone() })
    }

    /// The console's own address, as this browser reaches it.
    pub(crate) fn console(&self) -> String {
        format!("{}{}", self.arrival.origin(), self.config().base)
    }

    /// This page below the base, with its query; of a form that was sent, its page.
    pub(crate) fn here(&self) -> String {
        if self.raw_query.is_empty() || self.is_post {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.raw_query)
        }
    }

    /// What every form of this session must carry.
    pub(crate) fn csrf(&self) -> String {
        self.visitor.as_ref().map(|visitor| visitor.secret.derive("csrf")).unwrap_or_default()
    }

    pub(crate) fn new_form_id(&self) -> Result<String, Halt> {
        Ok(self.control().new_form_name()?)
    }

    pub(crate) fn chrome(&self, current: Option<NavEntry>) -> Chrome {
        let standing = self.visitor.as_ref().map(|visitor| &visitor.who.standing);
        let nav = match standing {
            None => &[][..],
            Some(standing) if standing.administers() => NavEntry::OF_ADMINISTRATORS,
            Some(_) => NavEntry::OF_EVERYBODY,
        };
        Chrome {
            language: self.language,
            theme: self.theme,
            base: self.config().base.clone(),
            nonce: self.nonce.clone(),
            csrf: self.csrf(),
            now: self.now,
            here: self.here(),
            person: standing.map(|standing| gatepass_console::SignedIn {
                key: standing.person.key.clone(),
                display_name: standing.person.display_name.clone(),
            }),
            nav: nav.to_vec(),
            current,
            notices: self.notices.clone(),
            products: self.config().product_links(&self.arrival),
        }
    }
}

/// Language and theme: as chosen, else as the browser asks.
fn preferences(cookies: &Cookies, headers: &HeaderMap) -> (Language, Theme) {
    let chosen = cookies.get(Cookie::Preferences).unwrap_or_default();
    let (language, theme) = chosen.split_once('.').unwrap_or((chosen, ""));
    let asked = || {
        let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        preferred_language(wanted)
    };
    let language = Language::find(language).or_else(asked).unwrap_or_default();
    (language, Theme::find(theme).unwrap_or_default())
}

/// The language of ours that comes first by weight, then in order (RFC 9110 12.5.4).
fn preferred_language(wanted: &str) -> Option<Language> {
    let mut best: Option<(Language, u32)> = None;
    for entry in wanted.split(',').take(20) {
        let mut parts = entry.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
        let weight: f32 = weight.map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let Some(language) = Language::find(&primary) else { continue };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a weight is between 0 and 1"
        )]
        let weight = (weight.clamp(0.0, 1.0) * 1_000.0) as u32;
        if weight > 0 && best.is_none_or(|(_, known)| weight > known) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_language_of_ours_is_taken() {
        for (wanted, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("fr, en;q=0.5, de;q=0.7", Some(Language::German)),
            ("en, de", Some(Language::English)),
            ("fr", None),
            ("de;q=0", None),
            ("", None),
        ] {
            assert_eq!(preferred_language(wanted), language, "{wanted}");
        }
    }
}
