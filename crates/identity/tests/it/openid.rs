//! Signing in at a provider that says what no provider may say.

use std::sync::Arc;
use std::time::Duration;

use gatepass_identity::{
    OpenIdAnswer, OpenIdAttempt, OpenIdDesk, OpenIdPerson, OpenIdProblem, OpenIdSettings,
};
use gatepass_model::{Clock as _, Lifetime, Timestamp};
use gatepass_testkit::{Manner, Signature, TestClock, TestProvider};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(10);
const VERIFIER: &str = "a-verifier-of-no-less-than-forty-three-characters";
const REDIRECT: &str = "https://gatepass.example.com/gatepass/signed-in/main";

struct World {
    provider: TestProvider,
    desk: OpenIdDesk,
    clock: Arc<TestClock>,
}

impl World {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut OpenIdSettings)) -> Self {
        let clock = Arc::new(TestClock::default());
        let provider = TestProvider::start(Arc::clone(&clock)).await.unwrap();
        let mut settings = provider.settings(PATIENCE).unwrap();
        change(&mut settings);
        let desk = OpenIdDesk::new(settings).unwrap();
        Self { provider, desk, clock }
    }

    fn attempt(&self, anew_since: Option<Timestamp>) -> OpenIdAttempt<'static> {
        let _ = self;
        OpenIdAttempt {
            redirect_uri: REDIRECT,
            state: "the-state",
            nonce: "the-nonce",
            verifier: VERIFIER,
            anew_since,
        }
    }

    /// The code with which a browser comes back.
    async fn code(&self, attempt: &OpenIdAttempt<'_>) -> Result<String, OpenIdProblem> {
        let address = self.desk.begin(attempt).await?;
        let back = self.provider.sign_in(&address).unwrap();
        let query = back.strip_prefix(REDIRECT).unwrap();
        let code = query.strip_prefix("?code=").unwrap().split('&').next().unwrap().to_owned();
        assert!(back.ends_with("&state=the-state"), "{back}");
        Ok(code)
    }

    async fn sign_in(&self) -> Result<OpenIdPerson, OpenIdProblem> {
        self.sign_in_as(&self.attempt(None)).await
    }

    async fn sign_in_as(&self, attempt: &OpenIdAttempt<'_>) -> Result<OpenIdPerson, OpenIdProblem> {
        let code = self.code(attempt).await?;
        self.desk.finish(attempt, OpenIdAnswer { code: &code, issuer: None }).await
    }

    /// Why nobody is signed in, with this change of what the provider says.
    async fn refused(&self, change: impl FnOnce(&mut Manner)) -> OpenIdProblem {
        self.provider.change(change);
        self.sign_in().await.unwrap_err()
    }
}

fn put(place: &mut Value, more: &Value) {
    place.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
}

#[track_caller]
fn is_not_believed(problem: &OpenIdProblem, words: &str) {
    let OpenIdProblem::NotBelieved(told) = problem else { panic!("{problem:?}") };
    assert!(told.contains(words), "{told}\nwas to have\n{words}");
}

#[tokio::test]
async fn who_signs_in_is_told_by_the_claims_of_the_id_token() {
    let world = World::new().await;
    let alice = world.sign_in().await.unwrap();
    assert_eq!(alice.account.username.as_str(), "alice");
    assert_eq!(alice.account.display_name, "Alice Arden");
    assert_eq!(alice.account.groups, ["staff"]);
    let key = format!("openid:{} subject-1", world.provider.issuer());
    assert_eq!(alice.account.native_key, Some(key));
    assert_eq!(alice.proved_at, None);
    // All was told: nobody asked for more, and what the provider is was asked for once.
    world.sign_in().await.unwrap();
    assert_eq!(world.provider.count("/userinfo"), 0);
    assert_eq!(world.provider.count("/.well-known/openid-configuration"), 1);
    world.clock.advance(Lifetime::from_seconds(3600));
    world.sign_in().await.unwrap();
    assert_eq!(world.provider.count("/.well-known/openid-configuration"), 2);
    assert!(!format!("{:?}", world.desk).contains(TestProvider::SECRET));
}

