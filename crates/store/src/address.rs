//! Addresses of databases, as people may see them.

/// The address without what could be a password: the scheme, and what stands after the last `@`.
/// An address that is mistyped has its password in any place, so that more is cut than need be.
pub(crate) fn shown(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let place = rest.split_once('?').map_or(rest, |(place, _)| place);
    let scheme = if is_word(scheme) { scheme } else { "" };
    if url.to_ascii_lowercase().contains("password") || !place.chars().all(is_of_place) {
        return format!("{scheme}://…");
    }
    format!("{scheme}://{place}")
}

fn is_word(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_lowercase())
}

fn is_of_place(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.:/[]%".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown_wherever_it_stands() {
        for url in [
            "postgres://gatepass:hunter2@db.example.com:5432/gatepass",
            "postgres://gatepass:hunter2@x@db.example.com/gatepass?sslmode=require",
            "postgres://gatepass:hun?ter2@db.example.com/gatepass",
            "postgres://db.example.com/gatepass?user=gatepass&password=hunter2",
            "postgres://db.example.com/gatepass?PASSWORD=a@hunter2",
            "postgre://gatepass:hunter2@db.example.com/gatepass",
            "gatepass:hunter2@db.example.com",
            "hunter2;://a@b",
        ] {
            assert!(!shown(url).contains("hunter2"), "{}", shown(url));
        }
    }

    #[test]
    fn the_place_is_shown() {
        let url = "postgres://gatepass:secret@db.example.com:5432/gatepass?sslmode=require";
        assert_eq!(shown(url), "postgres://db.example.com:5432/gatepass");
        assert_eq!(shown("sqlite:/var/lib/a@b.db"), "sqlite:/var/lib/a@b.db");
    }
}
