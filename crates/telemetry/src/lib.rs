//! What Gatepass says about itself: the log's set-up, names of its fields, names of metrics.
//!
//! Knows: how lines are formed and where they go, that no token may be in them, and how metrics
//! are written for Prometheus. Deliberately does not know: what is logged or counted, and it
//! counts nothing itself (each thread of the gate has its own counters).
//!
//! Start at [`init`]; fields are in [`field`], metrics in [`metric`] and [`PrometheusText`].

pub mod field;
mod log;
mod mask;
pub mod metric;
mod prometheus;

pub use log::{AlreadyInitialised, Format, init, subscriber};
pub use mask::{MASKED, Masking};
pub use prometheus::{Buckets, CONTENT_TYPE, Labels, PrometheusText};
