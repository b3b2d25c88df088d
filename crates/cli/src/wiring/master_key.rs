//! The master key, from where the configuration says.
//!
//! Nothing of it is told: not in a failure, not in the log. What it was read into is wiped, but for the
//! environment itself, which stays as it is as long as the process lives.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use gatepass_config::MasterKeySource;
use gatepass_vault::MasterKey;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::config;
use crate::failure::Failure;

/// How long a program may take to print it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest text that is taken from a file or a program, in bytes: far more than a key has.
const LONGEST: usize = 4096;
/// So much of what a failed program said is shown, in bytes.
const SHOWN: usize = 1000;

/// Reads the master key; `None` where none is configured.
pub(crate) async fn obtain(source: Option<&MasterKeySource>) -> Result<Option<MasterKey>, Failure> {
    let Some(source) = source else { return Ok(None) };
    let key = match source {
        MasterKeySource::File(path) => from_file(path),
        MasterKeySource::Variable(name) => from_variable(name),
        MasterKeySource::Command { program, arguments } => {
            from_command(program, arguments, PATIENCE).await
        }
    };
    key.map(Some)
}

/// From a file, or from a pipe that a shell names as one.
pub(crate) fn from_file(path: &Path) -> Result<MasterKey, Failure> {
    let read = || {
        let file = File::open(path)?;
        // Of the open file, not of the path: what is checked is what is read.
        let mode = file.metadata()?.mode();
        let mut text = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
        file.take(LONGEST as u64 + 1).read_to_end(&mut text)?;
        Ok::<_, io::Error>((mode, text))
    };
    let (mode, text) = read().map_err(|error| Failure::file(path, &error))?;
    let shown = path.display();
    // A group may read it: systemd and Kubernetes give secrets to a service that way.
    if mode & 0o027 != 0 {
        let words = format!(
            "{shown} has mode {:04o}; others than its owner may change it, or others than its group \
             read it: chmod 600",
            mode & 0o7777
        );
        return Err(Failure::new(CODE, words));
    }
    parse(&shown.to_string(), &text)
}

/// What failures of this kind are called.
const CODE: &str = "master_key_unusable";

fn from_variable(name: &str) -> Result<MasterKey, Failure> {
    let Some(value) = config::variable(name) else {
        let words = format!("the environment variable {name} is not set");
        return Err(Failure::new(CODE, words).of_key("secrets.master_key_env"));
    };
    let value = Zeroizing::new(value.into_vec());
    parse(name, &value).map_err(|failure| failure.of_key("secrets.master_key_env"))
}

async fn from_command(
    program: &Path,
    arguments: &[String],
    patience: Duration,
) -> Result<MasterKey, Failure> {
    let failed = |words: String| {
        let words = format!("{} {words}", program.display());
        Failure::new(CODE, words).of_key("secrets.master_key_command")
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ours have passwords in them, and settings that are nobody else's.
    for name in config::our_variables() {
        command.env_remove(name);
    }
    // A group of its own: when it takes too long, what it has started ends with it.
    command.process_group(0).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(format!("can't be run: {error}")))?;
    let Ok(heard) = tokio::time::timeout(patience, hear(&mut child)).await else {
        end_group(&child);
        let seconds = patience.as_secs();
        return Err(failed(format!("did not end within {seconds} s, and was killed")));
    };
    let (printed, said, status) =
        heard.map_err(|error| failed(format!("can't be heard: {error}")))?;
    if !status.success() {
        return Err(failed(format!("failed ({status}):\n  {}", shown(&said))));
    }
    parse(&format!("what {} printed", program.display()), &printed)
        .map_err(|failure| failure.of_key("secrets.master_key_command"))
}

/// The beginning of what a program complained of, for a terminal or a log: without what moves a cursor.
fn shown(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said.get(..SHOWN).unwrap_or(said));
    let lines = said.trim().lines().map(|line| line.replace(char::is_control, "?"));
    lines.collect::<Vec<_>>().join("\n  ")
}

/// Ends a program that still runs, and all that it has started.
fn end_group(child: &Child) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// What a program printed, what it said on standard error, and how it ended.
async fn hear(
    child: &mut Child,
) -> io::Result<(Zeroizing<Vec<u8>>, Vec<u8>, std::process::ExitStatus)> {
    let (printing, saying) = (child.stdout.take(), child.stderr.take());
    let (printed, said) = tokio::join!(read(printing), read(saying));
    Ok((printed?, said?.to_vec(), child.wait().await?))
}

