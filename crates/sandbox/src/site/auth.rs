//! Who a call is taken for.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::consumer::Attempt;
use super::native_token::NativeToken;
use super::params::Params;
use super::seen::Identified;
use super::session::read_cookie;
use super::shared::Site;
use super::{Guard, Manners};

/// The credentials that a call presents.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    bearer: Option<String>,
    basic: Option<(String, String)>,
    os: Option<(String, String)>,
    session: Option<String>,
    signed: Option<Attempt>,
    named: Option<String>,
}

/// `X-Seraph-LoginReason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginReason {
    Ok,
    Out,
    Failed,
    Denied,
}

/// Whom a call is taken for.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Lower-case username; `None` for nobody.
    pub(crate) username: Option<String>,
    pub(crate) how: Identified,
    /// The id of the native token that he was identified by.
    pub(crate) native_token: Option<u64>,
    /// The session the answer's cookie will name.
    pub(crate) session: Option<String>,
    pub(crate) reason: Option<LoginReason>,
    /// A wrong password in the Basic header, at Bitbucket also a wrong Bearer: answered at once.
    pub(crate) is_stopped: bool,
    /// What is wrong with the signature of an application link: answered at once.
    pub(crate) oauth_problem: Option<&'static str>,
}

/// Why a password did not sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Unknown, not active, or another password.
    Failed,
    /// Too many failures: only the login page with its CAPTCHA helps.
    Denied,
}

impl LoginReason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Out => "OUT",
            Self::Failed => "AUTHENTICATED_FAILED",
            Self::Denied => "AUTHENTICATION_DENIED",
        }
    }
}

impl Offer {
    /// Reads them. As a servlet does, of several `Authorization` headers the first counts.
    pub(crate) fn read(headers: &HeaderMap, params: &Params, manners: &Manners) -> Self {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let value = value.map(str::trim).unwrap_or_default();
        let os_username = params.first("os_username").filter(|_| manners.guard == Guard::Seraph);
        let os = os_username.map(|username| {
            (username.to_owned(), params.first("os_password").unwrap_or_default().to_owned())
        });
        Self {
            bearer: read_bearer(value),
            basic: read_basic(value),
            os,
            session: read_cookie(headers, manners.session_cookie),
            signed: None,
            named: None,
        }
    }

    /// The same with the user whom a header names that an authenticator trusts.
    pub(crate) fn or_named(self, headers: &HeaderMap, trusted: Option<&str>) -> Self {
        let value = trusted.and_then(|name| headers.get(name));
        let named = value.and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
        Self { named: named.map(str::to_lowercase), ..self }
    }

    /// The same with what was signed beside it.
    pub(crate) fn or_signed(self, signed: Option<Attempt>) -> Self {
        Self { signed, ..self }
    }
}

/// Fact A2: the filter takes a header that starts with `Bearer`, in this case, of two parts.
fn read_bearer(value: &str) -> Option<String> {
    let parts: Vec<&str> = value.split(' ').collect();
    match parts.as_slice() {
        [scheme, token] if scheme.starts_with("Bearer") => Some((*token).to_owned()),
        _ => None,
    }
}

/// Fact C1: the scheme's case does not matter. What can't be decoded is as if it were not there.
fn read_basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (username, password) = plain.split_once(':')?;
    Some((username.to_owned(), password.to_owned()))
}

impl Site {
    /// Takes a call for somebody, or for nobody.
    pub(crate) fn identify(&mut self, offer: &Offer, now: i64) -> Caller {
        let mut caller = self.identify_truly(offer, now);
        if caller.username.is_some() && self.mistaken_for.is_some() {
            caller.username.clone_from(&self.mistaken_for);
        }
        caller
    }

