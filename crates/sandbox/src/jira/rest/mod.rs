//! The REST resources, one file for each.

pub(crate) mod attachment;
pub(crate) mod comment;
pub(crate) mod createmeta;
pub(crate) mod group;
pub(crate) mod issue;
mod issue_fields;
mod multipart;
pub(crate) mod permission;
pub(crate) mod project;
pub(crate) mod reference;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod transition;
pub(crate) mod user;
pub(crate) mod watch;
pub(crate) mod worklog;

use crate::site::params::Params;

/// `startAt` and `maxResults` of a query. A negative `maxResults` asks for as many as there may be.
fn page(params: &Params, default: usize, most: usize) -> (usize, usize) {
    let start = params.number("startAt").and_then(|start| usize::try_from(start).ok());
    let count =
        params.number("maxResults").map_or(default, |count| usize::try_from(count).unwrap_or(most));
    (start.unwrap_or(0), count.min(most))
}
