//! Whom a call is taken for, and how an answer says it.

use anyhow::Result;
use gatepass_sandbox::Identified;

use super::{bitbucket, by, exception, get, named};
use crate::browser::account;
use crate::{client, header, told};

const ALICE: &str = "/rest/api/latest/users/alice";
const OPEN: &str = "/rest/api/latest/application-properties";

#[tokio::test]
async fn an_answer_names_who_is_signed_in_and_nobody_else() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let answer = by("alice", get(&bitbucket, OPEN)).send().await?;
    assert_eq!(named(&answer), Some("alice"));
    assert!(!answer.headers().contains_key("x-seraph-loginreason"));
    let cookie = header(&answer, "set-cookie").to_owned();
    assert!(cookie.starts_with("BITBUCKETSESSIONID="), "{cookie}");
    assert!(cookie.ends_with("; Path=/bitbucket; HttpOnly"), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    let answer = get(&bitbucket, ALICE).header("cookie", session).send().await?;
    assert_eq!((answer.status().as_u16(), named(&answer)), (200, Some("alice")));
    let answer = get(&bitbucket, OPEN).send().await?;
    assert_eq!((answer.status().as_u16(), named(&answer)), (200, None));
    assert!(!header(&answer, "x-arequestid").is_empty());
    assert!(bitbucket.add_user(account("jörg b")));
    let token = bitbucket.issue_native_token("jörg b", "t");
    let answer = get(&bitbucket, OPEN).bearer_auth(token).send().await?;
    assert_eq!(named(&answer), Some("j%C3%B6rg+b"));
    Ok(())
}

#[tokio::test]
async fn what_is_shown_and_wrong_is_401_even_where_nobody_may_come() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let of_bob = bitbucket.issue_native_token("bob", "t");
    let session = format!("BITBUCKETSESSIONID={}", bitbucket.open_session("alice"));
    for request in [
        get(&bitbucket, OPEN).bearer_auth("nonsense"),
        get(&bitbucket, OPEN).bearer_auth("nonsense").header("cookie", &session),
        get(&bitbucket, OPEN).basic_auth("alice", Some("x")),
        get(&bitbucket, OPEN).basic_auth("alice", Some(&of_bob)),
    ] {
        let answer = request.send().await?;
        assert_eq!((answer.status().as_u16(), named(&answer)), (401, None));
        assert!(header(&answer, "www-authenticate").starts_with("OAuth realm="));
        let said = answer.json().await?;
        assert_eq!(exception(&said), "auth.IncorrectPasswordAuthenticationException");
    }
    let (status, said) = told(get(&bitbucket, ALICE)).await?;
    assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    Ok(())
}

#[tokio::test]
async fn a_token_is_a_bearer_and_its_owners_password() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let token = bitbucket.issue_native_token("alice", "t");
    let session = format!("BITBUCKETSESSIONID={}", bitbucket.open_session("bob"));
    for request in [
        get(&bitbucket, ALICE).bearer_auth(&token),
        get(&bitbucket, ALICE).basic_auth("ALICE", Some(&token)),
        get(&bitbucket, ALICE).bearer_auth(&token).header("cookie", &session),
    ] {
        let answer = request.send().await?;
        assert_eq!((answer.status().as_u16(), named(&answer)), (200, Some("alice")));
        assert!(!answer.headers().contains_key("set-cookie"));
        let last = bitbucket.requests().pop().unwrap();
        assert_eq!(last.identified, Identified::NativeToken);
    }
    assert_eq!(bitbucket.session_count(), 1, "the session beside a token goes on");
    Ok(())
}

#[tokio::test]
async fn after_three_wrong_passwords_a_captcha_is_due_for_passwords_alone() -> Result<()> {
    let bitbucket = bitbucket().await?;
    for _ in 0..3 {
        let wrong = get(&bitbucket, OPEN).basic_auth("alice", Some("x"));
        assert_eq!(told(wrong).await?.0, 401);
    }
    let (status, said) = told(by("alice", get(&bitbucket, OPEN))).await?;
    assert_eq!((status, exception(&said)), (401, "auth.CaptchaRequiredAuthenticationException"));
    let token = bitbucket.issue_native_token("alice", "t");
    let by_token = get(&bitbucket, OPEN).basic_auth("alice", Some(token));
    assert_eq!(told(by_token).await?.0, 200);
    assert!(bitbucket.lift_captcha("alice"));
    assert_eq!(told(by("alice", get(&bitbucket, OPEN))).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn os_parameters_and_the_sessions_of_jira_are_nothing_here() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let os = format!("{ALICE}?os_username=alice&os_password=alice-password");
    assert_eq!(told(get(&bitbucket, &os)).await?.0, 401);
    let cookie = format!("JSESSIONID={}", bitbucket.open_session("alice"));
    assert_eq!(told(get(&bitbucket, ALICE).header("cookie", cookie)).await?.0, 401);
    assert!(bitbucket.requests().iter().all(|seen| seen.identified == Identified::Anonymous));
    Ok(())
}

#[tokio::test]
async fn whoami_is_the_name_and_empty_for_nobody_and_for_a_token() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let whoami = || get(&bitbucket, "/plugins/servlet/applinks/whoami");
    let cookie = format!("BITBUCKETSESSIONID={}", bitbucket.open_session("bob"));
    let token = bitbucket.issue_native_token("alice", "t");
    for (request, expected) in [
        (by("alice", whoami()), "alice"),
        (whoami().header("cookie", cookie), "bob"),
        (whoami(), ""),
        (whoami().bearer_auth(&token), ""),
        (whoami().basic_auth("alice", Some(&token)), ""),
    ] {
        let answer = request.send().await?;
        assert_eq!(answer.status(), 200);
        assert!(header(&answer, "content-type").starts_with("text/plain"));
        assert_eq!(answer.text().await?, expected);
    }
    Ok(())
}

#[tokio::test]
async fn what_there_is_not_is_404() -> Result<()> {
    let bitbucket = bitbucket().await?;
    for (path, kind) in [("/rest/api/1.0/nothing", "application/json"), ("/nothing", "text/html")] {
        let answer = client().get(format!("{}{path}", bitbucket.base_url())).send().await?;
        assert_eq!(answer.status(), 404);
        assert!(header(&answer, "content-type").starts_with(kind), "{path}");
    }
    Ok(())
}
