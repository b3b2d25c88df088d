//! Who a call is taken for, as a client sees it.

use anyhow::Result;
use gatepass_sandbox::{Identified, Jira, JiraSettings};
use serde_json::json;

use crate::{alice, client, header, jira, told};

#[tokio::test]
async fn every_answer_to_a_password_carries_a_session_and_the_session_works() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/myself", jira.base_url());
    let answer = alice(client().get(&url)).send().await?;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "x-ausername"), "alice");
    assert_eq!(header(&answer, "x-seraph-loginreason"), "OK");
    assert_eq!(header(&answer, "content-type"), "application/json;charset=UTF-8");
    assert!(!header(&answer, "x-arequestid").is_empty());
    let cookies: Vec<&str> =
        answer.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    assert!(cookies[0].starts_with("JSESSIONID=") && cookies[0].contains("Path=/;"));
    assert!(cookies[1].starts_with("atlassian.xsrf.token=") && cookies[1].contains("_lin"));
    let session = cookies[0].split(';').next().unwrap();
    let answer = client().get(&url).header("cookie", session).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "alice"));
    let how: Vec<Identified> = jira.requests().iter().map(|seen| seen.identified).collect();
    assert_eq!(how, [Identified::Basic, Identified::Session]);
    Ok(())
}

#[tokio::test]
async fn a_native_token_gets_no_cookie_and_a_bad_one_is_nobody() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/myself", jira.base_url());
    let token = jira.issue_native_token("alice", "script");
    let answer = client().get(&url).bearer_auth(&token).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "alice"));
    assert!(!answer.headers().contains_key("set-cookie"));
    let answer = client().get(&url).bearer_auth("nonsense").send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (401, "anonymous"));
    assert!(header(&answer, "www-authenticate").starts_with("OAuth realm="));
    assert_eq!(jira.requests().last().map(|seen| seen.identified), Some(Identified::Anonymous));
    let open = format!("{}/rest/api/2/serverInfo", jira.base_url());
    let answer = client().get(open).bearer_auth("nonsense").send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "anonymous"));
    Ok(())
}

#[tokio::test]
async fn native_tokens_are_made_listed_used_and_revoked() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/pat/latest/tokens", jira.base_url());
    let wanted = json!({ "name": "ci", "expirationDuration": 90 });
    let (status, made) = told(alice(client().post(&url)).json(&wanted)).await?;
    assert_eq!(status, 201);
    let raw = made["rawToken"].as_str().unwrap();
    assert_eq!(raw.len(), 44);
    // A native token makes the next one: what a gate pass must never be able to do.
    let eternal = json!({ "name": "next" });
    let (status, next) = told(client().post(&url).bearer_auth(raw).json(&eternal)).await?;
    assert_eq!((status, &next["expiringAt"]), (201, &json!(null)));
    let (_, list) = told(client().get(&url).bearer_auth(raw)).await?;
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert!(list[0].get("rawToken").is_none());
    let own = format!("{url}/{}", made["id"]);
    let theirs = client().delete(&own).basic_auth("bob", Some("bob-password"));
    assert_eq!(theirs.send().await?.status(), 404);
    assert_eq!(alice(client().delete(&own)).send().await?.status(), 204);
    assert_eq!(client().get(&url).bearer_auth(raw).send().await?.status(), 401);
    Ok(())
}

