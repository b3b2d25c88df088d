//! Native tokens, which Confluence has as Jira has them.

use anyhow::Result;
use gatepass_sandbox::{Confluence, ConfluenceSettings, NativeTokenLimits};
use reqwest::Method;
use serde_json::json;

use super::confluence;
use crate::browser::{hand_clock, standing_clock};
use crate::link::{Link, consumer};
use crate::{alice, client, told};

fn tokens(confluence: &Confluence) -> String {
    format!("{}/rest/pat/latest/tokens", confluence.base_url())
}

#[tokio::test]
async fn one_is_made_used_listed_and_revoked() -> Result<()> {
    let clock = hand_clock();
    let settings = ConfluenceSettings { clock: clock.clone(), ..ConfluenceSettings::demo() };
    let confluence = Confluence::start(settings).await?;
    let url = tokens(&confluence);
    let body = json!({ "name": "ci", "expirationDuration": 90 });
    let (status, made) = told(alice(client().post(&url)).json(&body)).await?;
    assert_eq!((status, &made["expiringAt"]), (201, &json!("2027-02-21T10:00:00.000+0000")));
    let raw = made["rawToken"].as_str().unwrap();
    assert_eq!(raw.len(), 44);
    let (_, list) = told(client().get(&url).bearer_auth(raw)).await?;
    assert_eq!((&list[0]["id"], list[0].get("rawToken")), (&made["id"], None));
    let info = confluence.native_tokens("alice").remove(0);
    assert_eq!((json!(info.id), info.name.as_str()), (made["id"].clone(), "ci"));
    clock.advance(90 * 86_400_000);
    assert_eq!(told(client().get(&url).bearer_auth(raw)).await?.0, 401);
    let own = format!("{url}/{}", made["id"]);
    assert_eq!(told(client().delete(&own).basic_auth("bob", Some("bob-password"))).await?.0, 404);
    assert_eq!(told(alice(client().delete(&own))).await?.0, 204);
    assert!(confluence.native_tokens("alice").is_empty());
    Ok(())
}

#[tokio::test]
async fn a_link_makes_one_for_whom_it_names() -> Result<()> {
    let settings = ConfluenceSettings {
        context_path: "/confluence".to_owned(),
        clock: standing_clock(),
        application_links: vec![consumer()],
        ..ConfluenceSettings::demo()
    };
    let confluence = Confluence::start(settings).await?;
    let call = Link::new().call(Method::POST, &tokens(&confluence), Some("bob"));
    let (status, made) = told(call.json(&json!({ "name": "gate" }))).await?;
    assert_eq!((status, &made["expiringAt"]), (201, &json!(null)));
    assert_eq!(confluence.native_tokens("bob").len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_settings_bound_them_and_a_body_that_is_none_is_refused() -> Result<()> {
    let limits = NativeTokenLimits {
        most_per_person: 1,
        longest_days: 30,
        may_be_eternal: false,
        longest_name: 5,
    };
    let settings = ConfluenceSettings { native_token_limits: limits, ..ConfluenceSettings::demo() };
    let confluence = Confluence::start(settings).await?;
    let url = tokens(&confluence);
    for (body, status) in [
        (json!({ "name": "abc" }), 400),
        (json!({ "name": "abc", "expirationDuration": 31 }), 400),
        (json!({ "name": "abcdef", "expirationDuration": 30 }), 400),
        (json!({ "name": "abcde", "expirationDuration": 30 }), 201),
        (json!({ "name": "abcde", "expirationDuration": 30 }), 400),
    ] {
        assert_eq!(told(alice(client().post(&url)).json(&body)).await?.0, status, "{body}");
    }
    let (status, said) = told(alice(client().post(&url)).json(&json!([]))).await?;
    assert_eq!((status, &said["statusCode"]), (400, &json!(400)), "in Confluence's shape");
    assert_eq!(told(client().post(&url).json(&json!({ "name": "x" }))).await?.0, 401);
    Ok(())
}

#[tokio::test]
async fn versions_before_7_9_know_none() -> Result<()> {
    let confluence = confluence().await?;
    assert_eq!(told(alice(client().get(tokens(&confluence)))).await?.0, 200);
    let settings = ConfluenceSettings::demo().before_native_tokens();
    let old = Confluence::start(settings).await?;
    assert_eq!(told(alice(client().get(tokens(&old)))).await?.0, 404);
    let first = ConfluenceSettings { version: [7, 9, 0], ..ConfluenceSettings::demo() };
    let first = Confluence::start(first).await?;
    assert_eq!(told(alice(client().get(tokens(&first)))).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn a_token_of_one_product_is_none_of_another() -> Result<()> {
    let jira = crate::jira().await?;
    let confluence = confluence().await?;
    let of_jira = jira.issue_native_token("alice", "t");
    let of_confluence = confluence.issue_native_token("alice", "t");
    assert_ne!(of_jira, of_confluence);
    assert_eq!(told(client().get(tokens(&confluence)).bearer_auth(of_jira)).await?.0, 401);
    Ok(())
}
