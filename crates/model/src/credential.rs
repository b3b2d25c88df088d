//! What a request presents, besides tokens of ours.

/// A kind of credential that is not ours, and that a mode of policy speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CredentialKind {
    /// A local password: Basic, `os_password`, a sign-in door, and every scheme that is nothing
    /// else (Negotiate, Digest, NTLM).
    Password,
    /// The product's own token: `Authorization: Bearer` of another shape than ours.
    NativeToken,
    /// A session cookie of the product.
    Session,
    /// OAuth 1.0a or OAuth 2.
    Oauth,
    /// Nothing at all.
    Anonymous,
}

impl CredentialKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Password, Self::NativeToken, Self::Session, Self::Oauth, Self::Anonymous];

    /// As exemptions name it: `password`, `native_token`, `session`, `oauth`, `anonymous`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::NativeToken => "native_token",
            Self::Session => "session",
            Self::Oauth => "oauth",
            Self::Anonymous => "anonymous",
        }
    }

    /// The key of its mode in the policy file: `passwords`, `native_tokens`, …
    pub const fn mode_key(self) -> &'static str {
        match self {
            Self::Password => "passwords",
            Self::NativeToken => "native_tokens",
            Self::Session => "sessions",
            Self::Oauth => "oauth",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Some kinds of credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CredentialSet(u8);

impl CredentialSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// With `kind` in it.
    #[must_use]
    pub const fn with(self, kind: CredentialKind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Whether `kind` is in it.
    pub const fn contains(self, kind: CredentialKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its members, in the order of [`CredentialKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = CredentialKind> {
        CredentialKind::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }
}
