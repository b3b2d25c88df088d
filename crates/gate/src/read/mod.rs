//! What a request says, read from its bytes: who sends it, what it presents, where it goes.

pub(crate) mod client;
pub(crate) mod credential;
pub(crate) mod form;
pub(crate) mod login;
mod mark;
pub(crate) mod origin;
pub(crate) mod place;
