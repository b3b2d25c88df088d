//! Whom a call is taken for, and how an answer says it.

use anyhow::Result;
use gatepass_sandbox::Identified;

use super::{confluence, current};
use crate::browser::account;
use crate::{alice, client, header, told};

#[tokio::test]
async fn every_answer_names_who_called_and_nobody_too() -> Result<()> {
    let confluence = confluence().await?;
    let answer = alice(current(&confluence)).send().await?;
    assert_eq!(header(&answer, "x-ausername"), "alice");
    assert_eq!(header(&answer, "x-seraph-loginreason"), "OK");
    assert!(!header(&answer, "x-arequestid").is_empty());
    let cookie = header(&answer, "set-cookie").to_owned();
    assert!(cookie.starts_with("JSESSIONID="), "{cookie}");
    assert!(cookie.ends_with("; Path=/confluence; HttpOnly"), "{cookie}");
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 1);
    let answer = current(&confluence).send().await?;
    assert_eq!(header(&answer, "x-ausername"), "anonymous");
    assert!(!header(&answer, "x-arequestid").is_empty());
    assert!(!answer.headers().contains_key("x-seraph-loginreason"));
    assert!(confluence.add_user(account("jörg b")));
    let token = confluence.issue_native_token("jörg b", "t");
    let answer = current(&confluence).bearer_auth(token).send().await?;
    assert_eq!(header(&answer, "x-ausername"), "j%C3%B6rg+b");
    Ok(())
}

#[tokio::test]
async fn a_wrong_bearer_is_as_if_it_were_not_there() -> Result<()> {
    let confluence = confluence().await?;
    let answer = current(&confluence).bearer_auth("nonsense").send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (403, "anonymous"));
    let cookie = format!("JSESSIONID={}", confluence.open_session("bob"));
    let both = current(&confluence).bearer_auth("nonsense").header("cookie", &cookie);
    let answer = both.send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "bob"));
    let token = confluence.issue_native_token("alice", "t");
    let both = current(&confluence).bearer_auth(token).header("cookie", cookie);
    let answer = both.send().await?;
    assert_eq!(header(&answer, "x-ausername"), "alice");
    assert!(!answer.headers().contains_key("set-cookie"));
    assert_eq!(confluence.session_count(), 0, "the session ended with the call by token");
    let how: Vec<_> = confluence.requests().iter().map(|seen| seen.identified).collect();
    assert_eq!(how, [Identified::Anonymous, Identified::Session, Identified::NativeToken]);
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_401_and_the_fourth_asks_for_a_captcha() -> Result<()> {
    let confluence = confluence().await?;
    for _ in 0..3 {
        let answer = current(&confluence).basic_auth("alice", Some("x")).send().await?;
        assert_eq!(answer.status(), 401);
        assert_eq!(header(&answer, "x-seraph-loginreason"), "AUTHENTICATED_FAILED");
    }
    let answer = alice(current(&confluence)).send().await?;
    assert_eq!(answer.status(), 403);
    let expected = format!("CAPTCHA_CHALLENGE; login-url={}/login.action", confluence.base_url());
    assert_eq!(header(&answer, "x-authentication-denied-reason"), expected);
    assert!(confluence.lift_captcha("alice"));
    assert_eq!(told(alice(current(&confluence))).await?.0, 200);
    // A token is no password here.
    let token = confluence.issue_native_token("alice", "t");
    let answer = current(&confluence).basic_auth("alice", Some(token)).send().await?;
    assert_eq!(answer.status(), 401);
    Ok(())
}

#[tokio::test]
async fn os_parameters_sign_in_on_any_url() -> Result<()> {
    let confluence = confluence().await?;
    let os = "os_username=alice&os_password=alice-password";
    let url = format!("{}/rest/api/space?{os}", confluence.base_url());
    let answer = client().get(url).send().await?;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-ausername")), (200, "alice"));
    assert_eq!(confluence.requests()[0].identified, Identified::OsUsername);
    Ok(())
}
