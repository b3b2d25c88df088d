//! What a request presents: tokens of ours, and everything else that opens a door.

use std::borrow::Cow;

use base64::Engine as _;
use gatepass_model::target::Parameters;
use gatepass_model::{CredentialKind, CredentialSet, Reason, Refusal};
use gatepass_profiles::Profile;
use gatepass_vault::looks_like_token;
use zeroize::Zeroizing;

use crate::engine::http1::name::Known;
use crate::engine::http1::request::RequestHead;

pub(crate) use super::mark::Mark;

/// What a request presents.
#[derive(Default)]
pub(crate) struct Credentials<'h> {
    /// A string of our tokens' shape, to be looked up.
    pub(crate) token: Option<FoundToken<'h>>,
    /// Kinds of credential that are not ours.
    pub(crate) others: CredentialSet,
    /// The name beside a password, unverified.
    pub(crate) claimed_user: Option<String>,
    /// An identity parameter of the client's own.
    pub(crate) forged: Option<String>,
    /// Which native token or OAuth consumer, unverified.
    pub(crate) mark: Option<Mark>,
}

/// A token that was presented.
pub(crate) struct FoundToken<'h> {
    /// The string itself.
    pub(crate) secret: Secret<'h>,
    /// Basic's user, unless it is the word `x-token-auth`.
    pub(crate) claimed_owner: Option<String>,
}

/// The string of a token.
pub(crate) enum Secret<'h> {
    /// As it stands in the head.
    InHead(&'h [u8]),
    /// Decoded. Wiped from memory when dropped.
    Decoded(Zeroizing<Vec<u8>>),
}

impl Secret<'_> {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::InHead(bytes) => bytes,
            Self::Decoded(bytes) => bytes,
        }
    }
}

/// The user in Basic that stands for "whoever owns the token".
const ANY_OWNER: &str = "x-token-auth";

fn malformed(words: &str) -> Refusal {
    Refusal::new(Reason::MalformedRequest, words)
}

pub(crate) fn misplaced() -> Refusal {
    Refusal::new(
        Reason::MalformedToken,
        "An API token stands where it never belongs. Send it once, as Authorization: Bearer or as \
         the password of Basic, and revoke this one if the address was logged anywhere.",
    )
}

impl<'h> Credentials<'h> {
    /// From the head and the query. `Err` where what is presented could be read in two ways.
    pub(crate) fn read(
        head: &RequestHead<'h>,
        query: Option<&str>,
        profile: &Profile,
        oauth_dance: bool,
    ) -> Result<Self, Refusal> {
        let mut found = Self::default();
        found.read_authorization(head)?;
        let has_session = head
            .all(Known::Cookie)
            .any(|line| cookie_names(line).any(|name| profile.is_session_cookie(name)));
        if has_session {
            found.others = found.others.with(CredentialKind::Session);
        }
        if let Some(query) = query {
            found.read_parameters(query.as_bytes(), oauth_dance)?;
        }
        Ok(found)
    }

    /// Adds what a form presents. `passwords_count`: a password in it is one of a program's, not
    /// of a browser's own sign-in.
    pub(crate) fn add(&mut self, form: Credentials<'_>, passwords_count: bool) {
        for kind in form.others.iter() {
            if kind != CredentialKind::Password || passwords_count {
                self.others = self.others.with(kind);
            }
        }
        self.claimed_user = self.claimed_user.take().or(form.claimed_user);
        self.forged = self.forged.take().or(form.forged);
        self.mark = self.mark.take().or(form.mark);
    }

    /// Whether anything but a session cookie stands beside a token.
    pub(crate) fn check_alone(&self) -> Result<(), Refusal> {
        let beside = self.others.contains(CredentialKind::Password)
            || self.others.contains(CredentialKind::NativeToken)
            || self.others.contains(CredentialKind::Oauth);
        if self.token.is_some() && beside {
            return Err(malformed("An API token stands beside another credential. Send only one."));
        }
        Ok(())
    }

