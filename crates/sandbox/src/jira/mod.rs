//! A stand-in Jira, over a real socket.

mod answer;
mod auth;
mod bean;
mod call;
mod catalogue;
mod demo;
mod entropy;
mod front;
mod jql;
mod native_token;
mod page;
mod params;
mod rest;
mod router;
pub(crate) mod settings;
mod state;
mod target;
mod time;

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

    /// Makes a native token that does not expire, and gives its secret. No limit is looked at.
    pub fn issue_native_token(&self, username: &str, name: &str) -> String {
        let now = self.shared.now();
        self.shared.world().mint_native_token(&username.to_lowercase(), name, None, now).1
    }

    /// A person's native tokens, oldest first.
    pub fn native_tokens(&self, username: &str) -> Vec<NativeTokenInfo> {
        let own = self.shared.world().native_tokens_of(&username.to_lowercase());
        own.into_iter()
            .map(|token| NativeTokenInfo { id: token.id, name: token.name, expires: token.expires })
            .collect()
    }

    /// Revokes a native token by id; says whether there was one.
    pub fn revoke_native_token(&self, id: u64) -> bool {
        self.shared.world().native_tokens.remove(&id).is_some()
    }

    /// Activates or deactivates somebody; says whether there is such a person.
    pub fn set_user_active(&self, username: &str, active: bool) -> bool {
        self.change(username, |person| person.account.active = active)
    }

    /// Gives somebody another password; says whether there is such a person.
    pub fn set_password(&self, username: &str, password: &str) -> bool {
        self.change(username, |person| password.clone_into(&mut person.account.password))
    }

    /// Forgets somebody's wrong passwords, as if he had solved the CAPTCHA.
    pub fn lift_captcha(&self, username: &str) -> bool {
        self.change(username, |person| person.failures = 0)
    }

    /// Whether nobody in particular may read.
    pub fn set_anonymous_may_read(&self, may: bool) {
        self.shared.world().anonymous_may_read = may;
    }

    /// From now on takes every call that signs in for this person's, or no longer: the fault that
    /// a gate must notice by `X-AUSERNAME`.
    pub fn mistake_everybody_for(&self, username: Option<&str>) {
        self.shared.world().mistaken_for = username.map(str::to_lowercase);
    }

    /// The sessions that are open.
    pub fn session_count(&self) -> usize {
        self.shared.world().sessions.len()
    }

    /// Ends all sessions.
    pub fn end_sessions(&self) {
        self.shared.world().sessions.clear();
    }

    /// Ends it.
    pub fn stop(self) {
        drop(self);
    }

    fn change(&self, username: &str, change: impl FnOnce(&mut state::Person)) -> bool {
        let mut world = self.shared.world();
        world.people.get_mut(&username.to_lowercase()).map(change).is_some()
    }
}

impl Drop for Jira {
    fn drop(&mut self) {
        self.task.abort();
    }
}
