//! What just happened, from one page to the next by a cookie. Scripts of a product could put one
//! there on an origin that is shared: so it holds only which of some fixed sentences, and names.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepass_console::{Notice, NoticeKind};
use serde::{Deserialize, Serialize};

/// Longest name that is carried, in characters.
const MOST: usize = 100;

/// A notice that can be carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Flash {
    Suspended(String),
    Resumed(String),
    Revoked(String),
    NotConfirmed(u32, u32),
    ModesSaved(String),
    RuleSaved(String),
    RuleDeleted(String),
    NonCompliantSuspended(u64),
    SessionEnded,
    OthersEnded(u64),
    SignedIn,
    SignedOut,
    Mended(String),
    NotMended(String),
    BecameAdministrator,
    DoneBefore,
    /// What a product said.
    Said(String),
}

/// As the cookie holds them.
pub(crate) fn encode(all: &[Flash]) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(all).unwrap_or_default())
}

/// From the cookie; nothing where it can't be read.
pub(crate) fn decode(text: &str) -> Vec<Notice> {
    if text.len() > 2_000 {
        return Vec::new();
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let all: Vec<Flash> = serde_json::from_slice(&bytes).unwrap_or_default();
    all.into_iter().take(5).map(Notice::from).collect()
}

fn cut(text: String) -> String {
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).collect() }
}

impl From<Flash> for Notice {
    fn from(flash: Flash) -> Self {
        match flash {
            Flash::Suspended(name) => Self::TokenSuspended { name: cut(name) },
            Flash::Resumed(name) => Self::TokenResumed { name: cut(name) },
            Flash::Revoked(name) => Self::TokenRevoked { name: cut(name) },
            Flash::NotConfirmed(on, of) => Self::NotConfirmed { on, of },
            Flash::ModesSaved(instance) => Self::ModesSaved { instance: cut(instance) },
            Flash::RuleSaved(name) => Self::RuleSaved { name: cut(name) },
            Flash::RuleDeleted(name) => Self::RuleDeleted { name: cut(name) },
            Flash::NonCompliantSuspended(count) => Self::NonCompliantSuspended { count },
            Flash::SessionEnded => Self::SessionEnded,
            Flash::OthersEnded(count) => Self::OtherSessionsEnded { count },
            Flash::SignedIn => Self::SignedIn,
            Flash::SignedOut => Self::SignedOut,
            Flash::Mended(instance) => Self::IdentityMended { instance: cut(instance) },
            Flash::NotMended(instance) => Self::IdentityNotMended { instance: cut(instance) },
            Flash::BecameAdministrator => Self::BecameAdministrator,
            Flash::DoneBefore => Self::DoneBefore,
            Flash::Said(words) => {
                Self::Said { kind: NoticeKind::Bad, words: words.chars().take(400).collect() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_carried_and_what_is_none_is_dropped() {
        let text = encode(&[Flash::Revoked("<b>".to_owned()), Flash::NotConfirmed(1, 2)]);
        let told = decode(&text);
        assert_eq!(told[0], Notice::TokenRevoked { name: "<b>".to_owned() });
        assert_eq!(told[1], Notice::NotConfirmed { on: 1, of: 2 });
        for text in ["", "x", "e30", &"A".repeat(3_000)] {
            assert_eq!(decode(text), []);
        }
    }
}
