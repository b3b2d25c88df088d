//! Signing in by the page, and the pages that ask for it.

use anyhow::Result;
use gatepass_sandbox::{Identified, Jira, JiraSettings};

use crate::browser::{Browser, account, parameter};
use crate::{client, header, jira};

const TOKENS: &str = "/secure/ViewProfile.jspa\
                      ?selectedTab=com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens";

#[tokio::test]
async fn the_sign_in_page_is_a_form_with_labels_that_keeps_the_destination() -> Result<()> {
    let settings = JiraSettings { context_path: "/jira".to_owned(), ..JiraSettings::demo() };
    let jira = Jira::start(settings).await?;
    let target = "/login.jsp?os_destination=%2Fx%3Fa%3D%22b%22%26c";
    let answer = Browser::new(&jira).get(target).await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "anonymous"));
    let page = answer.text().await?;
    for part in [
        "action=\"/jira/login.jsp\" method=\"post\"",
        "<label for=\"login-form-username\">Username</label>",
        "<label for=\"login-form-password\">Password</label>",
        "name=\"os_username\"",
        "type=\"password\" name=\"os_password\"",
        "type=\"checkbox\" name=\"os_cookie\"",
        "type=\"hidden\" name=\"os_destination\" value=\"/x?a=&quot;b&quot;&amp;c\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("<script"), "{page}");
    Ok(())
}

#[tokio::test]
async fn the_right_password_gives_a_session_and_leads_on() -> Result<()> {
    let settings = JiraSettings {
        context_path: "/jira".to_owned(),
        secure_cookies: true,
        ..JiraSettings::demo()
    };
    let jira = Jira::start(settings).await?;
    let mut browser = Browser::new(&jira);
    let destination = "/gatepass-sign-in?to=abc%20d&x=1";
    let form = [
        ("os_username", "Alice"),
        ("os_password", "alice-password"),
        ("os_cookie", "true"),
        ("os_destination", destination),
    ];
    let answer = browser.post("/login.jsp", &form).await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (302, "alice"));
    assert_eq!(header(&answer, "x-seraph-loginreason"), "OK");
    assert_eq!(browser.lead(&answer).as_deref(), Some(destination));
    let cookies: Vec<&str> =
        answer.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).collect();
    assert!(cookies[0].ends_with("; Path=/jira; Secure; HttpOnly"), "{cookies:?}");
    assert!(cookies[1].starts_with("atlassian.xsrf.token=") && cookies[1].ends_with("; Secure"));
    assert_eq!(browser.get("/rest/api/2/myself").await?.status(), 200);
    let last = jira.requests().pop().unwrap();
    assert_eq!((last.user.as_deref(), last.identified), (Some("alice"), Identified::Session));
    Ok(())
}

