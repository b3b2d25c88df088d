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

use gatepass_model::{DirectoryName, InstanceName, Lifetime, PersonKey, Timestamp};
use serde::{Deserialize, Serialize};

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
    back: String,
    /// Why the native token was not made, where it was to be.
    problem: Option<String>,
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
