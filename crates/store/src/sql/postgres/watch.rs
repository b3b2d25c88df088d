//! The counter of changes: what is announced is a hint, and it is asked for in any case.

use std::pin::Pin;
use std::time::Duration;

use sqlx::{Pool, query_scalar};

use super::listener::Listener;
use super::{Db, PostgresStore};
use crate::{Answer, StoreError, Watch};

/// How often the counter is asked for while changes are announced: one may get lost.
const HEARING: Duration = Duration::from_secs(1);
/// How often it is asked for otherwise.
const DEAF: Duration = Duration::from_millis(500);

pub(super) struct CounterWatch {
    readers: Pool<Db>,
    patience: Duration,
    seen: Option<i64>,
    listener: Option<Listener>,
}

impl CounterWatch {
    pub(super) async fn new(store: &PostgresStore) -> Result<Self, StoreError> {
        let options = store.options;
        let listener =
            options.notifications.then(|| Listener::start(store.connect.clone(), options));
        let readers = store.readers.clone();
        let watch = Self { readers, patience: options.patience, seen: None, listener };
        // A watch on what can't be reached would be none.
        watch.counter().await?;
        Ok(watch)
    }

    async fn counter(&self) -> Result<i64, StoreError> {
        let asked = query_scalar("SELECT seq FROM change_counter").fetch_one(&self.readers);
        match tokio::time::timeout(self.patience * 2, asked).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(StoreError::unavailable("the database did not answer in time")),
        }
    }
}

impl Watch for CounterWatch {
    fn has_changed(&mut self) -> Answer<'_, bool> {
        Box::pin(async move {
            let counter = self.counter().await?;
            let changed = self.seen != Some(counter);
            self.seen = Some(counter);
            Ok(changed)
        })
    }

    fn wait(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let Some(listener) = &self.listener else { return tokio::time::sleep(DEAF).await };
            let pause = if listener.is_listening() { HEARING } else { DEAF };
            // Nothing heard in that time: then it is time to ask.
            let _ = tokio::time::timeout(pause, listener.something()).await;
        })
    }
}
