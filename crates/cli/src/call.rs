//! One call of the program: what holds for every command.

use std::path::PathBuf;

use gatepass_config::Config;

use crate::failure::Failure;
use crate::output::Output;
use crate::wiring;

/// What was said on the command line besides the command itself.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `--config`.
    pub(crate) config_file: Option<PathBuf>,
    /// Where results go.
    pub(crate) output: Output,
}

/// How a command ended that has printed its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Exit code 0.
    Done,
    /// Exit code 1: the result itself is that something is wrong.
    Wrong,
}

/// How a command ended.
pub(crate) type Outcome = Result<Ending, Failure>;

impl Call {
    /// The configuration; every mistake in it at once.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        wiring::config::load(self.config_file.as_deref())
    }
}
