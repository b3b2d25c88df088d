//! `GET /sign-in`: where do you want to sign in?

pub(crate) mod sample;
mod text;

use crate::part::Place;

crate::page::page!(SignIn, "page/sign_in/template.html");

/// The ways to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// One or more; none: the configuration names no directory that people can sign in with.
    pub ways: Vec<SignInWay>,
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInWay {
    /// The instance that says who somebody is.
    pub place: Place,
    /// Where its button leads: a whole address, or a path of this host.
    pub href: String,
}
