//! The JSON of people, projects and issues.

use serde_json::{Map, Value, json};

use super::catalogue::{FIELDS, IssueType, Priority, Status};
use super::state::{Attachment, Comment, Issue, Project, Worklog, World};
use crate::site::answer::escape;
use crate::site::people::Person;
use crate::site::time;

/// Renders what is in a world with links below a base URL.
pub(crate) struct Beans<'a> {
    pub(crate) world: &'a World,
    pub(crate) base: &'a str,
}

/// Text as it stands in the query of a link. `@` stays, as Jira leaves it.
pub(crate) fn in_query(text: &str) -> percent_encoding::PercentEncode<'_> {
    const PLAIN: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'@');
    percent_encoding::utf8_percent_encode(text, PLAIN)
}

/// Which fields of an issue are asked for.
pub(crate) struct FieldChoice {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl FieldChoice {
    /// From `summary,-comment`, `*all`, `*navigable`; `default` where nothing is said.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a str>, default: &str) -> Self {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for name in names {
            match name.strip_prefix('-') {
                Some(name) => unwanted.push(name.to_owned()),
                None => wanted.push(name.to_owned()),
            }
        }
        if wanted.is_empty() {
            wanted.push(default.to_owned());
        }
        Self { wanted, unwanted }
    }

    fn has(&self, id: &str, is_navigable: bool) -> bool {
        !self.unwanted.iter().any(|name| name == id)
            && self.wanted.iter().any(|name| match name.as_str() {
                "*all" => true,
                "*navigable" => is_navigable,
                name => name == id,
            })
    }
}

