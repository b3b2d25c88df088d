//! Signing in to the console with a product.
//!
//! The product's session cookie has the product's context path, so the console never sees it. A
//! sign-in bounces: the console sends the browser to `<context path>/gatepass-sign-in` on the
//! instance's host ([`Control::begin_sign_in`]); there the gate asks the product whose cookie this is,
//! and sends the browser back with a code ([`Control::answer_sign_in`]), which the console takes
//! for a session ([`Control::finish_sign_in`]). The code counts once, for 30 s, in the browser that
//! began, at the console that asked.

mod answer;
mod begin;
mod finish;

use gatepass_model::{InstanceName, Lifetime, PersonKey, Timestamp};
use serde::{Deserialize, Serialize};

pub use answer::{Answered, SignInAsked};
pub use begin::{SignInBegun, Where};
pub use finish::{Browser, Finished};

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
