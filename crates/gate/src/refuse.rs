//! A refusal turned into an answer. This is the one place that knows what each reason means on
//! the wire, and it names every reason.

use std::io::Write as _;

use gatepass_model::{Bucket, Family, Method, Reason, Refusal};
use gatepass_profiles::{Audience, Profile};

use crate::engine::http1::name::Known;
use crate::engine::http1::request::RequestHead;
use crate::request_id::RequestId;

/// Headers that a reason brings besides the common ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Nothing,
    /// `WWW-Authenticate`: the caller may come again with another credential.
    Challenge,
    /// `Allow`: the methods that are forwarded.
    Allow,
    /// `Retry-After`, in seconds.
    RetryAfter(u64),
}

const fn extra(reason: Reason) -> Extra {
    match reason {
        Reason::TokenInvalid
        | Reason::TokenExpired
        | Reason::TokenRevoked
        | Reason::OwnerMismatch
        | Reason::CredentialRequired => Extra::Challenge,
        Reason::MethodNotAllowed => Extra::Allow,
        Reason::RateLimited | Reason::QuotaExhausted | Reason::TooManyConcurrent => {
            Extra::RetryAfter(1)
        }
        Reason::Overloaded | Reason::NotReady => Extra::RetryAfter(5),
        Reason::MalformedTarget
        | Reason::MalformedRequest
        | Reason::MalformedToken
        | Reason::TokenPending
        | Reason::TokenSuspended
        | Reason::OwnerInactive
        | Reason::UseNotPermitted
        | Reason::ReadOnly
        | Reason::AdminNotAllowed
        | Reason::NetworkNotAllowed
        | Reason::InstanceNotAllowed
        | Reason::ResourceNotAllowed
        | Reason::ProjectNotAllowed
        | Reason::PathNotAllowed
        | Reason::HeaderRequired
        | Reason::ForgedIdentity
        | Reason::PasswordsDisabled
        | Reason::NativeTokensDisabled
        | Reason::SessionsDisabled
        | Reason::OauthDisabled
        | Reason::NotFound
        | Reason::RequestTimeout
        | Reason::BodyTooLarge
        | Reason::TargetTooLong
        | Reason::BodyUnreadable
        | Reason::InstanceUnknown
        | Reason::HeadersTooLarge
        | Reason::TransferCodingUnsupported
        | Reason::UpstreamIdentityUnavailable
        | Reason::UpstreamUnreachable
        | Reason::UpstreamTimeout => Extra::Nothing,
    }
}

/// Who reads the refusal, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    audience: Audience,
    /// A page's own fetch: a challenge would make the browser ask for a password.
    is_fetch: bool,
    is_head: bool,
}

impl Reader {
    /// Of a request whose head could not be read.
    pub(crate) const UNKNOWN: Self =
        Self { audience: Audience::Program, is_fetch: false, is_head: false };

