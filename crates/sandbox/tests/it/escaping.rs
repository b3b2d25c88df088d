//! What people are called does no harm, neither in pages nor in JSON.

use anyhow::Result;
use gatepass_sandbox::{Account, Jira};
use serde_json::Value;

use crate::browser::{Browser, account};
use crate::{client, jira, told};

/// Markup, both quotes, text from right to left with an override, an emoji, a backslash.
const NAME: &str = "<script>alert(1)</script> \"a\" 'b' & שלום \u{202e}abc 🦊 \\";
const IN_HTML: &str = "&lt;script&gt;alert(1)&lt;/script&gt; &quot;a&quot; &#39;b&#39; &amp; שלום \
                       \u{202e}abc 🦊 \\";
const MAIL: &str = "\"><img src=x onerror=alert(2)>'@example.com";
const USERNAME: &str = "<i>'é\"";
const GROUP: &str = "<b>group</b>";

async fn odd() -> Result<Jira> {
    let jira = jira().await?;
    assert!(jira.add_user(Account {
        display_name: NAME.to_owned(),
        email: MAIL.to_owned(),
        groups: vec![GROUP.to_owned(), "jira-administrators".to_owned()],
        ..account(USERNAME)
    }));
    Ok(jira)
}

#[tokio::test]
async fn pages_show_names_as_text() -> Result<()> {
    let jira = odd().await?;
    let mut browser = Browser::of(&jira, USERNAME, "pw").await?;
    jira.issue_native_token(USERNAME, NAME);
    for target in [
        "/secure/Dashboard.jspa",
        "/secure/ViewProfile.jspa",
        "/secure/ViewProfile.jspa\
         ?selectedTab=com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens",
        "/browse/ABC-1",
        "/browse/NO-1",
        "/login.jsp?os_destination=/%22%3E%3Cscript%3E",
        "/secure/admin/ViewApplicationProperties.jspa",
        "/secure/admin/WebSudoAuthenticate!default.jspa?webSudoDestination=%22%3E%3Cscript%3E",
    ] {
        let mut answer = browser.get(target).await?;
        if answer.status() == 302 {
            answer = browser.follow(&answer).await?;
        }
        let page = answer.text().await?;
        assert!(page.contains(IN_HTML), "{target}: {page}");
        for harm in ["<script", "<img", "<i>", "<b>group"] {
            assert!(!page.contains(harm), "{target}: {harm} in {page}");
        }
    }
    let page = browser.get("/secure/ViewProfile.jspa").await?.text().await?;
    assert!(page.contains("&lt;i&gt;&#39;é&quot;") && page.contains("&lt;b&gt;group&lt;/b&gt;"));
    Ok(())
}

#[tokio::test]
async fn comments_show_their_authors_as_text() -> Result<()> {
    let jira = odd().await?;
    let url = format!("{}/rest/api/2/issue/ABC-1/comment", jira.base_url());
    let body = serde_json::json!({ "body": NAME });
    let made = client().post(url).basic_auth(USERNAME, Some("pw")).json(&body);
    assert_eq!(told(made).await?.0, 201);
    let page = Browser::of(&jira, "alice", "alice-password").await?.get("/browse/ABC-1").await?;
    let page = page.text().await?;
    assert!(page.contains(IN_HTML) && page.contains("<bdi>&lt;i&gt;"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    Ok(())
}

#[tokio::test]
async fn json_gives_names_back_letter_by_letter() -> Result<()> {
    let jira = odd().await?;
    let api = format!("{}/rest/api/2", jira.base_url());
    let get =
        |path: &str| told(client().get(format!("{api}/{path}")).basic_auth(USERNAME, Some("pw")));
    let (_, me) = get("myself?expand=groups").await?;
    assert_eq!(me["displayName"], NAME);
    assert_eq!(me["emailAddress"], MAIL);
    assert_eq!(me["name"], USERNAME);
    assert_eq!(me["groups"]["items"][0]["name"], GROUP);
    let (_, users) = get("user/picker?query=alert").await?;
    let (_, groups) = get("groups/picker?query=group").await?;
    let shown = [&users["users"][0]["html"], &groups["groups"][0]["html"]];
    for html in shown.map(|html| html.as_str().unwrap_or("<")) {
        assert!(!html.contains('<'), "what a client puts into its page: {html}");
    }
    let (_, found): (u16, Value) = get("user?username=%3Ci%3E%27%C3%89%22").await?;
    assert_eq!(found["displayName"], NAME);
    Ok(())
}
