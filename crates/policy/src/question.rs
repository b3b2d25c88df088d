//! What is asked: one request, as the gate read it.

use std::borrow::Cow;
use std::net::IpAddr;

use gatepass_model::operation::PasswordDoor;
use gatepass_model::{
    CredentialKind, CredentialSet, DirectoryName, InstanceName, Method, Operation, Product,
};

/// The headers of a request, as far as a grant may require some.
pub trait Headers {
    /// The value of the header called `lowercase_name`, without the spaces around it. `None` when
    /// it is absent, and also when it stands there twice: nobody can say which one counts.
    fn value(&self, lowercase_name: &str) -> Option<&[u8]>;
}

/// One request, in the words that a decision is made in.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The instance that it is for.
    pub instance: &'a InstanceName,
    /// What stands there.
    pub product: Product,
    /// Where that instance's people come from.
    pub directory: &'a DirectoryName,
    /// The request's method.
    pub method: Method,
    /// Its decoded segments below the context path, folded by the product's rules.
    pub path: &'a [Cow<'a, str>],
    /// What the catalogue makes of it.
    pub operation: &'a Operation<'a>,
    /// The address that it came from, trusted proxies left out.
    pub client: IpAddr,
    /// The credentials that it brought.
    pub presented: Presented<'a>,
    /// Its headers.
    pub headers: &'a dyn Headers,
    /// Whether a browser says that a page of the same origin sent it. A script can claim so too.
    pub same_origin: bool,
    /// Whether it is a CORS preflight, which browsers send without any credential.
    pub is_preflight: bool,
}

/// The credentials that a request brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presented<'a> {
    /// A token of ours, known or not.
    pub token: Option<PresentedToken<'a>>,
    /// Everything else, [`CredentialKind::Anonymous`] never among it.
    pub others: CredentialSet,
    /// The name beside a password. Nobody has verified it.
    pub claimed_user: Option<&'a str>,
    /// The name of an identity parameter that the client brought for the product to believe:
    /// `xoauth_requestor_id`, `oauth_*`, `jwt`.
    pub forged: Option<&'a str>,
}

/// A string in the shape of our tokens.
#[derive(Clone, Copy, Debug)]
pub struct PresentedToken<'a> {
    /// The user that stood beside it in Basic; `None` for Bearer and `x-token-auth`.
    pub claimed_owner: Option<&'a str>,
}

impl Question<'_> {
    /// Whether a browser signs in by its own page. Only then does a password at a browser's door
    /// not count: a password anywhere else in the same request is a script's.
    pub(crate) fn is_browser_sign_in(&self) -> bool {
        self.operation.door == Some(PasswordDoor::Browser)
            && self.same_origin
            && !self.presented.others.contains(CredentialKind::Password)
    }
}
