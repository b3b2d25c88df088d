//! The program `gatepass`.

use std::process::ExitCode;

fn main() -> ExitCode {
    gatepass_cli::run()
}
