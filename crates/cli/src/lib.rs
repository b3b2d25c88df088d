//! The program `gatepass`: commands and wiring.
//!
//! Knows: the command line, how the rooms are put together from a configuration, what is printed.
//! Deliberately does not know: any rule about tokens or policy; each command calls one use case of
//! `gatepass-control`.
//!
//! Start at `command_line.rs` for what there is, `commands/` for what each does (one file per
//! command), `wiring/gate.rs` for how a gate is put together.

mod call;
mod command_line;
mod commands;
mod failure;
mod output;
pub mod reference;
mod wiring;

pub use command_line::{command, run};