#[tokio::test]
async fn nobody_is_led_elsewhere() -> Result<()> {
    let jira = jira().await?;
    let own = format!("http://{}/browse/ABC-1", jira.address());
    for (wanted, expected) in [
        ("/secure/ViewProfile.jspa", "/secure/ViewProfile.jspa"),
        (own.as_str(), "/browse/ABC-1"),
        ("//evil", "/secure/Dashboard.jspa"),
        ("https://evil", "/secure/Dashboard.jspa"),
        ("/\\evil", "/secure/Dashboard.jspa"),
        ("", "/secure/Dashboard.jspa"),
    ] {
        let mut browser = Browser::new(&jira);
        let form =
            [("os_username", "bob"), ("os_password", "bob-password"), ("os_destination", wanted)];
        let answer = browser.post("/login.jsp", &form).await?;
        assert_eq!(browser.lead(&answer).as_deref(), Some(expected), "{wanted}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_with_what_was_typed() -> Result<()> {
    let jira = jira().await?;
    let mut browser = Browser::new(&jira);
    let form = |word| {
        [("os_username", "bob\"<b>"), ("os_password", word), ("os_destination", "/browse/ABC-1")]
    };
    let answer = browser.post("/login.jsp", &form("se<cret")).await?;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    assert!(!answer.headers().contains_key("set-cookie"));
    let page = answer.text().await?;
    assert!(page.contains("incorrect") && page.contains("value=\"bob&quot;&lt;b&gt;\""), "{page}");
    assert!(page.contains("name=\"os_destination\" value=\"/browse/ABC-1\""), "{page}");
    assert!(!page.contains("cret"), "{page}");
    let answer = browser.post("/login.jsp", &[("os_destination", "/x")]).await?;
    assert_eq!(answer.status(), 200, "a form without a name");
    assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    Ok(())
}

#[tokio::test]
async fn after_three_wrong_passwords_the_form_asks_for_a_captcha() -> Result<()> {
    let jira = jira().await?;
    let mut browser = Browser::new(&jira);
    for _ in 0..3 {
        browser.post("/login.jsp", &[("os_username", "bob"), ("os_password", "x")]).await?;
    }
    let right = [("os_username", "bob"), ("os_password", "bob-password"), ("os_captcha", "word")];
    let answer = browser.post("/login.jsp", &right[..2]).await?;
    assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATION_DENIED");
    let page = answer.text().await?;
    assert!(page.contains("name=\"os_captcha\"") && page.contains("value=\"bob\""), "{page}");
    assert_eq!(browser.post("/login.jsp", &right).await?.status(), 302);
    Ok(())
}

#[tokio::test]
async fn pages_of_people_send_nobody_to_the_sign_in_page_and_back() -> Result<()> {
    let settings = JiraSettings { context_path: "/jira".to_owned(), ..JiraSettings::demo() };
    let jira = Jira::start(settings).await?;
    jira.set_anonymous_may_read(true);
    for target in ["/secure/Dashboard.jspa", "/secure/ViewProfile.jspa", TOKENS] {
        let mut browser = Browser::new(&jira);
        let answer = browser.get(target).await?;
        assert_eq!(answer.status(), 302);
        let destination = parameter(&answer, "os_destination").unwrap();
        assert_eq!(destination, target);
        assert!(browser.lead(&answer).unwrap().starts_with("/login.jsp?"));
        let form = [
            ("os_username", "bob"),
            ("os_password", "bob-password"),
            ("os_destination", &destination),
        ];
        let answer = browser.post("/login.jsp", &form).await?;
        let page = browser.follow(&answer).await?;
        assert_eq!((page.status().as_u16(), header(&page, "x-ausername")), (200, "bob"));
    }
    Ok(())
}

#[tokio::test]
async fn pages_name_who_is_signed_in_and_have_the_links_of_the_settings() -> Result<()> {
    let links = vec![("API tokens & more".to_owned(), "/gatepass/?a=1&b=2".to_owned())];
    let settings = JiraSettings {
        context_path: "/jira".to_owned(),
        navigator_links: links,
        ..JiraSettings::demo()
    };
    let jira = Jira::start(settings).await?;
    let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
    for target in ["/secure/Dashboard.jspa", "/secure/ViewProfile.jspa", "/browse/ABC-1"] {
        let page = browser.get(target).await?.text().await?;
        for part in [
            "<bdi>Alice Arden</bdi>",
            "<a id=\"view_profile\" href=\"/jira/secure/ViewProfile.jspa\">Profile</a>",
            &format!("<a href=\"/jira{TOKENS}\">Personal access tokens</a>"),
            "<a id=\"log_out\" href=\"/jira/secure/Logout.jspa\">Log out</a>",
            "<a href=\"/gatepass/?a=1&amp;b=2\">API tokens &amp; more</a>",
        ] {
            assert!(page.contains(part), "{target}: {part} in {page}");
        }
        assert!(!page.contains("ViewApplicationProperties"), "not for everybody: {page}");
    }
    let page = browser.get("/login.jsp?os_destination=/browse/ABC-1").await?.text().await?;
    let on = format!("<a href=\"{}/browse/ABC-1\">Continue</a>", jira.base_url());
    assert!(page.contains("already logged in") && page.contains(&on), "{page}");
    Ok(())
}

#[tokio::test]
async fn both_ways_out_end_the_session() -> Result<()> {
    let jira = jira().await?;
    for target in ["/logout", "/secure/Logout.jspa"] {
        let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
        let answer = browser.get(target).await?;
        assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "anonymous"));
        assert_eq!(header(&answer, "x-seraph-loginreason"), "OUT");
        assert!(!answer.text().await?.contains("Alice"), "the page is nobody's");
        assert_eq!(jira.session_count(), 0);
        assert_eq!(browser.get("/secure/Dashboard.jspa").await?.status(), 302);
    }
    Ok(())
}

#[tokio::test]
async fn the_profile_lists_ones_own_native_tokens_without_their_secrets() -> Result<()> {
    let jira = jira().await?;
    let secret = jira.issue_native_token("alice", "nightly <build>");
    jira.issue_native_token("bob", "of bob");
    let mut browser = Browser::of(&jira, "alice", "alice-password").await?;
    let page = browser.get(TOKENS).await?.text().await?;
    let id = jira.native_tokens("alice")[0].id;
    assert!(page.contains(&format!("data-token-id=\"{id}\"")), "{page}");
    assert!(page.contains("nightly &lt;build&gt;") && page.contains("<td>2026-11-23</td>"));
    assert!(!page.contains("of bob") && !page.contains(&secret), "{page}");
    let answer = client().get(format!("{}{TOKENS}", jira.base_url())).bearer_auth(&secret);
    assert_eq!(header(&answer.send().await?, "x-ausername"), "alice");
    Ok(())
}

#[tokio::test]
async fn odd_usernames_sign_in_and_are_named_in_answers() -> Result<()> {
    let jira = jira().await?;
    for (username, header_says) in [
        ("John.Smith", "john.smith"),
        ("john smith", "john+smith"),
        ("Müller", "m%C3%BCller"),
        ("J@Example.com", "j%40example.com"),
        ("a%2Fb", "a%252fb"),
        ("a/b+c", "a%2Fb%2Bc"),
        ("~*_-", "%7E*_-"),
    ] {
        assert!(jira.add_user(account(username)), "{username}");
        let mut browser = Browser::of(&jira, username, "pw").await?;
        let answer = browser.get("/rest/api/2/myself").await?;
        assert_eq!(header(&answer, "x-ausername"), header_says);
        let bean: serde_json::Value = answer.json().await?;
        assert_eq!(bean["name"], username.to_lowercase());
        let basic = client()
            .get(format!("{}/rest/api/2/myself", jira.base_url()))
            .basic_auth(username, Some("pw"));
        assert_eq!(header(&basic.send().await?, "x-ausername"), header_says);
        let own = bean["self"].as_str().unwrap();
        let found: serde_json::Value =
            client().get(own).basic_auth(username, Some("pw")).send().await?.json().await?;
        assert_eq!((&found["name"], &found["key"]), (&bean["name"], &bean["key"]));
    }
    Ok(())
}
