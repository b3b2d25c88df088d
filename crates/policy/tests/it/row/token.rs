//! Rows about the token and its owner.

use gatepass_model::CredentialKind::{Oauth, Password, Session};
use gatepass_model::{Bounds, Effect, Reason, Rule, Say, TokenState};

use super::End::{Permitted, Refused};
use super::{Row, bound, row, rule, state};
use crate::world::{GivenToken, SeenIdentity, person};

pub(super) fn rows() -> Vec<Row> {
    use Reason as R;
    vec![
        row("an ordinary token passes", Permitted(SeenIdentity::Owner), |_| {}),
        row("a session cookie beside a token is no reason", Permitted(SeenIdentity::Owner), |w| {
            w.others = vec![Session];
        }),
        row("no token is judged by a stale gate", Refused(R::NotReady, "later"), |w| {
            w.is_fresh = false;
            w.forged = Some("jwt".into());
        }),
        row("nobody names himself", Refused(R::ForgedIdentity, "oauth_token"), |w| {
            w.forged = Some("oauth_token".into());
            w.token = GivenToken::Unknown;
        }),
        row("an unknown token is refused", Refused(R::TokenInvalid, "not valid"), |w| {
            w.token = GivenToken::Unknown;
            w.others = vec![Password];
        }),
        row("a token comes alone", Refused(R::MalformedRequest, "password"), |w| {
            w.others = vec![Password];
            state(w, TokenState::Revoked);
        }),
        row("also without OAuth", Refused(R::MalformedRequest, "oauth"), |w| {
            w.others = vec![Oauth];
        }),
        row("a revoked token is refused", Refused(R::TokenRevoked, "revoked"), |w| {
            state(w, TokenState::Revoked);
            w.known().expires_at = Some(w.now);
        }),
        row("a token ends at its end", Refused(R::TokenExpired, "2026-06-01"), |w| {
            w.known().expires_at = Some(w.now);
            state(w, TokenState::Suspended);
        }),
        row("an expired token is refused", Refused(R::TokenExpired, "alice"), |w| {
            state(w, TokenState::Expired);
        }),
        row("a pending token is refused", Refused(R::TokenPending, "approval"), |w| {
            state(w, TokenState::Pending);
        }),
        row("a suspended token is refused", Refused(R::TokenSuspended, "suspended"), |w| {
            state(w, TokenState::Suspended);
            w.claimed_owner = Some("bob".into());
        }),
    ]
}

pub(super) fn owner_rows() -> Vec<Row> {
    use Reason as R;
    vec![
        row("a token is its owner's", Refused(R::OwnerMismatch, "x-token-auth"), |w| {
            w.claimed_owner = Some("bob".into());
            w.owner.as_mut().unwrap().active = false;
        }),
        row("an owner is named in any case", Permitted(SeenIdentity::Owner), |w| {
            w.claimed_owner = Some("ALICE".into());
        }),
        row("an owner is named by e-mail", Permitted(SeenIdentity::Owner), |w| {
            w.claimed_owner = Some("Alice@EXAMPLE.com".into());
        }),
        row("a token ends with its owner", Refused(R::OwnerInactive, "gone"), |w| {
            w.owner = None;
            w.claimed_owner = Some("bob".into());
        }),
        row("a deactivated owner counts as gone", Refused(R::OwnerInactive, "deactivated"), |w| {
            w.owner.as_mut().unwrap().active = false;
            w.policy.rules.clear();
        }),
        row("facts about another person count as none", Refused(R::OwnerInactive, "gone"), |w| {
            w.owner = Some(person("bob", &[]));
        }),
        row("no rule means no", Refused(R::UseNotPermitted, "No policy rule lets alice"), |w| {
            w.policy.rules.clear();
        }),
        row("one deny beats every allow", Refused(R::UseNotPermitted, "\"nobody\""), |w| {
            w.policy.rules.push(Rule { use_tokens: Say::Deny, ..rule("nobody") });
            w.directory = "other".parse().unwrap();
        }),
        row("equal names in two directories", Refused(R::InstanceNotAllowed, "directory"), |w| {
            w.directory = "other".parse().unwrap();
        }),
        row("an instance outside the grant", Refused(R::InstanceNotAllowed, "owner, alice"), |w| {
            w.grant().instances = vec!["wiki".parse().unwrap()];
            w.grant().networks = vec!["192.0.2.0/24".parse().unwrap()];
        }),
        row("an instance outside policy", Refused(R::InstanceNotAllowed, "\"wiki only\""), |w| {
            let instances = Some(vec!["wiki".parse().unwrap()]);
            bound(w, "wiki only", Bounds { instances, ..Bounds::default() });
        }),
        row("an address outside the grant", Refused(R::NetworkNotAllowed, "10.1.2.3"), |w| {
            w.grant().networks = vec!["192.0.2.0/24".parse().unwrap()];
            w.grant().required_headers = vec!["X-Caller: build".parse().unwrap()];
        }),
        row("a mapped address inside the grant", Permitted(SeenIdentity::Owner), |w| {
            w.grant().networks = vec!["10.0.0.0/8".parse().unwrap()];
            w.client = "::ffff:10.1.2.3".parse().unwrap();
        }),
        row("a missing header is refused", Refused(R::HeaderRequired, "x-caller"), |w| {
            w.grant().required_headers = vec!["X-Caller: build".parse().unwrap()];
            w.effect = Some(Effect::Mint);
        }),
        row("a header sent twice counts as missing", Refused(R::HeaderRequired, "x-caller"), |w| {
            w.grant().required_headers = vec!["X-Caller: build".parse().unwrap()];
            w.headers = vec![("x-caller".into(), "build".into()); 2];
        }),
        row("a required header lets it pass", Permitted(SeenIdentity::Owner), |w| {
            w.grant().required_headers = vec!["X-Caller: build".parse().unwrap()];
            w.headers = vec![("x-caller".into(), "build".into())];
        }),
    ]
}
