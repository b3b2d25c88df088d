//! The console's cookies (RFC 6265). All of their names begin alike, so that the gate knows them and
//! keeps them from products.

use axum::http::HeaderValue;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session.
    Session,
    /// By which a browser is known that went to sign in.
    SignIn,
    /// Language and theme.
    Preferences,
    /// What just happened, for the next page.
    Notice,
}

impl Cookie {
    const ALL: [Self; 4] = [Self::Session, Self::SignIn, Self::Preferences, Self::Notice];

    const fn bare_name(self) -> &'static str {
        match self {
            Self::Session => "gatepass-session",
            Self::SignIn => "gatepass-sign-in",
            Self::Preferences => "gatepass-preferences",
            Self::Notice => "gatepass-notice",
        }
    }

    /// How long the browser keeps it, in seconds. A session ends on this side.
    const fn max_age(self) -> u32 {
        match self {
            Self::Session => 7 * 24 * 3600,
            Self::SignIn => 1_000,
            Self::Preferences => 400 * 24 * 3600,
            Self::Notice => 60,
        }
    }
}

/// What a browser sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cookies(Vec<(Cookie, String)>);

impl Cookies {
    /// Reads those of ours. Over https only those whose name a browser guards count
    /// (`__Host-`): no other host and no page by http can have set them.
    pub(crate) fn read<'a>(lines: impl Iterator<Item = &'a HeaderValue>, is_secure: bool) -> Self {
        let mut found = Vec::new();
        for line in lines {
            let Ok(line) = line.to_str() else { continue };
            for pair in line.split(';') {
                let Some((name, value)) = pair.trim().split_once('=') else { continue };
                let known =
                    Cookie::ALL.into_iter().find(|cookie| name_of(*cookie, is_secure) == name);
                if let Some(cookie) = known {
                    found.push((cookie, value.to_owned()));
                }
            }
        }
        Self(found)
    }

    /// The value; `None` also where it came twice, for then somebody put one beside ours.
    pub(crate) fn get(&self, cookie: Cookie) -> Option<&str> {
        let mut all = self.0.iter().filter(|(known, _)| *known == cookie);
        match (all.next(), all.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

fn name_of(cookie: Cookie, is_secure: bool) -> String {
    let prefix = if is_secure { "__Host-" } else { "" };
    format!("{prefix}{}", cookie.bare_name())
}

/// A `Set-Cookie` line. `value`: characters of base64url, digits, dots and dashes only.
pub(crate) fn set(cookie: Cookie, value: &str, is_secure: bool) -> String {
    line(cookie, value, cookie.max_age(), is_secure)
}

/// A line that takes it away.
pub(crate) fn clear(cookie: Cookie, is_secure: bool) -> String {
    line(cookie, "", 0, is_secure)
}

fn line(cookie: Cookie, value: &str, max_age: u32, is_secure: bool) -> String {
    let name = name_of(cookie, is_secure);
    // `Lax`: it must come along when a product's login page sends the browser back here.
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &'static str, is_secure: bool) -> Cookies {
        let line = HeaderValue::from_static(line);
        Cookies::read(std::iter::once(&line), is_secure)
    }

    #[test]
    fn over_https_only_guarded_names_count() {
        let line = "JSESSIONID=x; gatepass-session=a; __Host-gatepass-session=b";
        assert_eq!(read(line, true).get(Cookie::Session), Some("b"));
        assert_eq!(read(line, false).get(Cookie::Session), Some("a"));
        assert_eq!(read("gatepass-session=a", true).get(Cookie::Session), None);
        let twice = "gatepass-session=a; gatepass-session=b";
        assert_eq!(read(twice, false).get(Cookie::Session), None);
    }

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_of_http() {
        let set = set(Cookie::Session, "abc", true);
        assert_eq!(
            set,
            "__Host-gatepass-session=abc; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(clear(Cookie::Session, false).starts_with("gatepass-session=; Path=/; Max-Age=0"));
    }
}
