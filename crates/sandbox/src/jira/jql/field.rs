//! The fields that a query may name, and what an issue has in them.

use crate::jira::state::Issue;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Project,
    Key,
    IssueType,
    Status,
    StatusCategory,
    Priority,
    Resolution,
    Assignee,
    Reporter,
    Labels,
    Summary,
    Description,
    Comment,
    Text,
    Created,
    Updated,
}

/// The field of this name, case ignored.
pub(super) fn find_field(name: &str) -> Option<Field> {
    Some(match name.to_lowercase().as_str() {
        "project" => Field::Project,
        "key" | "issue" | "issuekey" | "id" => Field::Key,
        "issuetype" | "type" => Field::IssueType,
        "status" => Field::Status,
        "statuscategory" => Field::StatusCategory,
        "priority" => Field::Priority,
        "resolution" => Field::Resolution,
        "assignee" => Field::Assignee,
        "reporter" | "creator" => Field::Reporter,
        "labels" => Field::Labels,
        "summary" => Field::Summary,
        "description" => Field::Description,
        "comment" => Field::Comment,
        "text" => Field::Text,
        "created" | "createddate" => Field::Created,
        "updated" | "updateddate" => Field::Updated,
        _ => return None,
    })
}

/// Whether a field is searched by words.
pub(super) fn is_text(field: Field) -> bool {
    matches!(field, Field::Summary | Field::Description | Field::Comment | Field::Text)
}

/// Whether a field is compared with dates.
pub(super) fn is_date(field: Field) -> bool {
    matches!(field, Field::Created | Field::Updated)
}

/// Words in lower case; a search matches their beginnings, which stands for Jira's stemming.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// What an issue has in a field; nothing when that is empty.
pub(super) fn values_of(field: Field, issue: &Issue) -> Vec<String> {
    let text = |text: &Option<String>| text.iter().cloned().collect();
    let comments = || issue.comments.iter().map(|comment| comment.body.clone());
    match field {
        Field::Project => vec![issue.project.clone()],
        Field::Key => vec![issue.key()],
        Field::IssueType => vec![issue.kind.name.to_owned()],
        Field::Status => vec![issue.status.name.to_owned()],
        Field::StatusCategory => vec![issue.status.category.name.to_owned()],
        Field::Priority => vec![issue.priority.name.to_owned()],
        Field::Resolution if issue.status.category.key == "done" => vec!["Done".to_owned()],
        // `resolution = Unresolved` is what `resolution is empty` means.
        Field::Resolution => vec!["Unresolved".to_owned()],
        Field::Assignee => text(&issue.assignee),
        Field::Reporter => text(&issue.reporter),
        Field::Labels => issue.labels.clone(),
        Field::Summary => vec![issue.summary.clone()],
        Field::Description => text(&issue.description),
        Field::Comment => comments().collect(),
        Field::Text => {
            let mut all = vec![issue.summary.clone()];
            all.extend(issue.description.clone());
            all.extend(comments());
            all
        }
        Field::Created | Field::Updated => vec![String::new()],
    }
}

/// A text and a number to sort by.
pub(super) fn sort_key(field: Field, issue: &Issue) -> (String, i64) {
    match field {
        Field::Key => (issue.project.clone(), i64::try_from(issue.number).unwrap_or(i64::MAX)),
        Field::Created => (String::new(), issue.created),
        Field::Updated => (String::new(), issue.updated),
        // Downwards begins with the highest, as in Jira.
        Field::Priority => (String::new(), -issue.priority.id.parse().unwrap_or(0)),
        _ => (values_of(field, issue).join(" ").to_lowercase(), 0),
    }
}
