//! Tokens, their states, and the moves between them.

use std::fmt;
use std::str::FromStr;

use crate::audit::Actor;
use crate::grant::Grant;
use crate::id::TokenId;
use crate::name::PersonKey;
use crate::time::Timestamp;

/// Where a token is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum TokenState {
    /// Asked for; somebody must approve.
    Pending = 0,
    /// Works.
    Active = 1,
    /// Stopped for now.
    Suspended = 2,
    /// Past its end.
    Expired = 3,
    /// Ended for good.
    Revoked = 4,
}

/// A move that no token may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token that is {from} can't become {to}")]
pub struct IllegalMove {
    /// Where it is.
    pub from: TokenState,
    /// Where it was to go.
    pub to: TokenState,
}

impl TokenState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Active, Self::Suspended, Self::Expired, Self::Revoked];

    /// As stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The state to go to, if a token may go there from here.
    ///
    /// Whatever has not ended may be revoked; `Expired` comes by time alone, but for a token
    /// that is still waiting or works; nothing comes back from `Expired` or `Revoked`.
    pub const fn moved_to(self, to: Self) -> Result<Self, IllegalMove> {
        let legal = matches!(
            (self, to),
            (Self::Pending | Self::Suspended, Self::Active)
                | (Self::Active, Self::Suspended)
                | (Self::Pending | Self::Active | Self::Suspended, Self::Expired)
                | (Self::Pending | Self::Active | Self::Suspended | Self::Expired, Self::Revoked)
        );
        if legal { Ok(to) } else { Err(IllegalMove { from: self, to }) }
    }

    /// As an atomic holds it; the inverse of `as u8`.
    pub const fn from_u8(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Pending),
            1 => Some(Self::Active),
            2 => Some(Self::Suspended),
            3 => Some(Self::Expired),
            4 => Some(Self::Revoked),
            _ => None,
        }
    }
}

impl fmt::Display for TokenState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for TokenState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// What the store has of a secret: HMAC-SHA-256 of the whole token under a key of the ring.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretDigest(pub [u8; 32]);

impl fmt::Debug for SecretDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretDigest(…)")
    }
}

/// The MAC of a token's row, and the key that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowMac {
    /// Which key of the ring.
    pub key: u32,
    /// HMAC-SHA-256 over the row's fields.
    pub tag: [u8; 32],
}

/// A secret of a token, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Which key of the ring made the digest.
    pub key: u32,
    /// By which a presented secret is found.
    pub digest: SecretDigest,
    /// The secret's first ten characters, for people to recognise it by.
    pub hint: String,
}

/// A secret that rotation replaced, and that works a little longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerSecret {
    /// What is kept of it.
    pub secret: StoredSecret,
    /// From when on it is refused.
    pub until: Timestamp,
}

/// The gate pass: who asked for it, what for, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its handle.
    pub id: TokenId,
    /// What its owner calls it. 1 to 100 characters.
    pub name: String,
    /// The person that it acts as.
    pub owner: PersonKey,
    /// Who made it; differs from the owner when made on behalf.
    pub creator: Actor,
    /// The integration that it is for, by name.
    pub integration: Option<String>,
    /// Why it exists. At most 1,000 characters.
    pub purpose: Option<String>,
    /// What it may do.
    pub grant: Grant,
    /// As stored; [`Token::state_at`] says what holds at a moment.
    pub state: TokenState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None`: not by itself.
    pub expires_at: Option<Timestamp>,
    /// The secret that works.
    pub secret: StoredSecret,
    /// The one before it, while its grace lasts.
    pub former: Option<FormerSecret>,
}

impl Token {
    /// Most characters of a name.
    pub const MAX_NAME_CHARS: usize = 100;
    /// Most characters of a purpose.
    pub const MAX_PURPOSE_CHARS: usize = 1000;

    /// The state that holds at `now`: whatever has not been revoked ends at its expiry.
    pub fn state_at(&self, now: Timestamp) -> TokenState {
        state_at(self.state, self.expires_at, now)
    }
}

/// The state that holds at `now` for a token stored as `stored` that ends at `expires_at`.
pub fn state_at(stored: TokenState, expires_at: Option<Timestamp>, now: Timestamp) -> TokenState {
    let ended = expires_at.is_some_and(|end| now >= end);
    if ended { stored.moved_to(TokenState::Expired).unwrap_or(stored) } else { stored }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TokenState::{Active, Expired, Pending, Revoked, Suspended};

    #[test]
    fn only_the_legal_moves_are_possible() {
        let legal = [
            (Pending, Active),
            (Pending, Expired),
            (Pending, Revoked),
            (Active, Suspended),
            (Active, Expired),
            (Active, Revoked),
            (Suspended, Active),
            (Suspended, Expired),
            (Suspended, Revoked),
            (Expired, Revoked),
        ];
        for from in TokenState::ALL {
            for to in TokenState::ALL {
                let expected = if legal.contains(&(from, to)) {
                    Ok(to)
                } else {
                    Err(IllegalMove { from, to })
                };
                assert_eq!(from.moved_to(to), expected, "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_token_is_expired_from_its_end_on_unless_revoked() {
        let end = Timestamp::from_millis(1000);
        assert_eq!(state_at(Active, Some(end), Timestamp::from_millis(999)), Active);
        assert_eq!(state_at(Suspended, Some(end), end), Expired);
        assert_eq!(state_at(Revoked, Some(end), end), Revoked);
        assert_eq!(state_at(Active, None, Timestamp::MAX), Active);
    }

    #[test]
    fn states_survive_an_atomic_and_a_column() {
        for state in TokenState::ALL {
            assert_eq!(TokenState::from_u8(state as u8), Some(state));
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!(TokenState::from_u8(5), None);
    }
}
