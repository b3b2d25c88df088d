//! A server with the routes, and a client that shows the whole answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Extension;
use gatepass_api::{ApiState, Caller, Readiness, router};
use gatepass_control::{IssueRequest, Issued};
use gatepass_model::Grant;
use gatepass_testkit::{TestControl, build};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Ready(pub(crate) AtomicBool);

impl Readiness for Ready {
    fn is_ready(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct World {
    pub(crate) test: TestControl,
    pub(crate) ready: Arc<Ready>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let people = vec![build::person("alice").unwrap()];
        let test = TestControl::open(people, Vec::new()).await.unwrap();
        Self { test, ready: Arc::new(Ready(AtomicBool::new(true))) }
    }

    pub(crate) async fn issue(&self) -> Issued {
        let request = IssueRequest {
            id: None,
            owner: "alice".to_owned(),
            directory: None,
            name: "nightly".to_owned(),
            purpose: None,
            integration: None,
            grant: Grant {
                required_headers: vec!["X-Caller: build".parse().unwrap()],
                ..Grant::read_only()
            },
            expires: None,
            override_reason: None,
            on_behalf_of_reason: None,
        };
        self.test.control.issue_token(&build::actor(), &request).await.unwrap()
    }

    /// Sends one request as `caller`; `None` as one whom the gate has not looked at.
    pub(crate) async fn ask(&self, caller: Option<Caller>, request: &str) -> Answer {
        let state = ApiState { control: self.test.control.clone(), readiness: self.ready.clone() };
        let mut routes = router(state);
        if let Some(caller) = caller {
            routes = routes.layer(Extension(caller));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let answer = send(address, request).await;
        server.abort();
        answer
    }
}

async fn send(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (line, headers) = request.split_once('\n').unwrap_or((request, ""));
    let text = format!("{line} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer { head: head.to_owned(), body: body.to_owned() }
}

#[derive(Debug)]
pub(crate) struct Answer {
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Checks that it is a problem with this status and code, everywhere where they stand.
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status(), status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("x-gatepass-reason"), Some(code));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let json = self.json();
        assert_eq!((&json["status"], &json["code"]), (&status.into(), &code.into()));
        assert!(json["type"].is_string() && !json["title"].as_str().unwrap().is_empty());
        assert!(!json["detail"].as_str().unwrap().is_empty());
    }
}
