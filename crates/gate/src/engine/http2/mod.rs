//! HTTP/2, in only (RFC 9113): the crate `h2` reads frames and keeps the streams' states.
//!
//! What a request means is decided in one place. So the head of each stream is written anew as a
//! head of HTTP/1.1, its DATA as a body of it, and both are read by the strict reader of
//! [`super::http1`], as if a connection of one request had come; see [`stream`]. The answer takes
//! the same way back. There is no second way to read a Host, a length, a target or a credential.
//!
//! Checks of our own stand on both sides of `h2`: [`guard`] below it sees the frames that come
//! and ends a connection that keeps us busy with others than those of requests, and [`head`]
//! behind it refuses what `h2` would let pass. `h2` itself resets a stream whose head is malformed
//! (RFC 9113 8.1.1), or, where it can't read on, ends the connection.
//!
//! Not offered: push, CONNECT and extended CONNECT, trailers (dropped, both ways), and clear text.

mod answer;
mod frames;
mod guard;
mod head;
mod serving;
mod stream;

pub(crate) use serving::serve;
