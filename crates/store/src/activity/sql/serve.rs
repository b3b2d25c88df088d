//! What the reader and the store of each database answer with.

use std::time::Duration;

use gatepass_model::{InstanceName, Timestamp, TokenId};
use sqlx::Transaction;

use super::super::{BEGIN_READ, Db, Pools, Reader, Writer, in_time};
use super::{journal, many, outside, presented, prune, read};
use crate::activity::{
    ActivityError, ActivityReader, ActivityStore, Answer, CallerUsage, Dropped, Folded,
    JournalBlock, LastUse, PresentedUsage, Pruned, RecentRequest, TokenRefusals, TokenUsage,
    UnixHour,
};

/// How often a reader folds before he reads: what a node leaves unfolded at most, and what came
/// meanwhile.
const STEPS: u32 = 8;

/// How long a reader waits for somebody else who writes, before he reads what is in the tables.
const WAIT: Duration = Duration::from_secs(2);

impl Pools {
    /// Folds what is in the journal, so that what is read next is all there is. As far as it can
    /// be: who may not write, or finds somebody else writing for long, reads what is there.
    async fn refresh(&self) {
        let folds = async {
            for _ in 0..STEPS {
                let mut connection = self.reading.acquire().await?;
                if !journal::has_blocks(&mut connection).await? {
                    break;
                }
                drop(connection);
                let begun = tokio::time::timeout(WAIT, self.begin_write()).await;
                fold(begun.map_err(|_| sqlx::Error::PoolTimedOut)??).await?;
            }
            Ok::<_, ActivityError>(())
        };
        if let Err(error) = folds.await {
            tracing::debug!(?error, "activity is read as it is: its journal can't be folded now");
        }
    }
}

/// One step, and commits it.
async fn fold(mut transaction: Transaction<'static, Db>) -> Result<Folded, ActivityError> {
    let folded = journal::fold(&mut transaction).await?;
    transaction.commit().await?;
    Ok(folded)
}

impl ActivityReader for Pools {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        Box::pin(in_time(async move {
            self.refresh().await;
            // One transaction, so that the parts of the answer are of one moment.
            let mut snapshot = self.reading.begin_with(BEGIN_READ).await?;
            read::usage_of_token(&mut snapshot, token, since).await
        }))
    }

    fn last_uses_of<'a>(&'a self, tokens: &'a [TokenId]) -> Answer<'a, Vec<(TokenId, LastUse)>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut connection = self.reading.acquire().await?;
            many::last_uses_of(&mut connection, tokens).await
        }))
    }

    fn refusals_of<'a>(
        &'a self,
        tokens: &'a [TokenId],
        since: Timestamp,
    ) -> Answer<'a, Vec<TokenRefusals>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut connection = self.reading.acquire().await?;
            many::refusals_of(&mut connection, tokens, since).await
        }))
    }

    fn all_last_uses(&self) -> Answer<'_, Vec<(TokenId, Timestamp)>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut connection = self.reading.acquire().await?;
            many::all_last_uses(&mut connection).await
        }))
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut snapshot = self.reading.begin_with(BEGIN_READ).await?;
            read::recent_requests(&mut snapshot, token, limit).await
        }))
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut snapshot = self.reading.begin_with(BEGIN_READ).await?;
            read::callers(&mut snapshot, instance.as_ref(), since, limit).await
        }))
    }

    fn callers_by_presented(
        &self,
        since: Timestamp,
        named: usize,
    ) -> Answer<'_, Vec<PresentedUsage>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut snapshot = self.reading.begin_with(BEGIN_READ).await?;
            presented::usage(&mut snapshot, UnixHour::of(since), named).await
        }))
    }

    fn outside_pages(&self, since: Timestamp) -> Answer<'_, Vec<(InstanceName, u64)>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut connection = self.reading.acquire().await?;
            outside::pages(&mut connection, UnixHour::of(since)).await
        }))
    }

    fn callers_outside_pages(
        &self,
        instance: InstanceName,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut snapshot = self.reading.begin_with(BEGIN_READ).await?;
            outside::callers(&mut snapshot, &instance, UnixHour::of(since), limit).await
        }))
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        Box::pin(in_time(async move {
            self.refresh().await;
            let mut connection = self.reading.acquire().await?;
            read::dropped(&mut connection, since).await
        }))
    }
}

