//! The log of a gate.

use gatepass_config::{LogConfig, LogFormat, LogLevel};
use gatepass_telemetry::Format;
use tracing::Level;

/// Sets it up, once in a process.
pub(crate) fn init(config: LogConfig) {
    let format = match config.format {
        LogFormat::Auto => Format::Auto,
        LogFormat::Text => Format::Text,
        LogFormat::Json => Format::Json,
    };
    let level = match config.level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Trace => Level::TRACE,
    };
    // There can be one already in a test only.
    let _ = gatepass_telemetry::init(format, level);
}
