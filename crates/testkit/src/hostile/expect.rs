//! What a row expects.

use anyhow::{Context as _, bail};

/// One alternative: every word must hold.
pub type Alternative = Vec<Word>;

/// One thing that must hold, or that may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Refused with one of these statuses, and nothing whole reached a product.
    Deny(Vec<u16>),
    /// The reason is one of these.
    Reason(Vec<String>),
    /// The connection is closed after the answer.
    Close,
    /// A request that broke off inside its body may have reached the product.
    Partial,
    /// The product's own answer to exactly one request.
    Forwarded,
    /// The target arrived as it was sent.
    SameTarget,
    /// This target arrived.
    Target(String),
    /// The body arrived as it was sent.
    SameBody,
    /// No header of these names arrived, in any spelling.
    NoHeader(Vec<String>),
    /// No header that arrived holds this.
    NoValue(String),
    /// No cookie arrived.
    NoCookie,
    /// `X-Forwarded-For` arrived as the socket's address.
    ForwardedFor,
    /// The status of the second answer on the connection.
    Second(u16),
    /// The query that arrived is limited to the project.
    Narrowed,
    /// The gate may ask the product for its own ends.
    UpstreamAny,
    /// Answered by the gate itself, with one of these statuses.
    Api(Vec<u16>),
    /// It may take up to 22 s.
    Slow,
}

/// Reads the cell. A word that is not known is an error: nothing is skipped in silence.
pub fn parse(cell: &str) -> anyhow::Result<Vec<Alternative>> {
    let alternatives = cell.split(" || ").map(|text| {
        let words: Alternative =
            text.split(' ').filter(|word| !word.is_empty()).map(word).collect::<Result<_, _>>()?;
        let verdicts = words
            .iter()
            .filter(|word| matches!(word, Word::Deny(_) | Word::Forwarded | Word::Api(_)));
        if verdicts.count() != 1 {
            bail!("{text:?} has not exactly one verdict");
        }
        Ok(words)
    });
    alternatives.collect()
}

fn word(text: &str) -> anyhow::Result<Word> {
    let (name, argument) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
    let needed = || argument.filter(|text| !text.is_empty()).with_context(|| format!("{text:?}"));
    let list = || Ok::<_, anyhow::Error>(needed()?.split(',').map(str::to_owned).collect());
    let statuses = || {
        let each = needed()?.split(',').map(str::parse);
        each.collect::<Result<Vec<u16>, _>>().with_context(|| format!("{text:?}"))
    };
    let known = match name {
        "deny" => Word::Deny(statuses()?),
        "reason" => Word::Reason(list()?),
        "nohdr" => Word::NoHeader(list()?),
        "noval" | "forged" => Word::NoValue(needed()?.to_owned()),
        "target" => Word::Target(needed()?.to_owned()),
        "second" => Word::Second(needed()?.parse()?),
        "api" => Word::Api(statuses()?),
        _ if argument.is_some() => bail!("there is no word {text:?}"),
        "close" => Word::Close,
        "partial" => Word::Partial,
        "fwd" => Word::Forwarded,
        "same" => Word::SameTarget,
        "body" => Word::SameBody,
        "nocookie" => Word::NoCookie,
        "xff" => Word::ForwardedFor,
        "narrowed" => Word::Narrowed,
        "upany" => Word::UpstreamAny,
        "slow" => Word::Slow,
        _ => bail!("there is no word {text:?}"),
    };
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_unknown_ones_are_not_skipped() {
        let read = parse("deny:400,405 reason:a,b close || fwd same nohdr:A,B").unwrap();
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let denied =
            vec![Word::Deny(vec![400, 405]), Word::Reason(names(&["a", "b"])), Word::Close];
        let forwarded = vec![Word::Forwarded, Word::SameTarget, Word::NoHeader(names(&["A", "B"]))];
        assert_eq!(read, [denied, forwarded]);
        for cell in ["", "same", "fwd deny:400", "fwd samme", "deny", "deny:x", "fwd:1", "fwd || "]
        {
            assert!(parse(cell).is_err(), "{cell:?}");
        }
    }
}
