//! A server for one test, which may stop it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::binaries::{self, USER};
use crate::{database, folder};

/// A server of its own. It ends when this is dropped, and when the thread that started it ends.
#[derive(Debug)]
pub struct TestServer {
    folder: PathBuf,
    process: Option<Child>,
}

impl TestServer {
    /// Makes one and starts it.
    pub fn start() -> Result<Self> {
        let folder = folder::find_or_make(&format!("gatepass-testdb-{}", folder::unique()?))?;
        let mut server = Self { folder, process: None };
        binaries::make_cluster(&server.folder)?;
        server.start_again()?;
        Ok(server)
    }

    /// Starts it after it was stopped, and waits until it answers.
    pub fn start_again(&mut self) -> Result<()> {
        let bin = binaries::folder()?;
        let mut command = binaries::wrapped(&binaries::wrapper()?, &bin.join("postgres"));
        let log = File::create(self.folder.join("log"))?;
        command.args(binaries::settings(&self.folder)).current_dir("/");
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut process = command.spawn().context("setpriv")?;
        loop {
            let mut ask = Command::new(bin.join("pg_isready"));
            let ask = ask.arg("-q").arg("-h").arg(self.socket()).args(["-U", USER]);
            if ask.status()?.success() {
                break;
            }
            if process.try_wait()?.is_some() {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start: {log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Ends it in order: sessions are cut, what they were doing is taken back.
    pub fn stop(&mut self) -> Result<()> {
        self.end("INT")
    }

    /// Ends it as a crash does: it recovers from its log at the next start.
    pub fn crash(&mut self) -> Result<()> {
        self.end("QUIT")
    }

    fn end(&mut self, signal: &str) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let pid = process.id().to_string();
        Command::new("kill").args(["-s", signal, &pid]).status().context("kill")?;
        process.wait()?;
        Ok(())
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        database::url(&self.socket(), "postgres", USER)
    }

    /// Runs SQL as the superuser; one row of the answer a line, columns cut by `|`.
    pub fn run(&self, sql: &str) -> Result<String> {
        binaries::run_sql(&self.socket(), "postgres", sql)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.crash();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