#[tokio::test]
async fn what_is_not_in_the_id_token_is_asked_for_and_the_id_token_counts() {
    let world = World::new().await;
    world.provider.change(|manner| {
        put(&mut manner.id_token, &json!({"groups": null, "email": null}));
        manner.user_info = json!({"sub": "subject-1", "groups": ["told"], "name": "Mallory"});
    });
    let alice = world.sign_in().await.unwrap().account;
    assert_eq!((alice.groups.as_slice(), alice.email), (&["told".to_owned()][..], None));
    assert_eq!(alice.display_name, "Alice Arden");
    // Of somebody else, or of nobody.
    for user_info in [json!({"sub": "subject-2", "groups": ["admins"]}), json!({"groups": ["a"]})] {
        let problem = world.refused(|manner| manner.user_info = user_info).await;
        assert!(problem.to_string().contains("tells of another one"), "{problem}");
    }
    // Without it nobody knows the groups, of which one may be denied something.
    let problem = world.refused(|manner| manner.user_info = Value::Null).await;
    assert_eq!(problem, OpenIdProblem::Unanswered("its userinfo answered with status 400".into()));
}

#[tokio::test]
async fn an_id_token_counts_only_signed_by_a_key_of_the_provider() {
    let world = World::new().await;
    for (signature, words) in [
        (Signature::None, "No signature found"),
        (Signature::ClientSecret, "algorithm `HS256` is not one of"),
        (Signature::Forged, "incorrect EdDSA signature"),
    ] {
        let problem = world.refused(|manner| manner.signature = signature).await;
        let OpenIdProblem::NotBelieved(told) = &problem else { panic!("{problem:?}") };
        assert!(told.to_lowercase().contains(&words.to_lowercase()), "{told}");
    }
    world.provider.change(|manner| manner.signature = Signature::Own);
    world.sign_in().await.unwrap();
}

#[tokio::test]
async fn an_id_token_must_be_of_this_sign_in_for_this_client() {
    let world = World::new().await;
    let now = world.clock.now().as_seconds();
    for (claims, words) in [
        (json!({"nonce": "another"}), "nonce"),
        (json!({"nonce": null}), "nonce"),
        (json!({"aud": "another"}), "audience"),
        (json!({"aud": ["gate", "another"]}), "audience"),
        (json!({"azp": "another"}), "azp"),
        (json!({"iss": "https://another.example.com"}), "issuer"),
        (json!({"exp": now - 61}), "Expired"),
        (json!({"iat": now + 61}), "just now"),
        (json!({"iat": now - 601}), "just now"),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}), "at_hash"),
        (json!({"sub": ""}), "sub"),
        (json!({"sub": "x".repeat(256)}), "sub"),
        (json!({"sub": "z\u{f6}e"}), "sub"),
    ] {
        let usual = json!({"sub": "subject-1", "preferred_username": "alice"});
        let problem = world
            .refused(|manner| {
                manner.id_token = usual;
                put(&mut manner.id_token, &claims);
            })
            .await;
        is_not_believed(&problem, words);
    }
    // Within what two clocks may differ by, and with what does not contradict.
    for claims in [
        json!({"exp": now - 59}),
        json!({"iat": now + 59}),
        json!({"aud": ["gate"], "azp": "gate"}),
        // The first half of the SHA-512 of the access token.
        json!({"at_hash": "Rb10lsqrobcpd02MQ_878ctvfDDbaRese_Z50nFw5Jw"}),
    ] {
        world.provider.change(|manner| {
            manner.id_token = json!({
                "sub": "subject-1", "preferred_username": "alice", "name": "a", "email": "a",
                "groups": [],
            });
            put(&mut manner.id_token, &claims);
        });
        world.sign_in().await.unwrap();
    }
    let problem = world.refused(|manner| manner.token_answer = json!({"id_token": null})).await;
    is_not_believed(&problem, "there is none");
}

