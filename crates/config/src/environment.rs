//! Where environment variables come from.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// The variable that may hold the master key, although it looks like a setting.
pub const MASTER_KEY_VARIABLE: &str = "GATEPASS_MASTER_KEY";

/// The environment of the program: a map in tests.
pub trait Environment {
    /// Every variable. All, and not one by name: a misspelt variable must be found too.
    fn variables(&self) -> Vec<(OsString, OsString)>;

    /// Whether there is a variable of this name.
    fn has(&self, name: &str) -> bool {
        self.variables().iter().any(|(found, _)| found == name)
    }
}

/// The environment of this process.
#[derive(Clone, Copy, Debug)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    fn variables(&self) -> Vec<(OsString, OsString)> {
        std::env::vars_os().collect()
    }
}

impl Environment for BTreeMap<&str, &str> {
    fn variables(&self) -> Vec<(OsString, OsString)> {
        self.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
    }
}
