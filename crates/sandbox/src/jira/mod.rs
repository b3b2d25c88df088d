//! A stand-in Jira, over a real socket.

mod answer;
mod auth;
mod bean;
mod call;
mod catalogue;
pub(crate) mod consumer;
mod demo;
mod entropy;
mod front;
mod handle;
mod jql;
mod native_token;
mod page;
mod params;
mod people;
mod rest;
mod router;
mod session;
pub(crate) mod settings;
mod staff;
mod state;
mod target;
mod time;
mod trouble;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use settings::JiraSettings;
use state::Shared;

/// How a call was taken for the person that it was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// By nothing: it was nobody's.
    Anonymous,
    /// By name and password in the `Authorization` header.
    Basic,
    /// By the cookie `JSESSIONID`.
    Session,
    /// By a native token as Bearer.
    NativeToken,
    /// By `os_username` and `os_password` in the query or a form.
    OsUsername,
    /// By the signature of an application link.
    ApplicationLink,
    /// By a header that an authenticator trusts.
    TrustedHeader,
}

/// A call that a stand-in Jira took.
#[derive(Clone, Debug)]
pub struct SeenRequest {
    /// Its method.
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// Whom it was taken for; `None` for nobody.
    pub user: Option<String>,
    /// How he was identified.
    pub identified: Identified,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// All headers, in lower case, in order; bytes outside UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
}

/// A native token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeTokenInfo {
    /// Twelve digits, which also stand in the secret.
    pub id: u64,
    /// As its owner called it.
    pub name: String,
    /// When it ends, in unix milliseconds; `None` for never.
    pub expires: Option<i64>,
}

/// A stand-in Jira, listening. Dropping it ends it.
///
/// It needs a tokio runtime with I/O and time. Connections that are open when it ends are cut.
pub struct Jira {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Jira {
    /// Listens and answers from now on.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(settings: JiraSettings) -> std::io::Result<Self> {
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(&settings));
        let service = router::service(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, service).await;
        });
        Ok(Self { shared, address, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its own base URL, context path included, without a final slash.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.shared.context_path)
    }

    /// The calls that it took, oldest first: the last 10,000.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.world().seen.iter().cloned().collect()
    }

    /// Forgets the calls that it took.
    pub fn forget_requests(&self) {
        self.shared.world().seen.clear();
    }

    /// Ends it.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Jira {
    fn drop(&mut self) {
        self.task.abort();
    }
}
