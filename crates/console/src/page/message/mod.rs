//! What happened, what it means, what to do: every page that says that something did not go.

pub(crate) mod sample;
mod text;
mod words;

use gatepass_model::Timestamp;

use crate::fault::PolicyKey;

crate::page::page!(Message, "page/message/template.html");

/// A page that says that something did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What happened.
    pub what: Happened,
    /// Where to go on, below the base; `None`: the first page.
    pub back: Option<String>,
    /// A form that can be sent again.
    pub resend: Option<Resend>,
    /// For whoever is asked for help.
    pub request_id: Option<String>,
}

/// A form that did not get through, to be sent again as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resend {
    /// Its path below the base: `/tokens/new`.
    pub action: String,
    /// Its fields as they came, `csrf` excepted: the page puts a fresh one.
    pub fields: Vec<(String, String)>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// A sign-in code was used already.
    SignInCodeUsed,
    /// A sign-in code is too old.
    SignInCodeExpired,
    /// The product says that nobody is signed in there.
    NotSignedInUpstream {
        /// What people call it.
        instance: String,
    },
    /// Signed in to the product, but the directory doesn't let him in here.
    PersonUnknown,
    /// Signed in as one person, and came back as another.
    OtherPerson,
    /// The OpenID provider can't be asked who it is.
    ProviderUnanswered {
        /// What people call it.
        provider: String,
    },
    /// The OpenID provider signed nobody in.
    ProviderDeclined {
        /// What people call it.
        provider: String,
        /// Its error, in the protocol's words; may be empty.
        error: String,
    },
    /// What came from the OpenID provider is not believed.
    ProviderNotBelieved {
        /// What people call it.
        provider: String,
    },
    /// The OpenID provider does not say that he has signed in anew.
    NotAnew {
        /// What people call it.
        provider: String,
    },
    /// Another account of the OpenID provider has the name here.
    NameOfAnother {
        /// The username.
        name: String,
        /// What people call the provider.
        provider: String,
    },
    /// The form is from a session that has ended, or was forged.
    StaleForm,
    /// The session has ended.
    SessionEnded {
        /// Since when nothing came, where known.
        last_seen: Option<Timestamp>,
    },
    /// Policy doesn't let him.
    NotAllowed {
        /// The right that is missing; `None`: administration.
        key: Option<PolicyKey>,
        /// The rule that denies it; `None`: no rule allows it.
        rule: Option<String>,
    },
    /// Nothing of that address.
    NotFound,
    /// The method is not one that this address takes.
    MethodNotAllowed,
    /// The store can't be reached. Nothing was changed.
    StoreGone,
    /// The store went away while writing: it may have been changed or not.
    StoreGoneWhileWriting,
    /// Somebody else changed the same thing.
    Conflict,
    /// A token can't go from its state to where it was to go.
    IllegalMove {
        /// The token's name.
        name: String,
        /// Where it is.
        from: gatepass_model::TokenState,
    },
    /// The row of a token is not genuine; it can only be revoked.
    NotGenuine {
        /// The token's name.
        name: String,
    },
    /// More than is read.
    TooLarge {
        /// How many bytes are.
        most: u64,
    },
    /// A form that no page of the console sends.
    BadForm,
    /// Too many attempts.
    TooMany {
        /// When to come again.
        seconds: u64,
    },
    /// A fault of the program.
    Internal,
}

impl Happened {
    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignInCodeUsed | Self::SignInCodeExpired | Self::BadForm => 400,
            Self::NotSignedInUpstream { .. } | Self::SessionEnded { .. } => 401,
            Self::PersonUnknown
            | Self::OtherPerson
            | Self::ProviderDeclined { .. }
            | Self::NotAnew { .. }
            | Self::NameOfAnother { .. }
            | Self::StaleForm
            | Self::NotAllowed { .. } => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict | Self::IllegalMove { .. } | Self::NotGenuine { .. } => 409,
            Self::TooLarge { .. } => 413,
            Self::TooMany { .. } => 429,
            Self::Internal => 500,
            Self::ProviderUnanswered { .. } | Self::ProviderNotBelieved { .. } => 502,
            Self::StoreGone | Self::StoreGoneWhileWriting => 503,
        }
    }
}
