//! `GET /bootstrap?key=…`: the link that makes the first administrator, once.
//!
//! Posts to `/bootstrap` with `csrf`, `form_id`, `key`.

pub(crate) mod sample;
mod text;

use crate::part::Who;

crate::page::page!(Bootstrap, "page/bootstrap/template.html");

/// The first administrator, about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How it stands.
    pub state: BootstrapState,
}

/// How the link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootstrapState {
    /// It can be used, by who is signed in.
    Ready {
        /// Who becomes the administrator.
        person: Who,
        /// What the address carried.
        key: String,
        /// For this form.
        form_id: String,
    },
    /// Nobody is signed in.
    SignInFirst {
        /// Where to sign in: `/sign-in?back=…` below the base.
        href: String,
    },
    /// It was used.
    Used,
    /// It is too old.
    Expired,
    /// It is none.
    Unknown,
}
