//! What is looked for, as an address.

use std::fmt::Write as _;

use super::AuditQuery;

impl AuditQuery {
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("q", &self.q),
            ("actor", &self.actor),
            ("action", &self.action),
            ("subject", &self.subject),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    /// Whether anything is looked for.
    pub fn is_asking(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    /// Whether more is looked for than words in details.
    pub(crate) fn is_narrow(&self) -> bool {
        self.fields().iter().any(|(name, value)| *name != "q" && !value.is_empty())
    }

    /// The address below the base, for the entries before a number.
    pub fn address(&self, before: Option<u64>) -> String {
        let before = before.map(|number| number.to_string());
        let fields = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        let mut address = "/audit".to_owned();
        for (at, (name, value)) in
            fields.chain(before.as_deref().map(|number| ("before", number))).enumerate()
        {
            let sign = if at == 0 { '?' } else { '&' };
            let _ = write!(address, "{sign}{name}={}", crate::address::encoded(value));
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_what_is_looked_for() {
        let query = AuditQuery { q: "a&b".to_owned(), ..AuditQuery::default() };
        assert_eq!(query.address(Some(7)), "/audit?q=a%26b&before=7");
        assert_eq!(AuditQuery::default().address(None), "/audit");
    }
}
