//! Sessions, tickets and leases.

use gatepass_model::{InstanceName, PersonKey, Session, SessionId, Timestamp};

use super::{Database, Db, Transaction, audit, query, query_scalar};
use crate::codec::{SessionRow, decode_session, plain};
use crate::session::Digest;
use crate::{Answer, AuditEntry, Leases, NodeId, Sessions, StoreError, TicketKind, Tickets};

const COLUMNS: &str = "id, directory, username, instance, created_at, seen_at, ends_at, proved_at,
     address, agent";

/// Of what has ended, so many rows are taken away by one write.
const SWEPT: i64 = 100;

impl Sessions for Database {
    fn begin_session<'a>(
        &'a self,
        digest: &'a Digest,
        session: &'a Session,
        audit: &'a AuditEntry,
    ) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            query(
                "DELETE FROM session WHERE digest IN
                    (SELECT digest FROM session WHERE ends_at <= $1 LIMIT $2)",
            )
            .bind(session.created_at.as_millis())
            .bind(SWEPT)
            .execute(&mut *write)
            .await?;
            insert(&mut write, digest, session).await?;
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(())
        })
    }

    fn find_session<'a>(&'a self, digest: &'a Digest) -> Answer<'a, Option<Session>> {
        self.answer(async move {
            let row: Option<SessionRow> = select(" WHERE digest = ", digest.to_vec())
                .build_query_as()
                .fetch_optional(&self.readers()?)
                .await?;
            Ok(row.map(decode_session).transpose()?)
        })
    }

    fn touch_session<'a>(&'a self, digest: &'a Digest, seen_at: Timestamp) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            query("UPDATE session SET seen_at = $1 WHERE digest = $2 AND seen_at < $1")
                .bind(seen_at.as_millis())
                .bind(&digest[..])
                .execute(&mut *write)
                .await?;
            write.commit().await?;
            Ok(())
        })
    }

    fn prove_session<'a>(
        &'a self,
        digest: &'a Digest,
        proved_at: Timestamp,
        audit: &'a AuditEntry,
    ) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let changed = query("UPDATE session SET proved_at = $1 WHERE digest = $2")
                .bind(proved_at.as_millis())
                .bind(&digest[..])
                .execute(&mut *write)
                .await?;
            if changed.rows_affected() != 1 {
                return Err(StoreError::NotFound);
            }
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(())
        })
    }

    fn list_sessions<'a>(&'a self, person: &'a PersonKey) -> Answer<'a, Vec<Session>> {
        self.answer(async move {
            let mut query = select(" WHERE directory = ", person.directory.as_str().to_owned());
            query.push(" AND key = ").push_bind(person.username.folded().to_owned());
            query.push(" ORDER BY created_at DESC, id");
            let rows: Vec<SessionRow> = query.build_query_as().fetch_all(&self.readers()?).await?;
            rows.into_iter().map(|row| Ok(decode_session(row)?)).collect()
        })
    }

    fn end_session<'a>(
        &'a self,
        person: &'a PersonKey,
        id: SessionId,
        audit: &'a AuditEntry,
    ) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let ended = query("DELETE FROM session WHERE id = $1 AND directory = $2 AND key = $3")
                .bind(&id.0[..])
                .bind(person.directory.as_str())
                .bind(person.username.folded())
                .execute(&mut *write)
                .await?;
            if ended.rows_affected() != 1 {
                return Err(StoreError::NotFound);
            }
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(())
        })
    }

    fn end_other_sessions<'a>(
        &'a self,
        person: &'a PersonKey,
        but: Option<SessionId>,
        audit: &'a AuditEntry,
    ) -> Answer<'a, u64> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let kept = but.map_or(Vec::new(), |id| id.0.to_vec());
            let ended = query("DELETE FROM session WHERE directory = $1 AND key = $2 AND id <> $3")
                .bind(person.directory.as_str())
                .bind(person.username.folded())
                .bind(kept)
                .execute(&mut *write)
                .await?
                .rows_affected();
            if ended > 0 {
                audit::append(self, &mut write, audit).await?;
            }
            write.commit().await?;
            Ok(ended)
        })
    }
}

