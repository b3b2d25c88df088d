use std::collections::BTreeMap;
use std::path::Path;

use gatepass_config::Config;

/// The least that is a configuration.
pub(crate) const LEAST: &str = r#"
[[directories]]
name = "main"
kind = "file"
path = "people.toml"

[[instances]]
name = "jira"
product = "jira"
base_url = "http://127.0.0.1:8081/jira"
"#;

pub(crate) fn read(text: &str) -> Result<Config, Vec<String>> {
    read_with(text, &[])
}

pub(crate) fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let environment: BTreeMap<&str, &str> = variables.iter().copied().collect();
    gatepass_config::read(Path::new("/etc/gatepass/gatepass.toml"), text, &environment)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// What people are told of `text`; it must be wrong. The folder is cut.
pub(crate) fn told(text: &str) -> Vec<String> {
    told_with(text, &[])
}

pub(crate) fn told_with(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let errors = read_with(text, variables).expect_err("it was taken");
    errors.iter().map(|error| error.replace("/etc/gatepass/", "")).collect()
}