#[tokio::test]
async fn native_tokens_keep_to_their_limits() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/pat/1.0/tokens", jira.base_url());
    for (body, status) in [
        (json!({}), 400),
        (json!({ "name": "x".repeat(41) }), 400),
        (json!({ "name": "x", "expirationDuration": 366 }), 400),
        (json!({ "name": "x", "expirationDuration": 0 }), 400),
        (json!({ "name": "x", "expirationDuration": 365 }), 201),
    ] {
        assert_eq!(told(alice(client().post(&url)).json(&body)).await?.0, status, "{body}");
    }
    for _ in 1..10 {
        assert_eq!(told(alice(client().post(&url)).json(&json!({ "name": "x" }))).await?.0, 201);
    }
    assert_eq!(told(alice(client().post(&url)).json(&json!({ "name": "x" }))).await?.0, 400);
    assert_eq!(told(client().post(&url).json(&json!({ "name": "x" }))).await?.0, 401);
    Ok(())
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_lead_to_a_captcha() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/serverInfo", jira.base_url());
    for _ in 0..3 {
        let answer = client().get(&url).basic_auth("alice", Some("x")).send().await?;
        assert_eq!(answer.status(), 401);
        assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    }
    let answer = alice(client().get(&url)).send().await?;
    assert_eq!(answer.status(), 403);
    assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATION_DENIED");
    let reason = header(&answer, "x-authentication-denied-reason");
    let expected = format!("CAPTCHA_CHALLENGE; login-url={}/login.jsp", jira.base_url());
    assert_eq!(reason, expected);
    let login = format!("{}/login.jsp", jira.base_url());
    let form = "os_username=alice&os_password=alice-password";
    let post = |form: String| {
        let kind = "application/x-www-form-urlencoded";
        client().post(&login).header("content-type", kind).body(form).send()
    };
    assert_eq!(post(form.to_owned()).await?.status(), 200);
    assert_eq!(post(format!("{form}&os_captcha=x")).await?.status(), 302);
    assert_eq!(alice(client().get(&url)).send().await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn os_parameters_sign_in_from_query_and_form_on_any_url() -> Result<()> {
    let jira = jira().await?;
    let os = "os_username=al%69ce&os_password=alice-password";
    let whoami = format!("{}/plugins/servlet/applinks/whoami", jira.base_url());
    let answer = client().get(format!("{whoami}?{os}")).send().await?;
    assert_eq!(answer.text().await?, "alice");
    let search = format!("{}/rest/api/2/search?jql=project=ABC", jira.base_url());
    let kind = "application/x-www-form-urlencoded";
    let answer = client().post(search).header("content-type", kind).body(os).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (415, "alice"));
    let seen: Vec<_> =
        jira.requests().into_iter().map(|seen| (seen.user, seen.identified)).collect();
    assert_eq!(seen, vec![(Some("alice".to_owned()), Identified::OsUsername); 2]);
    Ok(())
}

#[tokio::test]
async fn a_session_is_opened_read_and_ended_by_rest() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/auth/latest/session", jira.base_url());
    let right = json!({ "username": "bob", "password": "bob-password" });
    let (status, opened) = told(client().post(&url).json(&right)).await?;
    assert_eq!((status, &opened["session"]["name"]), (200, &json!("JSESSIONID")));
    let cookie = format!("JSESSIONID={}", opened["session"]["value"].as_str().unwrap());
    let (_, read) = told(client().get(&url).header("cookie", &cookie)).await?;
    assert_eq!(read["name"], "bob");
    assert_eq!(client().delete(&url).header("cookie", &cookie).send().await?.status(), 204);
    assert_eq!(client().get(&url).header("cookie", &cookie).send().await?.status(), 401);
    assert_eq!(jira.session_count(), 0);
    let wrong = json!({ "username": "bob", "password": "x" });
    assert_eq!(client().post(&url).json(&wrong).send().await?.status(), 401);
    Ok(())
}

#[tokio::test]
async fn pages_sign_in_and_out_below_the_context_path() -> Result<()> {
    let settings = JiraSettings { context_path: "/jira".to_owned(), ..JiraSettings::demo() };
    let jira = Jira::start(settings).await?;
    assert!(jira.base_url().ends_with("/jira"));
    let form = "os_username=carol&os_password=carol-password&os_destination=%2Fbrowse%2FABC-1";
    let login = format!("{}/login.jsp", jira.base_url());
    let kind = "application/x-www-form-urlencoded";
    let answer = client().post(login).header("content-type", kind).body(form).send().await?;
    assert_eq!(answer.status(), 302);
    assert_eq!(header(&answer, "location"), format!("{}/browse/ABC-1", jira.base_url()));
    let cookie = header(&answer, "set-cookie").to_owned();
    assert!(cookie.contains("Path=/jira;"), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    let get = |path: &str| {
        client().get(format!("{}{path}", jira.base_url())).header("cookie", session).send()
    };
    let page = get("/browse/ABC-1").await?.text().await?;
    assert!(page.contains("Checkout loses the basket"), "{page}");
    assert_eq!(header(&get("/any/where/Logout.jspa").await?, "x-seraph-loginreason"), "OUT");
    assert_eq!(get("/browse/ABC-1").await?.status(), 302);
    let outside = client().get(format!("http://{}/status", jira.address())).send().await?;
    assert_eq!(outside.status(), 404);
    Ok(())
}

#[tokio::test]
async fn a_mistaken_jira_says_so_in_x_ausername() -> Result<()> {
    let jira = jira().await?;
    jira.mistake_everybody_for(Some("bob"));
    let token = jira.issue_native_token("alice", "script");
    let url = format!("{}/rest/api/2/myself", jira.base_url());
    let answer = client().get(&url).bearer_auth(&token).send().await?;
    assert_eq!(header(&answer, "x-ausername"), "bob");
    assert!(jira.set_user_active("alice", false));
    let answer = client().get(&url).bearer_auth(&token).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (401, "anonymous"));
    Ok(())
}
