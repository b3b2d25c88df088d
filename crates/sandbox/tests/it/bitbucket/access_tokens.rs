//! HTTP access tokens: who makes which, and who does not.

use anyhow::Result;
use gatepass_sandbox::{Bitbucket, BitbucketSettings, NativeTokenLimits};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{bitbucket, by, exception};
use crate::browser::{hand_clock, standing_clock};
use crate::link::{Link, NOW, consumer};
use crate::{client, told};

const INVALID: &str = "validation.ArgumentValidationException";

fn tokens(bitbucket: &Bitbucket, slug: &str) -> String {
    format!("{}/rest/access-tokens/latest/users/{slug}", bitbucket.base_url())
}

fn put(bitbucket: &Bitbucket, body: &Value) -> RequestBuilder {
    by("alice", client().put(tokens(bitbucket, "alice"))).json(body)
}

#[tokio::test]
async fn one_is_made_listed_read_and_revoked() -> Result<()> {
    let settings = BitbucketSettings { clock: standing_clock(), ..BitbucketSettings::demo() };
    let bitbucket = Bitbucket::start(settings).await?;
    let permissions = json!(["PROJECT_READ", "REPO_WRITE"]);
    let body = json!({ "name": "ci", "permissions": permissions, "expiryDays": 90 });
    let (status, mut made) = told(put(&bitbucket, &body)).await?;
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(id.len() == 12 && id.bytes().all(|digit| digit.is_ascii_digit()), "{id}");
    let raw = made.as_object_mut().unwrap().remove("token").unwrap();
    assert_eq!(raw.as_str().map(str::len), Some(44));
    let alice = format!("{}/rest/api/1.0/users/alice", bitbucket.base_url());
    let (_, user) = told(by("alice", client().get(alice))).await?;
    let expected = json!({
        "id": id, "createdDate": NOW * 1000, "name": "ci", "permissions": permissions,
        "user": user, "expiryDays": 90,
    });
    assert_eq!((status, &made), (200, &expected));
    let info = bitbucket.native_tokens("alice").remove(0);
    assert_eq!((info.id.to_string(), info.expires), (id.clone(), Some((NOW + 90 * 86_400) * 1000)));
    let list = by("alice", client().get(tokens(&bitbucket, "alice")));
    let (status, page) = told(list).await?;
    assert_eq!((status, &page["values"]), (200, &json!([expected])));
    assert_eq!((&page["limit"], &page["isLastPage"]), (&json!(25), &json!(true)));
    let own = format!("{}/{id}", tokens(&bitbucket, "alice"));
    assert_eq!(told(by("alice", client().get(&own))).await?, (200, expected));
    assert_eq!(told(by("alice", client().delete(&own))).await?, (204, Value::Null));
    for gone in [client().get(&own), client().delete(&own)] {
        let (status, said) = told(by("alice", gone)).await?;
        assert_eq!((status, exception(&said)), (404, "NoSuchEntityException"));
    }
    let by_token = client().get(own).bearer_auth(raw.as_str().unwrap());
    let (_, said) = told(by_token).await?;
    assert_eq!(exception(&said), "auth.IncorrectPasswordAuthenticationException");
    Ok(())
}

#[tokio::test]
async fn one_without_an_end_does_not_say_when_it_ends_and_one_with_an_end_has_it() -> Result<()> {
    let clock = hand_clock();
    let settings = BitbucketSettings { clock: clock.clone(), ..BitbucketSettings::demo() };
    let bitbucket = Bitbucket::start(settings).await?;
    let (_, made) =
        told(put(&bitbucket, &json!({ "name": "x", "permissions": ["REPO_READ"] }))).await?;
    assert!(made.get("expiryDays").is_none(), "{made}");
    let short = json!({ "name": "x", "permissions": ["REPO_READ"], "expiryDays": 1 });
    let (_, short) = told(put(&bitbucket, &short)).await?;
    let alice = format!("{}/rest/api/1.0/users/alice", bitbucket.base_url());
    let ask =
        |made: &Value| told(client().get(&alice).bearer_auth(made["token"].as_str().unwrap()));
    clock.advance(86_400_000 - 1);
    assert_eq!(ask(&short).await?.0, 200);
    clock.advance(1);
    assert_eq!((ask(&short).await?.0, ask(&made).await?.0), (401, 200));
    Ok(())
}

#[tokio::test]
async fn a_caller_by_token_comes_near_no_token() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let raw = bitbucket.issue_native_token("alice", "t");
    let id = bitbucket.native_tokens("alice")[0].id;
    let url = tokens(&bitbucket, "alice");
    let own = format!("{url}/{id}");
    let body = json!({ "name": "x", "permissions": ["REPO_READ"] });
    for request in [
        client().get(&url).bearer_auth(&raw),
        client().get(&url).basic_auth("alice", Some(&raw)),
        client().put(&url).bearer_auth(&raw).json(&body),
        client().get(&own).bearer_auth(&raw),
        client().delete(&own).bearer_auth(&raw),
    ] {
        let (status, said) = told(request).await?;
        assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    }
    assert_eq!(bitbucket.native_tokens("alice").len(), 1);
    Ok(())
}

