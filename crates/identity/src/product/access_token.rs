//! Native tokens of Bitbucket, its HTTP access tokens: made, listed and deleted by whoever owns them, by
//! a session or an application link, and never by one of them (`/rest/access-tokens/latest`; REST
//! API of Bitbucket Data Center 9.5).

use gatepass_model::{Lifetime, Timestamp};
use gatepass_vault::SecretText;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::bitbucket::{MOST_PAGES, PAGE, Page, slug_of};
use super::call::{Verb, call};
use super::native_token::{
    MintError, MintedToken, NativeTokenInfo, delete_at, id_of, list_at, refused,
};
use super::{AskError, Asker};
use crate::prover::Upstream;

/// Where those of users stand.
const TOKENS: &str = "/rest/access-tokens/latest/users";
/// All that such a token may: which calls are made with it is for the gate to say.
const PERMISSIONS: [&str; 2] = ["PROJECT_ADMIN", "REPO_ADMIN"];
/// The longest life that is read, in days: a hundred years.
const LONGEST: u32 = 36_500;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bean {
    id: Value,
    name: Option<String>,
    created_date: Option<i64>,
    expiry_date: Option<i64>,
    expiry_days: Option<u32>,
    token: Option<String>,
}

impl Bean {
    /// The end, or how many days it has, is told by some versions; `asked` is what others leave out.
    fn end(&self, asked: Option<u32>) -> Result<Option<Timestamp>, AskError> {
        if let Some(end) = self.expiry_date {
            return Ok(Some(Timestamp::from_millis(end)));
        }
        let Some(days) = self.expiry_days.or(asked) else { return Ok(None) };
        let begin = self.created_date.filter(|_| days <= LONGEST);
        let begin = begin.ok_or(AskError::Nonsense("it gives an end that is no time"))?;
        Ok(Some(Timestamp::from_millis(begin).plus(Lifetime::from_days(days))))
    }
}

/// Makes one.
pub(super) async fn mint(
    upstream: &Upstream,
    asker: Asker<'_>,
    name: &str,
    days: Option<u32>,
) -> Result<MintedToken, MintError> {
    let Some(slug) = slug_of(upstream, asker).await? else { return Err(MintError::Nobody) };
    let mut wanted = json!({ "name": name, "permissions": PERMISSIONS });
    if let (Some(wanted), Some(days)) = (wanted.as_object_mut(), days) {
        wanted.insert("expiryDays".to_owned(), days.into());
    }
    let verb = Verb::Put(wanted.to_string());
    let answer = call(upstream, asker, verb, &format!("{TOKENS}/{slug}"), &[]).await?;
    match answer.status() {
        200 | 201 => {}
        // Also to somebody who may not: that he is somebody was seen above.
        400 | 401 | 403 | 404 | 409 => return Err(refused(&answer)),
        status => return Err(AskError::Unexpected(status).into()),
    }
    let mut bean: Bean =
        answer.json().map_err(|_| AskError::Nonsense("it made something that is no token"))?;
    let secret = bean.token.take().map(Zeroizing::new).filter(|secret| !secret.is_empty());
    let mut secret = secret.ok_or(AskError::Nonsense("it made a token and does not show it"))?;
    let id = id_of(&bean.id).ok_or(AskError::Nonsense("it made a token without an id"))?;
    let expires_at = bean.end(days)?;
    Ok(MintedToken { id, secret: SecretText::new(std::mem::take(&mut secret)), expires_at })
}

/// Those of whoever asks.
pub(super) async fn list(
    upstream: &Upstream,
    asker: Asker<'_>,
) -> Result<Vec<NativeTokenInfo>, AskError> {
    let slug = slug_of(upstream, asker).await?.ok_or(AskError::Forbidden(401))?;
    let (mut all, mut start) = (Vec::new(), 0);
    for _ in 0..MOST_PAGES {
        let from = start.to_string();
        let query = [("start", from.as_str()), ("limit", PAGE)];
        let answer = list_at(upstream, asker, &format!("{TOKENS}/{slug}"), &query).await?;
        let page: Page<Bean> =
            answer.json().map_err(|_| AskError::Nonsense("it lists no native tokens"))?;
        let next = page.next();
        for bean in page.values {
            let expires_at = bean.end(None)?;
            let id = id_of(&bean.id).ok_or(AskError::Nonsense("it lists a token without an id"))?;
            all.push(NativeTokenInfo { id, name: bean.name.unwrap_or_default(), expires_at });
        }
        match next.filter(|next| *next > start) {
            Some(next) => start = next,
            None => break,
        }
    }
    Ok(all)
}

/// Deletes one.
pub(super) async fn delete(
    upstream: &Upstream,
    asker: Asker<'_>,
    id: &str,
) -> Result<(), AskError> {
    let slug = slug_of(upstream, asker).await?.ok_or(AskError::Forbidden(401))?;
    delete_at(upstream, asker, &format!("{TOKENS}/{slug}/{id}")).await
}
