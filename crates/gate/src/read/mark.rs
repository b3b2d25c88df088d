//! Which native token or OAuth consumer a caller presents, told without any secret.

use gatepass_model::CredentialKind;
use gatepass_model::target::Parameters;
use zeroize::Zeroizing;

use super::credential::{decode_basic, text_of};

/// How many digits the id of a native token has.
const DIGITS: usize = 12;
/// Longest key of a consumer that is kept, in characters.
const LONGEST: usize = 64;

/// The id of a native token, or the key of an OAuth consumer: as the caller says, whom nobody has
/// checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    kind: CredentialKind,
    text: String,
}

impl Mark {
    /// Of a native token's shape: base64 of `<12 digits>:<20 bytes>` in 44 characters, of which the digits
    /// are the id that the product lists it by.
    pub(super) fn of_native_token(value: &[u8]) -> Option<Self> {
        if value.len() != 44 {
            return None;
        }
        let decoded = Zeroizing::new(decode_basic(value)?);
        let (id, secret) = decoded.split_at_checked(DIGITS)?;
        if !id.iter().all(u8::is_ascii_digit) || secret.first() != Some(&b':') {
            return None;
        }
        Some(Self { kind: CredentialKind::NativeToken, text: text_of(id).into_owned() })
    }

    /// Of the parameters of `Authorization: OAuth` (RFC 5849 3.5.1).
    pub(super) fn of_consumer_in_header(parameters: &[u8]) -> Option<Self> {
        parameters.split(|&byte| byte == b',').find_map(|parameter| {
            let (name, value) = Parameters::new(parameter.trim_ascii()).next()?;
            let key = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
            (*name == *b"oauth_consumer_key").then(|| Self::of_consumer(key.unwrap_or(&value)))
        })
    }

    /// Of a consumer's key.
    pub(super) fn of_consumer(key: &[u8]) -> Self {
        let text = text_of(key).chars().take(LONGEST).collect();
        Self { kind: CredentialKind::Oauth, text }
    }

    /// The kind of credential that it tells of.
    pub(crate) const fn kind(&self) -> CredentialKind {
        self.kind
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn native(text: &[u8]) -> Option<String> {
        let mark = Mark::of_native_token(text)?;
        assert_eq!(mark.kind(), CredentialKind::NativeToken);
        Some(mark.as_str().to_owned())
    }

    #[test]
    fn a_native_token_tells_its_id_and_nothing_else() {
        let bytes = |id: &str, secret: u8| [id.as_bytes(), b":", &[secret; 20]].concat();
        let token = STANDARD.encode(bytes("884273918273", 0xfb));
        assert_eq!(native(token.as_bytes()).unwrap(), "884273918273");
        // The products decode so leniently.
        let token = URL_SAFE_NO_PAD.encode(bytes("884273918273", 0xfb));
        assert_eq!((token.len(), native(token.as_bytes()).unwrap()), (44, "884273918273".into()));
        for wrong in [
            STANDARD.encode(bytes("88427391827x", 1)),
            STANDARD.encode([b'7'; 33]),
            STANDARD.encode(bytes("8842739182730", 1)),
            "x".repeat(44),
            "*".repeat(44),
            String::new(),
        ] {
            assert_eq!(native(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_consumer_is_told_by_its_key() {
        let of = |text: &str| Mark::of_consumer_in_header(text.as_bytes());
        let key = |text: &str| of(text).map(|mark| mark.as_str().to_owned());
        let signed =
            "realm=\"\", oauth_nonce=\"1\",oauth_consumer_key=\"jenkins%20ci\", oauth_token=\"\"";
        assert_eq!(key(signed).as_deref(), Some("jenkins ci"));
        assert_eq!(key("oauth_consumer_key=plain").as_deref(), Some("plain"));
        assert_eq!(key("oauth_consumer_key=\"\"").as_deref(), Some(""));
        assert_eq!(key("xoauth_consumer_key=\"x\", oauth_token=\"oauth_consumer_key\""), None);
        assert_eq!(
            key(&format!("oauth_consumer_key={}", "é".repeat(90))).unwrap().chars().count(),
            64
        );
    }
}
