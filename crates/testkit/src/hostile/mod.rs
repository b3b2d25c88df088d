//! Requests that confuse, as a table, and what each must come to.
//!
//! [`row`] reads the table and makes each row's bytes; [`expect`] reads what is expected;
//! [`World::run`] sends a row to a gate and says what is wrong. The gate is known by its address
//! and the products by their recorders only, so a table that nobody has seen before runs against
//! the program as well as against a gate in a test.

pub mod escape;
pub mod expect;
mod judge;
pub mod request;
pub mod row;
mod world;

pub use row::{Row, parse};
pub use world::{Secrets, World};
