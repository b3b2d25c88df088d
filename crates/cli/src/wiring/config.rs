//! Where the configuration is found, and what of the environment belongs to it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gatepass_config::{Config, Environment, ProcessEnvironment};

use crate::failure::Failure;

/// Where it is looked for when nobody names it.
const PLACES: [&str; 2] = ["gatepass.toml", "/etc/gatepass/gatepass.toml"];

/// By which `gatepass whoami` gets its token: no setting.
pub(crate) const TOKEN_VARIABLE: &str = "GATEPASS_TOKEN";

/// Reads the configuration in `file`, or the first one that is found.
pub(crate) fn load(file: Option<&Path>) -> Result<Config, Failure> {
    Ok(gatepass_config::load(&path(file)?, &Settings)?)
}

/// Where it stands: `file`, or the first one that is found.
pub(crate) fn path(file: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = file.map(Path::to_owned).or_else(find);
    found.ok_or_else(|| {
        let places = PLACES.join(" nor ");
        let words = format!(
            "there is no configuration, neither {places}; name one with --config, or try \
             `gatepass demo`"
        );
        Failure::new("config_missing", words)
    })
}

/// Reads the configuration in `file` without the environment: a demonstration is alone with its
/// own.
pub(crate) fn load_plain(file: &Path) -> Result<Config, Failure> {
    Ok(gatepass_config::load(file, &Nothing)?)
}

fn find() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|place| place.exists())
}

struct Nothing;

impl Environment for Nothing {
    fn variables(&self) -> Vec<(OsString, OsString)> {
        Vec::new()
    }
}

/// The environment without the variables of ours that set nothing.
struct Settings;

impl Environment for Settings {
    fn variables(&self) -> Vec<(OsString, OsString)> {
        let mut variables = ProcessEnvironment.variables();
        variables.retain(|(name, _)| name != TOKEN_VARIABLE);
        variables
    }
}

/// What the variable `name` holds; `None` where it is not set.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    let mut variables = ProcessEnvironment.variables().into_iter();
    variables.find(|(found, _)| found == name).map(|(_, value)| value)
}

/// The names of all variables that are ours: what this program starts does not get them.
pub(crate) fn our_variables() -> Vec<OsString> {
    let names = ProcessEnvironment.variables().into_iter().map(|(name, _)| name);
    names.filter(|name| name.as_encoded_bytes().starts_with(b"GATEPASS_")).collect()
}

/// The token that [`TOKEN_VARIABLE`] holds.
pub(crate) fn token_from_environment() -> Option<OsString> {
    variable(TOKEN_VARIABLE)
}
