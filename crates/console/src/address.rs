//! Parts of addresses.

pub use gatepass_model::target::percent_encoded as encoded;
