//! Slugs: names as they stand in a path.

use crate::site::people::People;

/// Fact B: that of a person, by which the REST interface names him. A number is appended where
/// somebody has it.
pub(super) fn of_person(name: &str, people: &People) -> String {
    let slug = sanitised(name, '_');
    let mut free = slug.clone();
    let mut number = 0_u64;
    while people.with_key(&free).is_some() {
        number += 1;
        free = format!("{slug}{number}");
    }
    free
}

/// That of a repository.
pub(super) fn of_repository(name: &str) -> String {
    sanitised(name, '-')
}

/// In lower case, with another character for each that is none of letters, digits, `-`, `_`, `.`.
fn sanitised(name: &str, other: char) -> String {
    let may_stay = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let lower = name.to_lowercase();
    lower.chars().map(|letter| if may_stay(letter) { letter } else { other }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_digits_and_three_signs_stay() {
        assert_eq!(sanitised("Ann.B-c_9@example.com", '_'), "ann.b-c_9_example.com");
        assert_eq!(sanitised("Jörg +x/y", '_'), "jörg__x_y");
        assert_eq!(of_repository("My Tools"), "my-tools");
    }
}
