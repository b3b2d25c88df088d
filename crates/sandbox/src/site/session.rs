//! Sessions of browsers, and those of them that administer ("websudo").

use axum::http::{HeaderMap, header};

use super::entropy::hex;
use super::shared::Site;

/// How long a session may administer after its last administrative page: the products' default
/// of `jira.websudo.timeout`, which begins anew with each page.
const ADMINISTERING: i64 = 10 * 60_000;

/// What the cookie of a session stands for.
pub(crate) struct Session {
    /// Lower-case.
    pub(crate) username: String,
    /// Unix milliseconds; `None`: no password was asked again.
    administers_until: Option<i64>,
}

impl Site {
    /// A new session's id.
    pub(crate) fn open_session(&mut self, username: &str) -> String {
        let id = hex(self.entropy.block().get(..16).unwrap_or_default());
        let session = Session { username: username.to_owned(), administers_until: None };
        self.sessions.insert(id.clone(), session);
        id
    }

    /// From now on the session may administer.
    pub(crate) fn begin_administering(&mut self, id: &str, now: i64) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.administers_until = Some(now.saturating_add(ADMINISTERING));
        }
    }

    /// Whether the session may administer. If so it may go on for as long again.
    pub(crate) fn goes_on_administering(&mut self, id: &str, now: i64) -> bool {
        let until = self.sessions.get(id).and_then(|session| session.administers_until);
        let may = until.is_some_and(|until| now < until);
        if may {
            self.begin_administering(id, now);
        }
        may
    }

    /// The session may administer no longer.
    pub(crate) fn end_administering(&mut self, id: &str) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.administers_until = None;
        }
    }
}

/// The first cookie of that name.
pub(crate) fn read_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value.to_owned())
}
