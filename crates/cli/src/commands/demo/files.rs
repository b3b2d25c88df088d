//! The files of a demonstration: what somebody who installs a gate writes himself.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::failure::Failure;

/// What the stand-in is called.
pub(super) const INSTANCE: &str = "jira";

/// Where its people come from.
pub(super) const DIRECTORY: &str = "main";

/// A policy to apply: passwords stop working.
const POLICY: &str = r#"# Everybody may use and make tokens for a year at most; passwords are refused.
[instances.jira]
passwords = "block"

[[rules]]
name = "everybody"
use = "allow"
create = "allow"
longest_lifetime = "365d"

[[rules]]
name = "administrators"
people = ["carol"]
use = "allow"
create = "allow"
create_on_behalf = "allow"
approve = "allow"
administer = "allow"
"#;

/// Where everything is.
pub(super) struct Files {
    pub(super) config: PathBuf,
    pub(super) policy: PathBuf,
    had_store: bool,
    /// Deleted at the end; `None`: somebody's own folder.
    temporary: Option<TempDir>,
}

impl Files {
    /// Writes configuration, policy and the token that people are looked up with into `folder`, or into a new one.
    pub(super) fn write(
        folder: Option<&Path>,
        port: u16,
        jira: &str,
        lookup_token: &str,
    ) -> Result<Self, Failure> {
        let temporary = match folder {
            Some(_) => None,
            None => Some(
                tempfile::Builder::new()
                    .prefix("gatepass-demo-")
                    .tempdir()
                    .map_err(|error| Failure::io("no folder can be made", &error))?,
            ),
        };
        let folder = match (folder, &temporary) {
            (Some(folder), _) => absolute(folder)?,
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => PathBuf::from("."),
        };
        let config = folder.join("gatepass.toml");
        let policy = folder.join("no-passwords.toml");
        let had_store = folder.join("gatepass.db").exists();
        for (path, text) in [
            (&config, config_text(port, jira)),
            (&folder.join("jira-lookup.token"), lookup_token.to_owned()),
            (&policy, POLICY.to_owned()),
        ] {
            fs::write(path, text).map_err(|error| Failure::file(path, &error))?;
        }
        Ok(Self { config, policy, had_store, temporary })
    }

    /// Whether there was a store before.
    pub(super) const fn has_store(&self) -> bool {
        self.had_store
    }

    /// Deletes what was made for this run only.
    pub(super) fn clear_away(self) {
        if let Some(temporary) = self.temporary
            && let Err(error) = temporary.close()
        {
            tracing::warn!(%error, "the folder of the demonstration could not be deleted");
        }
    }
}

fn absolute(folder: &Path) -> Result<PathBuf, Failure> {
    fs::create_dir_all(folder)
        .and_then(|()| folder.canonicalize())
        .map_err(|error| Failure::file(folder, &error))
}

fn config_text(port: u16, jira: &str) -> String {
    format!(
        r#"# Written by `gatepass demo`, anew at each start.
[server]
listen = ["127.0.0.1:{port}"]
operations_listen = "127.0.0.1:0"
handover_socket = ""

[store]
url = "sqlite:gatepass.db"

[secrets]
key_file = "gatepass.key"

[[directories]]
name = "{DIRECTORY}"
kind = "product"
instance = "{INSTANCE}"
lookup_token_file = "jira-lookup.token"

[[instances]]
name = "{INSTANCE}"
product = "jira"
base_url = "{jira}"
identity = ["native-token"]
"#
    )
}
