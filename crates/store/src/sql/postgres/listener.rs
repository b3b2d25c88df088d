//! Listens for announcements of changes, on a connection of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgListener};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{session_pool, times};
use crate::StoreOptions;

/// The channel on which changes are announced.
pub(super) const CHANNEL: &str = "gatepass_change";

/// How long nothing is heard before the connection is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(10);

/// How long to wait after a lost connection.
const PAUSE: Duration = Duration::from_secs(1);

/// A listener, which ends when it is dropped.
pub(super) struct Listener {
    heard: Arc<Heard>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    /// Has one permit at most: however much was heard in the meantime, it is one waking.
    something: Notify,
    is_listening: AtomicBool,
}

impl Listener {
    /// Connects in the background, again and again.
    pub(super) fn start(connect: Arc<PgConnectOptions>, options: StoreOptions) -> Self {
        let heard = Arc::new(Heard::default());
        let task = tokio::spawn(listen(connect, options, heard.clone()));
        Self { heard, task }
    }

    /// Whether announcements come in.
    pub(super) fn is_listening(&self) -> bool {
        self.heard.is_listening.load(Ordering::Relaxed)
    }

    /// Waits for an announcement, or for one that may have been missed.
    pub(super) async fn something(&self) {
        self.heard.something.notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(connect: Arc<PgConnectOptions>, options: StoreOptions, heard: Arc<Heard>) {
    let mut is_told = false;
    loop {
        let result = hear(&connect, options, &heard).await;
        if heard.is_listening.swap(false, Ordering::Relaxed) {
            is_told = false;
        }
        if let Err(error) = result
            && !is_told
        {
            is_told = true;
            tracing::warn!(%error, "changes are not announced; the database is asked for them");
        }
        heard.something.notify_one();
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the connection is lost.
async fn hear(
    connect: &PgConnectOptions,
    options: StoreOptions,
    heard: &Heard,
) -> Result<(), sqlx::Error> {
    let pool = session_pool(options, times(options))
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(connect.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    heard.is_listening.store(true, Ordering::Relaxed);
    // What was announced before it listened.
    heard.something.notify_one();
    loop {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(_))) => heard.something.notify_one(),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let asked = tokio::time::timeout(options.patience, listener.execute("SELECT 1"));
                match asked.await {
                    Ok(answer) => {
                        answer?;
                    }
                    Err(_) => return Ok(()),
                }
            }
        }
    }
}