    fn identify_truly(&mut self, offer: &Offer, now: i64) -> Caller {
        if let Some(attempt) = &offer.signed {
            // Fact A1.1: problems stop the call. And there is no session afterwards.
            return self.identify_consumer(attempt, now).unwrap_or_else(|problem| Caller {
                oauth_problem: Some(problem),
                ..Caller::nobody()
            });
        }
        if let Some(name) = &offer.named
            && self.is_active(name)
        {
            return Caller::of(name.clone(), Identified::TrustedHeader, None);
        }
        if let Some(raw) = &offer.bearer
            && let Some(token) = self.use_native_token(raw, now)
        {
            // Fact A2: the session is invalidated after a call by native token, even one that
            // the cookie of another sign-in opened. No cookie comes with the answer.
            if let Some(id) = &offer.session
                && self.manners.guard == Guard::Seraph
            {
                self.sessions.remove(id);
            }
            return Caller::by_token(token);
        }
        if offer.bearer.is_some() && self.manners.guard == Guard::Bitbucket {
            return Caller::failed(Wrong::Failed, true);
        }
        // Bad habit (facts 0.5, A2): a Bearer that is no native token is not refused. The call
        // goes on as whatever else is there, or as nobody.
        if let Some((username, password)) = &offer.basic {
            if let Some(token) = self.use_as_password(username, password, now) {
                return Caller::by_token(token);
            }
            return match self.check_password(username, password, now) {
                Ok(username) => self.sign_in(username, Identified::Basic, offer),
                Err(wrong) => Caller::failed(wrong, true),
            };
        }
        // Bad habit (fact C3): os_username and os_password are believed on any URL, in query or
        // form. And a wrong one does not stop the call: it goes on as nobody.
        if let Some((username, password)) = &offer.os {
            return match self.check_password(username, password, now) {
                Ok(username) => self.sign_in(username, Identified::OsUsername, offer),
                Err(wrong) => Caller::failed(wrong, wrong == Wrong::Denied),
            };
        }
        self.identify_session(offer)
    }

    /// Facts A2, C2: at Bitbucket an access token is taken as its owner's password too.
    fn use_as_password(
        &mut self,
        username: &str,
        presented: &str,
        now: i64,
    ) -> Option<NativeToken> {
        if self.manners.guard != Guard::Bitbucket {
            return None;
        }
        let owner = username.to_lowercase();
        self.use_native_token(presented, now).filter(|token| token.owner == owner)
    }

    /// Bad habit (facts A2, B): a cookie that names no session silently becomes nobody.
    fn identify_session(&self, offer: &Offer) -> Caller {
        let known = offer.session.as_ref().and_then(|id| Some((id, self.sessions.get(id)?)));
        match known {
            Some((id, session)) if self.is_active(&session.username) => {
                Caller::of(session.username.clone(), Identified::Session, Some(id.clone()))
            }
            _ => Caller::nobody(),
        }
    }

    /// Bad habit (fact B): every sign-in opens a session, also one by Basic that no script wants.
    fn sign_in(&mut self, username: String, how: Identified, offer: &Offer) -> Caller {
        let is_own =
            |id: &String| self.sessions.get(id).is_some_and(|session| session.username == username);
        let own = offer.session.clone().filter(is_own);
        let session = own.unwrap_or_else(|| self.open_session(&username));
        Caller::of(username, how, Some(session))
    }

    /// The lower-case username, when the password is right and he may sign in.
    pub(crate) fn check_password(
        &mut self,
        username: &str,
        password: &str,
        now: i64,
    ) -> Result<String, Wrong> {
        let username = self.people.check_password(username, password)?;
        self.people.note_sign_in(&username, now);
        Ok(username)
    }

    pub(crate) fn is_active(&self, username: &str) -> bool {
        self.people.get(username).is_some_and(|person| person.account.active)
    }

    pub(crate) fn is_in(&self, username: &str, group: &str) -> bool {
        self.people
            .get(username)
            .is_some_and(|person| person.account.groups.iter().any(|own| own == group))
    }
}

impl Caller {
    pub(crate) fn of(username: String, how: Identified, session: Option<String>) -> Self {
        Self {
            username: Some(username),
            how,
            session,
            reason: Some(LoginReason::Ok),
            ..Self::nobody()
        }
    }

    fn by_token(token: NativeToken) -> Self {
        let id = Some(token.id);
        Self { native_token: id, ..Self::of(token.owner, Identified::NativeToken, None) }
    }

    /// Nobody, who did not try.
    pub(crate) fn nobody() -> Self {
        Self {
            username: None,
            how: Identified::Anonymous,
            native_token: None,
            session: None,
            reason: None,
            is_stopped: false,
            oauth_problem: None,
        }
    }

    fn failed(wrong: Wrong, is_stopped: bool) -> Self {
        let reason = match wrong {
            Wrong::Failed => LoginReason::Failed,
            Wrong::Denied => LoginReason::Denied,
        };
        Self { reason: Some(reason), is_stopped, ..Self::nobody() }
    }
}

#[cfg(test)]
mod tests;
