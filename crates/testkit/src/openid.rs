//! An `OpenID` provider in a test, which says what the test wants: also what no provider may say.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gatepass_control::{AskedDirectory, OpenIdDirectory, PeopleSource, Products};
use gatepass_http_client::{Client, Settings};
use gatepass_identity::{ClaimNames, OpenIdDesk, OpenIdSettings, ProductDesk};
use gatepass_model::{Clock as _, Lifetime};
use gatepass_vault::SecretText;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::TestClock;

/// By what an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// By the provider's key.
    Own,
    /// By another key that says to be the provider's.
    Forged,
    /// By nothing (`alg` is `none`).
    None,
    /// By the client's secret (`HS256`).
    ClientSecret,
}

/// What a provider says. Values of the maps are put over those of a provider that is as it should be;
/// `null` takes one away.
#[derive(Clone, Debug)]
pub struct Manner {
    /// In `/.well-known/openid-configuration`.
    pub metadata: Value,
    /// In ID tokens of whoever signs in from now on.
    pub id_token: Value,
    /// Who has signed in, at `userinfo`; `null`: that is answered with 500.
    pub user_info: Value,
    /// In answers to a code.
    pub token_answer: Value,
    /// By what ID tokens are signed.
    pub signature: Signature,
    /// Paths at which nothing is ever answered.
    pub silent: Vec<&'static str>,
}

/// A sign-in that waits for its code to be shown.
struct Waiting {
    redirect_uri: String,
    challenge: String,
    nonce: String,
    tells_auth_time: bool,
    /// What ID tokens were to say when he signed in.
    claims: Value,
}

struct State {
    issuer: String,
    clock: Arc<TestClock>,
    key: KeyPair,
    key_id: u32,
    manner: Manner,
    codes: HashMap<String, Waiting>,
    made: u32,
    asked: Vec<String>,
}

