//! `POST /preferences`: language and theme, kept in a cookie of the browser's.

use axum::response::Response;
use gatepass_console::chrome::field;
use gatepass_console::{Language, Theme};

use crate::cookie::{self, Cookie};
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn send(visit: Visit) -> Result<Response, Halt> {
    let language = Language::find(visit.form.get(field::LANGUAGE)).unwrap_or(visit.language);
    let theme = Theme::find(visit.form.get(field::THEME)).unwrap_or(visit.theme);
    let mut response = reply::see_other(&visit, &back_of(visit.form.get(field::BACK)));
    let value = format!("{}.{}", language.as_str(), theme.as_str());
    let line = cookie::set(Cookie::Preferences, &value, visit.arrival.is_secure());
    reply::append_cookie(response.headers_mut(), &line);
    Ok(response)
}

/// Where a form wants to go on: a page of the console, and nothing else.
pub(super) fn back_of(text: &str) -> String {
    let is_plain = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 1_500
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_plain { text.to_owned() } else { "/".to_owned() }
}
