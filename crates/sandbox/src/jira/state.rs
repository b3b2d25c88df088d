//! Everything a stand-in Jira knows, behind one lock: it is small and short-lived.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatepass_model::Clock;

use super::SeenRequest;
use super::catalogue::{
    IssueType, Priority, Status, find_issue_type, find_priority, find_status, first_issue_type,
    first_status, middle_priority,
};
use super::consumer::Consumers;
use super::entropy::Entropy;
use super::native_token::NativeToken;
use super::people::{People, Person};
use super::session::Session;
use super::settings::{IssueSeed, JiraSettings, NATIVE_TOKENS_SINCE, NativeTokenLimits};
use super::trouble::Trouble;

/// Calls that are remembered; older ones are forgotten.
const SEEN_BOUND: usize = 10_000;

/// What handlers share.
pub(crate) struct Shared {
    pub(crate) version: [u16; 3],
    pub(crate) context_path: String,
    pub(crate) base_url_as_seen: Option<String>,
    pub(crate) attachment_bound: usize,
    pub(crate) secure_cookies: bool,
    pub(crate) trusted_header: Option<String>,
    pub(crate) navigator_links: Vec<(String, String)>,
    pub(crate) native_token_limits: NativeTokenLimits,
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
}

/// What is left when a signed call has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterSignedCall {
    /// Nothing, as in newer versions.
    Nothing,
    /// A cookie, and no session that it stands for.
    Cookie,
    /// A session.
    Session,
}

impl AfterSignedCall {
    fn of(settings: &JiraSettings) -> Self {
        match (settings.version < NATIVE_TOKENS_SINCE, settings.ends_signed_sessions) {
            (_, false) => Self::Session,
            (true, true) => Self::Cookie,
            (false, true) => Self::Nothing,
        }
    }
}

/// All that can change.
pub(crate) struct World {
    pub(crate) people: People,
    /// By id.
    pub(crate) sessions: HashMap<String, Session>,
    /// By id.
    pub(crate) native_tokens: BTreeMap<u64, NativeToken>,
    pub(crate) consumers: Consumers,
    pub(crate) after_signed_calls: AfterSignedCall,
    pub(crate) projects: Vec<Project>,
    /// By id, which grows.
    pub(crate) issues: BTreeMap<u64, Issue>,
    /// By id.
    pub(crate) attachments: BTreeMap<u64, Attachment>,
    pub(crate) anonymous_may_read: bool,
    /// Takes every call that signed in for this person's: a fault that tests ask for.
    pub(crate) mistaken_for: Option<String>,
    pub(crate) trouble: Trouble,
    pub(crate) entropy: Entropy,
    pub(crate) requests_taken: u64,
    pub(crate) seen: VecDeque<SeenRequest>,
    last_id: u64,
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

impl Shared {
    pub(crate) fn new(settings: &JiraSettings) -> Self {
        Self {
            context_path: settings.context_path.clone(),
            base_url_as_seen: settings.base_url_as_seen.clone(),
            attachment_bound: settings.attachment_bound,
            secure_cookies: settings.secure_cookies,
            trusted_header: settings.trusted_header.clone(),
            navigator_links: settings.navigator_links.clone(),
            native_token_limits: settings.native_token_limits.clone(),
            version: settings.version,
            clock: Arc::clone(&settings.clock),
            world: Mutex::new(World::new(settings)),
        }
    }

    /// The lock; never held across an `await`.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unix milliseconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().as_millis()
    }
}

impl World {
    fn new(settings: &JiraSettings) -> Self {
        let mut world = Self {
            people: People::default(),
            sessions: HashMap::new(),
            native_tokens: BTreeMap::new(),
            consumers: Consumers::default(),
            after_signed_calls: AfterSignedCall::of(settings),
            projects: Vec::new(),
            issues: BTreeMap::new(),
            attachments: BTreeMap::new(),
            anonymous_may_read: settings.anonymous_may_read,
            mistaken_for: None,
            trouble: Trouble::default(),
            entropy: Entropy::new(settings.seed),
            requests_taken: 0,
            seen: VecDeque::new(),
            last_id: 10_099,
        };
        for link in &settings.application_links {
            world.consumers.put(link.clone());
        }
        for account in &settings.people {
            world.add_person(account.clone());
        }
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

    /// The next free id, for whatever needs one.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The person with this name, case ignored.
    pub(crate) fn person(&self, username: &str) -> Option<&Person> {
        self.people.get(username)
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

    /// Remembers a call, and forgets the oldest beyond the bound.
    pub(crate) fn remember(&mut self, request: SeenRequest) {
        if self.seen.len() >= SEEN_BOUND {
            self.seen.pop_front();
        }
        self.seen.push_back(request);
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
