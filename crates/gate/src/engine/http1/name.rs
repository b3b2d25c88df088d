//! The names of header lines that something in the gate asks for.
//!
//! A name is looked up once, when its line is read. Whoever asks for a header afterwards compares
//! a byte, and mostly not even that: a head knows which names it has.

/// A name that something in the gate asks for, or [`Known::Ordinary`]; [`Known::Other`] for all
/// others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "the others are the names that `NAMES` gives them")]
pub enum Known {
    Other,
    /// One of those that clients and products send all the time, and that mean nothing to the gate:
    /// so nobody need look at it closely.
    Ordinary,
    Accept,
    AcceptEncoding,
    AcceptLanguage,
    AccessControlRequestMethod,
    Authorization,
    CacheControl,
    Connection,
    ContentEncoding,
    ContentLength,
    ContentType,
    Cookie,
    Expect,
    Host,
    Http2Settings,
    IfModifiedSince,
    IfNoneMatch,
    KeepAlive,
    Origin,
    Pragma,
    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyConnection,
    Range,
    Referer,
    RetryAfter,
    SecFetchMode,
    SecFetchSite,
    Te,
    Trailer,
    TransferEncoding,
    Upgrade,
    UserAgent,
    XAtlassianToken,
    XAusername,
    XForwardedFor,
    XForwardedProto,
    XGatepassRequestId,
    XRequestedWith,
}

/// Shorter names first.
pub(crate) const NAMES: [(&str, Known); 80] = [
    ("te", Known::Te),
    ("age", Known::Ordinary),
    ("dnt", Known::Ordinary),
    ("date", Known::Ordinary),
    ("etag", Known::Ordinary),
    ("host", Known::Host),
    ("link", Known::Ordinary),
    ("vary", Known::Ordinary),
    ("allow", Known::Ordinary),
    ("range", Known::Range),
    ("accept", Known::Accept),
    ("cookie", Known::Cookie),
    ("expect", Known::Expect),
    ("origin", Known::Origin),
    ("pragma", Known::Pragma),
    ("server", Known::Ordinary),
    ("expires", Known::Ordinary),
    ("referer", Known::Referer),
    ("trailer", Known::Trailer),
    ("upgrade", Known::Upgrade),
    ("if-match", Known::Ordinary),
    ("if-range", Known::Ordinary),
    ("location", Known::Ordinary),
    ("priority", Known::Ordinary),
    ("sec-ch-ua", Known::Ordinary),
    ("x-anodeid", Known::Ordinary),
    ("connection", Known::Connection),
    ("keep-alive", Known::KeepAlive),
    ("tracestate", Known::Ordinary),
    ("user-agent", Known::UserAgent),
    ("retry-after", Known::RetryAfter),
    ("traceparent", Known::Ordinary),
    ("x-ausername", Known::XAusername),
    ("x-b3-spanid", Known::Ordinary),
    ("content-type", Known::ContentType),
    ("x-arequestid", Known::Ordinary),
    ("x-b3-sampled", Known::Ordinary),
    ("x-b3-traceid", Known::Ordinary),
    ("x-request-id", Known::Ordinary),
    ("accept-ranges", Known::Ordinary),
    ("authorization", Known::Authorization),
    ("cache-control", Known::CacheControl),
    ("content-range", Known::Ordinary),
    ("if-none-match", Known::IfNoneMatch),
    ("last-modified", Known::Ordinary),
    ("accept-charset", Known::Ordinary),
    ("content-length", Known::ContentLength),
    ("http2-settings", Known::Http2Settings),
    ("sec-fetch-dest", Known::Ordinary),
    ("sec-fetch-mode", Known::SecFetchMode),
    ("sec-fetch-site", Known::SecFetchSite),
    ("accept-encoding", Known::AcceptEncoding),
    ("accept-language", Known::AcceptLanguage),
    ("referrer-policy", Known::Ordinary),
    ("x-forwarded-for", Known::XForwardedFor),
    ("x-frame-options", Known::Ordinary),
    ("content-encoding", Known::ContentEncoding),
    ("content-language", Known::Ordinary),
    ("proxy-connection", Known::ProxyConnection),
    ("sec-ch-ua-mobile", Known::Ordinary),
    ("x-correlation-id", Known::Ordinary),
    ("x-requested-with", Known::XRequestedWith),
    ("x-xss-protection", Known::Ordinary),
    ("if-modified-since", Known::IfModifiedSince),
    ("transfer-encoding", Known::TransferEncoding),
    ("x-atlassian-token", Known::XAtlassianToken),
    ("x-experimentalapi", Known::Ordinary),
    ("x-forwarded-proto", Known::XForwardedProto),
    ("permissions-policy", Known::Ordinary),
    ("proxy-authenticate", Known::ProxyAuthenticate),
    ("sec-ch-ua-platform", Known::Ordinary),
    ("content-disposition", Known::Ordinary),
    ("if-unmodified-since", Known::Ordinary),
    ("proxy-authorization", Known::ProxyAuthorization),
    ("x-gatepass-request-id", Known::XGatepassRequestId),
    ("x-content-type-options", Known::Ordinary),
    ("content-security-policy", Known::Ordinary),
    ("strict-transport-security", Known::Ordinary),
    ("upgrade-insecure-requests", Known::Ordinary),
    ("access-control-request-method", Known::AccessControlRequestMethod),
];