#[tokio::test]
async fn new_keys_are_asked_for_when_one_is_not_known_but_not_each_time() {
    let world = World::new().await;
    world.sign_in().await.unwrap();
    world.provider.rotate_keys().unwrap();
    // They were asked for just now.
    is_not_believed(&world.sign_in().await.unwrap_err(), "No matching key");
    assert_eq!(world.provider.count("/jwks"), 1);
    world.clock.advance(Lifetime::from_seconds(31));
    world.sign_in().await.unwrap();
    assert_eq!(world.provider.count("/jwks"), 2);
    // Whoever shows forged ones does not have them asked for again and again.
    world.clock.advance(Lifetime::from_seconds(31));
    world.provider.change(|manner| manner.signature = Signature::Forged);
    for _ in 0..3 {
        world.sign_in().await.unwrap_err();
    }
    assert_eq!(world.provider.count("/jwks"), 3);
}

#[tokio::test]
async fn the_answer_of_another_provider_is_not_shown_to_this_one() {
    let world = World::new().await;
    let attempt = world.attempt(None);
    let finish = async |issuer: Option<&str>| {
        let code = world.code(&attempt).await.unwrap();
        world.desk.finish(&attempt, OpenIdAnswer { code: &code, issuer }).await
    };
    let issuer = world.provider.issuer().to_owned();
    let other = finish(Some("https://mallory.example.com")).await.unwrap_err();
    assert_eq!(other, OpenIdProblem::OtherIssuer("https://mallory.example.com".to_owned()));
    assert_eq!(world.provider.count("/token"), 0);
    finish(Some(&issuer)).await.unwrap();
    // A provider that says it with each answer has not sent one without.
    world.clock.advance(Lifetime::from_seconds(3600));
    let more = json!({"authorization_response_iss_parameter_supported": true});
    world.provider.change(|manner| manner.metadata = more);
    let none = finish(None).await.unwrap_err();
    assert_eq!(none, OpenIdProblem::OtherIssuer("nobody".to_owned()));
    assert_eq!(world.provider.count("/token"), 1);
    finish(Some(&issuer)).await.unwrap();
}

#[tokio::test]
async fn a_code_counts_once_and_for_who_began_only() {
    let world = World::new().await;
    let attempt = world.attempt(None);
    let code = world.code(&attempt).await.unwrap();
    let answer = OpenIdAnswer { code: &code, issuer: None };
    world.desk.finish(&attempt, answer).await.unwrap();
    let again = world.desk.finish(&attempt, answer).await.unwrap_err();
    assert_eq!(again, OpenIdProblem::CodeRefused("invalid_grant".to_owned()));
    for other in [
        OpenIdAttempt { verifier: "another-verifier-of-forty-three-characters-or-more", ..attempt },
        OpenIdAttempt { redirect_uri: "https://gatepass.example.com/other", ..attempt },
    ] {
        let code = world.code(&attempt).await.unwrap();
        let answer = OpenIdAnswer { code: &code, issuer: None };
        let refused = world.desk.finish(&other, answer).await.unwrap_err();
        assert_eq!(refused, OpenIdProblem::CodeRefused("invalid_grant".to_owned()));
    }
}

#[tokio::test]
async fn the_secret_goes_where_the_provider_takes_it() {
    let world = World::new().await;
    let post = json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]});
    world.provider.change(|manner| manner.metadata = post);
    world.sign_in().await.unwrap();
    let public = World::with(|settings| settings.client_secret = None).await;
    let refused = public.sign_in().await.unwrap_err();
    assert_eq!(refused, OpenIdProblem::CodeRefused("invalid_client".to_owned()));
}

#[tokio::test]
async fn a_proof_must_be_of_now() {
    let world = World::new().await;
    let began = world.clock.now();
    let attempt = world.attempt(Some(began));
    assert_eq!(world.sign_in_as(&attempt).await.unwrap().proved_at, Some(began));
    for (auth_time, words) in [
        (Value::Null, "auth_time is missing"),
        (json!(began.as_seconds() - 61), "auth_time is of before"),
    ] {
        world.provider.change(|manner| put(&mut manner.id_token, &json!({"auth_time": auth_time})));
        let problem = world.sign_in_as(&attempt).await.unwrap_err();
        assert_eq!(problem, OpenIdProblem::NotAnew(words.to_owned()));
    }
    // Where no proof is asked for, it is told as it is, and never later than now.
    let later = json!({"auth_time": began.as_seconds() + 30});
    world.provider.change(|manner| put(&mut manner.id_token, &later));
    assert_eq!(world.sign_in().await.unwrap().proved_at, Some(began));
}

