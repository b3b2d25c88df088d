//! The web console over HTTP.
//!
//! Knows: routes, sessions and their cookies, forms and how forged ones are told apart, what a
//! page's headers must say, how what a use case gives becomes a page's view. Deliberately does not
//! know: rules (those are the use cases' in `control`), how pages look (those are `console`'s),
//! sockets.
//!
//! Every address stands in one table, [`route::ROUTES`], with what its visitor needs; whatever it
//! says is checked before a handler runs, in `guard.rs`. Start there, and at `visit.rs`, which
//! every handler gets.

mod cookie;
mod fields;
mod flash;
mod guard;
mod halt;
mod place;
mod reply;
pub mod route;
mod service;
mod visit;

pub use place::{ConsoleConfig, ConsoleInstance, ConsoleProvider};
pub use route::{Need, ROUTES, Route};
pub use service::{Arrival, Console, Target};
