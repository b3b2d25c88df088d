//! Signing in by the form, and out.

use anyhow::Result;
use gatepass_sandbox::{Bitbucket, Identified};
use reqwest::Response;

use super::{bitbucket, get, named};
use crate::browser::encoded;
use crate::{client, header};

async fn submit(bitbucket: &Bitbucket, form: &[(&str, &str)]) -> Result<Response> {
    let fields: Vec<String> =
        form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let answer = client()
        .post(format!("{}/j_atl_security_check", bitbucket.base_url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields.join("&"))
        .send()
        .await?;
    Ok(answer)
}

fn lead<'a>(bitbucket: &Bitbucket, answer: &'a Response) -> &'a str {
    header(answer, "location").strip_prefix(&bitbucket.base_url()).unwrap()
}

const RIGHT: [(&str, &str); 2] = [("j_username", "Alice"), ("j_password", "alice-password")];

#[tokio::test]
async fn a_browser_signs_in_comes_back_and_signs_out() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let answer = get(&bitbucket, "/dashboard").send().await?;
    assert_eq!(lead(&bitbucket, &answer), "/login?next=%2Fdashboard");
    let page = get(&bitbucket, lead(&bitbucket, &answer)).send().await?.text().await?;
    for part in [
        "action=\"/bitbucket/j_atl_security_check\" method=\"post\"",
        "type=\"text\" name=\"j_username\"",
        "type=\"password\" name=\"j_password\"",
        "type=\"hidden\" name=\"next\" value=\"/dashboard\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let answer = submit(&bitbucket, &[RIGHT[0], RIGHT[1], ("next", "/dashboard")]).await?;
    assert_eq!((answer.status().as_u16(), named(&answer)), (302, Some("alice")));
    assert_eq!(lead(&bitbucket, &answer), "/dashboard");
    let cookie = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    let page = get(&bitbucket, "/dashboard").header("cookie", &cookie).send().await?;
    assert!(page.text().await?.contains("Signed in as <bdi>Alice Arden</bdi>."));
    assert_eq!(bitbucket.requests().pop().unwrap().identified, Identified::Session);
    let answer = get(&bitbucket, "/logout").header("cookie", &cookie).send().await?;
    assert_eq!((lead(&bitbucket, &answer), named(&answer)), ("/login", None));
    assert_eq!(bitbucket.session_count(), 0);
    let answer = get(&bitbucket, "/").header("cookie", &cookie).send().await?;
    assert_eq!(answer.status(), 302);
    Ok(())
}

#[tokio::test]
async fn nobody_is_led_elsewhere() -> Result<()> {
    let bitbucket = bitbucket().await?;
    for wanted in ["//evil", "https://evil", "/\\evil", ""] {
        let answer = submit(&bitbucket, &[RIGHT[0], RIGHT[1], ("next", wanted)]).await?;
        assert_eq!(lead(&bitbucket, &answer), "/dashboard", "{wanted}");
    }
    Ok(())
}

#[tokio::test]
async fn the_form_says_what_is_wrong_and_its_captcha_is_the_way_out() -> Result<()> {
    let bitbucket = bitbucket().await?;
    for _ in 0..3 {
        let answer = submit(&bitbucket, &[RIGHT[0], ("j_password", "se<cret")]).await?;
        assert_eq!((answer.status().as_u16(), named(&answer)), (200, None));
        let page = answer.text().await?;
        assert!(page.contains("incorrect") && page.contains("value=\"Alice\""), "{page}");
        assert!(!page.contains("cret"), "{page}");
    }
    let page = submit(&bitbucket, &RIGHT).await?.text().await?;
    assert!(page.contains("name=\"captcha\""), "{page}");
    assert_eq!(bitbucket.session_count(), 0);
    let solved = [RIGHT[0], RIGHT[1], ("captcha", "word")];
    assert_eq!(submit(&bitbucket, &solved).await?.status(), 302);
    assert_eq!(bitbucket.session_count(), 1);
    Ok(())
}
