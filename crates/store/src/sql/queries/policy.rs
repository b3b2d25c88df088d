//! The policy.

use gatepass_model::{PolicyDocument, Timestamp};
use sqlx::Executor;

use super::{Database, Db, audit, feed, query, query_scalar};
use crate::codec::{parse_policy, policy_json};
use crate::{
    Answer, AuditEntry, Changed, Corruption, Policies, Revision, StoreError, StoredPolicy,
};

#[derive(sqlx::FromRow)]
struct PolicyRow {
    document: String,
    revision: i64,
}

impl Policies for Database {
    fn load_policy(&self) -> Answer<'_, StoredPolicy> {
        self.answer(async move { load(&self.readers()?).await })
    }

    fn replace_policy<'a>(
        &'a self,
        document: &'a PolicyDocument,
        seen: Revision,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let revision = feed::next_revision(&mut write).await?;
            let changed = query(
                "UPDATE policy SET document = $1, applied_at = $2, revision = $3
                 WHERE id = 1 AND revision = $4",
            )
            .bind(policy_json(document))
            .bind(audit.at.as_millis())
            .bind(revision.to_column())
            .bind(seen.to_column())
            .execute(&mut *write)
            .await?;
            if changed.rows_affected() != 1 {
                return Err(StoreError::Conflict);
            }
            feed::log(self, &mut write, revision, &Changed::Policy).await?;
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(revision)
        })
    }
}

/// The policy, by whatever connection.
pub(super) async fn load<'e>(
    executor: impl Executor<'e, Database = Db>,
) -> Result<StoredPolicy, StoreError> {
    let row: Option<PolicyRow> =
        sqlx::query_as("SELECT document, revision FROM policy WHERE id = 1")
            .fetch_optional(executor)
            .await?;
    let corrupt = |problem| Corruption { what: "policy".to_owned(), problem };
    let row = row.ok_or_else(|| corrupt("it is missing".to_owned()))?;
    let document = parse_policy(&row.document).map_err(corrupt)?;
    Ok(StoredPolicy { document, revision: Revision::from_column(row.revision) })
}

/// Gives a new store the policy that it begins with. A policy that went missing later is not
/// made anew: what was blocked would be open again.
pub(in super::super) async fn insert_first(
    store: &Database,
    now: Timestamp,
) -> Result<(), StoreError> {
    let fresh: i64 = query_scalar(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM change_counter
         WHERE seq = 0 AND NOT EXISTS (SELECT 1 FROM policy)",
    )
    .fetch_one(&store.readers()?)
    .await?;
    if fresh == 0 {
        return Ok(());
    }
    let mut write = store.begin_write().await?;
    query(
        "INSERT INTO policy (id, document, applied_at, revision) VALUES (1, $1, $2, 0)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(policy_json(&PolicyDocument::default()))
    .bind(now.as_millis())
    .execute(&mut *write)
    .await?;
    write.commit().await?;
    Ok(())
}