/// All of it, of which the beginning is kept.
async fn read(from: Option<impl AsyncRead + Unpin>) -> io::Result<Zeroizing<Vec<u8>>> {
    // With room for all that is kept, so that no outgrown buffer keeps a copy.
    let mut kept = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    let Some(mut from) = from else { return Ok(kept) };
    let mut piece = Zeroizing::new([0; 1024]);
    loop {
        let length = from.read(&mut piece[..]).await?;
        if length == 0 {
            return Ok(kept);
        }
        let room = LONGEST + 1 - kept.len();
        kept.extend_from_slice(piece.get(..length.min(room)).unwrap_or_default());
    }
}

fn parse(what: &str, text: &[u8]) -> Result<MasterKey, Failure> {
    let parsed = std::str::from_utf8(text).ok().map(MasterKey::parse);
    let parsed = parsed.unwrap_or(Err(gatepass_vault::NotAMasterKey::OtherForm));
    parsed.map_err(|error| Failure::new(CODE, format!("{what} is no master key: {error}")))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    async fn by_shell(script: &str, patience: Duration) -> Result<MasterKey, Failure> {
        let words = ["-c".to_owned(), script.to_owned()];
        from_command(Path::new("/bin/sh"), &words, patience).await
    }

    #[tokio::test]
    async fn a_program_says_the_key_on_its_standard_output_alone() {
        let key = by_shell(&format!("echo chatter >&2; echo {KEY}"), PATIENCE).await.unwrap();
        assert_eq!(key.name(), MasterKey::parse(KEY).unwrap().name());
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told_with_what_it_complained_of_and_not_what_it_printed() {
        let script = format!("echo {KEY}; printf 'no \\033[2Jsuch entry\\nlook' >&2; exit 3");
        let failure = by_shell(&script, PATIENCE).await.unwrap_err();
        assert_eq!(failure.code, CODE);
        assert!(failure.message.starts_with("secrets.master_key_command: /bin/sh failed"));
        assert!(failure.message.contains("exit status: 3"), "{}", failure.message);
        assert!(failure.message.ends_with("\n  no ?[2Jsuch entry\n  look"), "{}", failure.message);
        assert!(!failure.message.contains(&KEY[..16]), "{}", failure.message);
    }

    #[tokio::test]
    async fn what_is_printed_and_is_no_key_is_not_quoted() {
        let failure = by_shell("echo hunter2; echo more", PATIENCE).await.unwrap_err();
        assert!(failure.message.contains("64 hex digits"), "{}", failure.message);
        assert!(!failure.message.contains("hunter2"), "{}", failure.message);
        let nothing = by_shell(":", PATIENCE).await.unwrap_err();
        assert!(nothing.message.contains("is no master key"), "{}", nothing.message);
        // More than fits a pipe: the program must not wait for a reader.
        let much = by_shell("head -c 1000000 /dev/zero", PATIENCE).await.unwrap_err();
        assert!(much.message.contains("is no master key"), "{}", much.message);
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_ends_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let (begun, fifo) = (folder.path().join("begun"), folder.path().join("fifo"));
        // A child of its own holds the pipes open, and would say so if it were left to.
        let script = format!(
            "mkfifo {fifo}; (echo $$ > {begun}; read x < {fifo}; echo {KEY}) & wait",
            fifo = fifo.display(),
            begun = begun.display()
        );
        let failure = by_shell(&script, Duration::from_secs(3)).await.unwrap_err();
        assert!(failure.message.contains("did not end within 3 s"), "{}", failure.message);
        assert!(begun.exists());
        // A pipe with a reader left can be opened to write: the child goes as soon as it is killed.
        let killed = Instant::now();
        while open_to_write(&fifo).is_ok() {
            assert!(killed.elapsed() < Duration::from_secs(20), "the child goes on");
            std::thread::yield_now();
        }
        assert_eq!(open_to_write(&fifo).unwrap_err().raw_os_error(), Some(6), "ENXIO: no reader");
    }

    fn open_to_write(fifo: &Path) -> io::Result<File> {
        use std::os::unix::fs::OpenOptionsExt as _;
        const NONBLOCK: i32 = 0o4000;
        File::options().write(true).custom_flags(NONBLOCK).open(fifo)
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let failure = from_command(Path::new("/no/such"), &[], PATIENCE).await.unwrap_err();
        assert!(failure.message.contains("/no/such can't be run"), "{}", failure.message);
    }

    #[test]
    fn a_file_that_strangers_can_read_or_others_change_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master");
        std::fs::write(&file, format!("{KEY}\n")).unwrap();
        for (mode, is_fine) in
            [(0o600, true), (0o400, true), (0o440, true), (0o644, false), (0o660, false)]
        {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = from_file(&file);
            assert_eq!(read.is_ok(), is_fine, "{mode:o}: {read:?}");
        }
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&file, "correct horse battery staple").unwrap();
        let failure = from_file(&file).unwrap_err();
        assert!(!failure.message.contains("horse"), "{}", failure.message);
    }
}
