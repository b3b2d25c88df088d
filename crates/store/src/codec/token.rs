//! A token's row.

use gatepass_model::token::{FormerSecret, StoredSecret};
use gatepass_model::{RowMac, SecretDigest, Token, TokenId};

use super::{
    Problem, bytes, key_id, moment, moment_option, parse, parse_actor, parse_grant, person,
};
use crate::{Corruption, Revision, StoredToken};

/// The columns of a token.
#[derive(sqlx::FromRow)]
pub(crate) struct TokenRow {
    pub(crate) id: Vec<u8>,
    name: String,
    owner_directory: String,
    owner_username: String,
    creator: String,
    integration: Option<String>,
    purpose: Option<String>,
    grant_json: String,
    state: String,
    created_at: i64,
    expires_at: Option<i64>,
    secret_key: i64,
    secret_digest: Vec<u8>,
    secret_hint: String,
    former_key: Option<i64>,
    former_digest: Option<Vec<u8>>,
    former_hint: Option<String>,
    former_until: Option<i64>,
    mac_key: i64,
    mac: Vec<u8>,
    revision: i64,
}

/// The token of a row.
pub(crate) fn decode_token(row: TokenRow) -> Result<StoredToken, Corruption> {
    let Ok(id) = bytes(&row.id, "handle").map(TokenId::from_bytes) else {
        return Err(Corruption {
            what: "a token".to_owned(),
            problem: "its handle has a wrong length".to_owned(),
        });
    };
    decode(id, row).map_err(|problem| Corruption { what: format!("token {id}"), problem })
}

fn decode(id: TokenId, row: TokenRow) -> Result<StoredToken, Problem> {
    let former = match (row.former_key, row.former_digest, row.former_hint, row.former_until) {
        (None, None, None, None) => None,
        (Some(key), Some(digest), Some(hint), Some(until)) => Some(FormerSecret {
            secret: secret(key, &digest, hint)?,
            until: moment(until, "former secret's end")?,
        }),
        _ => return Err("its former secret is not whole".to_owned()),
    };
    let token = Token {
        id,
        name: row.name,
        owner: person(&row.owner_directory, &row.owner_username)?,
        creator: parse_actor(&row.creator)?,
        integration: row.integration,
        purpose: row.purpose,
        grant: parse_grant(&row.grant_json)?,
        state: parse(&row.state, "state")?,
        created_at: moment(row.created_at, "creation")?,
        expires_at: moment_option(row.expires_at, "expiry")?,
        secret: secret(row.secret_key, &row.secret_digest, row.secret_hint)?,
        former,
    };
    let mac = RowMac { key: key_id(row.mac_key)?, tag: bytes(&row.mac, "MAC")? };
    Ok(StoredToken { token, mac, revision: Revision::from_column(row.revision) })
}

fn secret(key: i64, digest: &[u8], hint: String) -> Result<StoredSecret, Problem> {
    Ok(StoredSecret { key: key_id(key)?, digest: SecretDigest(bytes(digest, "digest")?), hint })
}

/// What lists by name are sorted by, byte by byte: the first [`Token::MAX_NAME_CHARS`] characters
/// of the name in lower case. An index has no room for more than the beginning.
pub fn name_key(name: &str) -> String {
    name.chars().take(Token::MAX_NAME_CHARS).flat_map(char::to_lowercase).collect()
}

/// Where [`TokenSearch::text`](crate::TokenSearch::text) looks: name, owner, hint, integration and
/// purpose, a line each. In lower case, since databases fold ASCII at best.
pub fn search_text(token: &Token) -> String {
    let mut text = format!("{}\n{}\n{}", token.name, token.owner.username, token.secret.hint);
    for part in [&token.integration, &token.purpose].into_iter().flatten() {
        text.push('\n');
        text.push_str(part);
    }
    text.to_lowercase()
}
