//! The change feed.

use gatepass_model::{DirectoryName, Timestamp, TokenId};

use super::{Database, Db, Transaction, load, query, query_scalar};
use crate::codec::{Problem, bytes, parse, person};
use crate::{
    Answer, Change, ChangeFeed, Changed, Changes, KEPT_CHANGES, Loaded, Revision, StoreError, Watch,
};

#[derive(sqlx::FromRow)]
struct ChangeRow {
    revision: i64,
    kind: String,
    token: Option<Vec<u8>>,
    directory: Option<String>,
    username: Option<String>,
    instance: Option<String>,
}

impl ChangeFeed for Database {
    fn revision(&self) -> Answer<'_, Revision> {
        self.answer(async move {
            let seq: i64 =
                query_scalar("SELECT seq FROM change_counter").fetch_one(&self.readers()?).await?;
            Ok(Revision::from_column(seq))
        })
    }

    fn changes_after(&self, seen: Revision, limit: u32) -> Answer<'_, Changes> {
        self.answer(async move {
            let mut read = self.begin_read().await?;
            let newest = newest(&mut read).await?;
            let rows: Vec<ChangeRow> = sqlx::query_as(
                "SELECT revision, kind, token, directory, username, instance
                 FROM change_log WHERE revision > $1 ORDER BY revision LIMIT $2",
            )
            .bind(seen.to_column())
            .bind(super::page_size(limit))
            .fetch_all(&mut *read)
            .await?;
            read.commit().await?;
            Ok(in_order(seen, newest, rows))
        })
    }

    fn watch(&self) -> Answer<'_, Box<dyn Watch>> {
        self.new_watch()
    }

    fn load_all<'a>(
        &'a self,
        ended_after: Timestamp,
        each: &'a mut (dyn FnMut(Loaded) + Send),
    ) -> Answer<'a, Revision> {
        // However long it takes in all: each piece has its time.
        Box::pin(async move {
            let mut read = self.in_time(self.begin_read()).await?;
            let revision = self.in_time(newest(&mut read)).await?;
            load::everything(self, &mut read, ended_after, each).await?;
            read.commit().await?;
            Ok(revision)
        })
    }
}

async fn newest(read: &mut Transaction<'static, Db>) -> Result<Revision, StoreError> {
    let seq: i64 = query_scalar("SELECT seq FROM change_counter").fetch_one(&mut **read).await?;
    Ok(Revision::from_column(seq))
}

/// The rows as changes, if they follow on `seen` without a gap.
fn in_order(seen: Revision, newest: Revision, rows: Vec<ChangeRow>) -> Changes {
    if seen > newest || (rows.is_empty() && seen < newest) {
        return Changes::TooOld;
    }
    let mut changes = Vec::with_capacity(rows.len());
    let mut last = seen.to_column();
    for row in rows {
        last += 1;
        if row.revision != last {
            return Changes::TooOld;
        }
        match decode(row) {
            Ok(change) => changes.push(change),
            Err(problem) => {
                tracing::error!(revision = last, problem, "a line of the change log is corrupt");
                return Changes::TooOld;
            }
        }
    }
    Changes::Since(changes)
}

fn decode(row: ChangeRow) -> Result<Change, Problem> {
    let changed = match (row.kind.as_str(), row.token, row.directory, row.username, row.instance) {
        ("policy", None, None, None, None) => Changed::Policy,
        ("token", Some(id), None, None, None) => {
            Changed::Token(TokenId::from_bytes(bytes(&id, "token")?))
        }
        ("credential", None, Some(directory), Some(username), Some(instance)) => {
            Changed::Credential(person(&directory, &username)?, parse(&instance, "instance")?)
        }
        ("people", None, Some(directory), None, None) => {
            Changed::People(parse(&directory, "directory")?)
        }
        _ => return Err("its kind is none".to_owned()),
    };
    Ok(Change { revision: Revision::from_column(row.revision), changed })
}

/// Takes the next revision. The row that is counted in is locked until the transaction ends, so
/// that no other takes a higher one before this is committed.
pub(super) async fn next_revision(
    write: &mut Transaction<'static, Db>,
) -> Result<Revision, StoreError> {
    let seq: i64 = query_scalar("UPDATE change_counter SET seq = seq + 1 RETURNING seq")
        .fetch_one(&mut **write)
        .await?;
    Ok(Revision::from_column(seq))
}

/// Writes the line of the log, drops the one that is too old by now, and announces the change to
/// whoever listens.
pub(super) async fn log(
    store: &Database,
    write: &mut Transaction<'static, Db>,
    revision: Revision,
    changed: &Changed,
) -> Result<(), StoreError> {
    let (kind, token, directory, username, instance) = match changed {
        Changed::Token(id) => ("token", Some(&id.as_bytes()[..]), None, None, None),
        Changed::Policy => ("policy", None, None, None, None),
        Changed::Credential(owner, instance) => (
            "credential",
            None,
            Some(&owner.directory),
            Some(owner.username.as_str()),
            Some(instance.as_str()),
        ),
        Changed::People(directory) => ("people", None, Some(directory), None, None),
    };
    query(
        "INSERT INTO change_log (revision, kind, token, directory, username, instance)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(revision.to_column())
    .bind(kind)
    .bind(token)
    .bind(directory.map(DirectoryName::as_str))
    .bind(username)
    .bind(instance)
    .execute(&mut **write)
    .await?;
    query("DELETE FROM change_log WHERE revision <= $1")
        .bind(revision.to_column() - i64::from(KEPT_CHANGES))
        .execute(&mut **write)
        .await?;
    store.announce(write).await
}
