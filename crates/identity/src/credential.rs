//! What the gate presents to a product to become an owner.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_model::{IdentityMethod, InstanceName, PersonKey, Username};
use gatepass_profiles::ClaimedUser;
use gatepass_vault::SecretText;

/// For whom a product must take a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedUser {
    /// For this user.
    Exactly(Username),
    /// For whoever's the credential is, and not for nobody.
    AnyoneButAnonymous,
}

impl ExpectedUser {
    /// Whether what the product says is as it must be. `None` stands for a product that says
    /// nothing that can be read, which is never right.
    pub fn agrees_with(&self, says: Option<&ClaimedUser>) -> bool {
        match (self, says) {
            (_, None | Some(ClaimedUser::Nobody)) => false,
            (Self::Exactly(user), Some(ClaimedUser::Somebody(name))) => user.is_same_as(name),
            (Self::AnyoneButAnonymous, Some(ClaimedUser::Somebody(_))) => true,
        }
    }
}

impl ExpectedUser {
    /// Whether the product's header is exactly the name that it must be, of characters that stand
    /// for themselves. Nearly always it is, and then nothing need be decoded; where it is not,
    /// [`ExpectedUser::agrees_with`] tells.
    pub fn is_said_plainly(&self, header: &[u8]) -> bool {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._@".contains(byte);
        match self {
            Self::Exactly(user) => {
                user.as_str().as_bytes() == header
                    && header.iter().all(is_plain)
                    && header != b"anonymous"
            }
            Self::AnyoneButAnonymous => false,
        }
    }
}

impl fmt::Display for ExpectedUser {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(user) => write!(out, "{user}"),
            Self::AnyoneButAnonymous => out.write_str("somebody"),
        }
    }
}

/// A secret that can't stand in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableSecret {
    /// There is nothing.
    #[error("the secret is empty")]
    Empty,
    /// Longer than any header may be: it is no token or password.
    #[error("the secret is longer than {} bytes", ReadyCredential::MAX_BYTES)]
    TooLong,
    /// Spaces, control characters, or (in a token) letters beyond ASCII. Sent up, a line break
    /// in it would begin a header of its own.
    #[error("the secret holds a character that no token has; was something else pasted?")]
    ForbiddenCharacter,
    /// A Basic credential ends the name at the first colon (RFC 7617 2).
    #[error("a username with a colon can't sign in by Basic")]
    ColonInName,
}

/// A header line that is ready to go up, and for whom the product must take it. Prints nothing of it,
/// and is wiped when dropped.
pub struct ReadyCredential {
    /// Name, colon, space, value, CRLF.
    line: SecretText,
    /// How long the name is.
    name: usize,
    expected: ExpectedUser,
    method: IdentityMethod,
    surprised: AtomicBool,
    /// Whether it is a session, and was used since that was asked last.
    session: Option<AtomicBool>,
}

impl ReadyCredential {
    /// Longest secret, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// The owner's own native token: `Bearer …`.
    pub fn native_token(owner: Username, token: &SecretText) -> Result<Self, UnusableSecret> {
        let expected = ExpectedUser::Exactly(owner);
        Ok(Self::new(&bearer(token)?, expected, IdentityMethod::NativeToken))
    }

    /// A service account's native token: `Bearer …`. Without `user` it may be anybody's.
    pub fn service_token(
        user: Option<Username>,
        token: &SecretText,
    ) -> Result<Self, UnusableSecret> {
        let expected = user.map_or(ExpectedUser::AnyoneButAnonymous, ExpectedUser::Exactly);
        Ok(Self::new(&bearer(token)?, expected, IdentityMethod::ServiceAccount))
    }

    /// A service account's password: `Basic …`, in UTF-8.
    pub fn service_password(user: Username, password: &SecretText) -> Result<Self, UnusableSecret> {
        let authorization = basic(&user, password)?;
        let expected = ExpectedUser::Exactly(user);
        Ok(Self::new(&authorization, expected, IdentityMethod::ServiceAccount))
    }

    /// A header that an authenticator in the product trusts, with the owner's name in UTF-8.
    /// `header` is a name of letters, digits and `-`.
    pub fn trusted_header(header: &str, owner: Username) -> Result<Self, UnusableSecret> {
        if owner.as_str().chars().any(char::is_control) || owner.as_str().trim() != owner.as_str() {
            return Err(UnusableSecret::ForbiddenCharacter);
        }
        let value = SecretText::new(owner.as_str().to_owned());
        let expected = ExpectedUser::Exactly(owner);
        Ok(Self::with_header(header, &value, expected, IdentityMethod::TrustedHeader))
    }

