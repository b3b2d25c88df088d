//! Application links: the same in all products.

use anyhow::Result;
use gatepass_sandbox::{AfterSignedCall, ConsumerSeed, Identified};
use reqwest::Method;
use serde_json::json;

use crate::browser::standing_clock;
use crate::link::{Link, NOW, consumer, public_key};
use crate::{client, header, told};

/// Whom the last call was taken for, and how.
macro_rules! last {
    ($product:expr) => {{
        let last = $product.requests().pop().unwrap();
        (last.user, last.identified)
    }};
}

macro_rules! links {
    ($name:ident, $product:ident, $settings:ident, $me:literal, $cookie:literal) => {
        mod $name {
            use gatepass_sandbox::{$product, $settings};

            use super::*;

            async fn linked(consumer: ConsumerSeed) -> Result<$product> {
                let settings = $settings {
                    context_path: "/x".to_owned(),
                    clock: standing_clock(),
                    application_links: vec![consumer],
                    ..$settings::demo()
                };
                Ok($product::start(settings).await?)
            }

            #[tokio::test]
            async fn who_signs_becomes_whom_he_names_and_nobody_where_nobody_has_the_name()
            -> Result<()> {
                let product = linked(consumer()).await?;
                let me = format!("{}{}", product.base_url(), $me);
                let answer = Link::new().call(Method::GET, &me, Some("Alice")).send().await?;
                assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "alice"));
                assert!(!answer.headers().contains_key("set-cookie"));
                assert_eq!(
                    last!(product),
                    (Some("alice".to_owned()), Identified::ApplicationLink)
                );
                let answer = Link::new().call(Method::GET, &me, Some("eve")).send().await?;
                assert_ne!(answer.status(), 200);
                assert!(!header(&answer, "www-authenticate").contains("oauth_problem"));
                assert_eq!(last!(product), (None, Identified::Anonymous));
                assert!(product.set_user_active("alice", false));
                let answer = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                let said = header(&answer, "www-authenticate");
                assert!(said.contains("oauth_problem=\"permission_denied\""), "{said}");
                Ok(())
            }

            #[tokio::test]
            async fn what_is_wrong_with_a_signature_is_401_and_has_a_name() -> Result<()> {
                let product = linked(consumer()).await?;
                let me = format!("{}{}", product.base_url(), $me);
                let right = Link::new();
                let once = Link { nonce: Some("once"), ..right.clone() };
                let first = once.call(Method::GET, &me, Some("alice")).send().await?;
                assert_eq!(first.status(), 200);
                let elsewhere = format!("{me}/elsewhere");
                let other = right.call(Method::GET, &elsewhere, Some("alice")).build()?;
                let forged = client()
                    .get(format!("{me}?xoauth_requestor_id=alice"))
                    .header("authorization", &other.headers()["authorization"]);
                let late = Link { seconds: NOW - 301, ..right.clone() };
                let early = Link { seconds: NOW + 301, ..right.clone() };
                for (call, problem) in [
                    (once.call(Method::GET, &me, Some("alice")), "nonce_used"),
                    (forged, "signature_invalid"),
                    (late.call(Method::GET, &me, Some("alice")), "timestamp_refused"),
                    (early.call(Method::GET, &me, Some("alice")), "timestamp_refused"),
                    (
                        Link { consumer: "other", ..right.clone() }
                            .call(Method::GET, &me, Some("alice")),
                        "consumer_key_unknown",
                    ),
                    (
                        Link { method: "HMAC-SHA1", ..right.clone() }
                            .call(Method::GET, &me, Some("alice")),
                        "signature_method_rejected",
                    ),
                    (right.call(Method::GET, &me, None), "permission_denied"),
                ] {
                    let answer = call.send().await?;
                    let said = header(&answer, "www-authenticate");
                    assert_eq!(answer.status(), 401, "{problem}");
                    assert!(said.starts_with("OAuth realm="), "{said}");
                    assert!(said.contains(&format!("oauth_problem=\"{problem}\"")), "{said}");
                    assert_eq!(last!(product), (None, Identified::Anonymous));
                }
                let on_time = Link { seconds: NOW - 300, ..right };
                let answer = on_time.call(Method::GET, &me, Some("alice")).send().await?;
                assert_eq!(answer.status(), 200);
                Ok(())
            }

            #[tokio::test]
            async fn a_link_that_may_not_impersonate_runs_as_its_own_user() -> Result<()> {
                let own = Some("ci-bot".to_owned());
                let seed =
                    ConsumerSeed { may_impersonate: false, executes_as: own.clone(), ..consumer() };
                let product = linked(seed).await?;
                let me = format!("{}{}", product.base_url(), $me);
                let answer = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                assert_eq!(answer.status(), 401);
                Link::new().call(Method::GET, &me, None).send().await?;
                assert_eq!(last!(product), (own, Identified::ApplicationLink));
                Ok(())
            }

            /// Bad habit (fact 0.4).
            #[tokio::test]
            async fn for_clients_of_webdav_a_signature_is_not_there() -> Result<()> {
                let product = linked(consumer()).await?;
                let me = format!("{}{}", product.base_url(), $me);
                for user_agent in ["WebDAVFS/3.0.0", "Microsoft-WebDAV-MiniRedir/10.0"] {
                    let link = Link { user_agent, ..Link::new() };
                    link.call(Method::GET, &me, Some("alice")).send().await?;
                    assert_eq!(last!(product), (None, Identified::Anonymous), "{user_agent}");
                }
                Ok(())
            }

            #[tokio::test]
            async fn administrators_enter_a_link_and_a_test_removes_it() -> Result<()> {
                let settings = $settings { clock: standing_clock(), ..$settings::demo() };
                let product = $product::start(settings).await?;
                let me = format!("{}{}", product.base_url(), $me);
                let url = format!(
                    "{}/rest/applinks/3.0/applicationlink/7/authentication/consumer",
                    product.base_url()
                );
                let link = json!({
                    "key": "gate", "name": "Gate", "publicKey": public_key(), "outgoing": false,
                    "twoLOAllowed": false, "twoLOImpersonationAllowed": true,
                });
                let put = |name: &str, body: &serde_json::Value| {
                    let password = format!("{name}-password");
                    told(client().put(&url).basic_auth(name, Some(password)).json(body))
                };
                assert_eq!(told(client().put(&url).json(&link)).await?.0, 401);
                assert_eq!(put("alice", &link).await?.0, 403);
                let no_key = json!({ "key": "gate", "publicKey": "no key" });
                assert_eq!(put("carol", &no_key).await?.0, 400);
                assert_eq!(put("carol", &json!({ "key": "gate" })).await?.0, 400);
                let before = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                assert_eq!(before.status(), 401);
                assert_eq!(put("carol", &link).await?, (200, json!({ "id": "7" })));
                let with = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                assert_eq!(with.status(), 200);
                assert!(product.remove_application_link("gate"));
                assert!(!product.remove_application_link("gate"));
                let after = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                let said = header(&after, "www-authenticate");
                assert!(said.contains("consumer_key_unknown"), "{said}");
                assert!(product.put_application_link(consumer()));
                let again = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                assert_eq!(again.status(), 200);
                Ok(())
            }

            #[tokio::test]
            async fn before_native_tokens_a_signed_call_opens_a_session() -> Result<()> {
                let settings = $settings {
                    clock: standing_clock(),
                    application_links: vec![consumer()],
                    ..$settings::demo().before_native_tokens()
                };
                let product = $product::start(settings).await?;
                let me = format!("{}{}", product.base_url(), $me);
                let answer = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
                let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
                assert!(cookie.starts_with(concat!($cookie, "=")), "{cookie}");
                assert_eq!(product.session_count(), 1);
                client().get(&me).header("cookie", cookie).send().await?;
                assert_eq!(last!(product), (Some("alice".to_owned()), Identified::Session));
                Ok(())
            }
        }
    };
}

links!(jira, Jira, JiraSettings, "/rest/api/2/myself", "JSESSIONID");
links!(confluence, Confluence, ConfluenceSettings, "/rest/api/user/current", "JSESSIONID");
links!(
    bitbucket,
    Bitbucket,
    BitbucketSettings,
    "/rest/api/latest/users/alice",
    "BITBUCKETSESSIONID"
);

#[tokio::test]
async fn a_cookie_after_a_signed_call_may_stand_for_nothing() -> Result<()> {
    let settings = gatepass_sandbox::ConfluenceSettings {
        clock: standing_clock(),
        application_links: vec![consumer()],
        after_signed_call: AfterSignedCall::Cookie,
        ..gatepass_sandbox::ConfluenceSettings::demo()
    };
    let product = gatepass_sandbox::Confluence::start(settings).await?;
    let me = format!("{}/rest/api/user/current", product.base_url());
    let answer = Link::new().call(Method::GET, &me, Some("alice")).send().await?;
    assert!(header(&answer, "set-cookie").starts_with("JSESSIONID="));
    assert_eq!(product.session_count(), 0);
    Ok(())
}