#[tokio::test]
async fn nobody_makes_sees_or_revokes_anothers() -> Result<()> {
    let bitbucket = bitbucket().await?;
    bitbucket.issue_native_token("alice", "t");
    let id = bitbucket.native_tokens("alice")[0].id;
    let url = tokens(&bitbucket, "alice");
    let own = format!("{url}/{id}");
    let body = json!({ "name": "x", "permissions": ["REPO_READ"] });
    for request in [
        client().get(&url),
        by("bob", client().get(&url)),
        by("carol", client().get(&url)),
        by("carol", client().put(&url)).json(&body),
        by("carol", client().get(&own)),
        by("carol", client().delete(&own)),
    ] {
        let (status, said) = told(request).await?;
        assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    }
    let below_his = format!("{}/{id}", tokens(&bitbucket, "bob"));
    let (status, said) = told(by("bob", client().delete(below_his))).await?;
    assert_eq!((status, exception(&said)), (404, "NoSuchEntityException"));
    assert_eq!(bitbucket.native_tokens("alice").len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_is_asked_for_must_make_sense() -> Result<()> {
    let bitbucket = bitbucket().await?;
    for body in [
        json!({ "permissions": ["REPO_READ"] }),
        json!({ "name": " ", "permissions": ["REPO_READ"] }),
        json!({ "name": "x".repeat(256), "permissions": ["REPO_READ"] }),
        json!({ "name": "x" }),
        json!({ "name": "x", "permissions": [] }),
        json!({ "name": "x", "permissions": "REPO_READ" }),
        json!({ "name": "x", "permissions": ["ADMIN"] }),
        json!({ "name": "x", "permissions": ["REPO_READ", 7] }),
        json!({ "name": "x", "permissions": ["PROJECT_WRITE", "REPO_READ"] }),
        json!({ "name": "x", "permissions": ["REPO_READ"], "expiryDays": 0 }),
        json!({ "name": "x", "permissions": ["REPO_READ"], "expiryDays": "5" }),
        json!([]),
    ] {
        let (status, said) = told(put(&bitbucket, &body)).await?;
        assert_eq!((status, exception(&said)), (400, INVALID), "{body}");
    }
    assert!(bitbucket.native_tokens("alice").is_empty());
    let body = json!({ "name": "x".repeat(255), "permissions": ["PROJECT_WRITE", "REPO_WRITE"] });
    assert_eq!(told(put(&bitbucket, &body)).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn the_settings_bound_how_many_and_how_long() -> Result<()> {
    let limits = NativeTokenLimits {
        most_per_person: 1,
        longest_days: 30,
        may_be_eternal: false,
        longest_name: 5,
    };
    let clock = hand_clock();
    let settings = BitbucketSettings {
        native_token_limits: limits,
        clock: clock.clone(),
        ..BitbucketSettings::demo()
    };
    let bitbucket = Bitbucket::start(settings).await?;
    let ask = |name: &str, days: Value| {
        let body = json!({ "name": name, "permissions": ["REPO_READ"], "expiryDays": days });
        told(put(&bitbucket, &body))
    };
    for (name, days) in [("abc", json!(31)), ("abc", Value::Null), ("abcdef", json!(30))] {
        let (status, said) = ask(name, days).await?;
        assert_eq!((status, exception(&said)), (400, INVALID));
    }
    assert_eq!(ask("abcde", json!(30)).await?.0, 200);
    let (status, said) = ask("abc", json!(30)).await?;
    assert_eq!((status, exception(&said)), (400, INVALID));
    clock.advance(30 * 86_400_000);
    assert_eq!(ask("abc", json!(30)).await?.0, 200, "an expired one takes no place");
    Ok(())
}

#[tokio::test]
async fn a_session_and_a_link_make_one_for_their_user() -> Result<()> {
    let settings = BitbucketSettings {
        context_path: "/bitbucket".to_owned(),
        clock: standing_clock(),
        application_links: vec![consumer()],
        ..BitbucketSettings::demo()
    };
    let bitbucket = Bitbucket::start(settings).await?;
    let body = json!({ "name": "gate", "permissions": ["PROJECT_READ", "REPO_READ"] });
    let cookie = format!("BITBUCKETSESSIONID={}", bitbucket.open_session("bob"));
    let by_session = client().put(tokens(&bitbucket, "bob")).header("cookie", cookie);
    assert_eq!(told(by_session.json(&body)).await?.0, 200);
    let signed = |slug: &str| {
        Link::new().call(Method::PUT, &tokens(&bitbucket, slug), Some("bob")).json(&body)
    };
    assert_eq!(told(signed("bob")).await?.0, 200);
    let (status, said) = told(signed("alice")).await?;
    assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    assert_eq!(bitbucket.native_tokens("bob").len(), 2);
    assert!(bitbucket.native_tokens("alice").is_empty());
    Ok(())
}

#[tokio::test]
async fn versions_before_5_5_know_none() -> Result<()> {
    let settings = BitbucketSettings::demo();
    let first = BitbucketSettings { version: [5, 5, 0], ..settings.clone() };
    for (settings, expected) in [(first, 200), (settings.before_native_tokens(), 404)] {
        let bitbucket = Bitbucket::start(settings).await?;
        let list = by("alice", client().get(tokens(&bitbucket, "alice")));
        assert_eq!(told(list).await?.0, expected);
    }
    Ok(())
}
