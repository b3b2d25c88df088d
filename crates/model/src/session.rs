//! Sign-in sessions of the console.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::name::{InstanceName, PersonKey};
use crate::time::{Lifetime, Timestamp};

/// By which a session is named where it is listed and ended. Not what the browser presents.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub [u8; 16]);

impl fmt::Display for SessionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ses_{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for SessionId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix("ses_").ok_or(())?;
        let plain = digits.len() == 32
            && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !plain {
            return Err(());
        }
        u128::from_str_radix(digits, 16).map(|number| Self(number.to_be_bytes())).map_err(drop)
    }
}

/// By what somebody signed in to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedInBy {
    /// By his session at this instance.
    Instance(InstanceName),
    /// At the OpenID provider that his directory is.
    Provider,
}

impl SignedInBy {
    /// The instance, if it was one.
    pub const fn instance(&self) -> Option<&InstanceName> {
        match self {
            Self::Instance(name) => Some(name),
            Self::Provider => None,
        }
    }
}

/// Somebody's browser that is signed in to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// What it is listed by.
    pub id: SessionId,
    /// Who.
    pub person: PersonKey,
    /// By what he signed in.
    pub by: SignedInBy,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, however much it is used.
    pub ends_at: Timestamp,
    /// When he last proved anew who he is.
    pub proved_at: Timestamp,
    /// From where he signed in.
    pub address: IpAddr,
    /// With which browser, as it calls itself; cut to 200 characters.
    pub agent: String,
}

impl Session {
    /// How long a session lives that is not used: 8 hours.
    pub const IDLE: Lifetime = Lifetime::from_millis(8 * 60 * 60 * 1000);
    /// How long a session lives at most: 7 days.
    pub const LONGEST: Lifetime = Lifetime::from_days(7);
    /// For how long a proof is fresh: 10 minutes.
    pub const PROOF: Lifetime = Lifetime::from_millis(10 * 60 * 1000);
    /// Most characters that are kept of a browser's name.
    pub const MAX_AGENT_CHARS: usize = 200;

    /// Whether it still counts at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.ends_at && now < self.seen_at.plus(Self::IDLE)
    }

    /// Whether he has proved lately who he is.
    pub fn is_proved(&self, now: Timestamp) -> bool {
        now < self.proved_at.plus(Self::PROOF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_prints_and_reads_back() {
        let id = SessionId([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "ses_", "ses_zz", "tok_07070707070707070707070707070707"] {
            assert!(text.parse::<SessionId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_at_the_latest() {
        let start = Timestamp::from_millis(1_000_000);
        let session = Session {
            id: SessionId([0; 16]),
            person: PersonKey {
                directory: "main".parse().unwrap(),
                username: "alice".parse().unwrap(),
            },
            by: SignedInBy::Instance("jira".parse().unwrap()),
            created_at: start,
            seen_at: start,
            ends_at: start.plus(Session::LONGEST),
            proved_at: start,
            address: "127.0.0.1".parse().unwrap(),
            agent: String::new(),
        };
        assert!(session.is_alive(start) && session.is_proved(start));
        assert!(!session.is_alive(start.plus(Session::IDLE)));
        assert!(!session.is_proved(start.plus(Session::PROOF)));
        let used = Session { seen_at: start.plus(Session::LONGEST), ..session };
        assert!(!used.is_alive(start.plus(Session::LONGEST)));
    }
}
