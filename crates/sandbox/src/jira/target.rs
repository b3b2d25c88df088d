//! The aliases that paths have in Jira.

use crate::site::target::{drop_ending, fold_version};

/// Brings a path to the one spelling that the router knows.
pub(super) fn fold(segments: &mut Vec<String>) {
    fold_action(segments);
    fold_version(segments, &[("api", "2"), ("auth", "1"), ("pat", "1.0")]);
    drop_ending(segments, &["api", "auth", "pat"]);
}

/// Jira's actions answer under any prefix: `/x/y/Logout.jspa` is `/secure/Logout.jspa`.
fn fold_action(segments: &mut Vec<String>) {
    if let Some(last) = segments.last()
        && last.rsplit_once('.').is_some_and(|(_, ending)| ending == "jspa")
    {
        *segments = vec!["secure".to_owned(), last.clone()];
    }
}

#[cfg(test)]
mod tests {
    use crate::site::target::fold;

    #[test]
    fn one_resource_has_many_spellings() {
        for spelling in [
            "/rest/api/2/user",
            "/rest/api/latest/user",
            "/rest/api/2/user.json",
            "/rest/api/2/user/",
            "//rest//api/2/./user",
            "/rest/api/2/issue/..;/user",
            "/rest;a=b/api/2/%75ser",
            "/rest/api/2/issue/%2e%2e/user",
            "/s/x/_/rest/api/2/user",
        ] {
            let folded = fold(spelling, "", super::fold);
            assert_eq!(folded.as_deref(), Ok("/rest/api/2/user"), "{spelling}");
        }
    }

    #[test]
    fn actions_answer_under_any_prefix() {
        let folded = fold("/x/y/Logout.jspa", "", super::fold);
        assert_eq!(folded.as_deref(), Ok("/secure/Logout.jspa"));
        let command = fold("/secure/admin/WebSudoAuthenticate%21default.jspa", "", super::fold);
        assert_eq!(command.as_deref(), Ok("/secure/WebSudoAuthenticate!default.jspa"));
    }
}
