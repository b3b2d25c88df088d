use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::SystemEntropy;

/// Gives the same bytes again and again.
struct Repeated(Mutex<std::iter::Cycle<std::array::IntoIter<u8, 5>>>);

impl Repeated {
    fn new(bytes: [u8; 5]) -> Self {
        Self(Mutex::new(bytes.into_iter().cycle()))
    }
}

impl Entropy for Repeated {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        let mut source = self.0.lock().unwrap();
        bytes.iter_mut().zip(&mut *source).for_each(|(place, byte)| *place = byte);
        Ok(())
    }
}

/// Checksums by Python's `zlib.crc32`, in base 62 by a few lines of Python.
const KNOWN: [&str; 4] = [
    "gpass_0123456789ABCDEFGHIJKLMNOPQRSTUV1ggZdL",
    "gpass_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3Ae0o2",
    "gpass_zYxWvUtSrQpOnMlKjIhGfEdCbA9876542w3rVl",
    "gpass_0000000000000000000000000000017200YwDE",
];

#[test]
fn tokens_made_elsewhere_by_the_same_rules_are_read() {
    for text in KNOWN {
        let secret = PresentedSecret::parse(text.as_bytes()).unwrap();
        assert_eq!(secret.as_bytes(), text.as_bytes());
        assert_eq!(secret.hint(), &text[..10]);
    }
}

#[test]
fn a_new_secret_is_read_back_and_prints_only_when_asked() {
    let secret = NewSecret::mint(&SystemEntropy).unwrap();
    let other = NewSecret::mint(&SystemEntropy).unwrap();
    assert_ne!(secret.reveal(), other.reveal());
    assert_eq!(secret.reveal().len(), 44);
    let read = PresentedSecret::parse(secret.reveal().as_bytes()).unwrap();
    assert_eq!(read.as_bytes(), secret.as_presented().as_bytes());
    assert_eq!(format!("{secret:?} {read:?}"), "NewSecret(…) PresentedSecret(…)");
    assert_eq!(secret.hint(), &secret.reveal()[..10]);
}

#[test]
fn bytes_that_would_make_some_characters_likelier_are_passed_over() {
    // 248 to 255 would be 0 to 7 once more.
    let secret = NewSecret::mint(&Repeated::new([248, 255, 10, 247, 251])).unwrap();
    let expected: String = "Az".repeat(16);
    assert_eq!(&secret.reveal()[6..38], expected);
}

#[test]
fn every_character_is_about_as_likely_as_any_other() {
    let mut counts = [0_u32; 128];
    for _ in 0..3100 {
        let secret = NewSecret::mint(&SystemEntropy).unwrap();
        secret.reveal()[6..38].bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    }
    // 1,600 of each on average, standard deviation 40; a bias of modulo 256 would be 25 %.
    for &character in ALPHABET {
        let count = counts[usize::from(character)];
        assert!((1300..1900).contains(&count), "{}: {count}", char::from(character));
    }
}

#[test]
fn what_is_not_ours_is_told_from_what_is_mistyped() {
    for text in ["", "gpass_", "NjQ0MzI5", &KNOWN[0][..43], &format!("{}0", KNOWN[0])] {
        assert_eq!(PresentedSecret::parse(text.as_bytes()).err(), Some(NotASecret::OtherShape));
    }
    for (from, to) in [("gpass_", "GPASS_"), ("gpass_0", "gpass_-"), ("dL", "d\u{0}")] {
        let text = KNOWN[0].replace(from, to);
        assert_eq!(PresentedSecret::parse(text.as_bytes()).err(), Some(NotASecret::OtherShape));
    }
    let mistyped = KNOWN[0].replace("UV1", "VU1");
    let wrong = PresentedSecret::parse(mistyped.as_bytes()).err();
    assert_eq!(wrong, Some(NotASecret::WrongChecksum));
}

#[test]
fn a_token_is_seen_anywhere_in_a_query() {
    let token = KNOWN[0];
    let around = [token.to_owned(), format!("a=b&token={token}&c"), format!("xgpass_{token}")];
    for text in around {
        assert!(looks_like_token(text.as_bytes()), "{text}");
    }
    for text in ["", "gpass_", &token[..43], &token.replace('_', "-"), &token.replace('5', "%35")] {
        assert!(!looks_like_token(text.as_bytes()), "{text}");
    }
}

proptest! {
    #[test]
    fn one_wrong_character_is_always_noticed(place in 6_usize..44, to in 0_usize..62) {
        let mut text = KNOWN[2].as_bytes().to_vec();
        prop_assume!(text[place] != ALPHABET[to]);
        text[place] = ALPHABET[to];
        prop_assert_eq!(PresentedSecret::parse(&text).err(), Some(NotASecret::WrongChecksum));
    }

    #[test]
    fn no_bytes_make_the_reader_stumble(bytes: Vec<u8>) {
        let _ = PresentedSecret::parse(&bytes);
        prop_assert!(!looks_like_token(&bytes));
    }
}
