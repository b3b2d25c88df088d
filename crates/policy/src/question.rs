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
    /// Where it was sent to, as the caller sees it; `None` where nobody can say.
    pub origin: Option<Origin<'a>>,
    /// Whether a browser says that a page of the same origin sent it. A script can claim so too.
    pub same_origin: bool,
    /// Whether it is a CORS preflight, which browsers send without any credential.
    pub is_preflight: bool,
}

/// An origin of http or https (RFC 6454, 4).
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Whether its scheme is https.
    pub is_secure: bool,
    /// The host, in any letter case, and a port where one is written, also the scheme's own.
    pub authority: &'a str,
}

impl<'a> Origin<'a> {
    /// Of a whole URL; `None` when it is not one of http or https, or names a user.
    pub fn of_url(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let is_secure = scheme.eq_ignore_ascii_case("https");
        if !is_secure && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..end)?;
        let is_odd = |found: char| !found.is_ascii_graphic() || matches!(found, '@' | '\\' | ',');
        (!authority.is_empty() && !authority.contains(is_odd))
            .then_some(Self { is_secure, authority })
    }

    /// As `Origin` has it: without a path (RFC 6454, 6.2).
    pub(crate) fn read(value: &'a str) -> Option<Self> {
        let scheme = |found: &Self| if found.is_secure { "https://" } else { "http://" };
        Self::of_url(value)
            .filter(|found| value.len() == scheme(found).len() + found.authority.len())
    }

    /// Whether both are one: the same scheme, host and port.
    pub(crate) fn is_same_as(self, other: Self) -> bool {
        self.is_secure == other.is_secure
            && self.short_authority().eq_ignore_ascii_case(other.short_authority())
    }

    /// Without the port that the scheme has anyway.
    fn short_authority(self) -> &'a str {
        let port = if self.is_secure { ":443" } else { ":80" };
        self.authority.strip_suffix(port).unwrap_or(self.authority)
    }
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