/// Where nothing is yet, nothing has happened.
impl ActivityReader for Reader {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.usage_of_token(token, since))
    }

    fn last_uses_of<'a>(&'a self, tokens: &'a [TokenId]) -> Answer<'a, Vec<(TokenId, LastUse)>> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.last_uses_of(tokens))
    }

    fn refusals_of<'a>(
        &'a self,
        tokens: &'a [TokenId],
        since: Timestamp,
    ) -> Answer<'a, Vec<TokenRefusals>> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.refusals_of(tokens, since))
    }

    fn all_last_uses(&self) -> Answer<'_, Vec<(TokenId, Timestamp)>> {
        self.pools.as_ref().map_or_else(nothing, ActivityReader::all_last_uses)
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.recent_requests(token, limit))
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.callers(instance, since, limit))
    }

    fn callers_by_presented(
        &self,
        since: Timestamp,
        named: usize,
    ) -> Answer<'_, Vec<PresentedUsage>> {
        match &self.pools {
            Some(pools) => pools.callers_by_presented(since, named),
            None => nothing(),
        }
    }

    fn outside_pages(&self, since: Timestamp) -> Answer<'_, Vec<(InstanceName, u64)>> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.outside_pages(since))
    }

    fn callers_outside_pages(
        &self,
        instance: InstanceName,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        match &self.pools {
            Some(pools) => pools.callers_outside_pages(instance, since, limit),
            None => nothing(),
        }
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        self.pools.as_ref().map_or_else(nothing, |pools| pools.dropped(since))
    }
}

fn nothing<'a, T: Default + Send + 'a>() -> Answer<'a, T> {
    Box::pin(async { Ok(T::default()) })
}

impl ActivityReader for Writer {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        self.pools.usage_of_token(token, since)
    }

    fn last_uses_of<'a>(&'a self, tokens: &'a [TokenId]) -> Answer<'a, Vec<(TokenId, LastUse)>> {
        self.pools.last_uses_of(tokens)
    }

    fn refusals_of<'a>(
        &'a self,
        tokens: &'a [TokenId],
        since: Timestamp,
    ) -> Answer<'a, Vec<TokenRefusals>> {
        self.pools.refusals_of(tokens, since)
    }

    fn all_last_uses(&self) -> Answer<'_, Vec<(TokenId, Timestamp)>> {
        self.pools.all_last_uses()
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        self.pools.recent_requests(token, limit)
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        self.pools.callers(instance, since, limit)
    }

    fn callers_by_presented(
        &self,
        since: Timestamp,
        named: usize,
    ) -> Answer<'_, Vec<PresentedUsage>> {
        self.pools.callers_by_presented(since, named)
    }

    fn outside_pages(&self, since: Timestamp) -> Answer<'_, Vec<(InstanceName, u64)>> {
        self.pools.outside_pages(since)
    }

    fn callers_outside_pages(
        &self,
        instance: InstanceName,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        self.pools.callers_outside_pages(instance, since, limit)
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        self.pools.dropped(since)
    }
}

impl ActivityStore for Writer {
    fn append<'a>(&'a self, blocks: &'a [JournalBlock]) -> Answer<'a, ()> {
        Box::pin(in_time(async move {
            if blocks.len() == 1 {
                // The case of each second: a transaction of its own is two more ways to the database.
                return journal::append(&mut *self.pools.writing.acquire().await?, blocks).await;
            }
            let mut transaction = self.pools.begin_append().await?;
            journal::append(&mut transaction, blocks).await?;
            Ok(transaction.commit().await?)
        }))
    }

    fn fold(&self) -> Answer<'_, Folded> {
        Box::pin(in_time(async move { fold(self.pools.begin_write().await?).await }))
    }

    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned> {
        Box::pin(in_time(async move {
            let mut transaction = self.pools.begin_write().await?;
            let pruned = prune::step(&mut transaction, self.retention, now).await?;
            transaction.commit().await?;
            Ok(pruned)
        }))
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(in_time(async move {
            self.pools.reading.close().await;
            self.pools.writing.close().await;
            Ok(())
        }))
    }
}
