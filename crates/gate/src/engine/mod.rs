//! Wire formats. Nothing outside this folder knows how a head or a chunk looks in bytes.

pub mod http1;
pub(crate) mod http2;
