use gatepass_api::Caller;
use gatepass_model::{Reason, Refusal, TokenId};
use gatepass_testkit::build;

use crate::support::World;

const PATH: &str = "GET /api/v1/whoami";

#[tokio::test]
async fn a_token_learns_what_it_is_and_no_secret() {
    let world = World::new().await;
    let issued = world.issue().await;
    let id = issued.token.token.id;
    let answer = world.ask(Some(Caller::Token(id)), PATH).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let expected = serde_json::json!({
        "id": id.to_string(),
        "owner": "alice",
        "directory": "main",
        "name": "nightly",
        "state": "active",
        "expires_at": "2027-04-15T08:00:00Z",
        "grant": {
            "access": "read-only",
            "admin": false,
            "instances": [],
            "networks": [],
            "allow": [],
            "deny": [],
            "required_headers": ["x-caller"],
            "limits": {
                "rate": null,
                "burst": null,
                "concurrency": null,
                "bytes_per_day": null,
                "heavy_rate": null,
                "heavy_concurrency": null,
            },
        },
        "limits": [],
        "summary": "Reads in no instance as alice, until 15 April 2027, 08:00 UTC. It works only \
                    with the header x-caller. It can't change anything.",
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn nobody_is_asked_for_a_token() {
    let world = World::new().await;
    for caller in [None, Some(Caller::Nobody)] {
        let answer = world.ask(caller, PATH).await;
        answer.assert_problem(401, "credential_required");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"Gatepass\""));
    }
    let fetch = format!("{PATH}\nSec-Fetch-Mode: cors\r\n");
    let answer = world.ask(None, &fetch).await;
    answer.assert_problem(401, "credential_required");
    assert_eq!(answer.header("www-authenticate"), None, "a page's own fetch gets no challenge");
}

#[tokio::test]
async fn what_the_gate_refused_keeps_its_status_reason_and_words() {
    let world = World::new().await;
    for (reason, status) in
        [(Reason::TokenRevoked, 401), (Reason::TokenSuspended, 403), (Reason::MalformedToken, 400)]
    {
        let refused = Caller::Refused(Refusal::new(reason, "Why it is so."));
        let answer = world.ask(Some(refused), PATH).await;
        answer.assert_problem(status, reason.as_str());
        assert_eq!(answer.json()["detail"], "Why it is so.");
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
}

#[tokio::test]
async fn a_token_that_is_gone_is_invalid_and_a_lost_store_is_not_ready() {
    let world = World::new().await;
    let gone = Caller::Token(TokenId::from_bytes([9; 16]));
    world.ask(Some(gone), PATH).await.assert_problem(401, "token_invalid");
    let id = world.issue().await.token.token.id;
    world.test.control.revoke_token(&build::actor(), id, None).await.unwrap();
    let answer = world.ask(Some(Caller::Token(id)), PATH).await;
    assert_eq!((answer.status(), &answer.json()["state"]), (200, &"revoked".into()));
    world.test.store.close().await.unwrap();
    world.ask(Some(Caller::Token(id)), PATH).await.assert_problem(503, "not_ready");
}
