//! Signing in by the form, and out.

use anyhow::Result;
use gatepass_sandbox::Identified;

use super::confluence;
use crate::browser::Browser;
use crate::{client, header};

const RIGHT: [(&str, &str); 2] = [("os_username", "alice"), ("os_password", "alice-password")];

#[tokio::test]
async fn a_browser_signs_in_comes_back_and_signs_out() -> Result<()> {
    let confluence = confluence().await?;
    let mut browser = Browser::at(confluence.base_url());
    let answer = browser.get("/index.action").await?;
    let way = browser.lead(&answer).unwrap();
    assert_eq!(way, "/login.action?os_destination=%2Findex%2Eaction");
    let page = browser.get(&way).await?.text().await?;
    for part in [
        "action=\"/confluence/dologin.action\" method=\"post\"",
        "type=\"text\" name=\"os_username\"",
        "type=\"password\" name=\"os_password\"",
        "type=\"hidden\" name=\"os_destination\" value=\"/index.action\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let form = [RIGHT[0], RIGHT[1], ("os_destination", "/index.action")];
    let answer = browser.post("/dologin.action", &form).await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (302, "alice"));
    let page = browser.follow(&answer).await?.text().await?;
    assert!(page.contains("Signed in as <bdi>Alice Arden</bdi>."), "{page}");
    let last = confluence.requests().pop().unwrap();
    assert_eq!((last.user.as_deref(), last.identified), (Some("alice"), Identified::Session));
    let answer = browser.get("/logout.action").await?;
    assert_eq!(browser.lead(&answer).as_deref(), Some("/login.action?logout=true"));
    assert_eq!(header(&answer, "x-ausername"), "anonymous");
    assert_eq!(header(&answer, "x-seraph-loginreason"), "OUT");
    assert_eq!(confluence.session_count(), 0);
    assert_eq!(browser.get("/").await?.status(), 302);
    Ok(())
}

#[tokio::test]
async fn nobody_is_led_elsewhere() -> Result<()> {
    let confluence = confluence().await?;
    for (wanted, expected) in [
        ("/display/ABC?a=b", "/display/ABC?a=b"),
        ("//evil", "/index.action"),
        ("https://evil", "/index.action"),
        ("", "/index.action"),
    ] {
        let mut browser = Browser::at(confluence.base_url());
        let form = [RIGHT[0], RIGHT[1], ("os_destination", wanted)];
        let answer = browser.post("/login.action", &form).await?;
        assert_eq!(browser.lead(&answer).as_deref(), Some(expected), "{wanted}");
    }
    Ok(())
}

#[tokio::test]
async fn the_form_says_what_is_wrong_and_its_captcha_is_the_way_out() -> Result<()> {
    let confluence = confluence().await?;
    let mut browser = Browser::at(confluence.base_url());
    for _ in 0..3 {
        let wrong = [("os_username", "alice"), ("os_password", "se<cret")];
        let answer = browser.post("/dologin.action", &wrong).await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
        let page = answer.text().await?;
        assert!(page.contains("incorrect") && page.contains("value=\"alice\""), "{page}");
        assert!(!page.contains("cret"), "{page}");
    }
    let answer = browser.post("/dologin.action", &RIGHT).await?;
    assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATION_DENIED");
    assert!(answer.text().await?.contains("name=\"os_captcha\""));
    let solved = [RIGHT[0], RIGHT[1], ("os_captcha", "word")];
    assert_eq!(browser.post("/dologin.action", &solved).await?.status(), 302);
    let mut browser = Browser::at(confluence.base_url());
    assert_eq!(browser.post("/dologin.action", &[]).await?.status(), 200, "a form without a name");
    Ok(())
}

#[tokio::test]
async fn what_there_is_not_is_404() -> Result<()> {
    let confluence = confluence().await?;
    for (path, kind) in [("/rest/api/nothing", "application/json"), ("/nothing", "text/html")] {
        let answer = client().get(format!("{}{path}", confluence.base_url())).send().await?;
        assert_eq!(answer.status(), 404);
        assert!(header(&answer, "content-type").starts_with(kind), "{path}");
    }
    Ok(())
}
