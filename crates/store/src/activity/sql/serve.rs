//! What the reader and the store of each database answer with.

use gatepass_model::{InstanceName, Timestamp, TokenId};

use super::super::{BEGIN_READ, Reader, Writer, in_time};
use super::{prune, read, write};
use crate::activity::{
    ActivityBatch, ActivityReader, ActivityStore, Answer, Caller, CallerUsage, Dropped, Pruned,
    RecentRequest, TokenUsage, UnixHour,
};

impl ActivityReader for Reader {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        Box::pin(in_time(async move {
            let Some(pool) = &self.pool else { return Ok(TokenUsage::default()) };
            // One transaction, so that the parts of the answer are of one moment.
            let mut snapshot = pool.begin_with(BEGIN_READ).await?;
            read::usage_of_token(&mut snapshot, token, since).await
        }))
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        Box::pin(in_time(async move {
            let Some(pool) = &self.pool else { return Ok(Vec::new()) };
            let mut connection = pool.acquire().await?;
            read::recent_requests(&mut connection, token, limit).await
        }))
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        Box::pin(in_time(async move {
            let Some(pool) = &self.pool else { return Ok(Vec::new()) };
            let mut snapshot = pool.begin_with(BEGIN_READ).await?;
            read::callers(&mut snapshot, instance.as_ref(), since, limit).await
        }))
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        Box::pin(in_time(async move {
            let Some(pool) = &self.pool else { return Ok(Dropped::default()) };
            let mut connection = pool.acquire().await?;
            read::dropped(&mut connection, since).await
        }))
    }
}

impl ActivityReader for Writer {
    fn usage_of_token(&self, token: TokenId, since: Timestamp) -> Answer<'_, TokenUsage> {
        self.reader.usage_of_token(token, since)
    }

    fn recent_requests(&self, token: TokenId, limit: u32) -> Answer<'_, Vec<RecentRequest>> {
        self.reader.recent_requests(token, limit)
    }

    fn callers(
        &self,
        instance: Option<InstanceName>,
        since: Timestamp,
        limit: u32,
    ) -> Answer<'_, Vec<CallerUsage>> {
        self.reader.callers(instance, since, limit)
    }

    fn dropped(&self, since: Timestamp) -> Answer<'_, Dropped> {
        self.reader.dropped(since)
    }
}

impl ActivityStore for Writer {
    fn write_batch<'a>(&'a self, batch: &'a ActivityBatch) -> Answer<'a, ()> {
        Box::pin(in_time(async move {
            let mut transaction = self.begin_write().await?;
            write::batch(&mut transaction, batch).await?;
            Ok(transaction.commit().await?)
        }))
    }

    fn callers_of_hour(&self, hour: UnixHour) -> Answer<'_, Vec<Caller>> {
        Box::pin(in_time(async move {
            let mut connection = self.writer.acquire().await?;
            read::callers_of_hour(&mut connection, hour).await
        }))
    }

    fn prune(&self, now: Timestamp) -> Answer<'_, Pruned> {
        Box::pin(in_time(async move {
            let mut transaction = self.begin_write().await?;
            let pruned = prune::step(&mut transaction, self.retention, now).await?;
            transaction.commit().await?;
            Ok(pruned)
        }))
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(in_time(async move {
            if let Some(pool) = &self.reader.pool {
                pool.close().await;
            }
            self.writer.close().await;
            Ok(())
        }))
    }
}
