//! Upstream credentials.

use gatepass_model::{InstanceName, PersonKey, Timestamp};
use sqlx::Executor;

use super::{Database, Db, audit, feed, query};
use crate::codec::{
    Problem, actor_text, moment, moment_option, parse, parse_actor, person, plain_option,
};
use crate::{
    Answer, AuditEntry, Changed, Corruption, Credentials, FormerCredential, Revision, StoreError,
    UpstreamCredential,
};

/// The columns of an upstream credential.
#[derive(sqlx::FromRow)]
pub(super) struct CredentialRow {
    owner_directory: String,
    owner_username: String,
    instance: String,
    kind: String,
    sealed: Vec<u8>,
    native_id: Option<String>,
    hint: Option<String>,
    expires_at: Option<i64>,
    problem: Option<String>,
    former_native_id: Option<String>,
    former_until: Option<i64>,
    created_at: i64,
    created_by: String,
}

const COLUMNS: &str = "owner_directory, owner_username, instance, kind, sealed, native_id, hint,
     expires_at, problem, former_native_id, former_until, created_at, created_by";

impl Credentials for Database {
    fn put_credential<'a>(
        &'a self,
        credential: &'a UpstreamCredential,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let revision = feed::next_revision(&mut write).await?;
            let (owner, former) = (&credential.owner, credential.former.as_ref());
            query(
                "INSERT INTO upstream_credential (owner_directory, owner_key, instance,
                    owner_username, kind, sealed, native_id, hint, created_at, created_by, revision,
                    expires_at, problem, former_native_id, former_until)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                 ON CONFLICT (owner_directory, owner_key, instance) DO UPDATE SET
                    owner_username = excluded.owner_username, kind = excluded.kind,
                    sealed = excluded.sealed, native_id = excluded.native_id,
                    hint = excluded.hint, created_at = excluded.created_at,
                    created_by = excluded.created_by, revision = excluded.revision,
                    expires_at = excluded.expires_at, problem = excluded.problem,
                    former_native_id = excluded.former_native_id,
                    former_until = excluded.former_until",
            )
            .bind(owner.directory.as_str())
            .bind(owner.username.folded())
            .bind(credential.instance.as_str())
            .bind(owner.username.as_str())
            .bind(credential.kind.as_str())
            .bind(&credential.sealed)
            .bind(plain_option(credential.native_id.as_deref(), "the id of a credential")?)
            .bind(plain_option(credential.hint.as_deref(), "the hint of a credential")?)
            .bind(credential.created_at.as_millis())
            .bind(actor_text(&credential.created_by)?)
            .bind(revision.to_column())
            .bind(credential.expires_at.map(Timestamp::as_millis))
            .bind(plain_option(credential.problem.as_deref(), "the problem of a credential")?)
            .bind(plain_option(former.map(|one| one.native_id.as_str()), "the id of a credential")?)
            .bind(former.map(|one| one.until.as_millis()))
            .execute(&mut *write)
            .await?;
            let changed = Changed::Credential(owner.clone(), credential.instance.clone());
            feed::log(self, &mut write, revision, &changed).await?;
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(revision)
        })
    }

    fn find_credential<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
    ) -> Answer<'a, Option<UpstreamCredential>> {
        self.answer(async move {
            let mut query =
                sqlx::QueryBuilder::<Db>::new(format!("SELECT {COLUMNS} FROM upstream_credential"));
            of_owner(&mut query, owner);
            query.push(" AND instance = ").push_bind(instance.as_str());
            let row: Option<CredentialRow> =
                query.build_query_as().fetch_optional(&self.readers()?).await?;
            Ok(row.map(decode).transpose()?)
        })
    }

    fn list_credentials<'a>(
        &'a self,
        owner: Option<&'a PersonKey>,
    ) -> Answer<'a, Vec<UpstreamCredential>> {
        self.answer(async move {
            let rows = rows(&self.readers()?, owner).await?;
            rows.into_iter().map(|row| Ok(decode(row)?)).collect()
        })
    }

    fn remove_credential<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let revision = feed::next_revision(&mut write).await?;
            let removed = query(
                "DELETE FROM upstream_credential
                 WHERE owner_directory = $1 AND owner_key = $2 AND instance = $3",
            )
            .bind(owner.directory.as_str())
            .bind(owner.username.folded())
            .bind(instance.as_str())
            .execute(&mut *write)
            .await?;
            if removed.rows_affected() != 1 {
                return Err(StoreError::NotFound);
            }
            let changed = Changed::Credential(owner.clone(), instance.clone());
            feed::log(self, &mut write, revision, &changed).await?;
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(revision)
        })
    }

    fn replace_seal<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
        was: &'a [u8],
        sealed: &'a [u8],
    ) -> Answer<'a, bool> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let done = query(
                "UPDATE upstream_credential SET sealed = $1
                 WHERE owner_directory = $2 AND owner_key = $3 AND instance = $4 AND sealed = $5",
            )
            .bind(sealed)
            .bind(owner.directory.as_str())
            .bind(owner.username.folded())
            .bind(instance.as_str())
            .bind(was)
            .execute(&mut *write)
            .await?;
            write.commit().await?;
            Ok(done.rows_affected() == 1)
        })
    }
}

fn of_owner(query: &mut sqlx::QueryBuilder<Db>, owner: &PersonKey) {
    query.push(" WHERE owner_directory = ").push_bind(owner.directory.as_str().to_owned());
    query.push(" AND owner_key = ").push_bind(owner.username.folded().to_owned());
}

/// The rows of one owner, or of all, in order.
pub(super) async fn rows<'e>(
    executor: impl Executor<'e, Database = Db>,
    owner: Option<&PersonKey>,
) -> Result<Vec<CredentialRow>, StoreError> {
    let mut query =
        sqlx::QueryBuilder::<Db>::new(format!("SELECT {COLUMNS} FROM upstream_credential"));
    if let Some(owner) = owner {
        of_owner(&mut query, owner);
    }
    query.push(" ORDER BY owner_directory, owner_key, instance");
    Ok(query.build_query_as().fetch_all(executor).await?)
}

/// The credential of a row.
pub(super) fn decode(row: CredentialRow) -> Result<UpstreamCredential, Corruption> {
    let what = format!("credential of {:?} at {:?}", row.owner_username, row.instance);
    decode_fields(row).map_err(|problem| Corruption { what, problem })
}

fn decode_fields(row: CredentialRow) -> Result<UpstreamCredential, Problem> {
    let former = match (row.former_native_id, row.former_until) {
        (Some(native_id), Some(until)) => {
            Some(FormerCredential { native_id, until: moment(until, "former one's end")? })
        }
        (None, None) => None,
        _ => return Err("its former one is not whole".to_owned()),
    };
    Ok(UpstreamCredential {
        owner: person(&row.owner_directory, &row.owner_username)?,
        instance: parse(&row.instance, "instance")?,
        kind: parse(&row.kind, "kind")?,
        sealed: row.sealed,
        native_id: row.native_id,
        hint: row.hint,
        expires_at: moment_option(row.expires_at, "end")?,
        problem: row.problem,
        former,
        created_at: moment(row.created_at, "creation")?,
        created_by: parse_actor(&row.created_by)?,
    })
}
