//! PostgreSQL's programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Where Debian puts each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The number of the user and group `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65_534;

/// What each session of the tests is: the one superuser, whom the socket trusts.
pub(crate) const USER: &str = "gatepass";

/// The folder with the programs of the newest version.
pub(crate) fn folder() -> Result<PathBuf> {
    let versions = fs::read_dir(VERSIONS);
    let versions = versions.context("PostgreSQL is not installed: apt-get install postgresql")?;
    let newest = versions
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| program(&version.to_string()).exists())
        .max();
    match newest {
        Some(version) => Ok(Path::new(VERSIONS).join(version.to_string()).join("bin")),
        None => bail!("no postgres in {VERSIONS}/*/bin: apt-get install postgresql"),
    }
}

fn program(version: &str) -> PathBuf {
    Path::new(VERSIONS).join(version).join("bin/postgres")
}

/// The user that the server runs as, where that is another one than ours.
pub(crate) fn other_user() -> Result<Option<u32>> {
    Ok((crate::folder::own_user()? == 0).then_some(NOBODY))
}

/// What to put before a program that runs as that user, and that ends when its parent does.
pub(crate) fn wrapper() -> Result<Vec<String>> {
    let mut words = vec!["setpriv".to_owned()];
    if let Some(user) = other_user()? {
        words.extend([format!("--reuid={user}"), format!("--regid={user}")]);
        words.push("--clear-groups".to_owned());
    }
    // An immediate shutdown.
    words.push("--pdeathsig=QUIT".to_owned());
    Ok(words)
}

/// What the server is told: nothing but the socket, and room for many tests at once.
pub(crate) fn settings(folder: &Path) -> Vec<String> {
    let (data, socket) = (folder.join("data"), folder.join("socket"));
    let words = ["-D", &data.to_string_lossy(), "-k", &socket.to_string_lossy()];
    let values = [
        "listen_addresses=",
        "max_connections=400",
        "shared_buffers=64MB",
        "max_wal_size=256MB",
        "fsync=on",
    ];
    let values = values.into_iter().flat_map(|value| ["-c", value]);
    words.into_iter().chain(values).map(str::to_owned).collect()
}

/// Makes an empty cluster in `folder`/data. Its language sorts otherwise than bytes do, so that a
/// column without `COLLATE "C"` shows.
pub(crate) fn make_cluster(folder: &Path) -> Result<()> {
    for name in ["data", "socket"] {
        let path = folder.join(name);
        fs::create_dir(&path).with_context(|| path.display().to_string())?;
        if let Some(user) = other_user()? {
            std::os::unix::fs::chown(&path, Some(user), Some(user))?;
        }
    }
    let wrapper = wrapper()?;
    let mut command = wrapped(&wrapper, &self::folder()?.join("initdb"));
    command.arg("-D").arg(folder.join("data")).args(["-U", USER, "-A", "trust", "-E", "UTF8"]);
    command.args(["--no-sync", "--locale=C", "--locale-provider=icu", "--icu-locale=und"]);
    let output = command.current_dir("/").stdin(Stdio::null()).output().context("setpriv")?;
    if !output.status.success() {
        bail!("initdb: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// A command that begins with the words of [`wrapper`].
pub(crate) fn wrapped(wrapper: &[String], program: &Path) -> Command {
    let mut words = wrapper.iter();
    let mut command = Command::new(words.next().map_or("setpriv", String::as_str));
    command.args(words).arg(program);
    command
}

/// Runs SQL in `database` and returns what it prints, one row a line, columns cut by `|`.
pub(crate) fn run_sql(socket: &Path, database: &str, sql: &str) -> Result<String> {
    let mut command = Command::new(folder()?.join("psql"));
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database]);
    command.arg("-h").arg(socket).args(["-c", sql]);
    let output = command.stdin(Stdio::null()).output().context("psql")?;
    if !output.status.success() {
        bail!("{sql}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