/// Longer names are nobody's here.
pub(super) const LONGEST: usize = 32;

/// A name in lower case, as numbers: eight characters are compared at once. In letters, digits and
/// hyphens, setting this bit is exactly that; what else a name of an answer may hold does not become
/// one of the three by it. Behind the end it is set too.
pub(super) type Words = [u64; LONGEST / 8];
pub(super) const LOWER: u64 = 0x2020_2020_2020_2020;

/// [`NAMES`] as numbers, and where those of a length begin.
struct Table {
    words: [(Words, Known); NAMES.len()],
    begins: [usize; LONGEST + 2],
}

static TABLE: Table = table();

#[expect(clippy::indexing_slicing, reason = "computed when the program is built")]
const fn table() -> Table {
    let mut table =
        Table { words: [([0; 4], Known::Other); NAMES.len()], begins: [0; LONGEST + 2] };
    let (mut at, mut length) = (0, 0);
    while at < NAMES.len() {
        let (name, known) = NAMES[at];
        let (name, mut words, mut place) = (name.as_bytes(), [LOWER; LONGEST / 8], 0);
        while place < name.len() {
            words[place / 8] |= (name[place] as u64) << (place % 8 * 8);
            place += 1;
        }
        assert!(name.len() >= length, "shorter names first");
        while length < name.len() {
            length += 1;
            table.begins[length] = at;
        }
        table.words[at] = (words, known);
        at += 1;
    }
    while length <= LONGEST {
        length += 1;
        table.begins[length] = NAMES.len();
    }
    table
}

impl Known {
    /// Which name of `length` characters this is.
    pub(super) fn of_words(words: &Words, length: usize) -> Self {
        let of_length = match TABLE.begins.get(length..length + 2) {
            Some(&[from, to]) => TABLE.words.get(from..to).unwrap_or_default(),
            _ => &[],
        };
        // Not compared as arrays: that would call a function for each.
        let [first, second, third, fourth] = *words;
        for ([a, b, c, d], known) in of_length {
            if *a == first && *b == second && *c == third && *d == fourth {
                return *known;
            }
        }
        Self::Other
    }

    /// Which name this is, in any letter case.
    pub fn of(name: &[u8]) -> Self {
        if name.len() > LONGEST {
            return Self::Other;
        }
        let mut words = [LOWER; LONGEST / 8];
        for (word, part) in words.iter_mut().zip(name.chunks(8)) {
            for (place, &byte) in part.iter().enumerate() {
                *word |= u64::from(byte) << (8 * place);
            }
        }
        Self::of_words(&words, name.len())
    }

    /// A set with this name alone.
    pub(super) const fn bit(self) -> u64 {
        1 << self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_letter_case_and_nothing_else() {
        for (name, known) in NAMES {
            assert_eq!(Known::of(name.as_bytes()), known, "{name}");
            assert_eq!(Known::of(name.to_ascii_uppercase().as_bytes()), known, "{name}");
            for other in [format!("{name}s"), format!("x{name}"), name[1..].to_owned()] {
                let expected = NAMES.iter().find(|(name, _)| *name == other);
                assert_eq!(Known::of(other.as_bytes()), expected.map_or(Known::Other, |one| one.1));
            }
            for at in 0..name.len() {
                let mut other = name.as_bytes().to_vec();
                other[at] = if other[at] == b'z' { b'y' } else { b'z' };
                assert_eq!(Known::of(&other), Known::Other);
            }
        }
        for other in [&b""[..], &[b'a'; 32], &[b'a'; 33], &[b'a'; 300]] {
            assert_eq!(Known::of(other), Known::Other);
        }
    }

    #[test]
    fn the_set_of_names_has_room_for_all() {
        assert!(NAMES.iter().all(|&(_, known)| (known as u8) < 64));
    }
}
