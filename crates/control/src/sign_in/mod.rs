//! Signing in to the console with a product.
//!
//! The product's session cookie has the product's context path, so the console never sees it. A
//! sign-in bounces: the console sends the browser to `<context path>/gatepass-sign-in` on the
//! instance's host ([`Control::begin_sign_in`]); there the gate asks the product whose cookie this is,
//! and sends the browser back with a code ([`Control::answer_sign_in`]), which the console takes
//! for a session ([`Control::finish_sign_in`]). The code counts once, for 30 s, in the browser that
//! began, at the console that asked.
//!
//! Where a directory is an OpenID provider, the browser goes there instead, and comes back with the
//! provider's own code: [`provider`].

mod answer;
mod begin;
mod finish;
mod provider;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepass_model::{DirectoryName, InstanceName, Lifetime, PersonKey, Session, Timestamp};
use gatepass_vault::{SealedCredential, SecretText, is_same_secret, open, seal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::error::ControlError;

pub use answer::{Answered, SignInAsked};
pub use begin::{SignInBegun, Where};
pub use finish::{Browser, Finished};
pub use provider::{AtProvider, FromProvider, ProviderBegun, provider_redirect};

/// How long a sign-in may take that was begun: signing in to the product lies in between.
const PATIENCE: Lifetime = Lifetime::from_seconds(900);
/// How long a code is good.
const CODE: Lifetime = Lifetime::from_seconds(30);
/// For what the state of a sign-in is sealed.
const CONTEXT: &[u8] = b"gatepass sign-in 1";

/// What a sign-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To begin a session.
    SignIn,
    /// To prove anew who one is, in a session.
    Proof,
    /// To let the gate make a native token as him at this instance.
    Native,
}

/// Why a sign-in ends here. Nothing was begun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInProblem {
    /// What the browser brought was not made by this Gatepass, or was changed.
    #[error("the address is not one that this Gatepass has made")]
    Forged,
    /// It took too long, or the code was used before.
    #[error("the sign-in took too long, or its code was used before")]
    TooLate,
    /// It was begun in another browser, or its cookie is gone.
    #[error("the sign-in was begun in another browser")]
    OtherBrowser,
    /// It was begun at another console, or for another instance.
    #[error("the sign-in was begun for another address")]
    OtherPlace,
    /// Somebody else is signed in to the product than to the console.
    #[error("{now} is signed in to the product, and {before} to the console")]
    OtherPerson {
        /// Who is signed in to the console.
        before: PersonKey,
        /// Who is signed in to the product.
        now: PersonKey,
    },
    /// Somebody is signed in to the product whom the directory does not know, or calls deactivated.
    #[error("{0}")]
    NotInDirectory(String),
    /// The product did not say who it is.
    #[error("{instance} could not say who you are: {words}")]
    Unanswered {
        /// Which was asked.
        instance: InstanceName,
        /// Why.
        words: String,
    },
    /// The OpenID provider could not be asked, or is not what it must be.
    #[error("the OpenID provider of {directory} could not say who you are: {words}")]
    ProviderUnanswered {
        /// Of which directory.
        directory: DirectoryName,
        /// Why.
        words: String,
    },
    /// The OpenID provider sent the browser back with an error: he may not, or did not want to.
    #[error("the OpenID provider of {directory} signed nobody in: {words}")]
    ProviderDeclined {
        /// Of which directory.
        directory: DirectoryName,
        /// Its error, in the protocol's words.
        words: String,
    },
    /// What the OpenID provider says, or what says to be from it, is not believed.
    #[error("what came from the OpenID provider of {directory} is not believed: {words}")]
    ProviderNotBelieved {
        /// Of which directory.
        directory: DirectoryName,
        /// Why.
        words: String,
    },
    /// It was asked that he sign in anew, and the OpenID provider does not say that he has.
    #[error(
        "the OpenID provider of {directory} does not say that you have signed in anew: {words}"
    )]
    NotAnew {
        /// Of which directory.
        directory: DirectoryName,
        /// Why.
        words: String,
    },
    /// The name belongs to another subject of the OpenID provider.
    #[error("the name of {0} belongs to another account of the OpenID provider")]
    NameOfAnother(PersonKey),
}

/// What the browser carries from the console to the instance, sealed.
#[derive(Serialize, Deserialize)]
struct State {
    /// SHA-256 of what the browser's cookie has, in hexadecimal.
    browser: String,
    console: String,
    instance: String,
    purpose: Purpose,
    back: String,
    /// `directory:username` of who is signed in to the console.
    person: Option<String>,
    ends: i64,
}

/// What a code stands for.
#[derive(Serialize, Deserialize)]
struct Code {
    browser: String,
    console: String,
    instance: String,
    directory: String,
    username: String,
    purpose: Purpose,
    /// Who was signed in to the console when it began.
    person: Option<String>,
    back: String,
    /// Why the native token was not made, where it was to be.
    problem: Option<String>,
}

impl Control {
    /// What a browser carries there and back, sealed for `context`, as it stands in an address.
    fn seal_state<S: Serialize>(&self, context: &[u8], state: &S) -> Result<String, ControlError> {
        // Texts and numbers only: it can't fail, and an empty state is refused.
        let text = SecretText::new(serde_json::to_string(state).unwrap_or_default());
        let sealed = seal(&self.keyring(), &*self.entropy, context, &text)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed.as_bytes()))
    }

    /// What came back; `None` where it was not sealed here for `context`.
    fn open_state<S: DeserializeOwned>(&self, context: &[u8], state: &str) -> Option<S> {
        let sealed = SealedCredential::from_bytes(URL_SAFE_NO_PAD.decode(state).ok()?);
        let text = open(&self.keyring(), context, &sealed).ok()?;
        serde_json::from_str(text.expose()).ok()
    }

    /// The session that a browser has already, if it is alive.
    async fn present_session(
        &self,
        browser: Browser<'_>,
        now: Timestamp,
    ) -> Result<Option<Session>, ControlError> {
        let Some(secret) = browser.session else { return Ok(None) };
        let found = self.store.find_session(&secret.digest()).await?;
        Ok(found.filter(|session| session.is_alive(now)))
    }
}

impl Browser<'_> {
    /// Whether it is the one that began: `began` is the digest of its secret, in hexadecimal.
    fn has_begun(self, began: &str) -> bool {
        self.secret.is_some_and(|secret| is_same_secret(&hexadecimal(&secret.digest()), began))
    }
}

/// A person in a state. A directory's name has no colon.
fn person_text(person: &PersonKey) -> String {
    format!("{}:{}", person.directory, person.username.folded())
}

fn hexadecimal(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
        text
    })
}

fn is_over(ends: i64, now: Timestamp) -> bool {
    now.as_millis() >= ends
}
