//! Prints the reference page of the configuration:
//! `cargo run -p gatepass-config --example reference > docs/reference/configuration.md`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(gatepass_config::reference::page().as_bytes())
}
