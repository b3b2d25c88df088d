//! What a test may do to a stand-in while it runs.

use std::time::{Duration, Instant};

use anyhow::Result;
use gatepass_sandbox::Identified;
use serde_json::json;

use crate::browser::{Browser, account};
use crate::{alice, client, header, jira, told};

#[tokio::test]
async fn somebody_who_is_renamed_keeps_key_session_tokens_and_issues() -> Result<()> {
    let jira = jira().await?;
    let api = format!("{}/rest/api/2", jira.base_url());
    let token = jira.issue_native_token("alice", "t");
    let (_, before) = told(client().get(format!("{api}/myself")).bearer_auth(&token)).await?;
    let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
    assert!(jira.rename_user("Alice", "Alice.Baker"));
    assert_eq!(header(&browser.get("/rest/api/2/myself").await?, "x-ausername"), "alice.baker");
    let (_, after) = told(client().get(format!("{api}/myself")).bearer_auth(&token)).await?;
    assert_eq!((&after["name"], &after["key"]), (&json!("alice.baker"), &before["key"]));
    let issue = client().get(format!("{api}/issue/ABC-1?fields=assignee")).bearer_auth(&token);
    assert_eq!(told(issue).await?.1["fields"]["assignee"]["key"], before["key"]);
    let old = alice(client().get(format!("{api}/myself"))).send().await?;
    assert_eq!(old.status(), 401, "the old name is nobody's");
    let by_key = format!("{api}/user?key={}", before["key"].as_str().unwrap());
    let (_, found) = told(client().get(by_key).bearer_auth(&token)).await?;
    assert_eq!(found["name"], "alice.baker");
    assert!(!jira.rename_user("bob", "ALICE.baker"), "the name is taken");
    assert!(!jira.rename_user("alice", "x"), "there is no such person");
    Ok(())
}

#[tokio::test]
async fn who_is_removed_and_added_again_is_somebody_else() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/myself", jira.base_url());
    let token = jira.issue_native_token("bob", "t");
    let (_, before) = told(client().get(&url).bearer_auth(&token)).await?;
    let mut browser = Browser::of(&jira, "bob", "bob-password").await?;
    assert!(jira.remove_user("Bob") && !jira.remove_user("bob"));
    for _ in 0..2 {
        assert_eq!(told(client().get(&url).bearer_auth(&token)).await?.0, 401);
        assert_eq!(browser.get("/rest/api/2/myself").await?.status(), 401);
        jira.add_user(account("bob"));
    }
    let (_, after) = told(client().get(&url).basic_auth("bob", Some("pw"))).await?;
    assert_eq!(after["name"], "bob");
    assert_ne!(after["key"], before["key"]);
    Ok(())
}

#[tokio::test]
async fn groups_count_from_the_next_call_on() -> Result<()> {
    let jira = jira().await?;
    assert!(jira.set_groups("bob", &["jira-administrators"]) && !jira.set_groups("x", &[]));
    let url = format!("{}/rest/api/2/group/member?groupname=jira-administrators", jira.base_url());
    let (_, page) = told(client().get(&url).basic_auth("bob", Some("bob-password"))).await?;
    assert_eq!(page["total"], 2);
    assert!(jira.set_groups("bob", &["developers"]));
    assert_eq!(told(client().get(&url).basic_auth("bob", Some("bob-password"))).await?.0, 403);
    Ok(())
}

#[tokio::test]
async fn a_delay_holds_up_every_answer_and_the_call_is_seen_at_once() -> Result<()> {
    let jira = jira().await?;
    let delay = Duration::from_millis(40);
    jira.set_delay(delay);
    for path in ["/status", "/rest/api/2/serverInfo", "/a%00b"] {
        let began = Instant::now();
        client().get(format!("{}{path}", jira.base_url())).send().await?;
        assert!(began.elapsed() >= delay, "{path}");
    }
    jira.set_delay(Duration::from_mins(10));
    jira.forget_requests();
    let held = tokio::spawn(client().get(format!("{}/status", jira.base_url())).send());
    while jira.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!held.is_finished());
    held.abort();
    jira.set_delay(Duration::ZERO);
    assert_eq!(client().get(format!("{}/status", jira.base_url())).send().await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn one_that_is_down_says_so_to_everybody_in_html() -> Result<()> {
    let jira = jira().await?;
    jira.set_down(true);
    for path in ["/status", "/rest/api/2/myself", "/login.jsp"] {
        let answer = alice(client().get(format!("{}{path}", jira.base_url()))).send().await?;
        assert_eq!(answer.status(), 503);
        assert_eq!(header(&answer, "content-type"), "text/html;charset=UTF-8");
        assert!(!answer.headers().contains_key("x-ausername"));
        assert!(!answer.headers().contains_key("set-cookie"));
    }
    let seen = jira.requests();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|call| call.identified == Identified::Anonymous));
    jira.set_down(false);
    let url = format!("{}/rest/api/2/myself", jira.base_url());
    assert_eq!(told(alice(client().get(url))).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn nonsense_is_a_page_where_json_was_asked_for_and_does_nothing() -> Result<()> {
    let jira = jira().await?;
    jira.set_nonsense(true);
    let tokens = format!("{}/rest/pat/latest/tokens", jira.base_url());
    let answer = alice(client().post(&tokens)).json(&json!({ "name": "x" })).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "alice"));
    assert_eq!(header(&answer, "content-type"), "text/html;charset=UTF-8");
    assert!(answer.text().await?.starts_with("<html>"));
    assert_eq!(jira.native_tokens("alice").len(), 0);
    let status = client().get(format!("{}/status", jira.base_url()));
    let answer = status.header("accept", "application/json").send().await?;
    assert_eq!(header(&answer, "content-type"), "text/html;charset=UTF-8");
    let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
    let page = browser.get("/secure/Dashboard.jspa").await?.text().await?;
    assert!(page.contains("Signed in as Alice Arden."), "pages are as ever");
    let last = jira.requests().pop().unwrap();
    assert_eq!((last.user.as_deref(), last.identified), (Some("alice"), Identified::Session));
    jira.set_nonsense(false);
    assert_eq!(told(alice(client().post(&tokens)).json(&json!({ "name": "x" }))).await?.0, 201);
    Ok(())
}
