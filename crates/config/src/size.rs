//! Sizes in bytes, as people write them.

/// Reads `16384`, `64KiB`, `2MiB` or `1GiB`.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let found = units.iter().find_map(|&(unit, scale)| Some((text.strip_suffix(unit)?, scale)));
    let (number, scale) = found.unwrap_or((text, 1));
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !plain {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(scale)
}

/// In the largest unit that fits without remainder.
pub(crate) fn show(bytes: u64) -> String {
    for (unit, scale) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        if bytes >= scale && bytes.is_multiple_of(scale) {
            return format!("{}{unit}", bytes / scale);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown_in_their_largest_unit() {
        for text in ["0", "100", "16KiB", "2MiB", "1GiB"] {
            assert_eq!(show(parse(text).unwrap()), text);
        }
        assert_eq!(show(parse("2048").unwrap()), "2KiB");
        for text in ["", "KiB", "2MB", "2 MiB", "-1", "1.5MiB", "99999999999999999999GiB"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
