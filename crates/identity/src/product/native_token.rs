//! Native tokens of Jira and Confluence: made, listed and deleted by whoever owns them
//! (`/rest/pat/latest/tokens`).

use gatepass_http_client::Answer;
use gatepass_model::Timestamp;
use gatepass_vault::SecretText;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroize as _;

use super::call::{Verb, call};
use super::{AskError, Asker};
use crate::prover::Upstream;

/// A native token that was just made.
#[derive(Debug)]
pub struct MintedToken {
    /// What the product calls it.
    pub id: String,
    /// The token itself.
    pub secret: SecretText,
    /// When it ends; `None`: not by itself.
    pub expires_at: Option<Timestamp>,
}

/// A native token as the product lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeTokenInfo {
    /// What the product calls it.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it ends; `None`: not by itself.
    pub expires_at: Option<Timestamp>,
}

/// Why a product made no native token.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// Who asks is nobody there.
    #[error("the product takes the credential for nobody's")]
    Nobody,
    /// It refuses, in these words: the list is full, or so long a life is not allowed.
    #[error("{0}")]
    Refused(String),
    /// It does not say.
    #[error(transparent)]
    Unasked(#[from] AskError),
}

/// Where they stand.
const TOKENS: &str = "/rest/pat/latest/tokens";
/// Most characters that are kept of a product's words.
const MAX_WORDS: usize = 300;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bean {
    id: Value,
    name: Option<String>,
    expiring_at: Option<String>,
    raw_token: Option<String>,
    token: Option<String>,
}

/// A number to some, a text to others.
pub(super) fn id_of(id: &Value) -> Option<String> {
    match id {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

impl Bean {
    fn end(&self) -> Result<Option<Timestamp>, AskError> {
        let Some(text) = &self.expiring_at else { return Ok(None) };
        // The products write "never" as a date in the year 9999.
        if text.starts_with("9999") {
            return Ok(None);
        }
        parse_moment(text).map(Some).ok_or(AskError::Nonsense("it gives an end that is no time"))
    }
}

/// `2027-01-31T12:00:00.000+0000`: RFC 3339, but for the colon in the offset.
fn parse_moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let (rest, offset) = text.split_at_checked(text.len().checked_sub(4)?)?;
    let (hours, minutes) = offset.split_at_checked(2)?;
    let has_sign = rest.ends_with(['+', '-']);
    has_sign.then(|| format!("{rest}{hours}:{minutes}").parse().ok()).flatten()
}

/// Makes one.
pub(super) async fn mint(
    upstream: &Upstream,
    asker: Asker<'_>,
    name: &str,
    days: Option<u32>,
) -> Result<MintedToken, MintError> {
    let mut wanted = serde_json::Map::new();
    wanted.insert("name".to_owned(), name.into());
    if let Some(days) = days {
        wanted.insert("expirationDuration".to_owned(), days.into());
    }
    let verb = Verb::Post(Value::Object(wanted).to_string());
    let answer = call(upstream, asker, verb, TOKENS, &[]).await?;
    match answer.status() {
        200 | 201 => {}
        401 => return Err(MintError::Nobody),
        400 | 403 | 409 | 422 => return Err(refused(&answer)),
        status => return Err(AskError::Unexpected(status).into()),
    }
    let mut bean: Bean =
        answer.json().map_err(|_| AskError::Nonsense("it made something that is no token"))?;
    let id = id_of(&bean.id).ok_or(AskError::Nonsense("it made a token without an id"))?;
    let secret = bean.raw_token.take().or_else(|| bean.token.take());
    let secret = secret.filter(|secret| !secret.is_empty());
    let mut secret = secret.ok_or(AskError::Nonsense("it made a token and does not show it"))?;
    let expires_at = match bean.end() {
        Ok(end) => end,
        Err(error) => {
            secret.zeroize();
            return Err(error.into());
        }
    };
    Ok(MintedToken { id, secret: SecretText::new(secret), expires_at })
}

/// Those of whoever asks.
pub(super) async fn list(
    upstream: &Upstream,
    asker: Asker<'_>,
) -> Result<Vec<NativeTokenInfo>, AskError> {
    let answer = list_at(upstream, asker, TOKENS, &[]).await?;
    let beans: Vec<Bean> =
        answer.json().map_err(|_| AskError::Nonsense("it lists no native tokens"))?;
    let info = |bean: Bean| {
        let expires_at = bean.end()?;
        let id = id_of(&bean.id).ok_or(AskError::Nonsense("it lists a token without an id"))?;
        Ok(NativeTokenInfo { id, name: bean.name.unwrap_or_default(), expires_at })
    };
    beans.into_iter().map(info).collect()
}

/// Deletes one.
pub(super) async fn delete(
    upstream: &Upstream,
    asker: Asker<'_>,
    id: &str,
) -> Result<(), AskError> {
    delete_at(upstream, asker, &format!("{TOKENS}/{id}")).await
}

/// Why none was made, in the product's words.
pub(super) fn refused(answer: &Answer) -> MintError {
    MintError::Refused(words_of(answer).unwrap_or_else(|| {
        format!("the product refuses to make a native token (status {})", answer.status())
    }))
}

/// A list of them, or a part of one, where the product has it.
pub(super) async fn list_at(
    upstream: &Upstream,
    asker: Asker<'_>,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Answer, AskError> {
    let answer = call(upstream, asker, Verb::Get, path, query).await?;
    match answer.status() {
        200 => Ok(answer),
        status @ (401 | 403) => Err(AskError::Forbidden(status)),
        status => Err(AskError::Unexpected(status)),
    }
}

/// Deletes the one that the product has there. One that is gone already is no error.
pub(super) async fn delete_at(
    upstream: &Upstream,
    asker: Asker<'_>,
    path: &str,
) -> Result<(), AskError> {
    let answer = call(upstream, asker, Verb::Delete, path, &[]).await?;
    match answer.status() {
        200..=299 | 404 => Ok(()),
        status @ (401 | 403) => Err(AskError::Forbidden(status)),
        status => Err(AskError::Unexpected(status)),
    }
}

/// The product's own words, on one line: `message`, or the first of `errorMessages` or `errors`.
fn words_of(answer: &Answer) -> Option<String> {
    let document: Value = answer.json().ok()?;
    let message = document.get("message").and_then(Value::as_str);
    let first = || document.get("errorMessages")?.get(0)?.as_str();
    let field = || document.get("errors")?.as_object()?.values().next()?.as_str();
    let of_bitbucket = || document.get("errors")?.get(0)?.get("message")?.as_str();
    let words = message.or_else(first).or_else(field).or_else(of_bitbucket)?.trim();
    let words: String =
        words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_WORDS).collect();
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_products_way_to_write_a_moment_is_read() {
        let plain: Timestamp = "2027-01-31T12:00:00Z".parse().unwrap();
        for text in ["2027-01-31T12:00:00.000+0000", "2027-01-31T13:00:00+01:00"] {
            assert_eq!(parse_moment(text), Some(plain), "{text}");
        }
        for text in ["", "+000", "soon", "2027-01-31T12:00:00.000?0000", "ä0000"] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }
}
