//! What a provider tells of a person, read without trusting it.

use std::collections::BTreeSet;

use gatepass_model::{ProductRank, Username};
use openidconnect::OAuth2TokenResponse as _;
use openidconnect::core::CoreTokenResponse;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::provider::Known;
use super::{ClaimNames, OpenIdDesk, OpenIdProblem};
use crate::product::Account;

/// Longest text that is taken, in bytes.
const LONGEST_TEXT: usize = 1000;
/// Most groups of one person, as of LDAP's.
const MOST_GROUPS: usize = 10_000;

/// Claims by their names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Claims(Map<String, Value>);

impl OpenIdDesk {
    /// Those of the ID token, and where one of ours is not in it, those that the provider tells to
    /// who has the access token. What the ID token says counts.
    pub(super) async fn all_claims(
        &self,
        known: &Known,
        mut claims: Claims,
        tokens: &CoreTokenResponse,
    ) -> Result<Claims, OpenIdProblem> {
        let ClaimNames { username, display_name, email, groups, .. } = &self.settings.claims;
        let are_told = [username, display_name, email, groups].iter().all(|name| claims.has(name));
        let Some(url) = known.metadata.userinfo_endpoint().filter(|_| !are_told) else {
            return Ok(claims);
        };
        let url = url.url().as_str();
        let answer = self.line.user_info(url, tokens.access_token().secret()).await;
        let answer = answer.map_err(|error| OpenIdProblem::Unanswered(error.to_string()))?;
        if answer.status() != 200 {
            let words = format!("its userinfo answered with status {}", answer.status());
            return Err(OpenIdProblem::Unanswered(words));
        }
        let nonsense = |words: &str| OpenIdProblem::Nonsense(words.to_owned());
        // A signed answer is none of JSON; without its content nobody knows the groups.
        let more: Claims = answer.json().map_err(|_| nonsense("its userinfo is no JSON"))?;
        // The token may be another person's (Core 5.3.2).
        if more.0.get("sub").is_none() || more.0.get("sub") != claims.0.get("sub") {
            return Err(nonsense("its userinfo tells of another one than its ID token"));
        }
        for (name, value) in more.0 {
            if !claims.has(&name) {
                claims.0.insert(name, value);
            }
        }
        Ok(claims)
    }
}

impl Claims {
    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// The person, with a key of `prefix` and his subject.
    pub(super) fn account(
        &self,
        names: &ClaimNames,
        prefix: &str,
        subject: &str,
    ) -> Result<Account, OpenIdProblem> {
        let username = self.text(&names.username).ok_or_else(|| {
            OpenIdProblem::Nonsense(format!("it does not tell the username ({})", names.username))
        })?;
        let username: Username = username.parse().map_err(|error| {
            OpenIdProblem::Nonsense(format!("{} is no username: {error}", names.username))
        })?;
        let called = self.text(&names.display_name).unwrap_or(username.as_str()).to_owned();
        Ok(Account {
            native_key: Some(format!("{prefix}{subject}")),
            display_name: called,
            email: self.text(&names.email).map(str::to_owned),
            groups: self.groups(names)?,
            active: true,
            rank: ProductRank::Unknown,
            username,
        })
    }

