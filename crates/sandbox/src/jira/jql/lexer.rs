//! Text into words, strings and signs, each with its place.

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// As it was written (without quotes).
    pub(super) text: String,
    /// Characters before it on its line, and lines before it; both from 1.
    pub(super) place: (usize, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Quoted,
    Sign,
}

const SIGNS: &[&str] =
    &["!=", "!~", "<=", ">=", "&&", "||", "(", ")", ",", "=", "~", "<", ">", "!", "&", "|"];

/// All tokens, or what Jira says of a string without end.
pub(super) fn read(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let (mut seen, mut place) = (text, (1, 1));
    while let Some(first) = rest.chars().next() {
        place = moved(place, seen.get(..seen.len() - rest.len()).unwrap_or_default());
        seen = rest;
        let (kind, own, next) = if first.is_whitespace() {
            rest = rest.trim_start();
            continue;
        } else if first == '"' || first == '\'' {
            let (own, next) = quoted(rest, first).ok_or_else(|| {
                format!(
                    "Error in the JQL Query: The quoted string '{}' has not been completed. \
                     (line {}, character {})",
                    rest.trim_start_matches(first),
                    place.0,
                    place.1
                )
            })?;
            (Kind::Quoted, own, next)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Kind::Sign, (*sign).to_owned(), rest.get(sign.len()..).unwrap_or_default())
        } else {
            let end = rest.find(is_edge).unwrap_or(rest.len());
            let (own, next) = rest.split_at(end);
            (Kind::Word, own.to_owned(), next)
        };
        tokens.push(Token { kind, text: own, place });
        rest = next;
    }
    Ok(tokens)
}

fn is_edge(sign: char) -> bool {
    sign.is_whitespace() || "\"'()=!<>~,&|".contains(sign)
}

/// The string that begins here, unescaped, and what follows it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut own = String::new();
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => own.push(match signs.next()?.1 {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            _ if sign == quote => return Some((own, text.get(at + sign.len_utf8()..)?)),
            _ => own.push(sign),
        }
    }
    None
}

/// Where one is after some text, from where one was.
fn moved((line, column): (usize, usize), over: &str) -> (usize, usize) {
    let width = |text: &str| text.chars().count();
    match over.rsplit_once('\n') {
        Some((before, last)) => (line + before.matches('\n').count() + 1, width(last) + 1),
        None => (line, column + width(over)),
    }
}
