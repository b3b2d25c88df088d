//! Where a body ends (RFC 9112 6).

/// How the length of a message's body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// So many bytes.
    Length(u64),
    /// The chunked transfer coding, and nothing else.
    Chunked,
    /// Until the connection ends. Answers only.
    UntilClose,
}

impl Framing {
    /// Whether a body follows at all. A length of zero is none.
    pub const fn has_body(self) -> bool {
        !matches!(self, Self::None | Self::Length(0))
    }
}

/// What is wrong with what a head says about its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramingError {
    /// It could be read in two ways: two lengths, a length and a coding, a broken list.
    Ambiguous(&'static str),
    /// A coding other than `chunked` (RFC 9112 6.1 asks for 501).
    UnknownCoding,
}

/// Gathers the header lines that frame a body, each as it comes.
#[derive(Clone, Copy, Debug, Default)]
pub struct FramingHeaders<'a> {
    length: Option<&'a [u8]>,
    coding: Option<&'a [u8]>,
    repeated: bool,
}

impl<'a> FramingHeaders<'a> {
    /// A `Content-Length` line.
    pub const fn add_length(&mut self, value: &'a [u8]) {
        self.repeated |= self.length.is_some();
        self.length = Some(value);
    }

    /// A `Transfer-Encoding` line.
    pub const fn add_coding(&mut self, value: &'a [u8]) {
        self.repeated |= self.coding.is_some();
        self.coding = Some(value);
    }

    /// What they come to together; `None` when they say nothing.
    ///
    /// Exactly one length or exactly one `chunked`: equal repeated lengths, lists, signs, leading
    /// `+`, and a length beside a coding are all refused, for each of them has been read in two
    /// ways by two parsers somewhere.
    pub fn resolve(&self) -> Result<Option<Framing>, FramingError> {
        if self.repeated {
            return Err(FramingError::Ambiguous("the body is framed more than once"));
        }
        match (self.length, self.coding) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err(FramingError::Ambiguous("Content-Length and Transfer-Encoding stand together"))
            }
            (Some(length), None) => match parse_length(length) {
                Some(length) => Ok(Some(Framing::Length(length))),
                None => Err(FramingError::Ambiguous("Content-Length is no plain number")),
            },
            (None, Some(coding)) => parse_coding(coding).map(Some),
        }
    }
}

/// 1 to 19 digits; nothing else. Twenty digits could overflow somebody's 64 bits.
fn parse_length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 19 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    value
        .iter()
        .try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

fn parse_coding(value: &[u8]) -> Result<Framing, FramingError> {
    if value.eq_ignore_ascii_case(b"chunked") {
        return Ok(Framing::Chunked);
    }
    let mut codings = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).peekable();
    while let Some(coding) = codings.next() {
        let is_token =
            !coding.is_empty() && coding.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        if !is_token {
            return Err(FramingError::Ambiguous("Transfer-Encoding is no plain list of codings"));
        }
        if coding.eq_ignore_ascii_case(b"chunked") && codings.peek().is_some() {
            return Err(FramingError::Ambiguous("chunked is not the last transfer coding"));
        }
    }
    Err(FramingError::UnknownCoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(lengths: &[&str], codings: &[&str]) -> Result<Option<Framing>, FramingError> {
        let mut headers = FramingHeaders::default();
        for value in lengths {
            headers.add_length(value.as_bytes());
        }
        for value in codings {
            headers.add_coding(value.as_bytes());
        }
        headers.resolve()
    }

    #[test]
    fn one_plain_length_or_one_chunked_is_taken() {
        assert_eq!(framing(&["42"], &[]), Ok(Some(Framing::Length(42))));
        assert_eq!(framing(&[], &["Chunked"]), Ok(Some(Framing::Chunked)));
        assert_eq!(framing(&[], &[]), Ok(None));
    }

    #[test]
    fn whatever_two_parsers_could_read_differently_is_refused() {
        for lengths in [
            &["2", "2"][..],
            &["2, 2"],
            &["2_"],
            &[""],
            &["+2"],
            &["-2"],
            &["0x2"],
            &["2,"],
            &["2 2"],
            &["18446744073709551616"],
            &["00000000000000000002"],
        ] {
            assert!(
                matches!(framing(lengths, &[]), Err(FramingError::Ambiguous(_))),
                "{lengths:?}"
            );
        }
        for coding in [
            "chunked, identity",
            "chunked, chunked",
            ", chunked",
            "chunked,",
            "chunked;q=1",
            "",
            "\x0bchunked",
        ] {
            assert!(
                matches!(framing(&[], &[coding]), Err(FramingError::Ambiguous(_))),
                "{coding:?}"
            );
        }
        assert!(matches!(framing(&["2"], &["chunked"]), Err(FramingError::Ambiguous(_))));
        assert!(matches!(framing(&[], &["chunked", "chunked"]), Err(FramingError::Ambiguous(_))));
    }

    #[test]
    fn other_codings_are_unknown_not_ambiguous() {
        for coding in ["gzip", "gzip, chunked", "identity"] {
            assert_eq!(framing(&[], &[coding]), Err(FramingError::UnknownCoding), "{coding}");
        }
    }
}
