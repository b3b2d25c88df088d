//! From a cell of the table to bytes.

use anyhow::{Context as _, bail};

use super::world::Secrets;

/// Undoes `\r \n \t \\ \xNN`, once.
pub fn unescape(cell: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = cell;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let mut characters = escaped.chars();
        let kind = characters.next().with_context(|| format!("an open escape in {cell:?}"))?;
        rest = characters.as_str();
        match kind {
            'r' => bytes.push(b'\r'),
            'n' => bytes.push(b'\n'),
            't' => bytes.push(b'\t'),
            '\\' => bytes.push(b'\\'),
            'x' => {
                let digits =
                    rest.get(..2).with_context(|| format!("\\x needs two digits: {cell:?}"))?;
                bytes.push(u8::from_str_radix(digits, 16)?);
                rest = rest.get(2..).unwrap_or_default();
            }
            other => bail!("there is no escape \\{other}, in {cell:?}"),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Puts in what stands for something: repetitions, many headers, secrets. Braces around anything
/// else are JSON.
pub fn expand(bytes: &[u8], token: &str, secrets: &Secrets) -> anyhow::Result<Vec<u8>> {
    let mut expanded = Vec::new();
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'{', rest) {
        let (plain, from) = rest.split_at(at);
        expanded.extend_from_slice(plain);
        let word = memchr::memchr(b'}', from).and_then(|end| from.get(1..end));
        let word = word.and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default();
        if let Some(meant) = stands_for(word, token, secrets)? {
            expanded.extend(meant);
            rest = from.get(word.len() + 2..).unwrap_or_default();
        } else {
            expanded.push(b'{');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    expanded.extend_from_slice(rest);
    Ok(expanded)
}

fn stands_for(word: &str, token: &str, secrets: &Secrets) -> anyhow::Result<Option<Vec<u8>>> {
    let meant = match word {
        "AUTH" => format!("Authorization: Bearer {token}\r\n"),
        "AUTHLF" => format!("Authorization: Bearer {token}"),
        "RO" => secrets.read_only.clone(),
        "RW" => secrets.read_write.clone(),
        "REVOKED" => secrets.revoked.clone(),
        "NATIVE_PAT" => secrets.native.clone(),
        "HEADERS X-0..X-256: y" => {
            let lines: Vec<String> = (0..=256).map(|number| format!("X-{number}: y\r\n")).collect();
            lines.concat()
        }
        word if word.starts_with("HEADERS ") => bail!("which headers are {word:?}?"),
        word => match word.strip_prefix("REPEAT:") {
            Some(what) => {
                let (text, times) = what.rsplit_once(':').context("REPEAT needs a number")?;
                text.repeat(times.parse()?)
            }
            None => return Ok(None),
        },
    };
    Ok(Some(meant.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once_and_words_are_put_in_after_them() {
        assert_eq!(unescape(r"a\r\n\t\\n\x1fz").unwrap(), b"a\r\n\t\\n\x1fz");
        for cell in [r"\", r"\q", r"\x1"] {
            assert!(unescape(cell).is_err(), "{cell}");
        }
        let secrets = Secrets { read_only: "ro".to_owned(), ..Secrets::default() };
        let expanded = |text: &str| {
            String::from_utf8(expand(text.as_bytes(), "t", &secrets).unwrap()).unwrap()
        };
        assert_eq!(expanded("{\"a\":{}}{REPEAT:x:3}{RO}"), "{\"a\":{}}xxxro");
        assert_eq!(
            expanded("{AUTH}{AUTHLF}"),
            "Authorization: Bearer t\r\nAuthorization: Bearer t"
        );
        assert_eq!(expanded("{HEADERS X-0..X-256: y}").lines().count(), 257);
    }
}
