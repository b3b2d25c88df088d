//! For whom the product says it took a call.

/// What `X-AUSERNAME` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimedUser {
    /// The call was anonymous.
    Nobody,
    /// The username, decoded.
    Somebody(String),
}

/// Reads the value: URL-encoded, as Java's encoder does it (a space is `+`); `anonymous` is
/// nobody. `None` when it is empty, broken or not UTF-8.
pub(crate) fn parse(value: &[u8]) -> Option<ClaimedUser> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.trim_ascii();
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, others) = rest.split_at_checked(2)?;
                // `from_str_radix` takes a sign, too.
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                let digits = std::str::from_utf8(digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = others;
            }
            byte => bytes.push(byte),
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    if name.is_empty() || name.chars().any(char::is_control) {
        return None;
    }
    Some(if name == "anonymous" { ClaimedUser::Nobody } else { ClaimedUser::Somebody(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_decoded_and_anonymous_is_nobody() {
        let somebody = |name: &str| Some(ClaimedUser::Somebody(name.to_owned()));
        assert_eq!(parse(b"alice"), somebody("alice"));
        assert_eq!(parse(b"alice%40example.com"), somebody("alice@example.com"));
        assert_eq!(parse(b"m%C3%BCller+a%2Bb"), somebody("müller a+b"));
        assert_eq!(parse(" müller".as_bytes()), somebody("müller"));
        assert_eq!(parse(b"anonymous"), Some(ClaimedUser::Nobody));
    }

    #[test]
    fn what_cannot_be_read_is_no_user() {
        for value in [&b""[..], b"  ", b"a%", b"a%4", b"a%+4", b"a%zz", b"%ff", b"a%00b"] {
            assert_eq!(parse(value), None, "{value:?}");
        }
    }
}
