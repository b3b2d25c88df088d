//! A console, a stand-in Jira, and browsers.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use gatepass_control::{
    Answered, BearerSecret, Browser, IssueRequest, KnownInstance, Products, Purpose, SignInAsked,
    Where,
};
use gatepass_model::{
    Actor, Grant, IdentityMethod, Instance, InstanceName, PersonKey, Product, TokenId,
};
use gatepass_sandbox::{Jira, JiraSettings};
use gatepass_testdb::TestSlapd;
use gatepass_testkit::{
    TestClock, TestControl, TestProvider, jira_directory, ldap_directory, ldap_settings,
};
use gatepass_web::{Arrival, Console, ConsoleConfig, ConsoleInstance, ConsoleProvider, Target};

pub(crate) const HOST: &str = "gatepass.example.com";

pub(crate) struct World {
    pub(crate) test: TestControl,
    pub(crate) jira: Jira,
    pub(crate) console: Console,
}

/// A browser that is signed in.
pub(crate) struct Visitor {
    pub(crate) key: PersonKey,
    pub(crate) secret: BearerSecret,
}

impl Visitor {
    pub(crate) fn cookie(&self) -> String {
        format!("__Host-gatepass-session={}", self.secret.expose())
    }

    pub(crate) fn csrf(&self) -> String {
        self.secret.derive("csrf")
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl World {
    /// `has_own_host`: whether the console has a host of its own.
    pub(crate) async fn new(has_own_host: bool) -> Self {
        let clock = Arc::new(TestClock::default());
        Self::asking(has_own_host, true, clock, |jira| {
            let lookup = jira.issue_native_token("carol", "look people up");
            jira_directory("main", "jira", &jira.base_url(), Some(&lookup)).unwrap()
        })
        .await
    }

    /// The same, with people of an LDAP server; `carol` is an administrator.
    pub(crate) async fn of_ldap(server: &TestSlapd) -> Self {
        let settings = ldap_settings(&server.url(), TestSlapd::BIND_DN, TestSlapd::PASSWORD, None);
        Self::asking(true, true, Arc::new(TestClock::default()), |jira| {
            let desk = jira_directory("main", "jira", &jira.base_url(), None).unwrap().desk;
            ldap_directory("main", settings, desk).unwrap()
        })
        .await
    }

    /// The same, with people who sign in at a provider.
    pub(crate) async fn of_provider(has_own_host: bool) -> (Self, TestProvider) {
        let clock = Arc::new(TestClock::default());
        let provider = TestProvider::start(Arc::clone(&clock)).await.unwrap();
        let world = Self::asking(has_own_host, false, clock, |jira| {
            let desk = jira_directory("main", "jira", &jira.base_url(), None).unwrap().desk;
            provider.products("main", desk).unwrap()
        });
        (world.await, provider)
    }

    async fn asking(
        has_own_host: bool,
        jira_signs_in: bool,
        clock: Arc<TestClock>,
        products: impl FnOnce(&Jira) -> Products,
    ) -> Self {
        let mut settings = JiraSettings::demo();
        settings.clock = Arc::clone(&clock) as _;
        let jira = Jira::start(settings).await.unwrap();
        let products = products(&jira);
        let instance = Instance {
            name: "jira".parse().unwrap(),
            product: Product::Jira,
            directory: "main".parse().unwrap(),
            context_path: String::new(),
            usernames: gatepass_model::Usernames::default(),
        };
        let known = KnownInstance {
            instance: instance.clone(),
            identity: vec![IdentityMethod::NativeToken],
            reads: Vec::new(),
        };
        let test = TestControl::open_with(Vec::new(), vec![known], products, clock).await.unwrap();
        let provider = ConsoleProvider {
            directory: "main".parse().unwrap(),
            title: "Company account".to_owned(),
        };
        let providers = if jira_signs_in { Vec::new() } else { vec![provider] };
        let config = ConsoleConfig {
            base: "/gatepass".to_owned(),
            own_host: has_own_host.then(|| HOST.to_owned()),
            instances: vec![ConsoleInstance {
                instance,
                signs_in: jira_signs_in,
                makes_natives: true,
                public_url: None,
                hosts: vec!["jira.example.com".to_owned()],
            }],
            providers,
        };
        let clock = Arc::clone(&test.clock) as _;
        let console = Console::new(Arc::clone(&test.control), config, clock);
        let world = Self { test, jira, console };
        world.make_administrator("carol").await;
        world
    }

    async fn make_administrator(&self, username: &str) {
        let root = Actor::CommandLine("root".to_owned());
        let link = self.test.control.begin_bootstrap(&root).await.unwrap();
        self.test.control.finish_bootstrap(link.key.expose(), &key(username)).await.unwrap();
    }

    pub(crate) async fn sign_in(&self, username: &str) -> Visitor {
        let control = &self.test.control;
        let instance: InstanceName = "jira".parse().unwrap();
        let console = format!("https://{HOST}/gatepass");
        let place = Where { console: &console, instance: &instance, back: "/", person: None };
        let begun = control.begin_sign_in(Purpose::SignIn, place, None).unwrap();
        let cookie = format!("JSESSIONID={}", self.jira.open_session(username));
        let asked = SignInAsked {
            instance: &instance,
            state: begun.query.strip_prefix("to=").unwrap(),
            cookie: Some(cookie.as_bytes()),
        };
        let answered = control.answer_sign_in(asked).await.unwrap();
        let Answered::Back(address) = answered else { panic!("{answered:?}") };
        let browser = Browser {
            secret: Some(&begun.browser),
            session: None,
            console: &console,
            address: "192.0.2.1".parse().unwrap(),
            agent: "Mozilla/5.0",
        };
        let code = address.rsplit_once('=').unwrap().1;
        let finished = control.finish_sign_in(code, browser).await.unwrap().unwrap();
        Visitor { key: key(username), secret: finished.session.unwrap() }
    }

    /// A token of somebody's.
    pub(crate) async fn token(&self, owner: &str, name: &str) -> TokenId {
        let request = IssueRequest {
            id: None,
            owner: owner.to_owned(),
            directory: None,
            name: name.to_owned(),
            purpose: None,
            integration: None,
            grant: Grant::read_only(),
            expires: None,
            override_reason: None,
            on_behalf_of_reason: None,
        };
        let root = Actor::CommandLine("root".to_owned());
        self.test.control.issue_token(&root, &request).await.unwrap().token.token.id
    }

    /// Asks the console.
    pub(crate) async fn ask(&self, request: axum::http::request::Builder, body: &str) -> Answer {
        self.ask_at(Target::Console, request, body).await
    }

    /// The same, or what stands below an instance.
    pub(crate) async fn ask_at(
        &self,
        target: Target,
        request: axum::http::request::Builder,
        body: &str,
    ) -> Answer {
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        request.extensions_mut().insert(Arrival {
            scheme: "https",
            host: HOST.to_owned(),
            client: "192.0.2.1".parse().unwrap(),
            request_id: "0123".to_owned(),
        });
        let response: Response<Body> = self.console.answer(target, request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        let location = parts.headers.get(header::LOCATION);
        Answer {
            status: parts.status.as_u16(),
            location: location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, visitor: Option<&Visitor>, path: &str) -> Answer {
        let mut request = Request::get(path);
        if let Some(visitor) = visitor {
            request = request.header(header::COOKIE, visitor.cookie());
        }
        self.ask(request, "").await
    }

    /// A form, as a page of the console sends it.
    pub(crate) async fn post(&self, visitor: &Visitor, path: &str, fields: &str) -> Answer {
        let request = form(path)
            .header(header::COOKIE, visitor.cookie())
            .header(header::ORIGIN, format!("https://{HOST}"))
            .header("sec-fetch-site", "same-origin");
        self.ask(request, &format!("csrf={}&{fields}", visitor.csrf())).await
    }
}

pub(crate) fn form(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

pub(crate) fn key(username: &str) -> PersonKey {
    PersonKey { directory: "main".parse().unwrap(), username: username.parse().unwrap() }
}
