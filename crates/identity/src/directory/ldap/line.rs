//! The one connection to a server, kept from question to question.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::problem::unreached;
use super::{LdapKind, LdapProblem, LdapServer, LdapSettings};

/// For a connection, TLS and the bind together.
const CONNECT: Duration = Duration::from_secs(5);
/// A password that was refused is not shown again for so long: a server may lock an account that
/// comes too often with a wrong one.
const AFTER_REFUSAL: Duration = Duration::from_mins(1);

/// A connection that nobody has used for so long is not used any more: what stands in between may have
/// forgotten it without a word, and a question on it would wait in vain.
const IDLE: Duration = Duration::from_mins(1);

/// Keeps the connection, and knows whom to ask when it has ended.
#[derive(Default)]
pub(super) struct Line {
    state: Mutex<State>,
    /// How many attempts to connect have ended.
    ended: AtomicU64,
    /// The server to begin with.
    first: AtomicUsize,
}

#[derive(Default)]
struct State {
    kept: Option<Session>,
    used: Option<Instant>,
    /// Why the last attempt to connect failed, and when.
    failed: Option<(Instant, LdapProblem)>,
}

/// A connection that is bound, or a share in one.
#[derive(Clone)]
pub(super) struct Session {
    ldap: Ldap,
    kind: LdapKind,
    number: u64,
    is_fresh: bool,
}

impl Session {
    /// A handle for one operation: what is set on it counts for nobody else.
    pub(super) fn handle(&self) -> Ldap {
        self.ldap.clone()
    }

    pub(super) const fn kind(&self) -> LdapKind {
        self.kind
    }

    /// Whether it was made for this question.
    pub(super) const fn is_fresh(&self) -> bool {
        self.is_fresh
    }
}

impl Line {
    /// The connection that is kept, or a new one. Those who come together wait for one attempt, and
    /// share what comes of it.
    pub(super) async fn session(&self, settings: &LdapSettings) -> Result<Session, LdapProblem> {
        let ended = self.ended.load(Ordering::Relaxed);
        let mut state = self.state.lock().await;
        let was_used_lately = state.used.is_some_and(|when| when.elapsed() < IDLE);
        if let Some(kept) = &mut state.kept
            && was_used_lately
            && !kept.ldap.is_closed()
        {
            let session = Session { is_fresh: false, ..kept.clone() };
            state.used = Some(Instant::now());
            return Ok(session);
        }
        let has_waited = self.ended.load(Ordering::Relaxed) > ended;
        if let Some((when, problem)) = &state.failed {
            let is_refused = matches!(problem, LdapProblem::BindRefused(_));
            if has_waited || (is_refused && when.elapsed() < AFTER_REFUSAL) {
                return Err(problem.clone());
            }
        }
        let made = self.connect_any(settings).await;
        let number = self.ended.fetch_add(1, Ordering::Relaxed);
        match (&made, &state.failed) {
            (Err(problem), None) => tracing::warn!(%problem, "an LDAP directory can't be asked"),
            (Ok(_), Some(_)) => tracing::info!("an LDAP directory can be asked again"),
            _ => {}
        }
        state.failed = made.as_ref().err().map(|problem| (Instant::now(), problem.clone()));
        state.kept = None;
        let session = Session { number, ..made? };
        state.kept = Some(session.clone());
        state.used = Some(Instant::now());
        Ok(session)
    }

    /// Ends this connection for all, and begins with the next server the next time. A server that
    /// merely was restarted gets its turn again.
    pub(super) async fn leave(&self, session: &Session) {
        let mut state = self.state.lock().await;
        if state.kept.as_ref().is_some_and(|kept| kept.number == session.number) {
            state.kept = None;
            self.first.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn connect_any(&self, settings: &LdapSettings) -> Result<Session, LdapProblem> {
        let count = settings.servers.len();
        let first = self.first.load(Ordering::Relaxed);
        let mut words = Vec::new();
        for at in (0..count).map(|step| (first + step) % count) {
            let Some(server) = settings.servers.get(at) else { continue };
            match connect(settings, server).await {
                Ok(session) => {
                    self.first.store(at, Ordering::Relaxed);
                    return Ok(session);
                }
                // The others have the same accounts.
                Err(problem @ LdapProblem::BindRefused(_)) => return Err(problem),
                Err(LdapProblem::Unreached(why)) => words.push(format!("{}: {why}", server.url)),
                Err(other) => words.push(format!("{}: {other}", server.url)),
            }
        }
        Err(LdapProblem::Unreached(words.join("; ")))
    }
}

/// Connects to this server, and binds.
pub(super) async fn connect(
    settings: &LdapSettings,
    server: &LdapServer,
) -> Result<Session, LdapProblem> {
    let mut wanted = LdapConnSettings::new().set_starttls(server.start_tls);
    if let Some(tls) = &settings.tls {
        wanted = wanted.set_config(tls.clone());
    }
    let (url, name) = (server.url.clone(), settings.bind_dn.clone());
    let password = settings.password.clone();
    // The library panics where an answer is none: in a task of its own that ends this attempt only.
    let attempt = tokio::spawn(timeout(CONNECT, async move {
        let (connection, mut ldap) = LdapConnAsync::with_settings(wanted, &url).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "a connection to an LDAP server ended");
            }
        });
        let bound = ldap.simple_bind(&name, password.expose()).await?;
        Ok::<_, LdapError>((ldap, bound))
    }));
    let too_late = || LdapProblem::Unreached("it did not answer in time".to_owned());
    match attempt.await.map(|outcome| outcome.map_err(|_| too_late())) {
        Err(_) => Err(LdapProblem::Unreached("what answers there speaks no LDAP".to_owned())),
        Ok(Err(problem)) => Err(problem),
        Ok(Ok(Err(error))) => Err(LdapProblem::Unreached(unreached(&error))),
        Ok(Ok(Ok((ldap, bound)))) if bound.rc == 0 => {
            Ok(Session { ldap, kind: settings.kind, number: 0, is_fresh: true })
        }
        Ok(Ok(Ok((_, bound)))) => Err(LdapProblem::bind(&bound)),
    }
}
