//! Texts in all languages of the console, side by side.

/// A set of texts: a struct `Text` with a field for each word and a method for each sentence, and
/// `TEXT`, from which [`crate::text::Bilingual::of`] takes one language. English stands first; a
/// text that is missing in one language does not compile.
macro_rules! texts {
    (
        words { $($word:ident: $en:literal, $de:literal;)* }
        sentences { $($sentence:ident($($arg:ident: $ty:ty),*): $said_en:expr, $said_de:expr;)* }
    ) => {
        pub(crate) struct Text {
            pub(crate) spoken: $crate::chrome::Language,
            $(pub(crate) $word: &'static str,)*
        }

        pub(crate) static TEXT: $crate::text::Bilingual<Text> = $crate::text::Bilingual {
            english: Text { spoken: $crate::chrome::Language::English, $($word: $en,)* },
            german: Text { spoken: $crate::chrome::Language::German, $($word: $de,)* },
        };

        impl Text {
            $(pub(crate) fn $sentence(&self, $($arg: $ty),*) -> String {
                match self.spoken {
                    $crate::chrome::Language::English => $said_en,
                    $crate::chrome::Language::German => $said_de,
                }
            })*
        }

        // A page without sentences asks nobody which language it is.
        const _: fn(&Text) -> $crate::chrome::Language = |text| text.spoken;

        #[cfg(test)]
        #[test]
        fn no_text_was_left_untranslated() {
            let words: &[(&str, &str, &str)] = &[$((stringify!($word), $en, $de)),*];
            $crate::text::compare(words);
        }
    };
}
pub(crate) use texts;

use crate::chrome::Language;

/// One thing in each language.
pub(crate) struct Bilingual<T> {
    pub(crate) english: T,
    pub(crate) german: T,
}

impl<T> Bilingual<T> {
    /// The one in `language`.
    pub(crate) const fn of(&self, language: Language) -> &T {
        match language {
            Language::English => &self.english,
            Language::German => &self.german,
        }
    }
}

/// Fails on a text that is the same in both languages, unless both have the word.
#[cfg(test)]
pub(crate) fn compare(words: &[(&str, &str, &str)]) {
    const SHARED: [&str; 14] = [
        "Administration",
        "Agent",
        "Audit",
        "Browser",
        "Dialog",
        "Gatepass",
        "Name",
        "OAuth",
        "Session",
        "Sessions",
        "Status",
        "System",
        "Version",
        "curl",
    ];
    for (name, english, german) in words {
        let same = english == german && !SHARED.contains(english);
        assert!(!same, "{name} is not translated: {english}");
        assert!(!english.is_empty() && !german.is_empty(), "{name} is empty");
    }
}