    /// Of this request. git is known by its path: its first request asks for `*/*`.
    pub(crate) fn of(head: &RequestHead<'_>, family: Option<Family>) -> Self {
        let accept = head.single(Known::Accept).unwrap_or_default();
        let is_git = family == Some(Family::Git);
        let audience = if is_git {
            let is_lfs = holds(accept, b"git-lfs") || holds(head.target, b"/info/lfs");
            if is_lfs { Audience::GitLfs } else { Audience::Git }
        } else if wants_html(accept) {
            Audience::Browser
        } else {
            Audience::Program
        };
        let is_fetch = head.fields.has(Known::XRequestedWith)
            || head.all(Known::SecFetchMode).any(|mode| mode != b"navigate");
        Self { audience, is_fetch, is_head: head.method == Method::Head }
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// Whether HTML is named before JSON.
fn wants_html(accept: &[u8]) -> bool {
    let html = memchr::memmem::find(accept, b"text/html");
    let json = memchr::memmem::find(accept, b"application/json");
    match (html, json) {
        (Some(html), Some(json)) => html < json,
        (html, _) => html.is_some(),
    }
}

/// Appends the answer to `out`. `closes`: the connection ends with it.
pub(crate) fn write(
    refusal: &Refusal,
    profile: &Profile,
    reader: Reader,
    id: RequestId,
    closes: bool,
    out: &mut Vec<u8>,
) {
    let reason = refusal.reason;
    let body = profile.refusal_body(refusal, reader.audience);
    // Writing to a Vec can't fail.
    let _ = write!(out, "HTTP/1.1 {} {}\r\n", reason.status(), words(reason.status()));
    let _ = write!(
        out,
        "Content-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         X-Gatepass-Reason: {reason}\r\nX-Gatepass-Request-Id: ",
        body.content_type,
        body.body.len(),
    );
    id.write(out);
    out.extend_from_slice(b"\r\n");
    let extra =
        refusal.again.map_or_else(|| extra(reason), |again| Extra::RetryAfter(again.seconds));
    match extra {
        Extra::Nothing => {}
        Extra::Challenge if reader.is_fetch => {}
        Extra::Challenge => {
            let scheme = match reader.audience {
                Audience::Git | Audience::GitLfs => "Basic",
                Audience::Program | Audience::Browser => "Bearer",
            };
            let _ = write!(out, "WWW-Authenticate: {scheme} realm=\"Gatepass\"\r\n");
        }
        Extra::Allow => {
            out.extend_from_slice(b"Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
        }
        Extra::RetryAfter(seconds) => {
            let _ = write!(out, "Retry-After: {seconds}\r\n");
        }
    }
    if let Some(bucket) = refusal.again.and_then(|again| again.bucket) {
        write_bucket(&bucket, out);
    }
    if closes {
        out.extend_from_slice(b"Connection: close\r\n");
    }
    out.extend_from_slice(b"\r\n");
    if !reader.is_head {
        out.extend_from_slice(body.body.as_bytes());
    }
}

/// A limit that is used up, in the headers that Jira, Confluence and Bitbucket tell of theirs by.
fn write_bucket(bucket: &Bucket, out: &mut Vec<u8>) {
    let Bucket { limit, fill_rate, interval_seconds } = bucket;
    // Writing to a Vec can't fail.
    let _ = write!(
        out,
        "X-RateLimit-Limit: {limit}\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-FillRate: \
         {fill_rate}\r\nX-RateLimit-Interval-Seconds: {interval_seconds}\r\n"
    );
}

/// The words that go with a status (RFC 9110 15).
pub(crate) const fn words(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use gatepass_model::Product;
    use gatepass_profiles::profile;

    use super::*;
    use crate::engine::http1::request::read_text;

    fn answer(reason: Reason, lines: &str) -> String {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        let head = read_text(&text).unwrap();
        let mut out = Vec::new();
        let refusal = Refusal::new(reason, "No.");
        let reader = Reader::of(&head, None);
        write(
            &refusal,
            profile(Product::Jira),
            reader,
            RequestId::from_parts(0, 1),
            false,
            &mut out,
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_reason_has_its_status_in_words() {
        for &reason in Reason::ALL {
            let text = answer(reason, "");
            assert!(!words(reason.status()).is_empty(), "{reason}");
            assert!(text.starts_with(&format!("HTTP/1.1 {} ", reason.status())), "{text}");
            assert!(text.contains(&format!("X-Gatepass-Reason: {reason}\r\n")), "{text}");
        }
    }

    #[test]
    fn a_challenge_goes_to_programs_and_not_to_a_pages_own_fetch() {
        assert!(answer(Reason::TokenInvalid, "").contains("WWW-Authenticate: Bearer"));
        assert!(
            !answer(Reason::TokenInvalid, "Sec-Fetch-Mode: cors\r\n").contains("WWW-Authenticate")
        );
        assert!(!answer(Reason::ReadOnly, "").contains("WWW-Authenticate"));
    }

    #[test]
    fn programs_get_json_and_browsers_a_page() {
        let json = "Content-Type: application/json;charset=UTF-8\r\n";
        assert!(answer(Reason::ReadOnly, "Accept: */*\r\n").contains(json));
        assert!(
            answer(Reason::ReadOnly, "Accept: text/html,*/*\r\n")
                .contains("Content-Type: text/html")
        );
        assert!(answer(Reason::ReadOnly, "Accept: application/json, text/html\r\n").contains(json));
    }
}