    /// A text such as people have.
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| is_text(text))
    }

    /// Sorted, each once. A group that is not seen may be one to which policy denies something, so
    /// a claim that is not understood as a whole is none.
    fn groups(&self, names: &ClaimNames) -> Result<Vec<String>, OpenIdProblem> {
        let name = names.groups.as_str();
        let nonsense = |words: String| Err(OpenIdProblem::Nonsense(words));
        let list = match self.0.get(name) {
            None | Some(Value::Null) if self.are_elsewhere(name) => {
                return nonsense(format!(
                    "there are too many groups for {name}, and it only says where to ask for them; \
                     have the provider tell fewer"
                ));
            }
            None | Some(Value::Null) if names.groups_required => {
                return nonsense(format!(
                    "it tells no groups ({name}), not even that there are none; have it send that \
                     claim, or set groups_required = false"
                ));
            }
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(list)) => list.as_slice(),
            Some(one @ Value::String(_)) => std::slice::from_ref(one),
            Some(_) => return nonsense(format!("{name} is neither a list of texts nor a text")),
        };
        if list.len() > MOST_GROUPS {
            return nonsense(format!("{name} has more groups than anybody is in"));
        }
        let mut groups = BTreeSet::new();
        for group in list {
            match group.as_str().filter(|text| is_text(text)) {
                Some(text) => groups.insert(text.to_owned()),
                None => return nonsense(format!("{name} holds something that is no group's name")),
            };
        }
        Ok(groups.into_iter().collect())
    }

    /// Aggregated and distributed claims (Core 5.6.2), by which Entra says that there are too many;
    /// in a shorter form `hasgroups`.
    fn are_elsewhere(&self, name: &str) -> bool {
        let named = self.0.get("_claim_names").and_then(|names| names.get(name)).is_some();
        named || self.0.get("hasgroups") == Some(&Value::Bool(true))
    }
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_TEXT && !text.contains('\0')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names() -> ClaimNames {
        ClaimNames {
            username: "preferred_username".to_owned(),
            display_name: "name".to_owned(),
            email: "email".to_owned(),
            groups: "groups".to_owned(),
            groups_required: false,
        }
    }

    fn account(claims: Value) -> Result<Account, OpenIdProblem> {
        let claims: Claims = serde_json::from_value(claims).unwrap();
        claims.account(&names(), "openid:https://a ", "s1")
    }

    #[test]
    fn a_person_is_told_by_the_claims_that_are_named() {
        let told = json!({
            "preferred_username": "Zoë", "name": "Zoë M", "email": "z@example.com",
            "groups": ["b", "a", "b"], "sub": "s1",
        });
        let zoe = account(told).unwrap();
        assert_eq!((zoe.username.as_str(), zoe.display_name.as_str()), ("Zoë", "Zoë M"));
        assert_eq!((zoe.email.as_deref(), zoe.active), (Some("z@example.com"), true));
        assert_eq!(zoe.groups, ["a", "b"]);
        assert_eq!(zoe.native_key.as_deref(), Some("openid:https://a s1"));
        let least = account(json!({"preferred_username": "zoë", "email": 7})).unwrap();
        assert_eq!((least.display_name.as_str(), least.email), ("zoë", None));
        assert_eq!(least.groups, Vec::<String>::new());
        let one = account(json!({"preferred_username": "zoë", "groups": "only"})).unwrap();
        assert_eq!(one.groups, ["only"]);
    }

    #[test]
    fn groups_that_are_not_understood_are_no_groups_that_count() {
        for (groups, words) in [
            (json!([1]), "no group's name"),
            (json!(["a", null]), "no group's name"),
            (json!(["a", " "]), "no group's name"),
            (json!([["a"]]), "no group's name"),
            (json!(true), "neither a list"),
            (json!({"a": "b"}), "neither a list"),
            (json!(vec!["a"; MOST_GROUPS + 1]), "more groups than"),
        ] {
            let told = json!({"preferred_username": "zoë", "groups": groups});
            let problem = account(told).unwrap_err();
            assert!(problem.to_string().contains(words), "{problem}");
        }
        for more in [json!({"_claim_names": {"groups": "src1"}}), json!({"hasgroups": true})] {
            let mut told = json!({"preferred_username": "zoë"});
            told.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert!(account(told).unwrap_err().to_string().contains("too many groups"));
        }
    }

    #[test]
    fn groups_that_are_not_told_are_no_groups_only_where_they_need_not_be() {
        let strict = ClaimNames { groups_required: true, ..names() };
        for groups in [json!({}), json!({"groups": null})] {
            let mut told = json!({"preferred_username": "zoë"});
            told.as_object_mut().unwrap().extend(groups.as_object().unwrap().clone());
            assert_eq!(account(told.clone()).unwrap().groups, Vec::<String>::new());
            let claims: Claims = serde_json::from_value(told).unwrap();
            let problem = claims.account(&strict, "openid:https://a ", "s1").unwrap_err();
            assert!(problem.to_string().contains("groups_required"), "{problem}");
        }
        let told = json!({"preferred_username": "zoë", "groups": []});
        let claims: Claims = serde_json::from_value(told).unwrap();
        let zoe = claims.account(&strict, "openid:https://a ", "s1").unwrap();
        assert_eq!(zoe.groups, Vec::<String>::new());
    }

    #[test]
    fn who_has_no_username_is_nobody() {
        for told in [
            json!({}),
            json!({"preferred_username": ""}),
            json!({"preferred_username": ["a"]}),
            json!({"preferred_username": "a\nb"}),
            json!({"name": "Zoë"}),
        ] {
            assert!(matches!(account(told.clone()), Err(OpenIdProblem::Nonsense(_))), "{told}");
        }
    }
}
