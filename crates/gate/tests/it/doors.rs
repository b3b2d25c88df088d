//! Passwords that come in bodies, and browsers' sign-in.

use gatepass_model::Mode;
use gatepass_sandbox::RecorderSettings;
use gatepass_testkit::build;
use gatepass_testkit::raw::Answer;

use crate::support::Scene;

async fn blocked() -> Scene {
    Scene::with(RecorderSettings::default(), |options| {
        options.policy = build::policy_with_mode(Mode::Allow, &["jira"]).unwrap();
        let jira = options.policy.instances.values_mut().next().unwrap();
        jira.modes.passwords = Mode::Block;
    })
    .await
}

/// A form that goes to a target without any token.
async fn post(scene: &Scene, target: &str, lines: &str, form: &str) -> Answer {
    let mut client = scene.client().await;
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: jira.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n{lines}\r\n",
        form.len()
    );
    client.send(format!("{head}{form}")).await.unwrap();
    client.answer().await.unwrap()
}

#[tokio::test]
async fn a_password_in_a_form_on_rest_is_refused_in_any_spelling() {
    let scene = blocked().await;
    for form in [
        "os_username=alice&os_password=x",
        "a=b&os%5Fpassword=x",
        "%6f%73_password=x&jql=y",
        "jql=y&os_username=alice",
    ] {
        let answer = post(&scene, "/rest/api/2/search", "", form).await;
        assert_eq!((answer.status, answer.reason()), (403, Some("passwords_disabled")), "{form}");
        assert!(answer.text().contains("Basic Authentication has been disabled on this instance."));
    }
    assert_eq!(scene.jira.requests().len(), 0);
    assert_eq!(post(&scene, "/rest/api/2/search", "", "jql=y").await.status, 200);
}

#[tokio::test]
async fn a_browsers_own_sign_in_passes_and_a_scripts_does_not() {
    let scene = blocked().await;
    let form = "os_username=alice&os_password=secret&login=Log+In";
    for lines in [
        "Sec-Fetch-Site: same-origin\r\n",
        "Origin: http://jira.example\r\n",
        "Referer: http://jira.example/login.jsp\r\n",
    ] {
        let answer = post(&scene, "/login.jsp", lines, form).await;
        assert_eq!(answer.status, 200, "{lines}: {}", answer.text());
        let seen = scene.jira.requests().pop().unwrap();
        assert_eq!((seen.body.as_slice(), seen.target().as_str()), (form.as_bytes(), "/login.jsp"));
    }
    scene.jira.forget_requests();
    for lines in [
        "",
        "Sec-Fetch-Site: cross-site\r\nOrigin: http://jira.example\r\n",
        "Origin: http://evil.example\r\n",
        "Origin: null\r\nReferer: http://jira.example/\r\n",
    ] {
        let answer = post(&scene, "/login.jsp", lines, form).await;
        assert_eq!((answer.status, answer.reason()), (403, Some("passwords_disabled")), "{lines}");
    }
    assert_eq!(scene.jira.requests().len(), 0);
}

#[tokio::test]
async fn a_token_beside_a_password_is_refused_at_every_door() {
    let scene = Scene::new(crate::support::answer_alice).await;
    let lines = format!("Authorization: Bearer {}\r\nSec-Fetch-Site: same-origin\r\n", scene.token);
    let form = "os_username=alice&os_password=secret";
    for target in ["/rest/api/2/search", "/login.jsp", "/rest/gadget/1.0/login"] {
        let answer = post(&scene, target, &lines, form).await;
        assert_eq!((answer.status, answer.reason()), (400, Some("malformed_request")), "{target}");
    }
    assert_eq!(scene.jira.requests().len(), 0);
}

#[tokio::test]
async fn a_token_in_a_form_is_refused_wherever_it_stands() {
    let scene = Scene::new(crate::support::answer_alice).await;
    for form in [format!("os_password={}", scene.token), format!("x=1&{}=2", scene.token)] {
        let answer = post(&scene, "/rest/api/2/search", "", &form).await;
        assert_eq!((answer.status, answer.reason()), (400, Some("malformed_token")));
    }
    assert_eq!(scene.jira.requests().len(), 0);
}
