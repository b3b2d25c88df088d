use gatepass_http_client::{Client, Settings};
use gatepass_identity::{ProofError, Prover, ReadyCredential, Upstream, probe_once};
use gatepass_model::{IdentityMethod, Product};
use gatepass_profiles::ClaimedUser;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::{instance, person, ring, secret, stored, wallet};

/// A product that gives these answers, one a connection: status, headers, body.
async fn product(
    product: Product,
    answers: &'static [(u16, &str, &str)],
) -> (Prover, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/jira", listener.local_addr().unwrap());
    let (told, asked) = unbounded_channel();
    tokio::spawn(async move {
        for (status, headers, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            told.send(String::from_utf8(head).unwrap()).unwrap();
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let client = Client::new(Settings::default()).unwrap();
    (
        Prover::new([(instance("jira"), Upstream { product, base_url, client, asserter: None })]),
        asked,
    )
}

fn credential() -> ReadyCredential {
    ReadyCredential::native_token("alice".parse().unwrap(), &secret("pat")).unwrap()
}

async fn proved(
    which: Product,
    answers: &'static [(u16, &str, &str)],
) -> Result<ClaimedUser, ProofError> {
    product(which, answers).await.0.prove(&instance("jira"), &credential()).await
}

fn somebody(name: &str) -> ClaimedUser {
    ClaimedUser::Somebody(name.to_owned())
}

#[tokio::test]
async fn each_product_is_asked_something_that_every_user_may_read() {
    for (which, path, body) in [
        (Product::Jira, "/jira/rest/api/2/myself", r#"{"name":"alice","key":"JIRAUSER1"}"#),
        (
            Product::Confluence,
            "/jira/rest/api/user/current",
            r#"{"type":"known","username":"alice"}"#,
        ),
        (Product::Bitbucket, "/jira/rest/api/latest/application-properties", r#"{"version":"9"}"#),
    ] {
        let answers = vec![(200, "X-AUSERNAME: alice\r\n", body)].leak();
        let (prover, mut asked) = product(which, answers).await;
        let says = prover.prove(&instance("jira"), &credential()).await.unwrap();
        assert_eq!(says, somebody("alice"));
        let head = asked.recv().await.unwrap();
        assert!(head.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{head}");
        assert!(head.to_lowercase().contains("authorization: bearer pat\r\n"), "{head}");
        assert!(!head.to_lowercase().contains("cookie"), "{head}");
    }
}

#[tokio::test]
async fn a_credential_that_counts_for_nothing_is_nobodys() {
    const ANONYMOUS: &str = "X-AUSERNAME: anonymous\r\n";
    for answers in [
        &[(401, ANONYMOUS, "")][..],
        &[(401, "", "")],
        &[(403, ANONYMOUS, "")],
        &[(200, ANONYMOUS, r#"{"type":"anonymous"}"#)],
    ] {
        assert_eq!(proved(Product::Confluence, answers).await.unwrap(), ClaimedUser::Nobody);
    }
}

#[tokio::test]
async fn what_is_no_proof_is_never_taken_for_one() {
    for answers in [
        &[(200, "", r#"{"name":"alice"}"#)][..],
        &[(200, "X-AUSERNAME: %\r\n", r#"{"name":"alice"}"#)],
        &[(200, "X-AUSERNAME: alice\r\nX-AUSERNAME: bob\r\n", "{}")],
        &[(200, "X-AUSERNAME: alice\r\n", r#"{"name":"bob"}"#)],
        &[(401, "X-AUSERNAME: alice\r\n", "")],
    ] {
        let error = proved(Product::Jira, answers).await.unwrap_err();
        assert!(matches!(error, ProofError::Unsaid), "{error}");
    }
    for status in ["302", "404", "500"] {
        let status: u16 = status.parse().unwrap();
        let answers = vec![(status, "X-AUSERNAME: alice\r\nLocation: /\r\n", "")].leak();
        let error = proved(Product::Jira, answers).await.unwrap_err();
        assert!(matches!(error, ProofError::Unexpected(found) if found == status), "{error}");
    }
    let captcha = "X-AUSERNAME: anonymous\r\nX-Authentication-Denied-Reason: CAPTCHA_CHALLENGE\r\n";
    let answers = vec![(403, captcha, "")].leak();
    let error = proved(Product::Jira, answers).await.unwrap_err();
    assert!(matches!(&error, ProofError::Denied(why) if why == "CAPTCHA_CHALLENGE"), "{error}");
    let (prover, _asked) = product(Product::Jira, &[]).await;
    let error = prover.prove(&instance("wiki"), &credential()).await.unwrap_err();
    assert!(matches!(error, ProofError::UnknownInstance(_)), "{error}");
}

#[tokio::test]
async fn a_surprise_ends_when_a_probe_finds_the_owner_and_not_before() {
    let (ring, jira, alice) = (ring(), instance("jira"), person("alice"));
    let wallet = wallet(&[IdentityMethod::NativeToken], None);
    wallet.put(&ring, &stored(&ring, "alice", "pat")).unwrap();
    let (prover, mut asked) = product(
        Product::Jira,
        &[
            (200, "X-AUSERNAME: bob\r\n", r#"{"name":"bob"}"#),
            (401, "X-AUSERNAME: anonymous\r\n", ""),
            (503, "", ""),
            (200, "X-AUSERNAME: Alice\r\n", r#"{"name":"alice"}"#),
        ],
    )
    .await;
    assert_eq!(probe_once(&wallet, &prover).await, 0);
    assert!(asked.try_recv().is_err(), "asked although nothing surprised");

    let credential = wallet.become_owner(&jira, &alice).unwrap();
    credential.mark_surprised(&jira, &alice, None);
    for _ in 0..3 {
        assert_eq!(probe_once(&wallet, &prover).await, 0);
        assert!(wallet.become_owner(&jira, &alice).is_err());
    }
    assert_eq!(probe_once(&wallet, &prover).await, 1);
    assert!(wallet.become_owner(&jira, &alice).is_ok());
    let mut questions = 0;
    while asked.try_recv().is_ok() {
        questions += 1;
    }
    assert_eq!(questions, 4, "one request for each probe");
}
