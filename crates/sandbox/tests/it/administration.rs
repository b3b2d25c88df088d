//! Administrators' pages, and the password before them.

use anyhow::Result;
use gatepass_sandbox::Jira;
use serde_json::Value;

use crate::browser::{Browser, MINUTE, jira_with_clock, parameter};
use crate::{client, header, jira, told};

const PAGE: &str = "/secure/admin/ViewApplicationProperties.jspa";
const ASK: &str = "/secure/admin/WebSudoAuthenticate!default.jspa";
const CONFIRM: &str = "/secure/admin/WebSudoAuthenticate.jspa";

/// A browser of carol's, and what she types into the form.
async fn carol(jira: &Jira) -> Result<Browser> {
    Browser::of(jira, "carol", "carol-password").await
}

async fn confirm(browser: &mut Browser, password: &str) -> Result<reqwest::Response> {
    let form = [("webSudoPassword", password), ("webSudoDestination", PAGE)];
    browser.post(CONFIRM, &form).await
}

#[tokio::test]
async fn an_administrator_confirms_the_password_and_is_led_back() -> Result<()> {
    let jira = jira().await?;
    let mut browser = carol(&jira).await?;
    let asked = browser.get(&format!("{PAGE}?tab=x")).await?;
    assert_eq!(asked.status(), 302);
    assert!(browser.lead(&asked).unwrap().starts_with(&format!("{ASK}?")));
    let destination = parameter(&asked, "webSudoDestination").unwrap();
    assert_eq!(destination, format!("{PAGE}?tab=x"));
    let form = browser.follow(&asked).await?;
    assert_eq!(form.status(), 200);
    let text = form.text().await?;
    assert!(text.contains(&format!("action=\"{CONFIRM}\" method=\"post\"")), "{text}");
    assert!(text.contains("name=\"webSudoPassword\""), "{text}");
    let hidden = format!("name=\"webSudoDestination\" value=\"{destination}\"");
    assert!(text.contains(&hidden), "{text}");
    let fields =
        [("webSudoPassword", "carol-password"), ("webSudoDestination", destination.as_str())];
    let answer = browser.post(CONFIRM, &fields).await?;
    assert_eq!(browser.lead(&answer), Some(destination));
    assert_eq!(browser.follow(&answer).await?.status(), 200);
    assert_eq!(browser.get("/any/ViewApplicationProperties.jspa").await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_asks_again_and_opens_nothing() -> Result<()> {
    let jira = jira().await?;
    let mut browser = carol(&jira).await?;
    let answer = confirm(&mut browser, "x").await?;
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await?.contains("The password you entered is incorrect."));
    assert_eq!(browser.get(PAGE).await?.status(), 302);
    let elsewhere =
        [("webSudoPassword", "carol-password"), ("webSudoDestination", "https://evil/")];
    let answer = browser.post(CONFIRM, &elsewhere).await?;
    assert_eq!(browser.lead(&answer).as_deref(), Some(PAGE));
    Ok(())
}

#[tokio::test]
async fn ten_minutes_without_such_a_page_end_it_and_each_page_begins_them_anew() -> Result<()> {
    let (jira, clock) = jira_with_clock().await?;
    let mut browser = carol(&jira).await?;
    assert_eq!(confirm(&mut browser, "carol-password").await?.status(), 302);
    clock.advance(10 * MINUTE - 1);
    assert_eq!(browser.get(PAGE).await?.status(), 200);
    clock.advance(10 * MINUTE - 1);
    assert_eq!(browser.get(PAGE).await?.status(), 200);
    clock.advance(10 * MINUTE);
    assert_eq!(browser.get(PAGE).await?.status(), 302);
    assert_eq!(browser.get("/secure/Dashboard.jspa").await?.status(), 200, "she stays signed in");
    Ok(())
}

#[tokio::test]
async fn dropping_access_ends_it_for_this_session_only() -> Result<()> {
    let jira = jira().await?;
    let (mut one, mut other) = (carol(&jira).await?, carol(&jira).await?);
    for browser in [&mut one, &mut other] {
        assert_eq!(confirm(browser, "carol-password").await?.status(), 302);
    }
    assert_eq!(one.delete("/rest/auth/1/websudo").await?.status(), 204);
    assert_eq!(one.get(PAGE).await?.status(), 302);
    assert_eq!(other.get(PAGE).await?.status(), 200);
    let nobody = client().delete(format!("{}/rest/auth/1/websudo", jira.base_url()));
    assert_eq!(nobody.send().await?.status(), 401);
    Ok(())
}

#[tokio::test]
async fn who_is_no_administrator_is_refused_and_nobody_must_sign_in() -> Result<()> {
    let jira = jira().await?;
    let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
    for target in [PAGE, ASK] {
        let answer = browser.get(target).await?;
        assert_eq!(answer.status(), 403);
        assert!(header(&answer, "content-type").starts_with("text/html"));
        let answer = Browser::new(&jira).get(target).await?;
        assert_eq!(parameter(&answer, "os_destination").as_deref(), Some(target));
    }
    assert_eq!(confirm(&mut browser, "alice-password").await?.status(), 403);
    let token = jira.issue_native_token("alice", "t");
    let page = client().get(format!("{}{PAGE}", jira.base_url())).bearer_auth(token);
    assert_eq!(page.send().await?.status(), 403);
    Ok(())
}

#[tokio::test]
async fn a_native_token_administers_without_a_password_and_basic_does_not() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}{PAGE}", jira.base_url());
    let token = jira.issue_native_token("carol", "t");
    assert_eq!(client().get(&url).bearer_auth(token).send().await?.status(), 200);
    let basic = client().get(&url).basic_auth("carol", Some("carol-password"));
    assert_eq!(basic.send().await?.status(), 302);
    Ok(())
}

#[tokio::test]
async fn permissions_say_who_administers_by_whatever_he_comes() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/mypermissions", jira.base_url());
    for (username, expected) in [("carol", true), ("alice", false)] {
        let token = jira.issue_native_token(username, "t");
        let password = format!("{username}-password");
        let mut browser = Browser::of(&jira, username, &password).await?;
        let by_session: Value = browser.get("/rest/api/2/mypermissions").await?.json().await?;
        let (_, by_token) = told(client().get(&url).bearer_auth(token)).await?;
        let (_, by_basic) = told(client().get(&url).basic_auth(username, Some(&password))).await?;
        for said in [by_session, by_token, by_basic] {
            for right in ["ADMINISTER", "SYSTEM_ADMIN"] {
                assert_eq!(said["permissions"][right]["havePermission"], expected, "{username}");
            }
        }
    }
    let (_, nobody) = told(client().get(&url)).await?;
    assert_eq!(nobody["permissions"]["ADMINISTER"]["havePermission"], false);
    assert!(jira.set_groups("carol", &[]) && jira.set_groups("alice", &["jira-administrators"]));
    let token = jira.issue_native_token("alice", "t");
    let (_, said) = told(client().get(&url).bearer_auth(token)).await?;
    assert_eq!(said["permissions"]["SYSTEM_ADMIN"]["havePermission"], true);
    Ok(())
}
