//! The use cases behind the administration pages: people who ask, activity, a directory in the store.

use std::sync::Arc;

use gatepass_control::{
    AskedDirectory, Control, ControlError, ControlParts, IssueRequest, KnownInstance, People,
    PeopleSource, ProductDirectory, Products,
};
use gatepass_identity::ProductDesk;
use gatepass_model::{
    Actor, CredentialKind, CredentialSet, Effect, Family, IdentityMethod, Instance, KnownPerson,
    Lifetime, Method, Operation, Person, PersonKey, Product, ProductRank, Reason, Timestamp,
    TokenId,
};
use gatepass_store::activity::{
    ActivityStore as _, JournalBuffer, RequestEvent, Retention, SqliteActivityStore, Subject, User,
};
use gatepass_testkit::{SeededEntropy, TestControl};

use crate::support::request;

const READ: Operation<'static> = Operation {
    family: Family::Rest,
    resource: "issue",
    action: "read",
    effect: Some(Effect::Read),
    project: None,
    heavy: false,
    door: None,
};

/// Three people in memory, two in the store, two instances; ada administers.
pub(crate) struct Desk {
    pub(crate) control: Control,
    pub(crate) activity: SqliteActivityStore,
    pub(crate) test: TestControl,
}

pub(crate) fn key(directory: &str, name: &str) -> PersonKey {
    PersonKey { directory: directory.parse().unwrap(), username: name.parse().unwrap() }
}

pub(crate) fn actor(name: &str) -> Actor {
    Actor::Person(key("main", name))
}

pub(crate) fn person(directory: &str, name: &str, groups: &[&str]) -> Person {
    Person {
        key: key(directory, name),
        display_name: format!("{name} of {directory}"),
        email: None,
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        active: true,
    }
}

pub(crate) fn known(person: Person) -> KnownPerson {
    let at = gatepass_testkit::TestClock::START;
    KnownPerson {
        person,
        native_key: None,
        rank: ProductRank::User,
        confirmed_at: at,
        asked_at: at,
        problem: None,
    }
}

/// What ada's rights come from.
pub(crate) const POLICY: &str = "[[rules]]\nname = 'all'\nuse = 'allow'\ncreate = 'allow'\n\
    [[rules]]\nname = 'masters'\ngroups = ['admins']\nadminister = 'allow'\ncreate_on_behalf = 'allow'\n";

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::of(TestControl::open(crowd(), instances()).await.unwrap()).await
    }

    /// On the empty database at `url`.
    pub(crate) async fn at(url: &str) -> Self {
        Self::of(TestControl::open_at(url, crowd(), instances()).await.unwrap()).await
    }

    async fn of(test: TestControl) -> Self {
        let file = test.folder().join("activity.db");
        let activity = SqliteActivityStore::open(&file, Retention::default()).await.unwrap();
        let shop = [person("shop", "sam", &["users"]), person("shop", "Bob", &["traders"])];
        let people: Vec<KnownPerson> = shop.into_iter().map(known).collect();
        test.store.put_people(&"shop".parse().unwrap(), &people).await.unwrap();
        let control = Control::new(ControlParts {
            store: Arc::clone(&test.store),
            activity: Some(Arc::new(activity.clone())),
            keyring: test.keyring.clone(),
            clock: Arc::clone(&test.clock) as _,
            entropy: Arc::new(SeededEntropy::new(8)),
            people: Arc::new(Crowd(crowd())),
            directories: vec!["main".parse().unwrap(), "shop".parse().unwrap()],
            instances: instances(),
            products: products(),
        });
        let desk = Self { control, activity, test };
        desk.apply(POLICY).await;
        desk
    }

    pub(crate) fn root() -> Actor {
        Actor::CommandLine("root".to_owned())
    }

    pub(crate) async fn apply(&self, text: &str) {
        let file = gatepass_control::PolicyFile { name: "policy.toml", text };
        let run = gatepass_control::Run::Real;
        self.control.apply_policy(&Self::root(), file, run).await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        use gatepass_model::Clock as _;
        self.test.clock.now()
    }

    pub(crate) fn pass(&self, time: &str) {
        self.test.clock.advance(time.parse().unwrap());
    }

    pub(crate) async fn issue(&self, request: &IssueRequest) -> TokenId {
        // Each in a millisecond of its own, so that they sort as they were made.
        self.test.clock.advance(Lifetime::from_millis(1));
        self.control.issue_token(&Self::root(), request).await.unwrap().token.token.id
    }

    pub(crate) async fn issue_to(&self, owner: &str, name: &str) -> TokenId {
        self.issue(&IssueRequest { name: name.to_owned(), ..request(owner) }).await
    }

    /// Requests now, the first `refused` of them refused.
    pub(crate) async fn used(&self, subject: Subject<'_>, count: u32, refused: u32) {
        self.used_so(subject, count, refused, |_| {}).await;
    }

    /// The same, each changed before it is told.
    pub(crate) async fn used_so(
        &self,
        subject: Subject<'_>,
        count: u32,
        refused: u32,
        change: impl Fn(&mut RequestEvent<'_>),
    ) {
        let (jira, at) = ("jira".parse().unwrap(), self.now());
        let mut buffer = JournalBuffer::default();
        for place in 0..count {
            let mut event = RequestEvent {
                at,
                instance: &jira,
                subject,
                refused: (place < refused).then_some(Reason::ReadOnly),
                operation: &READ,
                method: Method::Get,
                status: 200,
                bytes_in: 0,
                bytes_out: 9,
                upstream_micros: 5,
                duration_micros: 6,
                client: "203.0.113.7".parse().unwrap(),
                user_agent: b"curl/8",
                request_id: place.into(),
                observed: CredentialSet::EMPTY,
                outside_page: false,
            };
            change(&mut event);
            buffer.put(&event);
        }
        self.activity.append(&[buffer.seal(at)]).await.unwrap();
    }
}

