//! HTTP/1.1, in and out (RFC 9112), read in one strict way.
//!
//! [`request`] and [`response`] read heads, [`framing`] says where a body ends, [`chunked`] reads
//! and writes the chunked coding. All of them work on bytes that somebody else has read, so they
//! can be tested and fuzzed without a socket.

pub mod chunked;
pub mod framing;
pub mod request;
pub mod response;
