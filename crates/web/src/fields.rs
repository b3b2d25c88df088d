//! The fields of a query or a form, in order; a name may come several times.

/// Fields, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

/// Most fields of a form: a thousand tokens can be ticked at once.
const MOST: usize = 1_500;

impl Fields {
    /// `a=1&b=2` (WHATWG URL 5). `None` when there are more than anybody sends.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            if fields.len() >= MOST {
                return None;
            }
            // As browsers send text areas; whoever shows it again, shows lines.
            fields.push((name.into_owned(), value.replace("\r\n", "\n")));
        }
        Some(Self(fields))
    }

    pub(crate) const fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first of this name; empty when there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The first of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first of this name, its ends trimmed; `None` when there is none, or it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.find(name).map(str::trim).filter(|text| !text.is_empty())
    }

    /// All of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_may_come_again() {
        let fields = Fields::parse(b"a=1&b=x%20y%0D%0Az&a=%C3%BC&c").unwrap();
        assert_eq!(fields.get("b"), "x y\nz");
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "ü"]);
        assert_eq!((fields.text("c"), fields.find("c"), fields.find("d")), (None, Some(""), None));
        assert!(Fields::parse("a&".repeat(1_501).as_bytes()).is_none());
    }
}