/// A provider that runs; it ends when it is dropped.
pub struct TestProvider {
    issuer: String,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl TestProvider {
    /// What it knows the console by.
    pub const CLIENT_ID: &'static str = "gate";
    /// By what the console proves itself.
    pub const SECRET: &'static str = "s3cret of the client";

    /// On a port of its own, with this time; `alice` of the group `staff` signs in.
    pub async fn start(clock: Arc<TestClock>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let issuer = format!("http://{}", listener.local_addr()?);
        let manner = Manner {
            metadata: json!({}),
            id_token: json!({
                "sub": "subject-1", "preferred_username": "alice", "name": "Alice Arden",
                "email": "alice@example.com", "groups": ["staff"],
            }),
            user_info: Value::Null,
            token_answer: json!({}),
            signature: Signature::Own,
            silent: Vec::new(),
        };
        let state = Arc::new(Mutex::new(State {
            issuer: issuer.clone(),
            clock,
            key: KeyPair::generate_for(&PKCS_ED25519)?,
            key_id: 1,
            manner,
            codes: HashMap::new(),
            made: 0,
            asked: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // An error ends the connection, which is what its client sees.
                connections.spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self { issuer, state, serving })
    }

    /// What it calls itself.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Changes what it says from now on.
    pub fn change(&self, change: impl FnOnce(&mut Manner)) {
        change(&mut self.state().manner);
    }

    /// Has a new key, of a new name, and forgets the old one.
    pub fn rotate_keys(&self) -> anyhow::Result<()> {
        let mut state = self.state();
        state.key = KeyPair::generate_for(&PKCS_ED25519)?;
        state.key_id += 1;
        Ok(())
    }

    /// How often something was asked at this path.
    pub fn count(&self, path: &str) -> usize {
        self.state().asked.iter().filter(|asked| *asked == path).count()
    }

    /// The settings of a desk for it, as a confidential client.
    pub fn settings(&self, patience: Duration) -> anyhow::Result<OpenIdSettings> {
        let client = Settings { timeout: patience, ..Settings::default() };
        Ok(OpenIdSettings {
            issuer: self.issuer.clone(),
            client_id: Self::CLIENT_ID.to_owned(),
            client_secret: Some(SecretText::new(Self::SECRET.to_owned())),
            scopes: vec!["profile".to_owned()],
            claims: ClaimNames {
                username: "preferred_username".to_owned(),
                display_name: "name".to_owned(),
                email: "email".to_owned(),
                groups: "groups".to_owned(),
                groups_required: true,
            },
            client: Client::new(client)?,
            clock: Arc::clone(&self.state().clock) as _,
        })
    }

    /// A directory of this name that is this provider, beside products that `desk` asks.
    pub fn products(&self, directory: &str, desk: ProductDesk) -> anyhow::Result<Products> {
        let openid = OpenIdDesk::new(self.settings(Duration::from_secs(10))?)?;
        Ok(Products {
            desk,
            directories: vec![AskedDirectory {
                name: directory.parse()?,
                source: PeopleSource::OpenId(Box::new(OpenIdDirectory {
                    desk: openid,
                    instance: None,
                })),
                refresh: Lifetime::from_days(30),
                stale_limit: Lifetime::from_days(30),
                per_second: 1,
            }],
        })
    }

    /// What a browser does at this address of the provider's: somebody signs in. Gives the address that
    /// it is sent back to.
    pub fn sign_in(&self, address: &str) -> anyhow::Result<String> {
        let (place, query) = address.split_once('?').context("no query")?;
        ensure!(place == format!("{}/authorize", self.issuer), "{place}");
        let fields = fields(query.as_bytes());
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        ensure!(field("response_type") == "code" && field("client_id") == Self::CLIENT_ID);
        ensure!(field("code_challenge_method") == "S256", "PKCE");
        ensure!(field("scope") == "openid profile", "{}", field("scope"));
        let is_anew = fields.contains_key("max_age");
        ensure!(is_anew == (field("prompt") == "login"), "half of a proof");
        let mut state = self.state();
        state.made += 1;
        let claims = state.manner.id_token.clone();
        let code = format!("code-{}", state.made);
        let waiting = Waiting {
            redirect_uri: field("redirect_uri").to_owned(),
            challenge: field("code_challenge").to_owned(),
            nonce: field("nonce").to_owned(),
            tells_auth_time: is_anew,
            claims,
        };
        state.codes.insert(code.clone(), waiting);
        Ok(format!("{}?code={code}&state={}", field("redirect_uri"), field("state")))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) -> anyhow::Result<()> {
    let (head, body) = read(&mut stream).await?;
    let mut words = head.split(' ');
    let (_, target) = (words.next(), words.next().context("no target")?);
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let is_silent = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked.push(path.clone());
        state.manner.silent.contains(&path.as_str())
    };
    if is_silent {
        std::future::pending::<()>().await;
    }
    let answered = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.answer(&path, &head, &body)
    };
    let (status, content) = match answered {
        Ok(content) => ("200 OK", content.to_string()),
        Err(error) => ("400 Bad Request", json!({"error": error.to_string()}).to_string()),
    };
    let length = content.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{content}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(())
}

/// Head and body.
async fn read(stream: &mut TcpStream) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes.drain(..end + 4).collect())?;
            let length = header(&head, "content-length").unwrap_or("0").parse()?;
            while bytes.len() < length {
                ensure!(stream.read_buf(&mut bytes).await? > 0, "it broke off");
            }
            return Ok((head, bytes));
        }
        ensure!(stream.read_buf(&mut bytes).await? > 0, "it broke off");
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn fields(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

impl State {
    fn answer(&mut self, path: &str, head: &str, body: &[u8]) -> anyhow::Result<Value> {
        match path {
            "/.well-known/openid-configuration" => Ok(self.metadata()),
            "/jwks" => {
                let x = URL_SAFE_NO_PAD.encode(self.key.der_bytes());
                let kid = format!("key-{}", self.key_id);
                let key = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": x});
                Ok(json!({"keys": [key]}))
            }
            "/token" => self.token(head, body),
            "/userinfo" => {
                let bearer = header(head, "authorization");
                ensure!(bearer == Some("Bearer access-token"), "invalid_token");
                ensure!(!self.manner.user_info.is_null(), "server_error");
                Ok(self.manner.user_info.clone())
            }
            other => bail!("nothing at {other}"),
        }
    }

    fn metadata(&self) -> Value {
        let issuer = &self.issuer;
        let usual = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "scopes_supported": ["openid", "profile"],
            "claims_supported":
                ["sub", "preferred_username", "name", "email", "groups", "auth_time"],
        });
        over(usual, &self.manner.metadata)
    }

    fn token(&mut self, head: &str, body: &[u8]) -> anyhow::Result<Value> {
        let fields = fields(body);
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        ensure!(field("grant_type") == "authorization_code", "unsupported_grant_type");
        self.check_client(head, &fields)?;
        let waiting = self.codes.remove(field("code")).context("invalid_grant")?;
        ensure!(waiting.redirect_uri == field("redirect_uri"), "invalid_grant");
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
        ensure!(challenge == waiting.challenge, "invalid_grant");
        let id_token = self.id_token(&waiting)?;
        let usual = json!({
            "access_token": "access-token", "token_type": "Bearer", "expires_in": 60,
            "id_token": id_token,
        });
        Ok(over(usual, &self.manner.token_answer))
    }

    fn check_client(&self, head: &str, fields: &HashMap<String, String>) -> anyhow::Result<()> {
        let in_form = fields.get("client_secret");
        let methods = self.manner.metadata.get("token_endpoint_auth_methods_supported");
        let is_proven = if methods.is_some_and(|all| all == &json!(["client_secret_post"])) {
            in_form.is_some_and(|secret| secret == TestProvider::SECRET)
        } else {
            let basic = header(head, "authorization").and_then(|text| text.strip_prefix("Basic "));
            let pair = STANDARD.decode(basic.unwrap_or_default()).unwrap_or_default();
            let secret = TestProvider::SECRET.replace(' ', "+");
            in_form.is_none() && pair == format!("{}:{secret}", TestProvider::CLIENT_ID).as_bytes()
        };
        ensure!(is_proven, "invalid_client");
        Ok(())
    }

    fn id_token(&self, waiting: &Waiting) -> anyhow::Result<String> {
        let now = self.clock.now().as_seconds();
        let usual = json!({
            "iss": self.issuer, "aud": TestProvider::CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": waiting.nonce,
            "auth_time": if waiting.tells_auth_time { json!(now) } else { Value::Null },
        });
        let claims = over(usual, &waiting.claims);
        let (algorithm, kid) = match self.manner.signature {
            Signature::Own | Signature::Forged => ("EdDSA", Some(format!("key-{}", self.key_id))),
            Signature::None => ("none", None),
            Signature::ClientSecret => ("HS256", None),
        };
        let head = over(json!({"alg": algorithm, "typ": "JWT"}), &json!({"kid": kid}));
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&head), part(&claims));
        let signature = match self.manner.signature {
            Signature::Own => self.key.sign(signed.as_bytes())?,
            Signature::Forged => KeyPair::generate_for(&PKCS_ED25519)?.sign(signed.as_bytes())?,
            Signature::None => Vec::new(),
            Signature::ClientSecret => {
                let mut mac = Hmac::<Sha256>::new_from_slice(TestProvider::SECRET.as_bytes())?;
                mac.update(signed.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
        };
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// `value` with what `change` says put over it.
fn over(value: Value, change: &Value) -> Value {
    let Value::Object(mut all) = value else { return value };
    let none = Map::new();
    for (name, value) in change.as_object().unwrap_or(&none) {
        all.insert(name.clone(), value.clone());
    }
    all.retain(|_, value| !value.is_null());
    Value::Object(all)
}
