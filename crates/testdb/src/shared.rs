//! The server that all tests of this user share, though each may run in a process of its own.
//!
//! The first test starts it. A shell stands beside it and ends it, and takes its files away, when
//! no test has used it for three seconds. Locks say who is there, since a process that dies, of
//! whatever, loses its locks: each test holds `users` (shared), the shell holds `alive`, and `door`
//! is held by whoever starts or ends the server. When the shell itself is killed, the server gets
//! its signal of a parent's death.

use std::fs::{self, File, TryLockError};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{binaries, folder};

/// `$1` is the folder, `$2` that of the programs, what follows the server's command.
const KEEPER: &str = r#"
cd "$1" || exit 1
bin=$2
shift 2
exec 7>users 8>alive 9>door
flock -n 8 || exit 1
"$@" >log 2>&1 </dev/null 7>&- 8>&- 9>&- &
server=$!
until "$bin/pg_isready" -q -h "$PWD/socket"; do
  kill -0 $server || exit 1
  sleep 0.05
done
: >ready
idle=0
while kill -0 $server; do
  sleep 0.5
  flock -n 9 || continue
  if flock -n 7; then
    idle=$((idle + 1))
    [ $idle -lt 6 ] || break
    flock -u 7
  else
    idle=0
  fi
  flock -u 9
done
kill -QUIT $server
wait $server
rm -rf data socket ready log
"#;

/// Proof that the server is used; while there is one, it runs.
#[derive(Debug)]
pub(crate) struct Guest {
    folder: PathBuf,
    _users: File,
}

impl Guest {
    /// Uses the server, which is started where it does not run.
    pub(crate) fn enter() -> Result<Self> {
        let folder = folder::find_or_make(&format!("gatepass-testdb-{}", folder::own_user()?))?;
        let door = File::create(folder.join("door"))?;
        door.lock()?;
        let users = File::create(folder.join("users"))?;
        users.lock_shared()?;
        if !is_kept(&folder)? {
            start(&folder)?;
        }
        drop(door);
        Ok(Self { folder, _users: users })
    }

    /// The folder of the server's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }
}

/// Whether a keeper lives, and has a server that came up.
fn is_kept(folder: &Path) -> Result<bool> {
    let alive = File::create(folder.join("alive"))?;
    match alive.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) if folder.join("ready").exists() => Ok(true),
        Err(TryLockError::WouldBlock) => wait_for_its_end(&alive),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Of a keeper whose server did not come up, or that was left by a test that was killed.
fn wait_for_its_end(alive: &File) -> Result<bool> {
    alive.lock()?;
    Ok(false)
}

fn start(folder: &Path) -> Result<()> {
    folder::clear(folder)?;
    binaries::make_cluster(folder)?;
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(folder).arg(binaries::folder()?);
    keeper.args(binaries::wrapper()?).arg(binaries::folder()?.join("postgres"));
    keeper.args(binaries::settings(folder));
    keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It outlives the test that started it, and what ends that test's group.
    keeper.process_group(0);
    let keeper = keeper.spawn().context("sh")?;
    wait_for(folder, keeper)
}

fn wait_for(folder: &Path, mut keeper: Child) -> Result<()> {
    while !folder.join("ready").exists() {
        if keeper.try_wait()?.is_some() {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("PostgreSQL did not start (is there flock, of util-linux?): {log}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
