//! Native tokens: the bounds, the other ways to make them, and what administrators see of them.

use anyhow::Result;
use gatepass_sandbox::{Jira, JiraSettings, NativeTokenLimits};
use serde_json::{Value, json};

use crate::browser::{Browser, MINUTE, jira_with_clock};
use crate::{alice, client, header, jira, told};

const DAY: i64 = 24 * 60 * MINUTE;

fn tokens(jira: &Jira) -> String {
    format!("{}/rest/pat/latest/tokens", jira.base_url())
}

#[tokio::test]
async fn the_settings_bound_what_may_be_made() -> Result<()> {
    let limits = NativeTokenLimits {
        most_per_person: 2,
        longest_days: 30,
        may_be_eternal: false,
        longest_name: 5,
    };
    let settings = JiraSettings { native_token_limits: limits, ..JiraSettings::demo() };
    let jira = Jira::start(settings).await?;
    let ask = |name: &str, days: Value| {
        let body = json!({ "name": name, "expirationDuration": days });
        told(alice(client().post(tokens(&jira))).json(&body))
    };
    for (name, days, said) in [
        ("abc", Value::Null, "must have an expiry date"),
        ("abc", json!(31), "from 1 to 30 days"),
        ("abc", json!(0), "from 1 to 30 days"),
        ("abc", json!("5"), "from 1 to 30 days"),
        ("abcdef", json!(5), "longer than 5 characters"),
        ("  ", json!(5), "name is required"),
    ] {
        let (status, body) = ask(name, days).await?;
        assert_eq!((status, &body["status-code"]), (400, &json!(400)));
        assert!(body["message"].as_str().unwrap().contains(said), "{body}");
    }
    for _ in 0..2 {
        let (status, made) = ask("äbcdé", json!(30)).await?;
        assert_eq!((status, made["rawToken"].as_str().map(str::len)), (201, Some(44)));
    }
    let (status, body) = ask("abc", json!(1)).await?;
    assert_eq!(status, 400);
    assert!(body["message"].as_str().unwrap().contains("maximum number"), "{body}");
    Ok(())
}

#[tokio::test]
async fn by_default_the_bounds_are_those_of_jira() {
    let expected = NativeTokenLimits {
        most_per_person: 10,
        longest_days: 365,
        may_be_eternal: true,
        longest_name: 40,
    };
    assert_eq!(JiraSettings::demo().native_token_limits, expected);
}

#[tokio::test]
async fn a_session_a_password_and_a_native_token_make_one() -> Result<()> {
    let jira = jira().await?;
    let body = json!({ "name": "x" });
    let (status, first) = told(alice(client().post(tokens(&jira))).json(&body)).await?;
    assert_eq!(status, 201);
    let raw = first["rawToken"].as_str().unwrap();
    let answer = client().post(tokens(&jira)).bearer_auth(raw).json(&body).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (201, "alice"));
    let session: Value = client()
        .post(format!("{}/rest/auth/1/session", jira.base_url()))
        .json(&json!({ "username": "alice", "password": "alice-password" }))
        .send()
        .await?
        .json()
        .await?;
    let cookie = format!("JSESSIONID={}", session["session"]["value"].as_str().unwrap());
    let by_session = client().post(tokens(&jira)).header("cookie", cookie).json(&body);
    assert_eq!(told(by_session).await?.0, 201);
    assert_eq!(jira.native_tokens("alice").len(), 3);
    Ok(())
}

#[tokio::test]
async fn an_expired_token_is_nobody_and_takes_no_place() -> Result<()> {
    let (jira, clock) = jira_with_clock().await?;
    let body = json!({ "name": "x", "expirationDuration": 1 });
    let mut raw = String::new();
    for _ in 0..10 {
        let (_, made) = told(alice(client().post(tokens(&jira))).json(&body)).await?;
        made["rawToken"].as_str().unwrap().clone_into(&mut raw);
    }
    assert_eq!(told(alice(client().post(tokens(&jira))).json(&body)).await?.0, 400);
    clock.advance(DAY - 1);
    assert_eq!(told(client().get(tokens(&jira)).bearer_auth(&raw)).await?.0, 200);
    clock.advance(1);
    assert_eq!(told(client().get(tokens(&jira)).bearer_auth(&raw)).await?.0, 401);
    assert_eq!(told(alice(client().post(tokens(&jira))).json(&body)).await?.0, 201);
    let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
    let tab = "com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens";
    let page = browser.get(&format!("/secure/ViewProfile.jspa?selectedTab={tab}")).await?;
    assert_eq!(page.text().await?.matches("<td>Expired</td>").count(), 10);
    Ok(())
}

