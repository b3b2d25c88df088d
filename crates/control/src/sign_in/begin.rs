//! At the console: send the browser to the instance.

use gatepass_model::{InstanceName, PersonKey};
use gatepass_vault::BearerSecret;

use super::{CONTEXT, PATIENCE, Purpose, State, hexadecimal, person_text};
use crate::control::Control;
use crate::error::{ControlError, Problem};

/// Longest address below the console that a sign-in comes back to, in bytes.
const LONGEST_BACK: usize = 1500;

/// Where a sign-in is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Where<'a> {
    /// Scheme, host, port and path of the console, as the browser reaches it:
    /// `https://gatepass.example.com/gatepass`.
    pub console: &'a str,
    /// Which instance is to say who it is.
    pub instance: &'a InstanceName,
    /// Where to come back to, below the console: `/tokens/new`.
    pub back: &'a str,
    /// Who is signed in to the console already, and must be the same there.
    pub person: Option<&'a PersonKey>,
}

/// A sign-in that was begun.
#[derive(Debug)]
pub struct SignInBegun {
    /// For a cookie of the browser's, by which it is known again.
    pub browser: BearerSecret,
    /// The query of `<context path>/gatepass-sign-in`: `to=…`.
    pub query: String,
}

impl Control {
    /// Begins a sign-in. `Invalid` when no directory asks this instance who somebody is. `browser`:
    /// what its cookie has already, so that two tabs don't disturb each other.
    pub fn begin_sign_in(
        &self,
        purpose: Purpose,
        place: Where<'_>,
        browser: Option<BearerSecret>,
    ) -> Result<SignInBegun, ControlError> {
        let invalid = |problem| ControlError::Invalid(vec![problem]);
        let known = self.known_instance(place.instance).map_err(invalid)?;
        let directory = &known.instance.directory;
        // A native token is made by the session of the instance that it is for.
        let is_asked = self.asked_directory(directory).is_some_and(|asked| {
            purpose == Purpose::Native || self.signs_in(asked, place.instance)
        });
        if !is_asked {
            let words = format!("{} does not say who somebody is", place.instance);
            return Err(invalid(Problem::new("instance", words)));
        }
        let browser = match browser {
            Some(browser) => browser,
            None => BearerSecret::mint(&*self.entropy)?,
        };
        let back = if is_plain_path(place.back) { place.back } else { "/" };
        let state = State {
            browser: hexadecimal(&browser.digest()),
            console: place.console.to_owned(),
            instance: place.instance.to_string(),
            purpose,
            back: back.to_owned(),
            person: place.person.map(person_text),
            ends: self.clock.now().plus(PATIENCE).as_millis(),
        };
        let query = format!("to={}", self.seal_state(CONTEXT, &state)?);
        Ok(SignInBegun { browser, query })
    }
}

/// A path below the console, and nothing that a browser could take for another host.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= LONGEST_BACK
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for path in ["/", "/tokens/new?x=%20"] {
            assert!(is_plain_path(path), "{path}");
        }
        let long = format!("/{}", "x".repeat(LONGEST_BACK));
        for path in ["", "x", "//evil", "/\\evil", "https://evil", "/a b", "/ä", "/\n", &long] {
            assert!(!is_plain_path(path), "{path}");
        }
    }
}