    fn read_authorization(&mut self, head: &RequestHead<'h>) -> Result<(), Refusal> {
        let mut lines = head.all(Known::Authorization);
        let Some(value) = lines.next() else { return Ok(()) };
        if lines.next().is_some() {
            return Err(malformed("There are two Authorization lines. Send only one."));
        }
        let end = value.iter().position(|&byte| byte == b' ').unwrap_or(value.len());
        let (scheme, rest) = value.split_at(end);
        if scheme.is_empty() || !scheme.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') {
            return Err(malformed("Authorization does not begin with a plain scheme."));
        }
        let rest = rest.trim_ascii();
        if scheme.eq_ignore_ascii_case(b"bearer") {
            self.read_bearer(rest)
        } else if scheme.eq_ignore_ascii_case(b"basic") {
            self.read_basic(rest)
        } else if looks_like_token(value) {
            Err(misplaced())
        } else if scheme.eq_ignore_ascii_case(b"oauth") {
            self.others = self.others.with(CredentialKind::Oauth);
            self.mark = Mark::of_consumer_in_header(rest);
            Ok(())
        } else {
            self.others = self.others.with(CredentialKind::Password);
            Ok(())
        }
    }

    fn read_bearer(&mut self, value: &'h [u8]) -> Result<(), Refusal> {
        if has_our_prefix(value) {
            self.token = Some(FoundToken { secret: Secret::InHead(value), claimed_owner: None });
            return Ok(());
        }
        if looks_like_token(value) {
            return Err(misplaced());
        }
        self.mark = Mark::of_native_token(value);
        let (native, oauth) = kinds_of_foreign_bearer(value, self.mark.is_some());
        if native {
            self.others = self.others.with(CredentialKind::NativeToken);
        }
        if oauth {
            self.others = self.others.with(CredentialKind::Oauth);
        }
        Ok(())
    }

    fn read_basic(&mut self, value: &[u8]) -> Result<(), Refusal> {
        let Some(decoded) = decode_basic(value) else {
            // Whatever the product may make of it, it is no token.
            self.others = self.others.with(CredentialKind::Password);
            return Ok(());
        };
        let decoded = Zeroizing::new(decoded);
        let bytes = decoded.as_slice();
        let split = bytes.iter().position(|&byte| byte == b':').unwrap_or(bytes.len());
        let (user, password) = bytes.split_at(split);
        let password = password.get(1..).unwrap_or_default();
        let user = text_of(user);
        if has_our_prefix(password) {
            let claimed_owner = (user != ANY_OWNER).then(|| user.into_owned());
            let secret = Secret::Decoded(Zeroizing::new(password.to_vec()));
            self.token = Some(FoundToken { secret, claimed_owner });
            return Ok(());
        }
        if looks_like_token(bytes) {
            return Err(misplaced());
        }
        self.others = self.others.with(CredentialKind::Password);
        self.claimed_user = Some(user.into_owned());
        Ok(())
    }

    /// From a query or a form. `oauth_dance`: the path is one where people and applications
    /// agree on OAuth, so its parameters are the credential that they are.
    pub(crate) fn read_parameters(
        &mut self,
        encoded: &[u8],
        oauth_dance: bool,
    ) -> Result<(), Refusal> {
        for (name, value) in Parameters::new(encoded) {
            if looks_like_token(&value) || looks_like_token(&name) {
                return Err(misplaced());
            }
            match name.as_ref() {
                b"os_username" | b"j_username" => {
                    self.others = self.others.with(CredentialKind::Password);
                    self.claimed_user.get_or_insert_with(|| text_of(&value).into_owned());
                }
                b"os_password" | b"j_password" | b"webSudoPassword" => {
                    self.others = self.others.with(CredentialKind::Password);
                }
                b"xoauth_requestor_id" | b"jwt" => self.forge(&name),
                name if name.starts_with(b"oauth_") => {
                    if oauth_dance {
                        self.others = self.others.with(CredentialKind::Oauth);
                        if name == b"oauth_consumer_key" {
                            self.mark.get_or_insert_with(|| Mark::of_consumer(&value));
                        }
                    } else {
                        self.forge(name);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn forge(&mut self, name: &[u8]) {
        self.forged.get_or_insert_with(|| text_of(name).chars().take(40).collect());
    }
}

/// Whoever begins so means a token of ours, whatever its checksum says.
fn has_our_prefix(value: &[u8]) -> bool {
    value.starts_with(b"gpass_")
}

/// Whether a Bearer that is not ours counts as a native token, as OAuth 2, or as both.
///
/// An OAuth 2 token with three parts is a JWT. What is neither that nor a native token's shape may be
/// either, so both modes must let it pass.
fn kinds_of_foreign_bearer(value: &[u8], has_native_shape: bool) -> (bool, bool) {
    if has_native_shape {
        return (true, false);
    }
    let is_jwt = value.starts_with(b"eyJ") && memchr::memchr_iter(b'.', value).count() == 2;
    (!is_jwt, true)
}

/// As leniently as the products decode it: with padding or without, in either alphabet.
pub(super) fn decode_basic(value: &[u8]) -> Option<Vec<u8>> {
    use base64::alphabet::{STANDARD, URL_SAFE};
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
    const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
    PLAIN.decode(value).or_else(|_| URL.decode(value)).ok()
}

/// UTF-8, else Latin-1: browsers and older scripts differ.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// The names in a `Cookie` line (RFC 6265 5.4).
pub(crate) fn cookie_names(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|&byte| byte == b';').map(|pair| {
        let end = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        pair.get(..end).unwrap_or_default().trim_ascii()
    })
}
