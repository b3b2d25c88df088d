//! HTTP/1.1, in and out (RFC 9112), read in one strict way.
//!
//! [`request`] and [`response`] read heads, of which [`scan`] has found the lines and [`fields`]
//! reads those of the headers; [`framing`] says where a body ends, [`chunked`] reads and writes the
//! chunked coding. All of them work on bytes that somebody else has read, so they can be tested and
//! fuzzed without a socket.

pub mod chunked;
pub mod fields;
pub mod framing;
pub mod name;
pub mod request;
pub mod response;
pub mod scan;
