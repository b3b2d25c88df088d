//! Prints the reference page of the command line.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(gatepass_cli::reference::page().as_bytes())
}