    /// A session of the owner's at the product: `Cookie: …`, and the word that changes by a cookie are
    /// meant (facts B). `cookies` are pairs as in a `Cookie` line.
    pub fn session(owner: Username, cookies: &SecretText) -> Result<Self, UnusableSecret> {
        check_length(cookies)?;
        // RFC 6265 4.1.1; the spaces stand between pairs.
        let fits = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b',' | b'\\');
        if !cookies.expose().bytes().all(fits) {
            return Err(UnusableSecret::ForbiddenCharacter);
        }
        let value = [cookies.expose(), "\r\nX-Atlassian-Token: no-check"].concat();
        let expected = ExpectedUser::Exactly(owner);
        let line = Self::with_header(
            "Cookie",
            &SecretText::new(value),
            expected,
            IdentityMethod::Impersonation,
        );
        Ok(Self { session: Some(AtomicBool::new(true)), ..line })
    }

    fn new(authorization: &SecretText, expected: ExpectedUser, method: IdentityMethod) -> Self {
        Self::with_header("Authorization", authorization, expected, method)
    }

    fn with_header(
        name: &str,
        value: &SecretText,
        expected: ExpectedUser,
        method: IdentityMethod,
    ) -> Self {
        // Whole at once: what a buffer grew out of would not be wiped.
        let line = SecretText::new([name, ": ", value.expose(), "\r\n"].concat());
        Self {
            line,
            name: name.len(),
            expected,
            method,
            surprised: AtomicBool::new(false),
            session: None,
        }
    }

    /// Whether it is a session, to be sent with no other word than its own about changes by a cookie.
    pub const fn is_session(&self) -> bool {
        self.session.is_some()
    }

    /// Notes that a session is used.
    pub(crate) fn note_use(&self) {
        if let Some(used) = &self.session
            && !used.load(Ordering::Relaxed)
        {
            used.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a session was used since this was asked last.
    pub(crate) fn take_use(&self) -> bool {
        self.session.as_ref().is_some_and(|used| used.swap(false, Ordering::Relaxed))
    }

    /// The header's whole line, with its end; of a session two lines. Only for sending it to its instance.
    pub fn line(&self) -> &[u8] {
        self.line.expose().as_bytes()
    }

    /// Name and value of the header. Only for sending it to its instance.
    pub fn header(&self) -> (&str, &[u8]) {
        let (name, rest) = self.line.expose().split_at_checked(self.name).unwrap_or_default();
        let value = rest.strip_prefix(": ").unwrap_or_default();
        (name, value.split_once("\r\n").map_or("", |(value, _)| value).as_bytes())
    }

    /// For whom the product must take it.
    pub const fn expected_user(&self) -> &ExpectedUser {
        &self.expected
    }

    /// How it becomes the owner.
    pub const fn method(&self) -> IdentityMethod {
        self.method
    }

    /// Whether the product was seen to take it for somebody else, and nothing better was seen
    /// since. It must not be sent up then, but by a probe.
    pub fn is_surprised(&self) -> bool {
        self.surprised.load(Ordering::Acquire)
    }

    /// Notes that the product at `instance` took it, for `owner`, as the credential of `says`
    /// (`None`: it did not say), which is not whom it should have. From now on
    /// [`Wallet::become_owner`](crate::Wallet::become_owner) refuses it, until a probe finds it
    /// right or another takes its place. Whether that is news; then it was logged.
    pub fn mark_surprised(
        &self,
        instance: &InstanceName,
        owner: &PersonKey,
        says: Option<&ClaimedUser>,
    ) -> bool {
        let is_news = !self.surprised.swap(true, Ordering::AcqRel);
        if is_news && self.is_session() && says == Some(&ClaimedUser::Nobody) {
            tracing::info!(%instance, %owner, "a session at the product has ended; another is opened");
        } else if is_news {
            let (method, expected) = (self.method.as_str(), &self.expected);
            let says = match says {
                None => "nothing",
                Some(ClaimedUser::Nobody) => "nobody",
                Some(ClaimedUser::Somebody(name)) => name,
            };
            tracing::error!(
                %instance, %owner, method, %expected, says,
                "the product took the owner's credential for somebody else; it is not used any more"
            );
        }
        is_news
    }

    /// Notes that a probe found it right. Whether that is news; then it was logged.
    pub(crate) fn mark_right(&self, instance: &InstanceName, owner: Option<&PersonKey>) -> bool {
        let is_news = self.surprised.swap(false, Ordering::AcqRel);
        if is_news {
            let owner = owner.map(ToString::to_string).unwrap_or_default();
            let method = self.method.as_str();
            tracing::info!(%instance, owner, method, "the credential is right again");
        }
        is_news
    }

    /// Whether both present the same, for the same user.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self.line() == other.line()
            && self.expected == other.expected
            && self.method == other.method
    }
}

impl fmt::Debug for ReadyCredential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ReadyCredential(…)")
    }
}

fn check_length(secret: &SecretText) -> Result<(), UnusableSecret> {
    match secret.expose().len() {
        0 => Err(UnusableSecret::Empty),
        length if length > ReadyCredential::MAX_BYTES => Err(UnusableSecret::TooLong),
        _ => Ok(()),
    }
}

