//! The audit record.

use super::{Database, Db, Transaction, count, page_size, query, query_scalar};
use crate::codec::{moment, plain};
use crate::{Answer, AuditEntry, AuditLog, AuditPage, AuditRecord, Corruption, StoreError};

#[derive(sqlx::FromRow)]
struct AuditRow {
    number: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    detail: String,
}

impl AuditLog for Database {
    fn append_audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, u64> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let number = append(&mut write, entry).await?;
            write.commit().await?;
            Ok(number)
        })
    }

    fn list_audit<'a>(&'a self, page: &'a AuditPage) -> Answer<'a, Vec<AuditRecord>> {
        self.answer(async move {
            if page.subject.as_ref().is_some_and(|subject| subject.contains('\0')) {
                return Ok(Vec::new());
            }
            let before = page.before.map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT number, at, actor, action, subject, detail FROM audit WHERE number < ",
            );
            query.push_bind(before);
            if let Some(subject) = &page.subject {
                query.push(" AND subject = ").push_bind(subject);
            }
            query.push(" ORDER BY number DESC LIMIT ").push_bind(page_size(page.limit));
            let rows: Vec<AuditRow> = query.build_query_as().fetch_all(&self.readers()?).await?;
            rows.into_iter().map(|row| Ok(decode(row)?)).collect()
        })
    }
}

fn decode(row: AuditRow) -> Result<AuditRecord, Corruption> {
    let wrong = |problem| Corruption { what: format!("audit line {}", row.number), problem };
    Ok(AuditRecord {
        number: count(row.number),
        at: moment(row.at, "time").map_err(wrong)?,
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
    })
}

/// Writes the line of a change into the transaction of that change.
pub(super) async fn append(
    write: &mut Transaction<'static, Db>,
    entry: &AuditEntry,
) -> Result<u64, StoreError> {
    // Counted, not numbered by the database, so that a missing line shows.
    let number: i64 = query_scalar("UPDATE audit_counter SET seq = seq + 1 RETURNING seq")
        .fetch_one(&mut **write)
        .await?;
    let (actor, subject) = (entry.event.actor.to_string(), entry.event.subject.to_string());
    query(
        "INSERT INTO audit (number, at, actor, action, subject, detail)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(number)
    .bind(entry.at.as_millis())
    .bind(plain(&actor, "the name of an actor")?)
    .bind(entry.event.action)
    .bind(plain(&subject, "the subject of an event")?)
    .bind(plain(&entry.event.detail, "the detail of an event")?)
    .execute(&mut **write)
    .await?;
    Ok(count(number))
}
