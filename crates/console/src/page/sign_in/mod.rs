//! `GET /sign-in`: where do you want to sign in?

pub(crate) mod sample;
mod text;

crate::page::page!(SignIn, "page/sign_in/template.html");

/// The ways to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// One or more; none: the configuration names no directory that people can sign in with.
    pub ways: Vec<SignInWay>,
}

/// Who says who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// A product, by the session that he has there.
    Product,
    /// An OpenID provider.
    Provider,
}

impl SignIn {
    /// Whether nobody but products is asked.
    fn is_by_products(&self) -> bool {
        self.ways.iter().all(|way| way.kind == SignInKind::Product)
    }
}

/// A way to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInWay {
    /// What people call the product or the provider.
    pub title: String,
    /// Which of the two it is.
    pub kind: SignInKind,
    /// Where its button leads: a whole address, or a path of this host.
    pub href: String,
}
