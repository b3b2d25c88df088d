//! Request headers that say who somebody is, where he comes from, or what he asks for, to
//! whoever behind the gate believes them.
//!
//! Single sign-on in front of the products works by such headers (no product has it built in, but
//! add-ons do), and every proxy has names of its own for the same few things. So the class is
//! caught, by the shape of the name, and not only a list: a header that this takes away
//! needlessly is missed by nobody, one that it leaves may make a caller anybody.
//!
//! What ordinary clients send does not look like that: `accept*`, `content-*`, `if-*`, `range`,
//! `origin`, `referer`, `user-agent`, `x-atlassian-token`, `x-requested-with`, `x-request-id`,
//! `traceparent`, `x-experimentalapi`, `x-force-accept-language`, `atl-*`, `sec-*`.

use std::sync::LazyLock;

/// Whole names.
const NAMES: [&str; 33] = [
    // Single sign-on, by its traditional names.
    "remote-user",
    "remoteuser",
    "http-remote-user",
    "auth-user",
    "authuser",
    "auth-type",
    "contextuser",
    "username",
    "user",
    "userid",
    "logon-user",
    "uid",
    "smuser",
    "proxy-user",
    "proxy-remote-user",
    "x-email",
    "x-groups",
    "x-roles",
    // Where a request comes from.
    "forwarded",
    "client-ip",
    "true-client-ip",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-forwarded-for",
    "fastly-client-ip",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "cf-pseudo-ipv4",
    "x-remote-addr",
    // What a request asks for.
    "x-method-override",
    "x-original-method",
    "x-original-host",
];

/// Beginnings of names.
const PREFIXES: [&str; 48] = [
    "x-gatepass-",
    // Where a request comes from, as proxies tell each other. The gate writes -For, -Host and
    // -Proto itself: what the client sent of them is read, and goes no further either.
    "x-forwarded-",
    "x-envoy-external-",
    "x-azure-clientip",
    "x-azure-socketip",
    // Single sign-on, by who makes it.
    "remote-",
    "x-remote-",
    "x-auth-",
    "x-authenticated-",
    "x-authentik-",
    "x-authelia-",
    "x-webauth-",
    "x-user",
    "x-sso-",
    "x-saml-",
    "x-oidc-",
    "oidc-",
    "x-openid-",
    "x-jwt-",
    "x-vouch-",
    "x-pomerium-",
    "x-token-",
    "x-consumer-",
    "x-credential-",
    "x-authorization-",
    "x-impersonate",
    "impersonate-",
    "x-on-behalf-of",
    "sm-",
    "iv-",
    "x-iv-",
    "x-ms-client-principal",
    "x-ms-token-",
    "x-goog-authenticated",
    "x-goog-iap-",
    "x-amzn-oidc-",
    "cf-access-",
    "tailscale-user-",
    "shib-",
    "eppn",
    // The products' own, and add-ons'.
    "x-atl-",
    "x-jira-user",
    "x-confluence-user",
    "x-bitbucket-user",
    "x-ausername",
    "x-seraph-",
    "x-crowd-",
    // What a request asks for.
    "x-http-method",
];

/// Beginnings of names that say what was asked for before somebody rewrote it.
const REWRITTEN: [&str; 4] = ["x-original-u", "x-rewrite-u", "x-request-uri", "x-envoy-original-"];

/// [`NAMES`], and all beginnings, in the order in which they are searched.
struct Sorted {
    names: Vec<&'static [u8]>,
    /// None begins with another: so whatever begins a name stands right before it.
    beginnings: Vec<&'static [u8]>,
}

static SORTED: LazyLock<Sorted> = LazyLock::new(|| {
    let mut names: Vec<&[u8]> = NAMES.iter().map(|name| name.as_bytes()).collect();
    names.sort_unstable();
    let mut beginnings: Vec<&[u8]> =
        PREFIXES.iter().chain(&REWRITTEN).map(|prefix| prefix.as_bytes()).collect();
    beginnings.sort_unstable();
    beginnings.dedup_by(|longer, shorter| longer.starts_with(shorter));
    Sorted { names, beginnings }
});

/// Whether a request header is an identity, an address or a target that only the gate may say.
/// The name is in lower case.
pub fn is_identity_header(lowercase_name: &[u8]) -> bool {
    let name = lowercase_name;
    let sorted = &*SORTED;
    let at = sorted.beginnings.partition_point(|&beginning| beginning <= name);
    let before = at.checked_sub(1).and_then(|at| sorted.beginnings.get(at));
    before.is_some_and(|beginning| name.starts_with(beginning))
        || sorted.names.binary_search(&name).is_ok()
        || names_a_user(name)
        || names_a_certificate(name)
}

