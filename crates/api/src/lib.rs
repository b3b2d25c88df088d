//! The management API: one file per operation.
