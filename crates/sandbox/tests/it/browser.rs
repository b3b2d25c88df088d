//! A browser as far as these tests need one, and a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Result;
use gatepass_model::{Clock, Timestamp};
use gatepass_sandbox::{Account, Jira, JiraSettings};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Response, Url};

use crate::link::NOW;
use crate::{client, header};

/// One minute in milliseconds.
pub(crate) const MINUTE: i64 = 60_000;

/// A clock that is set by hand.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A clock that nobody sets.
pub(crate) fn standing_clock() -> Arc<dyn Clock> {
    hand_clock()
}

pub(crate) fn hand_clock() -> Arc<HandClock> {
    Arc::new(HandClock(AtomicI64::new(NOW * 1000)))
}

/// A stand-in whose time stands still.
pub(crate) async fn jira_with_clock() -> Result<(Jira, Arc<HandClock>)> {
    let clock = hand_clock();
    let settings = JiraSettings { clock: Arc::<HandClock>::clone(&clock), ..JiraSettings::demo() };
    Ok((Jira::start(settings).await?, clock))
}

/// Somebody with the password `pw`.
pub(crate) fn account(username: &str) -> Account {
    Account {
        username: username.to_owned(),
        password: "pw".to_owned(),
        display_name: format!("Display of {username}"),
        email: "somebody@example.com".to_owned(),
        groups: vec!["jira-software-users".to_owned()],
        active: true,
    }
}

/// Text as it stands in a query or a form.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Keeps the session cookie that it is given.
pub(crate) struct Browser {
    base: String,
    session: Option<String>,
}

impl Browser {
    pub(crate) fn new(jira: &Jira) -> Self {
        Self::at(jira.base_url())
    }

    /// One of whatever product that keeps its sessions in `JSESSIONID`.
    pub(crate) fn at(base: String) -> Self {
        Self { base, session: None }
    }

    /// One that has signed in.
    pub(crate) async fn of(jira: &Jira, username: &str, password: &str) -> Result<Self> {
        let mut browser = Self::new(jira);
        let form = [("os_username", username), ("os_password", password)];
        assert_eq!(browser.post("/login.jsp", &form).await?.status(), 302);
        Ok(browser)
    }

    pub(crate) async fn get(&mut self, target: &str) -> Result<Response> {
        let request = client().get(format!("{}{target}", self.base));
        self.send(request).await
    }

    pub(crate) async fn delete(&mut self, target: &str) -> Result<Response> {
        let request = client().delete(format!("{}{target}", self.base));
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, target: &str, form: &[(&str, &str)]) -> Result<Response> {
        let fields: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = client()
            .post(format!("{}{target}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.join("&"));
        self.send(request).await
    }

    /// Where an answer leads, below the base URL.
    pub(crate) async fn follow(&mut self, answer: &Response) -> Result<Response> {
        let target = self.lead(answer).unwrap();
        self.get(&target).await
    }

    /// Where an answer leads, below the base URL; `None` when elsewhere.
    pub(crate) fn lead(&self, answer: &Response) -> Option<String> {
        header(answer, "location").strip_prefix(&self.base).map(str::to_owned)
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Result<Response> {
        if let Some(session) = &self.session {
            request = request.header("cookie", format!("a=b; JSESSIONID={session}"));
        }
        let answer = request.send().await?;
        let cookies = answer.headers().get_all("set-cookie").iter();
        let mut cookies = cookies.filter_map(|value| value.to_str().ok());
        let given =
            cookies.find_map(|cookie| cookie.strip_prefix("JSESSIONID=")?.split(';').next());
        self.session = given.map(str::to_owned).or(self.session.take());
        Ok(answer)
    }
}

/// The value of a parameter of the target that an answer leads to.
pub(crate) fn parameter(answer: &Response, name: &str) -> Option<String> {
    let url: Url = header(answer, "location").parse().ok()?;
    let mut pairs = url.query_pairs();
    pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
}
