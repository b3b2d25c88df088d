//! What needs attention comes first, what has ended last.

use gatepass_model::{Lifetime, Timestamp, TokenState};

use super::{MyToken, MyTokens};
use crate::chrome::Chrome;

/// A token that nobody used for so long is one to think about.
const UNUSED_DAYS: u32 = 60;

/// Why a token needs attention, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Attention {
    NotGenuine,
    RefusedLately,
    EndsSoon,
    Suspended,
    Pending,
    Unused,
}

impl MyToken {
    /// Whether it no longer does anything.
    pub(crate) fn has_ended(&self) -> bool {
        Chrome::has_ended(self.state)
    }

    /// Everything that should be said about it.
    pub(crate) fn attention(&self, chrome: &Chrome) -> Vec<Attention> {
        if self.has_ended() {
            return Vec::new();
        }
        let ends_soon = self.facts.expires_at.is_some_and(|end| chrome.is_soon(&end));
        let all = [
            (!self.is_genuine, Attention::NotGenuine),
            (self.refused_lately.is_some(), Attention::RefusedLately),
            (ends_soon, Attention::EndsSoon),
            (self.state == TokenState::Suspended, Attention::Suspended),
            (self.state == TokenState::Pending, Attention::Pending),
            (self.is_unused(chrome.now), Attention::Unused),
        ];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| what).collect()
    }

    fn is_unused(&self, now: Timestamp) -> bool {
        let since = self.last_use.as_ref().map_or(self.created_at, |used| used.at);
        since <= now.minus(Lifetime::from_days(UNUSED_DAYS))
    }
}

impl MyTokens {
    /// Those that have not ended: what needs attention first, then by name.
    pub(crate) fn living(&self, chrome: &Chrome) -> Vec<&MyToken> {
        let mut tokens: Vec<&MyToken> =
            self.tokens.iter().filter(|token| !token.has_ended()).collect();
        // Those that need no attention come after all that do.
        tokens.sort_by_key(|token| {
            let first = token.attention(chrome).first().copied();
            (first.is_none(), first, token.name.to_lowercase())
        });
        tokens
    }

    /// Those that have ended, the latest first.
    pub(crate) fn ended(&self) -> Vec<&MyToken> {
        let mut tokens: Vec<&MyToken> =
            self.tokens.iter().filter(|token| token.has_ended()).collect();
        tokens.sort_by_key(|token| std::cmp::Reverse((token.facts.expires_at, token.created_at)));
        tokens
    }

    /// How many need attention.
    pub(crate) fn attention_count(&self, chrome: &Chrome) -> u64 {
        self.tokens.iter().filter(|token| !token.attention(chrome).is_empty()).count() as u64
    }
}
