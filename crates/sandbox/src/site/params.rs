//! Parameters as a servlet has them: of the query, then of a form body, in one list.

use percent_encoding::percent_decode_str;

/// Names and values, decoded, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Adds what stands in a query or in an urlencoded body.
    pub(crate) fn add(&mut self, encoded: &str) {
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.0.push((decode(name), decode(value)));
        }
    }

    /// All of them, in order.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of that name: what `getParameter` gives.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// All values of that name, each taken apart at its commas.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(own, _)| own == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// The first value of that name as a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.first(name)?.trim().parse().ok()
    }
}

/// `+` is a space, then one percent-decoding; what is not UTF-8 becomes U+FFFD.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_comes_before_the_form_and_the_first_value_counts() {
        let mut params = Params::default();
        params.add("os_username=al%69ce&fields=a,b&x");
        params.add("os_username=bob&fields=c&t=a+b");
        assert_eq!(params.first("os_username"), Some("alice"));
        assert_eq!(params.list("fields"), ["a", "b", "c"]);
        assert_eq!(params.first("x"), Some(""));
        assert_eq!(params.first("t"), Some("a b"));
        assert_eq!(params.first("none"), None);
    }
}