fn select<'q, T>(condition: &str, value: T) -> sqlx::QueryBuilder<Db>
where
    T: 'q + sqlx::Encode<'q, Db> + sqlx::Type<Db> + Send,
{
    let mut query = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS} FROM session"));
    query.push(condition).push_bind(value);
    query
}

async fn insert(
    write: &mut Transaction<'static, Db>,
    digest: &Digest,
    session: &Session,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO session (digest, id, directory, key, username, instance, created_at, seen_at,
            ends_at, proved_at, address, agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&digest[..])
    .bind(&session.id.0[..])
    .bind(session.person.directory.as_str())
    .bind(session.person.username.folded())
    .bind(session.person.username.as_str())
    // Empty: at the provider of his directory. No instance is called so.
    .bind(session.by.instance().map_or("", InstanceName::as_str))
    .bind(session.created_at.as_millis())
    .bind(session.seen_at.as_millis())
    .bind(session.ends_at.as_millis())
    .bind(session.proved_at.as_millis())
    .bind(session.address.to_string())
    .bind(plain(&session.agent, "the name of a browser")?)
    .execute(&mut **write)
    .await?;
    Ok(())
}

impl Tickets for Database {
    fn put_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        content: &'a [u8],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            // The same one too, if it has ended; and some others, so that they don't pile up.
            query("DELETE FROM ticket WHERE kind = $1 AND digest = $2 AND expires_at <= $3")
                .bind(kind.as_str())
                .bind(&digest[..])
                .bind(now.as_millis())
                .execute(&mut *write)
                .await?;
            query(
                "DELETE FROM ticket WHERE digest IN
                    (SELECT digest FROM ticket WHERE expires_at <= $1 LIMIT $2)
                    AND expires_at <= $1",
            )
            .bind(now.as_millis())
            .bind(SWEPT)
            .execute(&mut *write)
            .await?;
            query("INSERT INTO ticket (kind, digest, content, expires_at) VALUES ($1, $2, $3, $4)")
                .bind(kind.as_str())
                .bind(&digest[..])
                .bind(content)
                .bind(expires_at.as_millis())
                .execute(&mut *write)
                .await?;
            write.commit().await?;
            Ok(())
        })
    }

    fn find_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        now: Timestamp,
    ) -> Answer<'a, Option<Vec<u8>>> {
        self.answer(async move {
            Ok(query_scalar(
                "SELECT content FROM ticket WHERE kind = $1 AND digest = $2 AND expires_at > $3",
            )
            .bind(kind.as_str())
            .bind(&digest[..])
            .bind(now.as_millis())
            .fetch_optional(&self.readers()?)
            .await?)
        })
    }

    fn take_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        now: Timestamp,
    ) -> Answer<'a, Option<Vec<u8>>> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let content: Option<Vec<u8>> = query_scalar(
                "DELETE FROM ticket WHERE kind = $1 AND digest = $2 AND expires_at > $3
                 RETURNING content",
            )
            .bind(kind.as_str())
            .bind(&digest[..])
            .bind(now.as_millis())
            .fetch_optional(&mut *write)
            .await?;
            write.commit().await?;
            Ok(content)
        })
    }

    fn fill_ticket<'a>(
        &'a self,
        kind: TicketKind,
        digest: &'a Digest,
        content: &'a [u8],
    ) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let filled = query("UPDATE ticket SET content = $1 WHERE kind = $2 AND digest = $3")
                .bind(content)
                .bind(kind.as_str())
                .bind(&digest[..])
                .execute(&mut *write)
                .await?;
            if filled.rows_affected() != 1 {
                return Err(StoreError::NotFound);
            }
            write.commit().await?;
            Ok(())
        })
    }
}

impl Leases for Database {
    fn take_lease<'a>(
        &'a self,
        name: &'a str,
        holder: NodeId,
        until: Timestamp,
        now: Timestamp,
    ) -> Answer<'a, bool> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let taken = query(
                "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                 WHERE lease.holder = excluded.holder OR lease.until <= $4",
            )
            .bind(plain(name, "the name of a lease")?)
            .bind(&holder.0[..])
            .bind(until.as_millis())
            .bind(now.as_millis())
            .execute(&mut *write)
            .await?;
            write.commit().await?;
            Ok(taken.rows_affected() == 1)
        })
    }
}
