//! The two things that people want to know of a certificate, read from its DER (RFC 5280 4.1).
//! Nothing is decided by it: whether a certificate is good was found before.

/// Who made a certificate, and until when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The issuer's common name; its organisation where it has none; may be empty.
    pub issuer: String,
    /// Its last moment, as RFC 3339 writes it, in UTC.
    pub expires: String,
}

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANISATION: &[u8] = &[0x55, 4, 10];

impl PeerCertificate {
    /// Reads it; `None` when it is no certificate.
    pub(crate) fn parse(der: &[u8]) -> Option<Self> {
        let (_, certificate, _) = element(der)?;
        let (_, mut fields, _) = element(certificate)?;
        if fields.first() == Some(&EXPLICIT_VERSION) {
            fields = element(fields)?.2;
        }
        let (_, _, rest) = element(fields)?; // the serial number
        let (_, _, rest) = element(rest)?; // the algorithm of the signature
        let (tag, issuer, rest) = element(rest)?;
        let (_, validity, _) = element(rest)?;
        let (_, _, after) = element(validity)?;
        let (kind, moment, _) = element(after)?;
        if tag != SEQUENCE {
            return None;
        }
        let name = find(issuer, COMMON_NAME).or_else(|| find(issuer, ORGANISATION));
        Some(Self { issuer: name.unwrap_or_default(), expires: moment_text(kind, moment)? })
    }
}

/// The first element: its tag, its content, and what follows. Lengths of up to four bytes.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
        let length = digits.iter().fold(0, |sum, &digit| (sum << 8) | usize::from(digit));
        (length, rest.get(count..)?)
    };
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

/// The value of an attribute of a name: a sequence of sets of (identifier, text).
fn find(mut name: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some((_, set, rest)) = element(name) {
        name = rest;
        let Some((_, pair, _)) = element(set) else { continue };
        let Some((_, identifier, value)) = element(pair) else { continue };
        if identifier == wanted {
            return Some(String::from_utf8_lossy(element(value)?.1).into_owned());
        }
    }
    None
}

/// `YYMMDDHHMMSSZ` with two digits of the year (RFC 5280 4.1.2.5.1), or with four.
fn moment_text(kind: u8, moment: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(moment).ok()?;
    let text = match kind {
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| {
        text.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    Some(format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_moment_are_read() {
        let text = |kind, moment: &str| moment_text(kind, moment.as_bytes());
        assert_eq!(text(UTC_TIME, "270131235959Z").unwrap(), "2027-01-31T23:59:59Z");
        assert_eq!(text(UTC_TIME, "990131235959Z").unwrap(), "1999-01-31T23:59:59Z");
        assert_eq!(text(GENERALIZED_TIME, "20510131235959Z").unwrap(), "2051-01-31T23:59:59Z");
        assert_eq!(text(GENERALIZED_TIME, "2051"), None);
        assert_eq!(text(SEQUENCE, "20510131235959Z"), None);
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for bytes in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x02\x30\x00", b"text"]
        {
            assert_eq!(PeerCertificate::parse(bytes), None);
        }
    }
}
