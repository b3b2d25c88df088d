//! Tomcat with the echo servlet: compiled against Debian's jars, started on a free port, ended.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const SOURCE: &str = include_str!("../tomcat/Echo.java");
const JARS: &str = "/usr/share/java";

/// As Jira's `server.xml` has its connector, with longer heads and connections that stay.
const CONNECTOR: [&str; 6] = [
    "useBodyEncodingForURI=true",
    "relaxedPathChars=[]|",
    "relaxedQueryChars=[]|{}^\\`\"<>",
    "maxHttpHeaderSize=131072",
    "maxKeepAliveRequests=-1",
    "connectionTimeout=60000",
];

/// Which Tomcat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Version {
    /// Debian's `libtomcat9-java`
    #[value(name = "9")]
    Nine,
    /// Debian's `libtomcat10-java`
    #[value(name = "10")]
    Ten,
}

impl Version {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Nine => "9",
            Self::Ten => "10",
        }
    }
}

/// How many requests a Tomcat has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// By the servlet.
    pub(crate) served: u64,
    /// By the connector, those that it refused itself among them.
    pub(crate) read: u64,
}

/// One that runs. Dropping it ends it.
pub(crate) struct Tomcat {
    pub(crate) address: SocketAddr,
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    _folder: tempfile::TempDir,
}

impl Tomcat {
    /// Compiles the servlet and starts a server.
    pub(crate) async fn start(version: Version) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let class_path = jars(version)?;
        let source = folder.path().join("Echo.java");
        let text = match version {
            Version::Nine => SOURCE.replace("jakarta.servlet", "javax.servlet"),
            Version::Ten => SOURCE.to_owned(),
        };
        fs::write(&source, text)?;
        let mut javac = Command::new("javac");
        javac.args(["-nowarn", "-cp", &class_path, "-d"]).arg(folder.path()).arg(&source);
        let compiled = javac.output().await.context("javac")?;
        if !compiled.status.success() {
            bail!("javac: {}", String::from_utf8_lossy(&compiled.stderr));
        }
        let mut java = Command::new("java");
        java.args(["-Xmx768m", "-XX:TieredStopAtLevel=1", "-cp"]);
        java.arg(format!("{}:{class_path}", folder.path().display()));
        java.arg("Echo").arg(folder.path().join("work")).args(CONNECTOR);
        java.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = java.kill_on_drop(true).spawn().context("java")?;
        let stdin = child.stdin.take().context("no standard input")?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let started = tokio::time::timeout(Duration::from_mins(1), lines.next_line()).await;
        let line = started.context("Tomcat did not start in a minute")??;
        let port = line.as_deref().and_then(|line| line.strip_prefix("port "));
        let port: u16 = port.context("Tomcat did not tell its port")?.parse()?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self { address, child, stdin, lines, _folder: folder })
    }

    /// How many requests it has seen.
    pub(crate) async fn seen(&mut self) -> Result<Seen> {
        self.stdin.write_all(b"\n").await?;
        let line = self.lines.next_line().await?.context("Tomcat has ended")?;
        let mut words = line.split(' ');
        let mut number = |name: &str| -> Result<u64> {
            if words.next() != Some(name) {
                bail!("not a line of counts: {line:?}");
            }
            Ok(words.next().unwrap_or_default().parse()?)
        };
        Ok(Seen { served: number("served")?, read: number("read")? })
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// The jars of a version, without those that carry a number too: they are the same files.
fn jars(version: Version) -> Result<String> {
    let prefix = format!("tomcat{}-", version.as_str());
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(Path::new(JARS)).context(JARS)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_jar = path.extension().is_some_and(|kind| kind == "jar");
        let is_plain = is_jar && !name.contains(".0") && !name.contains(".1");
        if name.starts_with(&prefix) && is_plain {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        bail!("no {prefix}*.jar in {JARS}: install libtomcat{}-java", version.as_str());
    }
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    Ok(paths.join(":"))
}
