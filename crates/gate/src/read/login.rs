//! Sign-in by JSON: the doors at which the body, not the head, holds the password.

use gatepass_model::{CredentialKind, Reason, Refusal};
use gatepass_vault::looks_like_token;
use serde_json::Value;

use super::credential::Credentials;

/// Adds what a sign-in's JSON body presents: a password, and whose it claims to be.
///
/// A token of ours in it is refused: what the product would do with it is a session, which is
/// more than the token, and the product must never see the secret.
pub(crate) fn read_json(body: &[u8], credentials: &mut Credentials<'_>) -> Result<(), Refusal> {
    let unreadable =
        || Refusal::new(Reason::BodyUnreadable, "The body of this sign-in is not JSON in UTF-8.");
    let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    if holds_token(&value) {
        return Err(Refusal::new(
            Reason::MalformedToken,
            "An API token can't sign in for a session here. Send it with each request, as \
             Authorization: Bearer.",
        ));
    }
    credentials.others = credentials.others.with(CredentialKind::Password);
    if let Some(name) = value.get("username").and_then(Value::as_str) {
        credentials.claimed_user.get_or_insert_with(|| name.to_owned());
    }
    Ok(())
}

/// Whether any string in it, names included, is a token, however it is escaped.
fn holds_token(value: &Value) -> bool {
    match value {
        Value::String(text) => looks_like_token(text.as_bytes()),
        Value::Array(items) => items.iter().any(holds_token),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| looks_like_token(name.as_bytes()) || holds_token(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
