//! Raw to checked: types, and what must hold between them.

use std::path::Path;

use crate::config::{Config, LimitsConfig, LogConfig, LogFormat, LogLevel, RedisUrl};
use crate::error::Errors;
use crate::keys;
use crate::raw::Raw;
use crate::reader::Reader;

mod crossing;
mod directory;
mod instance;
mod ldap;
mod oidc;
mod secrets;
mod server;
mod store;
mod usernames;

/// `None`, or what may not be used, when there are errors.
pub(crate) fn config(raw: &Raw, file: &Path, errors: &mut Errors) -> Option<Config> {
    let mut root = Reader::new(&raw.root, file, errors);
    let server = server::read(&mut root);
    let store = store::read(&mut root);
    let secrets = secrets::read(&mut root);
    let limits = limits(&mut root);
    let log = log(&mut root);
    let directories = directory::read(raw, file, errors);
    let instances = instance::read(raw, &directories, file, errors);
    crossing::check(raw, server.as_ref(), &directories, &instances, errors);
    if !errors.is_empty() {
        return None;
    }
    Some(Config {
        server: server?,
        store: store?,
        secrets: secrets?,
        directories: directories.into_iter().collect::<Option<_>>()?,
        instances: instances.into_iter().collect::<Option<_>>()?,
        limits: limits?,
        log: log?,
    })
}

/// The address is not quoted in a mistake: it may hold a password.
fn limits(root: &mut Reader<'_>) -> Option<LimitsConfig> {
    let Some(url) = root.text(&keys::LIMITS_REDIS).filter(|url| !url.is_empty()) else {
        return Some(LimitsConfig::default());
    };
    let rest = url.strip_prefix("redis://").or_else(|| url.strip_prefix("redis+unix://"));
    if rest.is_none_or(str::is_empty) {
        let problem = "it is no address such as redis://127.0.0.1:6379 or \
                       redis+unix:///run/valkey/valkey.sock";
        root.wrong(&keys::LIMITS_REDIS, problem);
        return None;
    }
    Some(LimitsConfig { redis: Some(RedisUrl(url)) })
}

fn log(root: &mut Reader<'_>) -> Option<LogConfig> {
    let format = root.word(&keys::LOG_FORMAT);
    let level = root.word(&keys::LOG_LEVEL);
    let format = match format? {
        "text" => LogFormat::Text,
        "json" => LogFormat::Json,
        _ => LogFormat::Auto,
    };
    let level = match level? {
        "error" => LogLevel::Error,
        "warn" => LogLevel::Warn,
        "debug" => LogLevel::Debug,
        "trace" => LogLevel::Trace,
        _ => LogLevel::Info,
    };
    Some(LogConfig { format, level })
}
