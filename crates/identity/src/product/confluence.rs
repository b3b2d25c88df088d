//! Confluence's answers about people: `user/current` (REST API of Confluence Data Center 10.0).

use gatepass_http_client::Answer;
use gatepass_model::{Product, Username};
use gatepass_profiles::ClaimedUser;
use serde::Deserialize;

use super::call::is_nobodys;
use super::claimed::{claimed_user, is_whom_it_names};
use super::{AskError, Asker};

#[derive(Deserialize)]
struct Person {
    #[serde(rename = "type")]
    kind: String,
    username: Option<String>,
}

/// Who asked; `None`: nobody. Where anonymous use is off, nobody is refused with 403 rather than 401;
/// the header tells such a refusal from those of somebody.
pub(super) fn caller(answer: &Answer, asker: Asker<'_>) -> Result<Option<Username>, AskError> {
    if is_nobodys(asker, Product::Confluence, answer)? {
        return Ok(None);
    }
    match answer.status() {
        200 => current(answer),
        401 => Ok(None),
        403 if claimed_user(Product::Confluence, answer)? == Some(ClaimedUser::Nobody) => Ok(None),
        status => Err(AskError::Unexpected(status)),
    }
}

fn current(answer: &Answer) -> Result<Option<Username>, AskError> {
    let person: Person = answer.json().map_err(|_| AskError::Nonsense("it tells of nobody"))?;
    if person.kind == "anonymous" {
        return match claimed_user(Product::Confluence, answer)? {
            Some(ClaimedUser::Somebody(_)) => {
                Err(AskError::Nonsense("its header names somebody and its body nobody"))
            }
            Some(ClaimedUser::Nobody) | None => Ok(None),
        };
    }
    let name = person.username.ok_or(AskError::Nonsense("it does not name who asks"))?;
    let username = name.parse().map_err(|_| AskError::Nonsense("it gives a name that is none"))?;
    Ok(is_whom_it_names(Product::Confluence, answer, &username)?.then_some(username))
}
