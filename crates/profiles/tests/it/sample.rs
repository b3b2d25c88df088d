//! Paths to ask about.

use std::borrow::Cow;

use gatepass_model::{CanonicalTarget, Effect, Family, Method, Operation, Product};
use gatepass_profiles::{Key, Profile, Row, RowSegment, profile};

/// What an action's path ends in; letter case counts there.
pub(crate) const ACTION: &str = ".jspa";

pub(crate) fn jira() -> &'static Profile {
    profile(Product::Jira)
}

/// What the operation of a request comes to, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) family: Family,
    pub(crate) resource: String,
    pub(crate) action: String,
    pub(crate) effect: Option<Effect>,
    pub(crate) project: Option<String>,
    pub(crate) has_door: bool,
}

impl From<Operation<'_>> for Seen {
    fn from(operation: Operation<'_>) -> Self {
        Self {
            family: operation.family,
            resource: operation.resource.to_owned(),
            action: operation.action.to_owned(),
            effect: operation.effect,
            project: operation.project.map(str::to_owned),
            has_door: operation.door.is_some(),
        }
    }
}

pub(crate) fn decoded(path: &str) -> Vec<String> {
    let target = CanonicalTarget::parse(path.as_bytes()).expect(path);
    target.segments().iter().map(ToString::to_string).collect()
}

pub(crate) fn fold(segments: &[String]) -> Vec<String> {
    let segments: Vec<Cow<'_, str>> =
        segments.iter().map(|segment| Cow::Borrowed(&**segment)).collect();
    jira().fold(&segments).into_iter().map(Cow::into_owned).collect()
}

/// Folds, then asks.
pub(crate) fn ask(method: Method, segments: &[String]) -> Seen {
    let segments: Vec<Cow<'_, str>> =
        segments.iter().map(|segment| Cow::Borrowed(&**segment)).collect();
    let folded = jira().fold(&segments);
    jira().operation(method, &folded).into()
}

/// `GET /rest/…`, as it stands in a request line.
pub(crate) fn see(line: &str) -> Seen {
    let (method, path) = line.split_once(' ').unwrap();
    ask(Method::find(method.as_bytes()).expect(line), &decoded(path))
}

/// A path that the row is about. Where it ends in `**`, the rest is not empty.
pub(crate) fn of_row(row: &Row) -> Vec<String> {
    let mut segments: Vec<String> = row.segments.iter().map(of_segment).collect();
    if row.rest {
        segments.extend(["zz".to_owned(), "yy".to_owned()]);
    }
    segments
}

fn of_segment(segment: &RowSegment) -> String {
    match segment {
        RowSegment::Literal(text) => (*text).to_owned(),
        RowSegment::Partial { prefix, suffix } => format!("{prefix}zz{suffix}"),
        RowSegment::Any(Key::Issue) => "ABC-1".to_owned(),
        RowSegment::Any(Key::Project) => "ABC".to_owned(),
        RowSegment::Any(Key::User) => "bob".to_owned(),
        RowSegment::Any(Key::Other) => "10001".to_owned(),
    }
}
