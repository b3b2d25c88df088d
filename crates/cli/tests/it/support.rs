//! An installation in a folder of its own, and what talks to it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_gatepass");
/// How long anything of our own may take before a test is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The one document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A configuration, a file of people, and nothing else yet.
pub(crate) struct Installation {
    folder: TempDir,
}

impl Installation {
    /// Its Jira is at an address where nobody listens.
    pub(crate) fn new() -> Self {
        Self::before("http://127.0.0.1:1")
    }

    pub(crate) fn before(base_url: &str) -> Self {
        let installation = Self { folder: tempfile::tempdir().unwrap() };
        let config = format!(
            "[server]\nlisten = [\"127.0.0.1:0\"]\nthreads = 1\n\
             operations_listen = \"127.0.0.1:0\"\n\
             [[directories]]\nname = \"main\"\nkind = \"file\"\npath = \"people.toml\"\n\
             [[instances]]\nname = \"jira\"\nproduct = \"jira\"\nbase_url = \"{base_url}\"\n\
             identity = [\"native-token\"]\n"
        );
        installation.write("gatepass.toml", &config);
        let mut people = String::new();
        for name in ["alice", "bob"] {
            let _ = writeln!(
                people,
                "[[people]]\nname = \"{name}\"\ndisplay_name = \"{name}\"\ngroups = []\n\
                 active = true"
            );
        }
        installation.write("people.toml", &people);
        installation
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Writes something before what stands in a file.
    pub(crate) fn prepend(&self, name: &str, text: &str) {
        let after = std::fs::read_to_string(self.path(name)).unwrap();
        self.write(name, &format!("{text}{after}"));
    }

    pub(crate) fn run(&self, words: &[&str]) -> Done {
        self.run_with(words, "")
    }

    /// Runs a command to its end, in the folder.
    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Done {
        let mut child = program(self.folder.path(), words);
        // A command that reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let done = child.wait_with_output().unwrap();
        Done {
            code: done.status.code().unwrap(),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    /// The same with `--json`; it must go well.
    pub(crate) fn ask(&self, words: &[&str]) -> Value {
        let done = self.run(&[words, &["--json"]].concat());
        assert_eq!(done.code, 0, "{words:?}: {done:?}");
        done.json()
    }

    /// Issues a token of alice's.
    pub(crate) fn issue(&self, words: &[&str]) -> Value {
        let issue = ["token", "issue", "--owner", "alice", "--name", "nightly"];
        self.ask(&[&issue, words].concat())
    }
}

fn program(folder: &Path, words: &[&str]) -> Child {
    Command::new(PROGRAM)
        .args(words)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A command that runs until it is told to stop, and what it has said once it was up.
pub(crate) struct Running {
    child: Child,
    pub(crate) said: Value,
}

impl Running {
    /// Starts it with `--json`, and waits for its document.
    pub(crate) fn start(folder: &Path, words: &[&str]) -> Self {
        let mut child = program(folder, &[words, &["--json"]].concat());
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line);
        let said = said.unwrap_or_else(|error| {
            let _ = child.kill();
            let mut err = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut err);
            panic!("{words:?}: {error}: {line:?} {err}")
        });
        Self { child, said }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for it to end by itself; its exit code, and what it said on standard error.
    pub(crate) fn wait(mut self) -> (i32, String) {
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code().unwrap(), err)
    }

    /// SIGTERM; its exit code, and what it said on standard error.
    pub(crate) fn stop(self) -> (i32, String) {
        self.signal(rustix::process::Signal::TERM);
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn reason(&self) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("x-gatepass-reason").then_some(value)
        })
    }
}

/// Sends one request; `headers` are lines without their end.
pub(crate) fn send(address: &str, request: &str, headers: &[&str], body: &str) -> Answer {
    let address = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut text = format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for header in headers {
        let _ = write!(text, "{header}\r\n");
    }
    if !body.is_empty() {
        let _ =
            write!(text, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    let _ = write!(text, "\r\n{body}");
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
