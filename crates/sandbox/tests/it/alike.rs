//! What a test may do to a stand-in while it runs: the same for all products.

use anyhow::Result;
use gatepass_sandbox::Identified;
use reqwest::RequestBuilder;
use serde_json::json;

use crate::browser::account;
use crate::{alice, client, header, told};

macro_rules! alike {
    ($name:ident, $product:ident, $settings:ident, $me:literal, $cookie:literal) => {
        mod $name {
            use gatepass_sandbox::{$product, $settings};

            use super::*;

            async fn begun() -> Result<$product> {
                let context_path = "/x".to_owned();
                Ok($product::start($settings { context_path, ..$settings::demo() }).await?)
            }

            fn me(product: &$product) -> RequestBuilder {
                client().get(format!("{}{}", product.base_url(), $me))
            }

            #[tokio::test]
            async fn one_that_is_down_says_so_to_everybody_and_knows_nobody() -> Result<()> {
                let product = begun().await?;
                product.set_down(true);
                let answer = alice(me(&product)).send().await?;
                assert_eq!(answer.status(), 503);
                assert!(!answer.headers().contains_key("x-ausername"));
                assert_eq!(product.requests()[0].identified, Identified::Anonymous);
                product.set_down(false);
                assert_eq!(told(alice(me(&product))).await?.0, 200);
                product.forget_requests();
                assert!(product.requests().is_empty());
                Ok(())
            }

            #[tokio::test]
            async fn nonsense_is_a_page_where_json_was_asked_for() -> Result<()> {
                let product = begun().await?;
                product.set_nonsense(true);
                let answer = alice(me(&product)).send().await?;
                assert_eq!(answer.status(), 200);
                assert_eq!(header(&answer, "x-ausername"), "alice");
                assert!(answer.text().await?.starts_with("<html>"));
                Ok(())
            }

            #[tokio::test]
            async fn one_that_mistakes_everybody_says_so_in_x_ausername() -> Result<()> {
                let product = begun().await?;
                product.mistake_everybody_for(Some("bob"));
                let token = product.issue_native_token("alice", "t");
                let answer = me(&product).bearer_auth(&token).send().await?;
                assert_eq!(header(&answer, "x-ausername"), "bob");
                product.mistake_everybody_for(None);
                let answer = me(&product).bearer_auth(&token).send().await?;
                assert_eq!(header(&answer, "x-ausername"), "alice");
                Ok(())
            }

            #[tokio::test]
            async fn people_come_and_go_with_sessions_and_native_tokens() -> Result<()> {
                let product = begun().await?;
                assert!(product.add_user(account("Dora")) && !product.add_user(account("dora")));
                let token = product.issue_native_token("dora", "of dora");
                let cookie = format!("{}={}", $cookie, product.open_session("dora"));
                let by_token = || me(&product).bearer_auth(&token).send();
                let by_session = || me(&product).header("cookie", &cookie).send();
                let who = |product: &$product| product.requests().pop().unwrap().user;
                by_token().await?;
                assert_eq!(who(&product).as_deref(), Some("dora"));
                let own = product.native_tokens("Dora");
                assert_eq!((own.len(), own[0].name.as_str(), own[0].expires), (1, "of dora", None));
                assert!(product.set_user_active("dora", false));
                by_token().await?;
                assert_eq!(who(&product), None, "not active");
                assert!(product.set_user_active("dora", true));
                let cookie_of_dora = product.open_session("dora");
                assert_ne!(format!("{}={cookie_of_dora}", $cookie), cookie);
                assert!(product.remove_user("dora") && !product.remove_user("dora"));
                assert!(product.add_user(account("dora")));
                by_token().await?;
                assert_eq!(who(&product), None, "the token is not that of who has the name now");
                by_session().await?;
                assert_eq!((who(&product), product.session_count()), (None, 0));
                product.open_session("alice");
                assert_eq!(product.session_count(), 1);
                product.end_sessions();
                assert_eq!(product.session_count(), 0);
                Ok(())
            }

            #[tokio::test]
            async fn its_log_says_whom_each_call_was_taken_for_and_shows_no_secret() -> Result<()> {
                let product = begun().await?;
                alice(me(&product)).send().await?;
                let url = format!("{}/stand-in/log", product.base_url());
                let (status, log) = told(client().get(url)).await?;
                assert_eq!(status, 200);
                let expected = json!({
                    "method": "GET", "target": concat!("/x", $me), "user": "alice",
                    "identified": "Basic", "userAgent": null,
                });
                assert_eq!(log[0], expected);
                Ok(())
            }

            #[tokio::test]
            async fn it_is_running_and_only_below_its_context_path() -> Result<()> {
                let product = begun().await?;
                let status = client().get(format!("{}/status", product.base_url()));
                assert_eq!(told(status).await?, (200, json!({ "state": "RUNNING" })));
                let outside = client().get(format!("http://{}/status", product.address()));
                assert_eq!(outside.send().await?.status(), 404);
                Ok(())
            }
        }
    };
}

alike!(confluence, Confluence, ConfluenceSettings, "/rest/api/user/current", "JSESSIONID");
alike!(
    bitbucket,
    Bitbucket,
    BitbucketSettings,
    "/rest/api/latest/users/alice",
    "BITBUCKETSESSIONID"
);