#[tokio::test]
async fn a_provider_that_is_down_slow_or_another_one_signs_nobody_in() {
    let world = World::with(|settings| settings.issuer = "http://127.0.0.1:1".to_owned()).await;
    let down = world.desk.begin(&world.attempt(None)).await.unwrap_err();
    assert!(
        matches!(&down, OpenIdProblem::Unanswered(words) if words.contains("can't be reached"))
    );

    let slow = World::new().await;
    let settings = slow.provider.settings(Duration::from_millis(300)).unwrap();
    let slow = World { desk: OpenIdDesk::new(settings).unwrap(), ..slow };
    for path in ["/.well-known/openid-configuration", "/jwks", "/token"] {
        slow.clock.advance(Lifetime::from_seconds(5));
        let problem = slow.refused(|manner| manner.silent = vec![path]).await;
        let OpenIdProblem::Unanswered(words) = &problem else { panic!("{path}: {problem:?}") };
        assert!(words.contains("did not answer in time"), "{words}");
    }
    slow.provider.change(|manner| manner.silent = Vec::new());
    slow.sign_in().await.unwrap();
    // Whoever comes while it is known not to answer does not wait for it.
    slow.clock.advance(Lifetime::from_seconds(3600));
    let path = "/.well-known/openid-configuration";
    let asked = slow.provider.count(path);
    for _ in 0..3 {
        slow.refused(|manner| manner.silent = vec![path]).await;
    }
    assert_eq!(slow.provider.count(path), asked + 1);

    for (metadata, words) in [
        (json!({"issuer": "https://another.example.com"}), "another.example.com"),
        (json!({"issuer": format!("{}/", slow.provider.issuer())}), "issuer"),
        (json!({"token_endpoint": "http://login.example.com/token"}), "is not https"),
        (json!({"jwks_uri": "http://login.example.com/keys"}), "login.example.com"),
        (json!({"authorization_endpoint": "javascript:alert(1)"}), "is not https"),
        (json!({"userinfo_endpoint": "http://login.example.com/me"}), "is not https"),
        (json!({"token_endpoint": null}), "no token_endpoint"),
        (json!({"jwks_uri": null}), "jwks_uri"),
    ] {
        let world = World::new().await;
        let problem = world.refused(|manner| manner.metadata = metadata).await;
        assert!(problem.to_string().contains(words), "{problem}\nwas to have\n{words}");
    }
}

#[tokio::test]
async fn an_administrator_is_told_what_a_provider_announces() {
    let world = World::new().await;
    let good = world.desk.examine().await.unwrap();
    assert_eq!((good.keys, good.algorithms.as_slice()), (1, &["EdDSA".to_owned()][..]));
    assert_eq!((good.has_pkce, good.tells_auth_time), (Some(true), Some(true)));
    assert_eq!((good.unknown_scopes, good.unknown_claims), (Some(Vec::new()), Some(Vec::new())));
    world.provider.change(|manner| {
        manner.metadata = json!({
            "id_token_signing_alg_values_supported": ["HS256"],
            "code_challenge_methods_supported": ["plain"],
            "scopes_supported": ["openid"],
            "claims_supported": ["sub", "preferred_username", "name", "email"],
        });
    });
    let bad = world.desk.examine().await.unwrap();
    assert_eq!((bad.algorithms, bad.has_pkce), (Vec::new(), Some(false)));
    assert_eq!(bad.unknown_scopes, Some(vec!["profile".to_owned()]));
    assert_eq!(bad.unknown_claims, Some(vec!["groups".to_owned()]));
    assert_eq!(bad.tells_auth_time, Some(false));
}
