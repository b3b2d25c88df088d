//! A database under test.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::Timestamp;
use gatepass_store::{Store, StoreError, StoreOptions};

use crate::seal::FakeSeal;

/// Something to be awaited by a story.
pub(crate) type Step<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A database that begins empty and goes with its test.
pub(crate) trait Backend: Send + Sync {
    /// Its address.
    fn address(&self) -> String;

    /// One more store on it, as another process would open it.
    fn try_open(&self, options: StoreOptions) -> Step<'_, Result<Arc<dyn Store>, StoreError>> {
        let url = self.address();
        Box::pin(async move { open_at(&url, options).await })
    }

    /// Runs SQL behind the store's back. `{BYTES}` stands for the type of bytes.
    fn execute<'a>(&'a self, sql: &'a str) -> Step<'a, ()>;
}

/// With patience for a slow machine.
pub(crate) fn patient() -> StoreOptions {
    StoreOptions { patience: Duration::from_secs(20), ..StoreOptions::default() }
}

/// The store at an address, with a seal.
pub(crate) async fn open_at(
    url: &str,
    options: StoreOptions,
) -> Result<Arc<dyn Store>, StoreError> {
    let store = gatepass_store::open(url, options, START).await?;
    store.seal_audit_with(Arc::new(FakeSeal { key: 3 }));
    Ok(store)
}

/// One more store.
pub(crate) async fn open(backend: &dyn Backend) -> Arc<dyn Store> {
    backend.try_open(patient()).await.unwrap()
}

/// The moment at which stories begin.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
