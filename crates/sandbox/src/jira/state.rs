//! Everything a stand-in Jira knows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

use super::catalogue::{
    IssueType, Priority, Status, find_issue_type, find_priority, find_status, first_issue_type,
    first_status, middle_priority,
};
use super::manners::{MANNERS, after_signed_calls};
use super::settings::{IssueSeed, JiraSettings};
use crate::site;
use crate::site::shared::Site;

/// What only a Jira has, and what does not change.
pub(crate) struct Fixed {
    pub(crate) attachment_bound: usize,
    pub(crate) navigator_links: Vec<(String, String)>,
}

/// What handlers share.
pub(crate) type Shared = site::shared::Shared<World>;

/// All that can change.
pub(crate) struct World {
    pub(super) site: Site,
    pub(crate) projects: Vec<Project>,
    /// By id, which grows.
    pub(crate) issues: BTreeMap<u64, Issue>,
    /// By id.
    pub(crate) attachments: BTreeMap<u64, Attachment>,
}

impl Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}

pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) lead: String,
    /// The number of its newest issue.
    pub(crate) last_number: u64,
}

#[derive(Clone)]
pub(crate) struct Issue {
    pub(crate) id: u64,
    pub(crate) project: String,
    pub(crate) number: u64,
    pub(crate) kind: &'static IssueType,
    pub(crate) status: &'static Status,
    pub(crate) priority: &'static Priority,
    pub(crate) summary: String,
    pub(crate) description: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) assignee: Option<String>,
    pub(crate) reporter: Option<String>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) comments: Vec<Comment>,
    pub(crate) worklogs: Vec<Worklog>,
    pub(crate) watchers: BTreeSet<String>,
    pub(crate) voters: BTreeSet<String>,
}

#[derive(Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) updated_by: String,
}

#[derive(Clone)]
pub(crate) struct Worklog {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) comment: String,
    pub(crate) started: String,
    pub(crate) seconds: u64,
    pub(crate) created: i64,
}

pub(crate) struct Attachment {
    pub(crate) id: u64,
    pub(crate) issue: u64,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) author: String,
    pub(crate) created: i64,
    /// Shared, so that a download needs neither the lock nor a copy.
    pub(crate) bytes: axum::body::Bytes,
}

impl Issue {
    /// Like `ABC-1`.
    pub(crate) fn key(&self) -> String {
        format!("{}-{}", self.project, self.number)
    }
}

impl World {
    pub(crate) fn new(settings: &JiraSettings) -> Self {
        let mut site = Site::new(&MANNERS, settings.seed);
        site.after_signed_calls = after_signed_calls(settings);
        site.anonymous_may_use = settings.anonymous_may_read;
        site.populate(&settings.application_links, &settings.people);
        let mut world = Self {
            site,
            projects: Vec::new(),
            issues: BTreeMap::new(),
            attachments: BTreeMap::new(),
        };
        for seed in &settings.projects {
            let id = world.next_id();
            let (key, name) = (seed.key.clone(), seed.name.clone());
            let lead = seed.lead.to_lowercase();
            world.projects.push(Project { id, key, name, lead, last_number: 0 });
        }
        let now = settings.clock.now().as_millis();
        for seed in &settings.issues {
            world.plant(seed, now);
        }
        world
    }

    /// The project with this key (case ignored) or id.
    pub(crate) fn project(&self, text: &str) -> Option<&Project> {
        self.projects.iter().find(|project| {
            project.key.eq_ignore_ascii_case(text) || project.id.to_string() == text
        })
    }

    /// The issue with this key (case ignored) or id.
    pub(crate) fn issue(&self, text: &str) -> Option<&Issue> {
        let key = text.to_uppercase();
        self.issues.values().find(|issue| issue.key() == key || issue.id.to_string() == text)
    }

    /// The number of the next issue of a project.
    pub(crate) fn next_number(&mut self, key: &str) -> u64 {
        let project = self.projects.iter_mut().find(|project| project.key == key);
        project.map_or(0, |project| {
            project.last_number += 1;
            project.last_number
        })
    }

    /// An issue to begin with.
    fn plant(&mut self, seed: &IssueSeed, now: i64) {
        let (id, number) = (self.next_id(), self.next_number(&seed.project));
        let created = now.saturating_sub(seed.age);
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        let somebody = |text: &String| some(&text.to_lowercase());
        let mut issue = Issue {
            id,
            project: seed.project.clone(),
            number,
            kind: find_issue_type(&seed.kind).unwrap_or(first_issue_type()),
            status: find_status(&seed.status).unwrap_or(first_status()),
            priority: find_priority(&seed.priority).unwrap_or(middle_priority()),
            summary: seed.summary.clone(),
            description: some(&seed.description),
            labels: seed.labels.clone(),
            assignee: somebody(&seed.assignee),
            reporter: somebody(&seed.reporter),
            created,
            updated: created,
            comments: Vec::new(),
            worklogs: Vec::new(),
            watchers: somebody(&seed.reporter).into_iter().collect(),
            voters: BTreeSet::new(),
        };
        for (author, body) in &seed.comments {
            let id = self.next_id();
            let (author, body) = (author.to_lowercase(), body.clone());
            let updated_by = author.clone();
            let comment = Comment { id, author, body, created, updated: created, updated_by };
            issue.comments.push(comment);
        }
        for (name, media_type, bytes) in &seed.attachments {
            let attachment = Attachment {
                id: self.next_id(),
                issue: id,
                name: name.clone(),
                media_type: media_type.clone(),
                author: seed.reporter.to_lowercase(),
                created,
                bytes: bytes.clone().into(),
            };
            self.attachments.insert(attachment.id, attachment);
        }
        self.issues.insert(id, issue);
    }
}