impl Beans<'_> {
    /// Somebody, in short; `null` for nobody.
    pub(crate) fn user(&self, username: Option<&str>) -> Value {
        username
            .and_then(|name| self.world.person(name))
            .map_or(Value::Null, |person| Value::Object(self.person(person)))
    }

    /// Somebody, with room for more.
    pub(crate) fn person(&self, person: &Person) -> Map<String, Value> {
        let account = &person.account;
        let mut bean = Map::new();
        let name = in_query(&account.username);
        let link = format!("{}/rest/api/2/user?username={name}", self.base);
        bean.insert("self".into(), link.into());
        bean.insert("name".into(), account.username.clone().into());
        bean.insert("key".into(), person.key.clone().into());
        bean.insert("emailAddress".into(), account.email.clone().into());
        bean.insert("avatarUrls".into(), self.avatars("useravatar"));
        bean.insert("displayName".into(), account.display_name.clone().into());
        bean.insert("active".into(), account.active.into());
        bean.insert("deleted".into(), false.into());
        bean.insert("timeZone".into(), "Etc/UTC".into());
        bean.insert("locale".into(), "en_US".into());
        bean
    }

    fn avatars(&self, kind: &str) -> Value {
        let link = |size: &str| format!("{}/secure/{kind}?size={size}&avatarId=10122", self.base);
        json!({
            "48x48": link("large"), "32x32": link("medium"),
            "24x24": link("small"), "16x16": link("xsmall"),
        })
    }

    pub(crate) fn project(&self, project: &Project) -> Map<String, Value> {
        let mut bean = Map::new();
        bean.insert(
            "self".into(),
            format!("{}/rest/api/2/project/{}", self.base, project.id).into(),
        );
        bean.insert("id".into(), project.id.to_string().into());
        bean.insert("key".into(), project.key.clone().into());
        bean.insert("name".into(), project.name.clone().into());
        bean.insert("projectTypeKey".into(), "software".into());
        bean.insert("avatarUrls".into(), self.avatars("projectavatar"));
        bean
    }

    pub(crate) fn issue_type(&self, kind: &IssueType) -> Value {
        json!({
            "self": format!("{}/rest/api/2/issuetype/{}", self.base, kind.id),
            "id": kind.id, "name": kind.name, "description": kind.description, "subtask": false,
            "iconUrl": format!("{}/images/icons/issuetypes/{}.svg", self.base, kind.id),
        })
    }

    pub(crate) fn status(&self, status: &Status) -> Value {
        let category = status.category;
        json!({
            "self": format!("{}/rest/api/2/status/{}", self.base, status.id),
            "id": status.id, "name": status.name, "description": "",
            "iconUrl": format!("{}/images/icons/statuses/generic.png", self.base),
            "statusCategory": {
                "self": format!("{}/rest/api/2/statuscategory/{}", self.base, category.id),
                "id": category.id, "key": category.key,
                "colorName": category.color, "name": category.name,
            },
        })
    }

    pub(crate) fn priority(&self, priority: &Priority) -> Value {
        json!({
            "self": format!("{}/rest/api/2/priority/{}", self.base, priority.id),
            "id": priority.id, "name": priority.name, "statusColor": priority.color,
            "description": "",
            "iconUrl": format!("{}/images/icons/priorities/{}.svg", self.base, priority.id),
        })
    }

    pub(crate) fn resolution(&self) -> Value {
        json!({
            "self": format!("{}/rest/api/2/resolution/10000", self.base),
            "id": "10000", "name": "Done", "description": "Work has been completed.",
        })
    }

    /// Id, key and link of an issue.
    pub(crate) fn issue_in_short(&self, issue: &Issue) -> Map<String, Value> {
        let mut bean = Map::new();
        bean.insert("id".into(), issue.id.to_string().into());
        bean.insert("self".into(), format!("{}/rest/api/2/issue/{}", self.base, issue.id).into());
        bean.insert("key".into(), issue.key().into());
        bean
    }

    /// An issue with the chosen fields and expansions.
    pub(crate) fn issue(&self, issue: &Issue, choice: &FieldChoice, expand: &[&str]) -> Value {
        let mut bean = self.issue_in_short(issue);
        bean.insert(
            "expand".into(),
            "renderedFields,names,schema,operations,editmeta,changelog,transitions".into(),
        );
        let chosen = || FIELDS.iter().filter(|field| choice.has(field.id, field.navigable));
        let fields: Map<String, Value> = chosen()
            .map(|field| (field.id.to_owned(), self.issue_field(issue, field.id)))
            .collect();
        bean.insert("fields".into(), fields.into());
        if expand.contains(&"renderedFields") {
            let text = escape(issue.description.as_deref().unwrap_or_default());
            bean.insert(
                "renderedFields".into(),
                json!({ "description": format!("<p>{text}</p>") }),
            );
        }
        if expand.contains(&"names") {
            let names: Map<String, Value> =
                chosen().map(|field| (field.id.to_owned(), field.name.into())).collect();
            bean.insert("names".into(), names.into());
        }
        if expand.contains(&"transitions") {
            bean.insert("transitions".into(), self.transitions(issue));
        }
        bean.into()
    }

    fn issue_field(&self, issue: &Issue, id: &str) -> Value {
        match id {
            "issuetype" => self.issue_type(issue.kind),
            "project" => {
                let project = self.world.project(&issue.project);
                project.map_or(Value::Null, |project| self.project(project).into())
            }
            "summary" => issue.summary.clone().into(),
            "status" => self.status(issue.status),
            "priority" => self.priority(issue.priority),
            "resolution" if issue.status.category.key == "done" => self.resolution(),
            "labels" => issue.labels.clone().into(),
            "assignee" => self.user(issue.assignee.as_deref()),
            "reporter" => self.user(issue.reporter.as_deref()),
            "created" => time::write(issue.created).into(),
            "updated" => time::write(issue.updated).into(),
            "description" => issue.description.clone().into(),
            "votes" => json!({
                "self": format!("{}/rest/api/2/issue/{}/votes", self.base, issue.key()),
                "votes": issue.voters.len(), "hasVoted": false,
            }),
            "watches" => json!({
                "self": format!("{}/rest/api/2/issue/{}/watchers", self.base, issue.key()),
                "watchCount": issue.watchers.len(), "isWatching": false,
            }),
            "attachment" => self.attachments(issue),
            "comment" => self.comments(issue, 0, usize::MAX),
            "worklog" => self.worklogs(issue),
            _ => Value::Null,
        }
    }

    /// The moves from an issue's status: to every other.
    pub(crate) fn transitions(&self, issue: &Issue) -> Value {
        super::catalogue::STATUSES
            .iter()
            .filter(|status| status.id != issue.status.id)
            .map(|status| {
                json!({ "id": status.transition, "name": status.name, "to": self.status(status) })
            })
            .collect()
    }

    /// A page of comments, oldest first.
    pub(crate) fn comments(&self, issue: &Issue, start: usize, most: usize) -> Value {
        let total = issue.comments.len();
        let page: Vec<Value> = issue
            .comments
            .iter()
            .skip(start)
            .take(most)
            .map(|comment| self.comment(issue, comment))
            .collect();
        json!({
            "comments": page, "maxResults": most.min(1_048_576),
            "total": total, "startAt": start,
        })
    }

    pub(crate) fn comment(&self, issue: &Issue, comment: &Comment) -> Value {
        json!({
            "self": format!("{}/rest/api/2/issue/{}/comment/{}", self.base, issue.id, comment.id),
            "id": comment.id.to_string(), "body": comment.body,
            "author": self.user(Some(&comment.author)),
            "updateAuthor": self.user(Some(&comment.updated_by)),
            "created": time::write(comment.created), "updated": time::write(comment.updated),
        })
    }

    pub(crate) fn attachments(&self, issue: &Issue) -> Value {
        let own = self.world.attachments.values().filter(|file| file.issue == issue.id);
        own.map(|file| Value::Object(self.attachment(file))).collect()
    }

    pub(crate) fn attachment(&self, file: &Attachment) -> Map<String, Value> {
        let name =
            percent_encoding::utf8_percent_encode(&file.name, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
                .replace("%2E", ".");
        let mut bean = Map::new();
        bean.insert(
            "self".into(),
            format!("{}/rest/api/2/attachment/{}", self.base, file.id).into(),
        );
        bean.insert("id".into(), file.id.to_string().into());
        bean.insert("filename".into(), file.name.clone().into());
        bean.insert("author".into(), self.user(Some(&file.author)));
        bean.insert("created".into(), time::write(file.created).into());
        bean.insert("size".into(), file.bytes.len().into());
        bean.insert("mimeType".into(), file.media_type.clone().into());
        let content = format!("{}/secure/attachment/{}/{name}", self.base, file.id);
        bean.insert("content".into(), content.into());
        if file.media_type.starts_with("image/") {
            let thumbnail = format!("{}/secure/thumbnail/{}/{name}", self.base, file.id);
            bean.insert("thumbnail".into(), thumbnail.into());
        }
        bean
    }

    pub(crate) fn worklogs(&self, issue: &Issue) -> Value {
        let logs: Vec<Value> = issue.worklogs.iter().map(|log| self.worklog(issue, log)).collect();
        json!({ "startAt": 0, "maxResults": logs.len(), "total": logs.len(), "worklogs": logs })
    }

    pub(crate) fn worklog(&self, issue: &Issue, log: &Worklog) -> Value {
        json!({
            "self": format!("{}/rest/api/2/issue/{}/worklog/{}", self.base, issue.id, log.id),
            "id": log.id.to_string(), "issueId": issue.id.to_string(), "comment": log.comment,
            "author": self.user(Some(&log.author)), "updateAuthor": self.user(Some(&log.author)),
            "created": time::write(log.created), "updated": time::write(log.created),
            "started": log.started, "timeSpentSeconds": log.seconds,
            "timeSpent": format!("{}m", log.seconds / 60),
        })
    }
}
