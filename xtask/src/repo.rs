//! The checkout: where it stands and what cargo knows of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;

/// The checkout that the current directory belongs to.
pub(crate) struct Repo {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// Where build results go: `target/`, or what the environment says.
    pub(crate) target: PathBuf,
    /// The workspace's members as `cargo metadata --no-deps` tells them.
    pub(crate) packages: Vec<Value>,
}

impl Repo {
    /// Asks cargo; needs no network.
    pub(crate) fn find() -> Result<Self> {
        let metadata = metadata(None)?;
        let path = |key: &str| -> Result<PathBuf> {
            Ok(metadata
                .get(key)
                .and_then(Value::as_str)
                .context("cargo metadata: no paths")?
                .into())
        };
        let packages = metadata.get("packages").and_then(Value::as_array);
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
            packages: packages.context("cargo metadata: no packages")?.clone(),
        })
    }

    /// A program to run in the root of the checkout.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// Cargo with these arguments, split at spaces.
    pub(crate) fn cargo(&self, arguments: &str) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments.split(' '));
        command
    }
}

/// `cargo metadata --no-deps` of the workspace, or of another manifest.
pub(crate) fn metadata(manifest: Option<&Path>) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version", "1", "--no-deps"]);
    if let Some(manifest) = manifest {
        cargo.arg("--manifest-path").arg(manifest);
    }
    serde_json::from_slice(&command::output(&mut cargo)?).context("cargo metadata: not JSON")
}
