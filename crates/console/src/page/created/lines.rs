//! Lines that are ready to be copied.

use gatepass_model::Product;

use super::ReadyPlace;

/// What the lines call the secret: it is put into the environment first, so that it stands in no
/// script and in no list of processes.
const VARIABLE: &str = "GATEPASS_TOKEN";

impl ReadyPlace {
    fn rest_path(&self) -> &'static str {
        match self.place.product {
            Product::Jira => "/rest/api/2/myself",
            Product::Confluence => "/rest/api/user/current",
            Product::Bitbucket => "/rest/api/1.0/projects",
        }
    }

    /// A call that shows whether it works.
    pub(crate) fn curl(&self) -> String {
        let url = shell_quoted(&format!("{}{}", self.url, self.rest_path()));
        format!("curl -H \"Authorization: Bearer ${VARIABLE}\" {url}")
    }

    /// The same from Python.
    pub(crate) fn python(&self) -> String {
        let url = python_quoted(&self.url);
        match self.place.product {
            Product::Jira => format!(
                "import os\nfrom jira import JIRA\n\njira = JIRA({url}, token_auth=os.environ[\"{VARIABLE}\"])\nprint(jira.myself()[\"name\"])"
            ),
            Product::Confluence => format!(
                "import os\nfrom atlassian import Confluence\n\nwiki = Confluence({url}, token=os.environ[\"{VARIABLE}\"])\nprint(wiki.get_all_spaces(limit=5))"
            ),
            Product::Bitbucket => format!(
                "import os\nfrom atlassian import Bitbucket\n\ngit = Bitbucket({url}, token=os.environ[\"{VARIABLE}\"])\nprint(list(git.project_list(limit=5)))"
            ),
        }
    }

    /// Whether Python's lines use the package `jira`.
    pub(crate) fn is_jira(&self) -> bool {
        self.place.product == Product::Jira
    }

    /// A clone, where there are repositories: git asks for the password, which is the token.
    pub(crate) fn git(&self) -> Option<String> {
        if self.place.product != Product::Bitbucket {
            return None;
        }
        let (scheme, rest) = self.url.split_once("://")?;
        let url = format!("{scheme}://x-token-auth@{rest}/scm/PROJECT/repository.git");
        Some(format!("git clone {}", shell_quoted(&url)))
    }
}

/// How the secret gets into the environment without standing in the shell's history.
pub(crate) fn export() -> String {
    format!("read -rs {VARIABLE} && export {VARIABLE}")
}

/// As one word of a shell.
fn shell_quoted(text: &str) -> String {
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/%@".contains(&byte));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// As a string of Python.
fn python_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::place;

    #[test]
    fn an_address_can_not_leave_its_line() {
        let ready = ReadyPlace {
            place: place("git"),
            url: "https://git.example.com/$(reboot)'\"".to_owned(),
        };
        assert!(
            ready
                .curl()
                .ends_with("'https://git.example.com/$(reboot)'\\''\"/rest/api/1.0/projects'")
        );
        assert!(ready.python().contains("/$(reboot)'\\\"\", token="));
        assert!(ready.git().is_some());
    }
}