pub(crate) const fn with(kind: CredentialKind, user: User<'_>) -> Subject<'_> {
    Subject::Caller { kind, user, mark: "" }
}

/// That somebody may not do something, and by which right.
pub(crate) fn lacks<T: std::fmt::Debug>(result: Result<T, ControlError>) -> &'static str {
    match result.unwrap_err() {
        ControlError::Forbidden { lacking, .. } => lacking.right,
        other => panic!("{other:?}"),
    }
}

fn crowd() -> Vec<Person> {
    let inactive = Person { active: false, ..person("main", "gone", &["users"]) };
    vec![
        person("main", "ada", &["admins"]),
        person("main", "bob", &["users"]),
        person("main", "carol", &["users", "robots"]),
        inactive,
    ]
}

struct Crowd(Vec<Person>);

impl People for Crowd {
    fn find(&self, key: &PersonKey) -> Option<Person> {
        self.0.iter().find(|person| person.key == *key).cloned()
    }

    fn all(&self) -> Vec<Arc<[Person]>> {
        vec![self.0.clone().into()]
    }
}

fn products() -> Products {
    let product = ProductDirectory { instance: "shop-jira".parse().unwrap(), lookup: None };
    let directory = AskedDirectory {
        name: "shop".parse().unwrap(),
        source: PeopleSource::Product(product),
        refresh: Lifetime::from_seconds(300),
        stale_limit: Lifetime::from_days(1),
        per_second: 1,
    };
    Products { desk: ProductDesk::new([]), directories: vec![directory] }
}

fn instances() -> Vec<KnownInstance> {
    let instance = |name: &str, product, directory: &str| KnownInstance {
        instance: Instance {
            name: name.parse().unwrap(),
            product,
            directory: directory.parse().unwrap(),
            context_path: String::new(),
            usernames: gatepass_model::Usernames::default(),
        },
        identity: vec![IdentityMethod::NativeToken],
        reads: Vec::new(),
    };
    vec![
        instance("jira", Product::Jira, "main"),
        instance("wiki", Product::Confluence, "main"),
        instance("shop-jira", Product::Jira, "shop"),
    ]
}
