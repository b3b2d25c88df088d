//! What does not change while it runs: issue types, statuses, priorities, fields.

/// An issue type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IssueType {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

/// A status and the one transition that leads to it (from any other).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) category: &'static Category,
    pub(crate) transition: &'static str,
}

/// A status category.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) id: u32,
    pub(crate) key: &'static str,
    pub(crate) color: &'static str,
    pub(crate) name: &'static str,
}

/// A priority; lower ranks are more urgent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Priority {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) color: &'static str,
}

/// A field: id, name, whether it is shown in lists, type, item type, names in JQL.
pub(crate) struct Field {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) navigable: bool,
    pub(crate) kind: &'static str,
    pub(crate) items: Option<&'static str>,
    pub(crate) clauses: &'static [&'static str],
}

const TASK: IssueType =
    IssueType { id: "10003", name: "Task", description: "A task that needs to be done." };
const TO_DO: Status = Status { id: "10000", name: "To Do", category: &NEW, transition: "11" };
const MEDIUM: Priority = Priority { id: "3", name: "Medium", color: "#f79232" };
const NEW: Category = Category { id: 2, key: "new", color: "blue-gray", name: "To Do" };
const BUSY: Category =
    Category { id: 4, key: "indeterminate", color: "yellow", name: "In Progress" };
const DONE: Category = Category { id: 3, key: "done", color: "green", name: "Done" };

pub(crate) static CATEGORIES: &[Category] = &[NEW, BUSY, DONE];

pub(crate) static ISSUE_TYPES: &[IssueType] = &[
    TASK,
    IssueType { id: "10004", name: "Bug", description: "A problem which impairs the product." },
    IssueType { id: "10001", name: "Story", description: "Something that a user wants." },
    IssueType { id: "10000", name: "Epic", description: "A big story, to be broken down." },
];

pub(crate) static STATUSES: &[Status] = &[
    TO_DO,
    Status { id: "3", name: "In Progress", category: &BUSY, transition: "21" },
    Status { id: "10100", name: "In Review", category: &BUSY, transition: "31" },
    Status { id: "10001", name: "Done", category: &DONE, transition: "41" },
];

pub(crate) static PRIORITIES: &[Priority] = &[
    Priority { id: "1", name: "Highest", color: "#d04437" },
    Priority { id: "2", name: "High", color: "#f15C75" },
    MEDIUM,
    Priority { id: "4", name: "Low", color: "#707070" },
    Priority { id: "5", name: "Lowest", color: "#999999" },
];

macro_rules! field {
    ($id:literal, $name:literal, $navigable:literal, $kind:literal, $items:expr, $clauses:expr) => {
        Field {
            id: $id,
            name: $name,
            navigable: $navigable,
            kind: $kind,
            items: $items,
            clauses: $clauses,
        }
    };
}

pub(crate) static FIELDS: &[Field] = &[
    field!("issuetype", "Issue Type", true, "issuetype", None, &["issuetype", "type"]),
    field!("project", "Project", true, "project", None, &["project"]),
    field!("summary", "Summary", true, "string", None, &["summary"]),
    field!("status", "Status", true, "status", None, &["status"]),
    field!("priority", "Priority", true, "priority", None, &["priority"]),
    field!("resolution", "Resolution", true, "resolution", None, &["resolution"]),
    field!("labels", "Labels", true, "array", Some("string"), &["labels"]),
    field!("assignee", "Assignee", true, "user", None, &["assignee"]),
    field!("reporter", "Reporter", true, "user", None, &["reporter"]),
    field!("created", "Created", true, "datetime", None, &["created", "createdDate"]),
    field!("updated", "Updated", true, "datetime", None, &["updated", "updatedDate"]),
    field!("description", "Description", true, "string", None, &["description"]),
    field!("votes", "Votes", true, "votes", None, &["votes"]),
    field!("watches", "Watchers", true, "watches", None, &["watchers"]),
    field!("attachment", "Attachment", false, "array", Some("attachment"), &["attachments"]),
    field!("comment", "Comment", false, "comments-page", None, &["comment"]),
    field!("worklog", "Log Work", false, "array", Some("worklog"), &[]),
];

/// The type with this id or, case ignored, this name.
pub(crate) fn find_issue_type(text: &str) -> Option<&'static IssueType> {
    ISSUE_TYPES.iter().find(|kind| kind.id == text || kind.name.eq_ignore_ascii_case(text))
}

/// The status with this id or, case ignored, this name.
pub(crate) fn find_status(text: &str) -> Option<&'static Status> {
    STATUSES.iter().find(|status| status.id == text || status.name.eq_ignore_ascii_case(text))
}

/// The priority with this id or, case ignored, this name.
pub(crate) fn find_priority(text: &str) -> Option<&'static Priority> {
    PRIORITIES
        .iter()
        .find(|priority| priority.id == text || priority.name.eq_ignore_ascii_case(text))
}

/// The type of an issue that does not say any.
pub(crate) fn first_issue_type() -> &'static IssueType {
    &TASK
}

/// Where an issue starts.
pub(crate) fn first_status() -> &'static Status {
    &TO_DO
}

/// The priority of an issue that does not say any.
pub(crate) fn middle_priority() -> &'static Priority {
    &MEDIUM
}