#[tokio::test]
async fn somebody_elses_token_is_not_there() -> Result<()> {
    let jira = jira().await?;
    jira.issue_native_token("bob", "of bob");
    let id = jira.native_tokens("bob")[0].id;
    for username in ["alice", "carol"] {
        let password = format!("{username}-password");
        for id in [id.to_string(), "1".to_owned(), "x".to_owned()] {
            let own = format!("{}/{id}", tokens(&jira));
            let answer = client().delete(own).basic_auth(username, Some(&password)).send().await?;
            assert_eq!(answer.status(), 404);
        }
        let list = client().get(tokens(&jira)).basic_auth(username, Some(&password));
        assert_eq!(told(list).await?.1, json!([]));
    }
    assert_eq!(jira.native_tokens("bob").len(), 1);
    Ok(())
}

#[tokio::test]
async fn administrators_search_everybodys_tokens() -> Result<()> {
    let (jira, clock) = jira_with_clock().await?;
    let used = jira.issue_native_token("alice", "b of alice");
    clock.advance(DAY);
    jira.issue_native_token("bob", "A of bob");
    let body = json!({ "name": "c of alice", "expirationDuration": 90 });
    assert_eq!(told(client().post(tokens(&jira)).bearer_auth(&used).json(&body)).await?.0, 201);
    let admin = jira.issue_native_token("carol", "admin");
    let url = format!("{}/search", tokens(&jira));
    let key = |bean: &Value| bean["key"].as_str().unwrap().to_owned();
    let (_, bean) =
        told(client().get(format!("{}/rest/api/2/myself", jira.base_url())).bearer_auth(&used))
            .await?;
    let alice_key = key(&bean);
    for (body, expected) in [
        (json!({ "sortBy": "name" }), &["A of bob", "admin", "b of alice", "c of alice"][..]),
        (json!({ "sortBy": "name", "orderBy": "desc", "page": 1, "limit": 3 }), &["A of bob"][..]),
        (json!({ "userKeys": [alice_key], "sortBy": "name" }), &["b of alice", "c of alice"]),
        (json!({ "tokenNameFilterExpression": "OF BOB" }), &["A of bob"]),
        (json!({ "isUsed": false, "sortBy": "name" }), &["A of bob", "c of alice"]),
        (json!({ "tokenCreatedDateTo": "2026-11-23T23:00:00.000+0000" }), &["b of alice"]),
        (json!({ "tokenExpiryDateFrom": "2026-11-24" }), &["c of alice"]),
        (json!({ "lastAuthenticatedDateFrom": "2027-01-01" }), &[]),
    ] {
        let (status, found) = told(client().post(&url).bearer_auth(&admin).json(&body)).await?;
        let values = found["values"].as_array().unwrap().iter();
        let names: Vec<&str> = values.filter_map(|token| token["name"].as_str()).collect();
        assert_eq!((status, names.as_slice()), (200, expected), "{body}");
    }
    let only = json!({ "tokenNameFilterExpression": "b of" });
    let (_, found) = told(client().post(&url).bearer_auth(&admin).json(&only)).await?;
    let token = &found["values"][0];
    assert_eq!(token["userProfileResource"]["username"], "alice");
    assert_eq!(token["createdAt"], "2026-11-23T10:00:00.000+0000");
    assert_eq!(token["lastAccessedAt"], "2026-11-24T10:00:00.000+0000");
    assert!(token["expiringAt"].as_str().unwrap().starts_with("9999"));
    assert!(token.get("rawToken").is_none());
    let soon = json!({ "tokenExpiryDateTo": "soon" });
    assert_eq!(told(client().post(&url).bearer_auth(&admin).json(&soon)).await?.0, 400);
    assert_eq!(told(client().post(&url).bearer_auth(&used).json(&only)).await?.0, 403);
    assert_eq!(told(client().post(&url).json(&only)).await?.0, 401);
    Ok(())
}
