//! What an access token may be limited to.

/// The permissions of a token for whatever its owner may and a token can.
pub(super) const ALL_THAT_A_TOKEN_MAY: &[&str] = &["PROJECT_ADMIN", "REPO_ADMIN"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Read,
    Write,
    Admin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Project,
    Repository,
}

const ALL: [(&str, Scope, Level); 6] = [
    ("PROJECT_READ", Scope::Project, Level::Read),
    ("PROJECT_WRITE", Scope::Project, Level::Write),
    ("PROJECT_ADMIN", Scope::Project, Level::Admin),
    ("REPO_READ", Scope::Repository, Level::Read),
    ("REPO_WRITE", Scope::Repository, Level::Write),
    ("REPO_ADMIN", Scope::Repository, Level::Admin),
];

/// A permission by its name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    ALL.iter().map(|(own, _, _)| *own).find(|own| *own == name)
}

/// The highest level that a token has for a scope; `None` where nothing is said about it.
fn level(names: &[&str], scope: Scope) -> Option<Level> {
    let of_scope = |(name, own, level): &(&str, Scope, Level)| {
        (*own == scope && names.contains(name)).then_some(*level)
    };
    ALL.iter().filter_map(of_scope).max()
}

/// What a token may do with projects. One for repositories alone reads projects.
pub(super) fn project_level(names: &[&str]) -> Level {
    level(names, Scope::Project).unwrap_or(Level::Read)
}

/// Whether these go together: what a project's permission gives, it gives for its repositories
/// too, and a lower one for these is a contradiction.
pub(super) fn are_consistent(names: &[&str]) -> bool {
    level(names, Scope::Repository).is_none_or(|repository| repository >= project_level(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_permission_is_never_below_that_of_the_project() {
        for (names, is_consistent) in [
            (&["PROJECT_READ", "REPO_READ"][..], true),
            (&["PROJECT_READ", "REPO_ADMIN"], true),
            (&["PROJECT_WRITE", "REPO_READ"], false),
            (&["PROJECT_ADMIN", "REPO_WRITE"], false),
            (&["PROJECT_ADMIN"], true),
            (&["REPO_READ"], true),
            (&["PROJECT_WRITE", "REPO_READ", "REPO_WRITE"], true),
        ] {
            assert_eq!(are_consistent(names), is_consistent, "{names:?}");
        }
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(find("REPO_WRITE"), Some("REPO_WRITE"));
        assert_eq!(find("repo_write"), None);
        assert_eq!(find("ADMIN"), None);
    }
}
