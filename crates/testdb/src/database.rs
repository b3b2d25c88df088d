//! A database for one test.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::binaries::{self, USER};
use crate::folder;
use crate::shared::Guest;

/// An empty database that goes with its test.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: Guest,
}

impl TestDatabase {
    /// Makes one, and starts the server where it does not run.
    pub fn new() -> Result<Self> {
        let server = Guest::enter()?;
        let name = format!("test_{}", folder::unique()?);
        binaries::run_sql(&server.socket(), "postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(Self { name, server })
    }

    /// Its address for its owner.
    pub fn url(&self) -> String {
        self.url_as(USER)
    }

    /// Its address for another user.
    pub fn url_as(&self, user: &str) -> String {
        url(&self.server.socket(), &self.name, user)
    }

    /// The server's socket, for a way to it that a test makes.
    pub fn socket(&self) -> PathBuf {
        self.server.socket().join(".s.PGSQL.5432")
    }

    /// Its name, which is unique.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL as the superuser; one row of the answer a line, columns cut by `|`.
    pub fn run(&self, sql: &str) -> Result<String> {
        binaries::run_sql(&self.server.socket(), &self.name, sql)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What stays is taken away with the server.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = binaries::run_sql(&self.server.socket(), "postgres", &sql);
    }
}

pub(crate) fn url(socket: &Path, database: &str, user: &str) -> String {
    format!("postgres:///{database}?host={}&user={user}", socket.display())
}
