//! The log: structured lines on standard error.

use std::io::{self, IsTerminal as _};

use tracing::level_filters::LevelFilter;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

use crate::mask::Masking;

/// The form of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One JSON object, its fields at the top.
    Json,
}

/// There is a log in this process already.
#[derive(Debug, thiserror::Error)]
#[error("the log is set up already")]
pub struct AlreadyInitialised;

/// Sets up the log of the process, on standard error. `level` holds for Gatepass's own lines;
/// its libraries' begin at a warning, or below when `level` is `TRACE`.
pub fn init(format: Format, level: Level) -> Result<(), AlreadyInitialised> {
    let is_terminal = io::stderr().is_terminal();
    let format = match format {
        Format::Auto if is_terminal => Format::Text,
        Format::Auto => Format::Json,
        format => format,
    };
    let subscriber = subscriber(format, level, is_terminal, io::stderr);
    tracing::subscriber::set_global_default(subscriber).map_err(|_| AlreadyInitialised)
}

/// What [`init`] sets up, over any writer. `Auto` counts as JSON. Colours come on a terminal,
/// in text, and when `NO_COLOR` is not set.
pub fn subscriber<W>(
    format: Format,
    level: Level,
    is_terminal: bool,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_writer(Masking(writer));
    let filter = targets(level);
    match format {
        Format::Text if is_terminal => Box::new(registry().with(layer.with_filter(filter))),
        Format::Text => Box::new(registry().with(layer.with_ansi(false).with_filter(filter))),
        Format::Auto | Format::Json => {
            let layer = layer.json().flatten_event(true).with_current_span(false);
            Box::new(registry().with(layer.with_filter(filter)))
        }
    }
}

/// Our own crates' targets all begin with `gatepass`.
fn targets(level: Level) -> Targets {
    let libraries = match level {
        Level::TRACE => LevelFilter::DEBUG,
        Level::ERROR => LevelFilter::ERROR,
        _ => LevelFilter::WARN,
    };
    Targets::new().with_default(libraries).with_target("gatepass", level)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{MASKED, field};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, level: Level, what: impl Fn()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(format, level, false, move || writer.clone());
        tracing::subscriber::with_default(subscriber, what);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_secret_in_a_field_or_in_the_message_is_masked_in_both_forms() {
        let secret = format!("gpass_{}", "k".repeat(38));
        for format in [Format::Text, Format::Json] {
            let text = logged(format, Level::INFO, || {
                tracing::info!({ field::TOKEN } = %secret, "used {secret}");
                tracing::warn!(what = ?Some(&secret), "debugged");
            });
            assert!(!text.contains(&secret), "{text}");
            assert_eq!(text.matches(MASKED).count(), 3, "{text}");
        }
    }

    #[test]
    fn json_has_its_fields_at_the_top_and_one_line_for_each_event() {
        let text = logged(Format::Json, Level::INFO, || {
            tracing::info!({ field::REASON } = "read_only", { field::STATUS } = 403, "refused\nit");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(r#""reason":"read_only""#), "{text}");
        assert!(text.contains(r#""status":403"#), "{text}");
        assert!(text.contains(r#""level":"INFO""#), "{text}");
    }

    #[test]
    fn text_has_no_colours_off_a_terminal() {
        let text = logged(Format::Text, Level::INFO, || tracing::info!("plain"));
        assert!(text.contains("plain") && !text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn the_level_is_for_our_own_lines_and_libraries_begin_at_a_warning() {
        let text = logged(Format::Json, Level::DEBUG, || {
            tracing::debug!("ours");
            tracing::trace!("too fine");
            tracing::info!(target: "sqlx::query", "theirs");
            tracing::warn!(target: "sqlx::query", "grave");
        });
        assert!(text.contains("ours") && text.contains("grave"), "{text}");
        assert!(!text.contains("too fine") && !text.contains("theirs"), "{text}");
    }
}