fn bearer(token: &SecretText) -> Result<SecretText, UnusableSecret> {
    check_length(token)?;
    let token = token.expose();
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(UnusableSecret::ForbiddenCharacter);
    }
    // Whole at once: what a buffer grew out of would not be wiped.
    Ok(SecretText::new(["Bearer ", token].concat()))
}

const SCHEME: &str = "Basic ";

fn basic(user: &Username, password: &SecretText) -> Result<SecretText, UnusableSecret> {
    check_length(password)?;
    if user.as_str().contains(':') {
        return Err(UnusableSecret::ColonInName);
    }
    if password.expose().chars().any(char::is_control) {
        return Err(UnusableSecret::ForbiddenCharacter);
    }
    let pair = SecretText::new([user.as_str(), ":", password.expose()].concat());
    let pair = pair.expose().as_bytes();
    let mut value = String::with_capacity(SCHEME.len() + pair.len().div_ceil(3) * 4);
    value.push_str(SCHEME);
    STANDARD.encode_string(pair, &mut value);
    Ok(SecretText::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretText {
        SecretText::new(text.to_owned())
    }

    fn user(name: &str) -> Username {
        name.parse().unwrap()
    }

    #[test]
    fn tokens_go_as_bearer_and_passwords_as_basic() {
        let token = ReadyCredential::native_token(user("alice"), &secret("abc+/=")).unwrap();
        assert_eq!(token.line(), b"Authorization: Bearer abc+/=\r\n");
        assert_eq!(token.header(), ("Authorization", &b"Bearer abc+/="[..]));
        assert_eq!(token.method(), IdentityMethod::NativeToken);
        // RFC 7617 2.1 has this pair in UTF-8.
        let password = ReadyCredential::service_password(user("test"), &secret("123£")).unwrap();
        assert_eq!(password.header().1, b"Basic dGVzdDoxMjPCow==");
        assert_eq!(password.expected_user(), &ExpectedUser::Exactly(user("test")));
        assert!(!format!("{password:?}{token:?}").contains("abc"));
    }

    #[test]
    fn a_secret_that_would_break_the_header_is_refused() {
        use UnusableSecret::{ColonInName, Empty, ForbiddenCharacter, TooLong};
        let long = "x".repeat(ReadyCredential::MAX_BYTES + 1);
        for (text, error) in [
            ("", Empty),
            (long.as_str(), TooLong),
            ("a b", ForbiddenCharacter),
            ("a\r\nX: y", ForbiddenCharacter),
            ("ä", ForbiddenCharacter),
        ] {
            let refused = ReadyCredential::native_token(user("a"), &secret(text)).unwrap_err();
            assert_eq!(refused, error, "{text}");
        }
        let password = |name, text| ReadyCredential::service_password(user(name), &secret(text));
        assert_eq!(password("a", "b\n").unwrap_err(), ForbiddenCharacter);
        assert_eq!(password("a:b", "c").unwrap_err(), ColonInName);
        assert!(password("a", "b c:ä").is_ok());
    }

    #[test]
    fn a_trusted_header_has_the_name_and_nothing_that_would_end_its_line() {
        let ready = ReadyCredential::trusted_header("X-Our-User", user("jörg o'neil")).unwrap();
        assert_eq!(ready.header(), ("X-Our-User", "jörg o'neil".as_bytes()));
        assert_eq!(ready.line(), "X-Our-User: jörg o'neil\r\n".as_bytes());
        assert_eq!(ready.method(), IdentityMethod::TrustedHeader);
        assert_eq!(ready.expected_user(), &ExpectedUser::Exactly(user("jörg o'neil")));
    }

    #[test]
    fn nobody_is_never_right_and_letter_case_does_not_matter() {
        let exactly = ExpectedUser::Exactly(user("Alice"));
        let agrees = |expected: &ExpectedUser, name: &str| {
            expected.agrees_with(Some(&ClaimedUser::Somebody(name.to_owned())))
        };
        assert!(agrees(&exactly, "alice") && !agrees(&exactly, "bob"));
        assert!(agrees(&ExpectedUser::AnyoneButAnonymous, "bob"));
        assert!(exactly.is_said_plainly(b"Alice") && !exactly.is_said_plainly(b"alice"));
        assert!(!ExpectedUser::Exactly(user("a+b")).is_said_plainly(b"a+b"));
        assert!(!ExpectedUser::Exactly(user("anonymous")).is_said_plainly(b"anonymous"));
        assert!(!ExpectedUser::AnyoneButAnonymous.is_said_plainly(b"bob"));
        for expected in [exactly, ExpectedUser::AnyoneButAnonymous] {
            assert!(!expected.agrees_with(Some(&ClaimedUser::Nobody)));
            assert!(!expected.agrees_with(None));
        }
    }
}
