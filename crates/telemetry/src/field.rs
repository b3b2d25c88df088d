//! Names of log fields: one word for each thing, everywhere.
//!
//! Good: `info!({ field::TOKEN } = %id, { field::REASON } = reason.as_str(), "refused")`.
//! Bad: `info!("refused {id} because of {reason}")`, which nobody can search. Never a field: a
//! secret, a query, a body, a header's value that authenticates.

/// The request's id, as the caller has it in `X-Gatepass-Request-Id`.
pub const REQUEST_ID: &str = "request_id";
/// A token, by its handle.
pub const TOKEN: &str = "token";
/// A person: username and directory.
pub const PERSON: &str = "person";
/// A token's owner: username and directory.
pub const OWNER: &str = "owner";
/// Who changed something.
pub const ACTOR: &str = "actor";
/// An instance, by name.
pub const INSTANCE: &str = "instance";
/// A directory, by name.
pub const DIRECTORY: &str = "directory";
/// Why a request was refused, as in `X-Gatepass-Reason`.
pub const REASON: &str = "reason";
/// What kind of credential came.
pub const CREDENTIAL: &str = "credential";
/// The operation, by the catalogue's name.
pub const OPERATION: &str = "operation";
/// The caller's address, after trusted proxies.
pub const CLIENT: &str = "client";
/// An HTTP method.
pub const METHOD: &str = "method";
/// The status of an answer.
pub const STATUS: &str = "status";
/// How long something took, in milliseconds.
pub const MILLISECONDS: &str = "ms";
/// A revision of the store.
pub const REVISION: &str = "revision";
/// A file.
pub const FILE: &str = "file";
/// An address that is listened on or connected to.
pub const ADDRESS: &str = "address";
/// What went wrong, in words.
pub const ERROR: &str = "error";
