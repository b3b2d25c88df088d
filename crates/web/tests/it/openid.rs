//! Signing in at a provider, address by address.

use axum::http::{Request, header};
use gatepass_testkit::TestProvider;
use serde_json::{Value, json};

use crate::world::{Answer, HOST, World};

/// A browser: what it was given.
#[derive(Clone, Default)]
struct Jar(Vec<(String, String)>);

impl Jar {
    fn take(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    fn line(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}

const SESSION: &str = "__Host-gatepass-session";

struct Here {
    world: World,
    provider: TestProvider,
}

impl Here {
    async fn new(has_own_host: bool) -> Self {
        let (world, provider) = World::of_provider(has_own_host).await;
        Self { world, provider }
    }

    async fn get(&self, jar: &mut Jar, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, jar.line());
        let answer = self.world.ask(request, "").await;
        jar.take(&answer);
        answer
    }

    /// To the provider, and up to the way back: a path below the console.
    async fn sent(&self, jar: &mut Jar, path: &str) -> String {
        let answer = self.get(jar, path).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        let back = self.provider.sign_in(&answer.location).unwrap();
        let below = back.strip_prefix(&format!("https://{HOST}/gatepass")).unwrap();
        assert!(below.starts_with("/signed-in/main?"), "{below}");
        below.to_owned()
    }

    async fn signed_in(&self) -> Jar {
        let mut jar = Jar::default();
        let back = self.sent(&mut jar, "/sign-in").await;
        let answer = self.get(&mut jar, &back).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        jar
    }

    fn claim(&self, name: &str, value: Value) {
        self.provider.change(|manner| {
            manner.id_token.as_object_mut().unwrap().insert(name.to_owned(), value);
        });
    }
}

#[tokio::test]
async fn somebody_goes_to_the_provider_and_comes_back_to_where_he_wanted() {
    let here = Here::new(true).await;
    let mut jar = Jar::default();
    let answer = here.get(&mut jar, "/tokens/new?name=x").await;
    let to = answer.location.strip_prefix("/gatepass").unwrap().to_owned();
    let back = here.sent(&mut jar, &to).await;
    assert!(jar.has("__Host-gatepass-sign-in") && !jar.has(SESSION));
    let answer = here.get(&mut jar, &back).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/gatepass/tokens/new?name=x"));
    assert!(!jar.has("__Host-gatepass-sign-in") && jar.has(SESSION));
    let page = here.get(&mut jar, "/").await;
    assert!(page.status == 200 && page.body.contains("Alice Arden"), "{}", page.body);
    // The same address once more is of no use to anybody.
    for jar in [&mut jar.clone(), &mut Jar::default()] {
        let answer = here.get(jar, &back).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_by_it() {
    let here = Here::new(true).await;
    for evil in ["//evil", "https://evil", "/\\evil", "javascript:alert(1)", &"/x".repeat(400)] {
        let mut jar = Jar::default();
        let back = here.sent(&mut jar, &format!("/sign-in/provider/main?back={evil}")).await;
        let answer = here.get(&mut jar, &back).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/gatepass/"), "{evil}");
    }
    for path in ["/sign-in/provider/other", "/signed-in/other?code=x&state=y", "/sign-in/jira"] {
        let answer = here.get(&mut Jar::default(), path).await;
        assert!(matches!(answer.status, 404 | 400), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn whoever_has_just_signed_out_chooses_anew() {
    let here = Here::new(true).await;
    let page = here.get(&mut Jar::default(), "/sign-in?out=1").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/gatepass/sign-in/provider/main?back=%2F\""));
    assert!(page.body.contains("Sign in with") && page.body.contains("Company account"));
    // To the provider a link leads, so no form needs to be let there.
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains(here.provider.issuer()), "{policy}");
}

#[tokio::test]
async fn each_thing_that_goes_wrong_has_its_page_in_both_languages() {
    let here = Here::new(true).await;
    let ended = async |query: &str, expected: (u16, &str, &str)| {
        for (language, words) in [("en", expected.1), ("de", expected.2)] {
            let mut jar = Jar::default();
            let back = here.sent(&mut jar, "/sign-in").await;
            let back = back.replace("code=code-", query);
            let request = Request::get(back)
                .header(header::COOKIE, jar.line())
                .header(header::ACCEPT_LANGUAGE, language);
            let answer = here.world.ask(request, "").await;
            assert_eq!(answer.status, expected.0, "{}", answer.body);
            assert!(answer.body.contains(words), "{words}\n{}", answer.body);
            assert!(!answer.headers.contains_key(header::SET_COOKIE));
            // Choosing the language leads to no address that has counted.
            assert!(!answer.body.contains("state=") && !answer.body.contains("code=code"));
            assert!(answer.body.contains("name=\"back\" value=\"/sign-in?out=1\""));
        }
    };
    let declined = "error=access_denied&x=";
    ended(declined, (403, "did not sign you in", "hat Sie nicht angemeldet")).await;
    ended(declined, (403, "access_denied", "access_denied")).await;
    let twice = "code=a&code=code-";
    ended(twice, (400, "was used already", "wurde schon benutzt")).await;
    let mixed_up = "iss=https%3A%2F%2Fevil&code=code-";
    let distrusted = (502, "be trusted", "nicht zu trauen");
    ended(mixed_up, distrusted).await;
    ended("code=forged-", distrusted).await;
    here.claim("nonce", json!("another"));
    ended("code=code-", distrusted).await;
    here.claim("nonce", Value::Null);
    ended("code=code-", distrusted).await;
    here.provider.change(|manner| manner.token_answer = json!({"access_token": null}));
    ended("code=code-", (502, "does not answer", "antwortet nicht")).await;
}

#[tokio::test]
async fn a_proof_is_asked_of_the_provider_and_what_was_typed_is_there_again() {
    let here = Here::new(false).await;
    let mut jar = here.signed_in().await;
    let answer = here.get(&mut jar, "/tokens/new?name=typed").await;
    let proof = answer.location.strip_prefix("/gatepass").unwrap().to_owned();
    assert!(proof.starts_with("/proof?back="), "{proof}");
    let page = here.get(&mut jar, &proof).await;
    let link = page.body.split("href=\"/gatepass/proof/provider").nth(1).unwrap();
    let link = format!("/proof/provider{}", link.split('"').next().unwrap());
    assert!(
        page.body.contains("Company account") && !page.body.contains("action=\"/gatepass/proof")
    );
    let back = here.sent(&mut jar, &link).await;
    let answer = here.get(&mut jar, &back).await;
    assert_eq!(answer.location, "/gatepass/tokens/new?name=typed", "{}", answer.body);
    assert_eq!(here.get(&mut jar, "/tokens/new?name=typed").await.status, 200);

    // Without auth_time, and as somebody else, nothing is proved.
    here.world.test.clock.advance("11m".parse().unwrap());
    let mut refused = async |name: &str, value: Value, words: &str| {
        here.claim(name, value);
        let back = here.sent(&mut jar, &link).await;
        let answer = here.get(&mut jar, &back).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert!(answer.body.contains(words), "{words}\n{}", answer.body);
        assert_eq!(here.get(&mut jar, "/tokens/new").await.status, 303);
    };
    refused("preferred_username", json!("bob"), "That was somebody else").await;
    here.claim("preferred_username", json!("alice"));
    refused("auth_time", Value::Null, "does not say that it is still you").await;
}

#[tokio::test]
async fn a_name_of_another_account_has_its_page() {
    let here = Here::new(true).await;
    here.signed_in().await;
    here.claim("sub", json!("subject-2"));
    let mut jar = Jar::default();
    let back = here.sent(&mut jar, "/sign-in").await;
    let answer = here.get(&mut jar, &back).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("is taken") && !jar.has(SESSION), "{}", answer.body);
}

#[tokio::test]
async fn a_token_is_made_and_jira_is_gone_to_for_the_native_token() {
    let here = Here::new(true).await;
    let mut jar = here.signed_in().await;
    let page = here.get(&mut jar, "/tokens/new").await;
    let field = |name: &str| {
        let after = page.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let (csrf, form_id) = (field("csrf"), field("form_id"));
    let request = crate::world::form("/tokens/new")
        .header(header::COOKIE, jar.line())
        .header(header::ORIGIN, format!("https://{HOST}"));
    let fields =
        format!("csrf={csrf}&form_id={form_id}&do=create&name=n&access=read-only&expires=30d");
    let answer = here.world.ask(request, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(answer.location.starts_with("https://jira.example.com/gatepass-sign-in?to="));
    // The form may lead there.
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https://jira.example.com"), "{policy}");
}
