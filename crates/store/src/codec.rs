//! From values to columns and back. What can't be read back is an error, never a guess.
//!
//! Documents (grants, the policy) are JSON text to the database. Their shapes are the mirror
//! structs here, each with a version; a field that they don't know is refused, since whoever
//! wrote it meant to limit something.

mod actor;
mod grant;
mod limits;
mod person;
mod policy;
mod token;

use std::str::FromStr;

use gatepass_model::{DirectoryName, PersonKey, Timestamp};

pub use actor::SYSTEM_PARTS;
pub(crate) use actor::{actor_text, parse_actor};
pub(crate) use grant::{grant_json, parse_access, parse_grant};
pub(crate) use person::{
    PersonRow, SessionRow, decode_person, decode_session, groups_json, person_search,
};
pub(crate) use policy::{parse_policy, policy_json};
pub(crate) use token::{TokenRow, decode_token};
pub use token::{name_key, search_text};

use crate::StoreError;

/// Why a column was not understood. Names the field; quotes nothing.
pub(crate) type Problem = String;

/// The text, unless it has a NUL, which PostgreSQL can't keep.
pub(crate) fn plain<'a>(text: &'a str, what: &'static str) -> Result<&'a str, StoreError> {
    if text.contains('\0') { Err(StoreError::Unstorable(what)) } else { Ok(text) }
}

/// As [`plain`], where there is one.
pub(crate) fn plain_option<'a>(
    text: Option<&'a str>,
    what: &'static str,
) -> Result<Option<&'a str>, StoreError> {
    text.map(|text| plain(text, what)).transpose()
}

/// A value from its text.
pub(crate) fn parse<T: FromStr>(text: &str, field: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| format!("its {field} is none"))
}

/// Values from their texts.
pub(crate) fn parse_all<T: FromStr>(texts: &[String], field: &str) -> Result<Vec<T>, Problem> {
    texts.iter().map(|text| parse(text, field)).collect()
}

/// A moment from its column.
pub(crate) fn moment(millis: i64, field: &str) -> Result<Timestamp, Problem> {
    let moment = Timestamp::from_millis(millis);
    if moment.as_millis() == millis { Ok(moment) } else { Err(format!("its {field} is no time")) }
}

/// A moment from a column that may be empty.
pub(crate) fn moment_option(
    millis: Option<i64>,
    field: &str,
) -> Result<Option<Timestamp>, Problem> {
    millis.map(|millis| moment(millis, field)).transpose()
}

/// A person from his columns.
pub(crate) fn person(directory: &str, username: &str) -> Result<PersonKey, Problem> {
    let directory: DirectoryName = parse(directory, "directory")?;
    Ok(PersonKey { directory, username: parse(username, "username")? })
}

/// Bytes of a fixed number.
pub(crate) fn bytes<const N: usize>(column: &[u8], field: &str) -> Result<[u8; N], Problem> {
    column.try_into().map_err(|_| format!("its {field} has a wrong length"))
}

/// The number of a key.
pub(crate) fn key_id(column: i64) -> Result<u32, Problem> {
    u32::try_from(column).map_err(|_| "its key is none".to_owned())
}