/// `x-acme-remote-user`, `x-acme-username`, `acme-auth-user`: who puts a user's name into a
/// header calls it so at the end.
fn names_a_user(name: &[u8]) -> bool {
    let Some(at) = name.iter().rposition(|&byte| byte == b'-').filter(|&at| at > 0) else {
        return false;
    };
    matches!(
        name.get(at + 1..).unwrap_or_default(),
        b"user"
            | b"username"
            | b"userid"
            | b"userkey"
            | b"login"
            | b"principal"
            | b"subject"
            | b"upn"
            | b"identity"
            | b"groups"
            | b"roles"
    )
}

/// `x-ssl-client-dn`, `ssl-client-cert`, `x-client-cert`, `x-forwarded-client-cert`,
/// `x-arr-clientcert`, `client-cert` (RFC 9440).
fn names_a_certificate(name: &[u8]) -> bool {
    let bare = name.strip_prefix(b"x-").unwrap_or(name);
    (bare.starts_with(b"ssl-") && bare.windows(6).any(|part| part == b"client"))
        || bare.starts_with(b"client-cert")
        || bare.starts_with(b"client-dn")
        || bare.starts_with(b"client-verify")
        || bare.starts_with(b"tls-client")
        || bare.ends_with(b"clientcert")
        || bare.ends_with(b"client-cert")
}

#[cfg(test)]
mod tests {
    use super::is_identity_header;

    #[test]
    fn headers_that_say_who_somebody_is_are_caught() {
        for name in [
            "remote-user",
            "x-remote-user",
            "x-forwarded-user",
            "x-forwarded-email",
            "x-forwarded-groups",
            "x-forwarded-preferred-username",
            "x-auth-request-user",
            "x-auth-request-access-token",
            "x-authenticated-user",
            "x-webauth-user",
            "x-atl-user",
            "x-jira-user",
            "x-ausername",
            "contextuser",
            "x-seraph-trusted-app-id",
            "x-gatepass-user",
            "x-gatepass-request-id",
            "x-original-url",
            "x-original-uri",
            "x-rewrite-url",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "forwarded",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-forwarded-uri",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-method",
            "x-forwarded-port",
            "x-ssl-client-dn",
            "ssl-client-cert",
            "ssl-client-s-dn",
            "x-client-cert",
            "x-user",
            "x-userid",
            "x-user-name",
            "x-sso-user",
            "sm-user",
            "iv-user",
            "x-ms-client-principal-name",
            "x-goog-authenticated-user-email",
            "x-amzn-oidc-identity",
            "cf-access-authenticated-user-email",
            "cf-access-jwt-assertion",
            "x-acme-remote-user",
            "x-acme-username",
            "acme-groups",
            "client-cert",
            "x-forwarded-client-cert",
            "x-arr-clientcert",
            "tailscale-user-login",
        ] {
            assert!(is_identity_header(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn what_ordinary_clients_send_is_left() {
        for name in [
            "accept",
            "accept-encoding",
            "accept-language",
            "accept-charset",
            "content-type",
            "content-length",
            "content-disposition",
            "content-md5",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "range",
            "user-agent",
            "origin",
            "referer",
            "host",
            "authorization",
            "cookie",
            "expect",
            "upgrade",
            "cache-control",
            "pragma",
            "date",
            "from",
            "via",
            "dnt",
            "connection",
            "te",
            "x-atlassian-token",
            "x-requested-with",
            "x-request-id",
            "x-correlation-id",
            "traceparent",
            "tracestate",
            "x-experimentalapi",
            "x-force-accept-language",
            "x-b3-traceid",
            "atl-traceid",
            "atl-user-flow",
            "atl-client-name",
            "sec-fetch-site",
            "sec-websocket-key",
            "access-control-request-method",
            "access-control-request-headers",
            "x-ratelimit-exempt",
            "x-atlassian-webhook-identifier",
            "x-hub-signature",
            "x-github-event",
            "last-event-id",
            "upgrade-insecure-requests",
            "priority",
            "x-atlassian-analytics",
            "x-analytics-location",
            "git-protocol",
            "depth",
            "x-ms-version",
            "x-csrf-token",
            "x-xsrf-token",
            "x-aui-version",
            "x-pjax",
            "x-feature-flags",
        ] {
            assert!(!is_identity_header(name.as_bytes()), "{name}");
        }
    }
}
