//! The page on which a product lists somebody's native tokens, and makes new ones.

use std::borrow::Cow;

use gatepass_model::{Product, target::Parameters};

use crate::Profile;

/// The tab of a Jira profile that lists native tokens.
const JIRA_TAB: &[u8] = b"com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens";

impl Profile {
    /// Whether this is that page. `segments` are those below the context path, decoded. Known for
    /// Jira and Confluence; Bitbucket has one such page for each person, project and repository,
    /// and none of them is meant.
    pub fn is_native_token_page(
        &self,
        segments: &[Cow<'_, str>],
        mut parameters: Parameters<'_>,
    ) -> bool {
        let is = |wanted: &[&str]| {
            segments.len() == wanted.len() && segments.iter().zip(wanted).all(|(a, b)| a == b)
        };
        match self.product() {
            Product::Jira => {
                is(&["secure", "ViewProfile.jspa"])
                    && parameters
                        .any(|(name, value)| *name == *b"selectedTab" && *value == *JIRA_TAB)
            }
            Product::Confluence => is(&["plugins", "personalaccesstokens", "usertokens.action"]),
            Product::Bitbucket => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use gatepass_model::CanonicalTarget;

    use super::*;
    use crate::profile;

    fn is_page(product: Product, target: &str) -> bool {
        let target = CanonicalTarget::parse(target.as_bytes()).unwrap();
        let segments = target.segments_below("").unwrap().to_vec();
        profile(product).is_native_token_page(&segments, target.parameters())
    }

    #[test]
    fn the_page_is_told_from_its_neighbours() {
        let tab = "com.atlassian.pats.pats-plugin:jira-user-personal-access-tokens";
        let jira =
            |query: &str| is_page(Product::Jira, &format!("/secure/ViewProfile.jspa?{query}"));
        assert!(jira(&format!("selectedTab={tab}")));
        assert!(jira(&format!("a=b&selectedTab={}", tab.replace(':', "%3A"))));
        assert!(!jira("") && !jira("selectedTab=other") && !jira(&format!("x={tab}")));
        assert!(!is_page(Product::Jira, &format!("/secure/Dashboard.jspa?selectedTab={tab}")));
        let wiki = "/plugins/personalaccesstokens/usertokens.action";
        assert!(is_page(Product::Confluence, wiki) && !is_page(Product::Jira, wiki));
        assert!(!is_page(Product::Bitbucket, "/plugins/servlet/access-tokens/users/bob/manage"));
    }
}
