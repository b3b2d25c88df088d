//! The texts of tokens: where one is looked for, and what tokens are sorted by as to their names.

use gatepass_model::Token;
use gatepass_store::{Candidate, TokenTexts, name_key, search_text};

/// So many bytes that were replaced do no harm.
const FEW_REPLACED: usize = 1 << 20;

/// The texts of all tokens. What was replaced stays among them until all are read anew.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    kept: TokenTexts,
    /// So many bytes are of no token any more.
    replaced: usize,
}

impl Texts {
    pub(super) const fn new(kept: TokenTexts) -> Self {
        Self { kept, replaced: 0 }
    }

    /// Where a text is looked for in a token.
    pub(super) fn text(&self, one: &Candidate) -> &str {
        self.kept.text(one.text)
    }

    /// What it is sorted by as to its name.
    pub(super) fn name(&self, one: &Candidate) -> &str {
        self.kept.name(one.text)
    }

    /// Takes up those of a token, which is known already where there is a `former` one. The number
    /// of them.
    pub(super) fn put(&mut self, token: &Token, former: Option<&Candidate>) -> u32 {
        let (name, text) = (name_key(&token.name), search_text(token));
        if let Some(former) = former {
            let (former_name, former_text) = (self.name(former), self.text(former));
            if (former_name, former_text) == (name.as_str(), text.as_str()) {
                return former.text;
            }
            self.replaced += former_name.len() + former_text.len();
        }
        let number = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
        self.kept.push(&name, &text);
        number
    }

    /// Whether more than half was replaced, or what is left has more than `most` bytes.
    pub(super) fn are_worn(&self, most: u32) -> bool {
        let left = self.kept.bytes().saturating_sub(self.replaced);
        self.replaced > left.max(FEW_REPLACED) || left > most as usize
    }
}

#[cfg(test)]
mod tests {
    use gatepass_model::token::StoredSecret;
    use gatepass_model::{Access, Actor, Grant, SecretDigest, Timestamp, TokenId, TokenState};

    use super::*;

    fn candidate(number: u8, text: u32) -> Candidate {
        Candidate {
            id: TokenId::from_bytes([number; 16]),
            state: TokenState::Active,
            ends_at: None,
            access: Access::ReadOnly,
            owner: 0,
            integration: None,
            places: 0,
            text,
        }
    }

    fn token(name: &str) -> Token {
        let digest = SecretDigest([0; 32]);
        Token {
            id: TokenId::from_bytes([1; 16]),
            name: name.to_owned(),
            owner: gatepass_model::PersonKey {
                directory: "main".parse().unwrap(),
                username: "Bob".parse().unwrap(),
            },
            creator: Actor::CommandLine("root".to_owned()),
            integration: None,
            purpose: None,
            grant: Grant::read_only(),
            state: TokenState::Active,
            created_at: Timestamp::from_millis(0),
            expires_at: None,
            secret: StoredSecret { key: 1, digest, hint: "gpass_1".to_owned() },
            former: None,
        }
    }

    fn texts_of(name: &str) -> Texts {
        let mut kept = TokenTexts::default();
        kept.push(&name_key(name), &search_text(&token(name)));
        Texts::new(kept)
    }

    #[test]
    fn a_text_that_stays_is_kept_once_and_one_that_changes_is_another() {
        let mut texts = texts_of("Alpha");
        let first = candidate(1, 0);
        assert_eq!(texts.put(&token("Alpha"), Some(&first)), 0);
        assert_eq!(texts.put(&token("Beta"), Some(&first)), 1);
        assert_eq!(texts.text(&candidate(1, 1)), "beta\nbob\ngpass_1");
        assert_eq!([texts.name(&first), texts.name(&candidate(1, 1))], ["alpha", "beta"]);
        // In lower case, in which it is kept, that is the same.
        assert_eq!(texts.put(&token("BETA"), Some(&candidate(1, 1))), 1);
        assert_eq!((texts.kept.len(), texts.replaced), (2, 5 + "alpha\nbob\ngpass_1".len()));
    }

    #[test]
    fn texts_are_worn_when_most_of_them_was_replaced_or_there_is_too_much() {
        let mut texts = texts_of("Alpha");
        let bytes = u32::try_from(texts.kept.bytes()).unwrap();
        assert!(!texts.are_worn(bytes));
        assert!(texts.are_worn(bytes - 1));
        let long = "x".repeat(FEW_REPLACED / 2);
        let mut one = candidate(1, 0);
        let mut put = |name: &str| {
            one.text = texts.put(&token(name), Some(&one));
            texts.are_worn(bytes)
        };
        assert!(put(&long), "more than so much is left");
        assert!(!put("Beta"), "half of it is few");
        put(&long);
        assert!(put("Beta"), "it is not, twice");
    }
}
