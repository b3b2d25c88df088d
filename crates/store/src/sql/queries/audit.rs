//! The audit record.

use std::sync::Arc;

use gatepass_model::audit::{AuditContent, AuditSeal};
use sqlx::{QueryBuilder, Row as _};

use super::super::FOLDED;
use super::{Database, Db, Transaction, count, key, page_size, query, query_scalar, token};
use crate::audit::tag;
use crate::codec::{moment, plain};
use crate::{
    Answer, AuditEntry, AuditLog, AuditPage, AuditRecord, AuditStretch, Corruption, LinkedLine,
    NewestAuditKey, StoreError,
};

type DbRow = <Db as sqlx::Database>::Row;

#[derive(sqlx::FromRow)]
struct AuditRow {
    number: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    chain: Option<Vec<u8>>,
}

impl AuditLog for Database {
    fn seal_audit_with(&self, seal: Arc<dyn AuditSeal>) {
        self.seal.put(seal);
    }

    fn append_audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, u64> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let number = append(self, &mut write, entry).await?;
            write.commit().await?;
            Ok(number)
        })
    }

    fn begin_audit<'a>(&'a self, entry: &'a AuditEntry) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let text = "UPDATE audit_counter SET seq = 1 WHERE seq = 0 RETURNING seq";
            let number: Option<i64> = query_scalar(text).fetch_optional(&mut *write).await?;
            insert(self, &mut write, number.ok_or(StoreError::Conflict)?, entry).await?;
            Ok(write.commit().await?)
        })
    }

    fn list_audit<'a>(&'a self, page: &'a AuditPage) -> Answer<'a, Vec<AuditRecord>> {
        self.answer(async move {
            if finds_nothing(page) {
                return Ok(Vec::new());
            }
            let mut query = QueryBuilder::<Db>::new(
                "SELECT number, at, actor, action, subject, detail, chain FROM audit WHERE number < ",
            );
            narrow(&mut query, page);
            query.push(" ORDER BY number DESC LIMIT ").push_bind(page_size(page.limit));
            let rows: Vec<AuditRow> = query.build_query_as().fetch_all(&self.readers()?).await?;
            rows.into_iter().map(|row| Ok(decode(row)?)).collect()
        })
    }

    fn audit_after(&self, after: Option<i64>, limit: u32) -> Answer<'_, AuditStretch> {
        self.answer(async move {
            let mut read = self.begin_read().await?;
            let counted: i64 =
                query_scalar("SELECT seq FROM audit_counter").fetch_one(&mut *read).await?;
            let mut query = QueryBuilder::<Db>::new(
                "SELECT number, at, actor, action, subject, detail, chain_key, chain FROM audit",
            );
            if let Some(after) = after {
                query.push(" WHERE number > ").push_bind(after);
            }
            query.push(" ORDER BY number LIMIT ").push_bind(page_size(limit));
            let rows = query.build().fetch_all(&mut *read).await?;
            read.commit().await?;
            let lines = rows.iter().map(linked).collect::<Result<_, _>>()?;
            Ok(AuditStretch { lines, counted })
        })
    }

    fn newest_audit_key(&self) -> Answer<'_, Option<NewestAuditKey>> {
        self.answer(key::newest_of_audit(self))
    }
}

/// Whether no line can have what is asked for. No stored text has a NUL, and a pattern ends at
/// one in SQLite, so that it would find everything.
fn finds_nothing(page: &AuditPage) -> bool {
    let AuditPage { subject, actor, action, text, .. } = page;
    let mut texts = [subject, actor, action, text].into_iter().flatten();
    texts.any(|text| text.contains('\0'))
        || text.as_ref().is_some_and(|text| text.len() > crate::search::LONGEST_SEARCH)
}

