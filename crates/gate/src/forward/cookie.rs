//! The gate's own cookies, which no product gets to see: a page of a product, or a plug-in in it,
//! could be signed in to the console with one.

use memchr::memmem;

use crate::read::credential::cookie_names;

/// How the names of all of them begin, behind the prefixes by which browsers guard them (RFC 6265bis
/// 4.1.3).
pub const OWN_COOKIES: &str = "gatepass-";

/// Whether a `Cookie` line may hold one: cheap, and never a false no.
pub(crate) fn may_have_own(line: &[u8]) -> bool {
    memmem::find(line, OWN_COOKIES.as_bytes()).is_some()
}

fn is_own(name: &[u8]) -> bool {
    let bare = name.strip_prefix(b"__Host-").or_else(|| name.strip_prefix(b"__Secure-"));
    bare.unwrap_or(name).starts_with(OWN_COOKIES.as_bytes())
}

/// The line without them, its other pairs as they were; `None` when nothing is left.
pub(crate) fn without_own(line: &[u8]) -> Option<Vec<u8>> {
    let mut rest: Vec<u8> = Vec::with_capacity(line.len());
    for pair in line.split(|&byte| byte == b';') {
        if cookie_names(pair).any(is_own) {
            continue;
        }
        let pair = pair.trim_ascii();
        if pair.is_empty() {
            continue;
        }
        if !rest.is_empty() {
            rest.extend_from_slice(b"; ");
        }
        rest.extend_from_slice(pair);
    }
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_gates_own_are_taken_out() {
        for (line, left) in [
            ("JSESSIONID=1; gatepass-session=x; a=b", Some("JSESSIONID=1; a=b")),
            ("__Host-gatepass-session=x", None),
            (" gatepass-sign-in = x ;JSESSIONID=1", Some("JSESSIONID=1")),
            ("__Secure-gatepass-x=1; back=/gatepass-session=", Some("back=/gatepass-session=")),
            ("a=gatepass-session", Some("a=gatepass-session")),
            ("gatepass-session", None),
            (";;", None),
        ] {
            let told = without_own(line.as_bytes());
            assert_eq!(told.as_deref(), left.map(str::as_bytes), "{line}");
        }
        assert!(may_have_own(b"a=1; __Host-gatepass-session=x") && !may_have_own(b"JSESSIONID=1"));
    }
}
