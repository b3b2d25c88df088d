//! `PRAGMA data_version`: a number that changes when another connection commits.

use std::pin::Pin;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, query_scalar};

use super::location::FileIdentity;
use crate::{Answer, StoreError, Watch};

/// How often the number is asked for.
const PACE: Duration = Duration::from_millis(200);

pub(super) struct FileWatch {
    /// Nothing is ever written here: its own commits would not change the number.
    connection: SqliteConnection,
    seen: Option<i64>,
    file: FileIdentity,
}

impl FileWatch {
    pub(super) async fn new(
        connect: &SqliteConnectOptions,
        file: FileIdentity,
    ) -> Result<Self, StoreError> {
        Ok(Self { connection: connect.connect().await?, seen: None, file })
    }
}

impl Watch for FileWatch {
    fn has_changed(&mut self) -> Answer<'_, bool> {
        Box::pin(async move {
            self.file.check()?;
            let version: i64 =
                query_scalar("PRAGMA data_version").fetch_one(&mut self.connection).await?;
            let changed = self.seen != Some(version);
            self.seen = Some(version);
            Ok(changed)
        })
    }

    fn wait(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(PACE))
    }
}