/// The conditions, after `number <`.
fn narrow(query: &mut QueryBuilder<Db>, page: &AuditPage) {
    let AuditPage { before, from, limit: _, subject, actor, action, since, until, text } = page;
    let column = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    query.push_bind(before.map_or(i64::MAX, column));
    if let Some(from) = *from {
        query.push(" AND number >= ").push_bind(column(from));
    }
    if let Some(subject) = subject {
        query.push(" AND subject = ").push_bind(subject.clone());
    }
    if let Some(actor) = actor {
        query.push(" AND actor = ").push_bind(actor.clone());
    }
    if let Some(action) = action {
        // Between a dot and what comes after a dot, for all of a kind.
        query.push(" AND (action = ").push_bind(action.clone());
        query.push(" OR (action > ").push_bind(format!("{action}."));
        query.push(" AND action < ").push_bind(format!("{action}/")).push("))");
    }
    if let Some(since) = since {
        query.push(" AND at >= ").push_bind(since.as_millis());
    }
    if let Some(until) = until {
        query.push(" AND at < ").push_bind(until.as_millis());
    }
    if let Some(text) = text {
        let pattern = token::contains(&text.to_ascii_lowercase());
        let fields = ["actor", "action", "subject", "detail"];
        for (field, before) in fields.into_iter().zip([" AND (", " OR ", " OR ", " OR "]) {
            query.push(before).push(FOLDED.replace("{field}", field)).push(" LIKE ");
            query.push_bind(pattern.clone());
            // It costs a tenth of the search, so only where something is escaped.
            if pattern.contains('\\') {
                query.push(" ESCAPE '\\'");
            }
        }
        query.push(")");
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
        chain: row.chain,
    })
}

/// The bytes of texts as they are: what is no UTF-8 any more must be found, and not be the end of
/// the search.
fn linked(row: &DbRow) -> Result<LinkedLine, sqlx::Error> {
    Ok(LinkedLine {
        number: row.try_get(0)?,
        at: row.try_get(1)?,
        actor: row.try_get_unchecked(2)?,
        action: row.try_get_unchecked(3)?,
        subject: row.try_get_unchecked(4)?,
        detail: row.try_get_unchecked(5)?,
        key: row.try_get(6)?,
        chain: row.try_get(7)?,
    })
}

/// Writes the line of a change into the transaction of that change.
pub(super) async fn append(
    store: &Database,
    write: &mut Transaction<'static, Db>,
    entry: &AuditEntry,
) -> Result<u64, StoreError> {
    // Counted, not numbered by the database, so that a missing line shows. The row of the counter
    // is locked from here on: whoever writes the next line waits.
    let number: i64 = query_scalar("UPDATE audit_counter SET seq = seq + 1 RETURNING seq")
        .fetch_one(&mut **write)
        .await?;
    insert(store, write, number, entry).await?;
    Ok(count(number))
}

/// Writes the line of that number, chained to the one before.
async fn insert(
    store: &Database,
    write: &mut Transaction<'static, Db>,
    number: i64,
    entry: &AuditEntry,
) -> Result<(), StoreError> {
    let seal = store.seal.get()?;
    // A statement of its own: in PostgreSQL, one that had begun before the lock was had would not
    // see the line that was written meanwhile.
    let before: Option<Option<Vec<u8>>> = query_scalar("SELECT chain FROM audit WHERE number = $1")
        .bind(number.saturating_sub(1))
        .fetch_optional(&mut **write)
        .await?;
    let previous = before.flatten().as_deref().and_then(tag);
    let (actor, subject) = (entry.event.actor.to_string(), entry.event.subject.to_string());
    let (action, detail) = (entry.event.action, &entry.event.detail);
    let link = seal.link(
        previous.as_ref(),
        &AuditContent {
            number,
            at: entry.at.as_millis(),
            actor: actor.as_bytes(),
            action: action.as_bytes(),
            subject: subject.as_bytes(),
            detail: detail.as_bytes(),
        },
    );
    query(
        "INSERT INTO audit (number, at, actor, action, subject, detail, chain_key, chain)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(number)
    .bind(entry.at.as_millis())
    .bind(plain(&actor, "the name of an actor")?)
    .bind(action)
    .bind(plain(&subject, "the subject of an event")?)
    .bind(plain(detail, "the detail of an event")?)
    .bind(i64::from(link.key))
    .bind(&link.tag[..])
    .execute(&mut **write)
    .await?;
    Ok(())
}
