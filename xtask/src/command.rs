//! Running other programs: nothing on stdin, and a failure says which command it was.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long to wait for the end of a program's output after the program itself has ended. A process
/// that it left behind may hold the pipe open for ever.
const STRAGGLERS: Duration = Duration::from_secs(5);

/// Runs it with our own stdout and stderr.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.stdin(Stdio::null()).status().with_context(|| shown(command))?;
    succeeded(command, status)
}

/// Runs it silently and returns its stdout; its stderr is part of the error.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdin(Stdio::null()).output().with_context(|| shown(command))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}\n{}", shown(command), output.status, stderr.trim_end());
    }
    Ok(output.stdout)
}

/// Whether it can be run and succeeds; prints nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    output(command).is_ok()
}

/// Runs it, prints what it prints, stdout and stderr in their order, and returns that by lines.
pub(crate) fn run_and_keep(mut command: Command) -> Result<Vec<String>> {
    let command_line = shown(&command);
    println!("$ {command_line}");
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().context(command_line)?;
    // Two things end the reading: the program's copies of the pipe, and these, which we hold.
    command.stdout(Stdio::null()).stderr(Stdio::null());

    let (sender, lines) = mpsc::channel();
    thread::spawn(move || pass_on(reader, &sender));
    let status = child.wait()?;
    let mut kept = Vec::new();
    loop {
        match lines.recv_timeout(STRAGGLERS) {
            Ok(line) => kept.push(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                println!("xtask: a process that was left behind still holds the output");
                break;
            }
        }
    }
    succeeded(&command, status)?;
    Ok(kept)
}

fn pass_on(reader: PipeReader, lines: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // Where nobody takes our output any more, the program's result still counts.
        let _ = io::stdout().write_all(&line);
        if lines.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
            return;
        }
        line.clear();
    }
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("{}: {status}", shown(command));
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_prints_is_kept_in_its_order() {
        let kept = run_and_keep(shell("echo one; echo two >&2; printf three")).unwrap();
        assert_eq!(kept, ["one", "two", "three"]);
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let error = run_and_keep(shell("exit 3")).unwrap_err().to_string();
        assert!(error.contains("exit 3") && error.contains("status: 3"), "{error}");
        let error = output(&mut shell("echo why >&2; exit 3")).unwrap_err().to_string();
        assert!(error.contains("why"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_does_not_succeed() {
        assert!(!succeeds(&mut Command::new("no-such-program-anywhere")));
        assert!(succeeds(&mut shell("true")));
    }
}
