//! Numbers, and things counted.

use crate::chrome::{Chrome, Language};

fn grouped(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// English numbers.
pub(crate) mod en {
    /// `12,345`
    pub(crate) fn number(number: u64) -> String {
        super::grouped(number, ',')
    }

    /// `1 token`, `12,345 tokens`
    pub(crate) fn counted(count: u64, one: &str, other: &str) -> String {
        format!("{} {}", number(count), if count == 1 { one } else { other })
    }
}

/// German numbers.
pub(crate) mod de {
    /// `12.345`
    pub(crate) fn number(number: u64) -> String {
        super::grouped(number, '.')
    }

    /// `1 Token`, `12.345 Token`
    pub(crate) fn counted(count: u64, one: &str, other: &str) -> String {
        format!("{} {}", number(count), if count == 1 { one } else { other })
    }
}

impl Chrome {
    /// A number as people write it.
    pub(crate) fn number(&self, number: &u64) -> String {
        match self.language {
            Language::English => en::number(*number),
            Language::German => de::number(*number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{de, en};

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(en::number(0), "0");
        assert_eq!(en::number(999), "999");
        assert_eq!(en::number(1_234_567), "1,234,567");
        assert_eq!(de::number(12_345), "12.345");
        assert_eq!(en::counted(1, "token", "tokens"), "1 token");
        assert_eq!(de::counted(0, "Person", "Personen"), "0 Personen");
    }
}
