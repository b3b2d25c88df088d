//! Tokens.

use gatepass_model::{PersonKey, RowMac, Timestamp, Token, TokenId, TokenState};

use super::{
    Database, Db, Transaction, audit, count, feed, page_size, query, query_scalar, search,
};
use crate::codec::{
    TokenRow, actor_text, decode_token, grant_json, name_key, plain, plain_option, search_text,
};
use crate::search::LONGEST_SEARCH;
use crate::{
    Answer, AuditEntry, Candidates, Changed, FoundPage, NewMac, Revision, StoreError, StoredToken,
    TokenFilter, TokenList, TokenPage, TokenSearch, Tokens, TokensFound,
};

const COLUMNS: &str = "id, name, owner_directory, owner_username, creator, integration, purpose,
     grant_json, state, created_at, expires_at, secret_key, secret_digest, secret_hint,
     former_key, former_digest, former_hint, former_until, mac_key, mac, revision";

/// The state that holds at the moment that is bound here: `Token::state_at`, in SQL.
const STATE_AT: &str = "CASE WHEN state <> 'revoked' AND expires_at <= ";
const STATE_AT_END: &str = " THEN 'expired' ELSE state END";

impl Tokens for Database {
    fn create_token<'a>(
        &'a self,
        token: &'a Token,
        mac: &'a RowMac,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let revision = feed::next_revision(&mut write).await?;
            insert(&mut write, token, mac, audit.at, revision).await?;
            feed::log(self, &mut write, revision, &Changed::Token(token.id)).await?;
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(revision)
        })
    }

    fn find_token(&self, id: TokenId) -> Answer<'_, Option<StoredToken>> {
        self.answer(async move {
            let mut query = select();
            query.push("id = ").push_bind(id.as_bytes().to_vec());
            let row: Option<TokenRow> =
                query.build_query_as().fetch_optional(&self.readers()?).await?;
            Ok(row.map(decode_token).transpose()?)
        })
    }

    fn list_tokens<'a>(
        &'a self,
        filter: &'a TokenFilter,
        page: TokenPage,
    ) -> Answer<'a, TokenList> {
        self.answer(async move {
            if finds_nothing(filter) {
                return Ok(TokenList { tokens: Vec::new(), next: None });
            }
            let size = page_size(page.limit);
            let mut query = select();
            query.push("id > ").push_bind(page.after.map_or(Vec::new(), |id| id.as_bytes().into()));
            narrow(&mut query, filter);
            // One more, to see whether there is a next page.
            query.push(" ORDER BY id LIMIT ").push_bind(size + 1);
            let mut rows: Vec<TokenRow> =
                query.build_query_as().fetch_all(&self.readers()?).await?;
            let more = i64::try_from(rows.len()).is_ok_and(|found| found > size);
            if more {
                rows.pop();
            }
            let tokens =
                rows.into_iter().map(decode_token).collect::<Result<Vec<StoredToken>, _>>()?;
            let next = tokens.last().map(|last| last.token.id).filter(|_| more);
            Ok(TokenList { tokens, next })
        })
    }

    fn find_tokens<'a>(&'a self, ids: &'a [TokenId]) -> Answer<'a, Vec<StoredToken>> {
        self.answer(async move {
            let rows = search::rows_of(ids, &mut *self.readers()?.acquire().await?).await?;
            Ok(rows.into_iter().map(decode_token).collect::<Result<_, _>>()?)
        })
    }

    fn search_tokens<'a>(
        &'a self,
        search: &'a TokenSearch,
        page: FoundPage,
    ) -> Answer<'a, TokensFound> {
        self.answer(search::search(self, search, page))
    }

    fn search_handles<'a>(
        &'a self,
        search: &'a TokenSearch,
        limit: u32,
    ) -> Answer<'a, Vec<TokenId>> {
        self.answer(search::handles(self, search, limit))
    }

    fn candidates(&self, now: Timestamp, limit: u32, most_text: u32) -> Answer<'_, Candidates> {
        self.answer(search::candidates(self, now, limit, most_text))
    }

    fn integrations(&self, limit: u32) -> Answer<'_, Vec<String>> {
        self.answer(search::integrations(self, limit))
    }

    fn count_living_by_owner(&self, now: Timestamp) -> Answer<'_, Vec<(PersonKey, u64)>> {
        self.answer(search::living_by_owner(self, now))
    }

    fn count_living_tokens<'a>(&'a self, owner: &'a PersonKey, now: Timestamp) -> Answer<'a, u64> {
        self.answer(async move {
            let living: i64 = query_scalar(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM token
                 WHERE owner_directory = $1 AND owner_key = $2
                   AND state IN ('pending', 'active', 'suspended')
                   AND (expires_at IS NULL OR expires_at > $3)",
            )
            .bind(owner.directory.as_str())
            .bind(owner.username.folded())
            .bind(now.as_millis())
            .fetch_one(&self.readers()?)
            .await?;
            Ok(count(living))
        })
    }

    fn change_token<'a>(
        &'a self,
        token: &'a Token,
        mac: &'a RowMac,
        seen: Revision,
        audit: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let revision = feed::next_revision(&mut write).await?;
            let found: Option<i64> = query_scalar("SELECT revision FROM token WHERE id = $1")
                .bind(&token.id.as_bytes()[..])
                .fetch_optional(&mut *write)
                .await?;
            match found {
                None => return Err(StoreError::NotFound),
                Some(found) if found != seen.to_column() => return Err(StoreError::Conflict),
                Some(_) => {}
            }
            query("DELETE FROM token WHERE id = $1")
                .bind(&token.id.as_bytes()[..])
                .execute(&mut *write)
                .await?;
            insert(&mut write, token, mac, audit.at, revision).await?;
            feed::log(self, &mut write, revision, &Changed::Token(token.id)).await?;
            audit::append(self, &mut write, audit).await?;
            write.commit().await?;
            Ok(revision)
        })
    }

    fn replace_macs<'a>(&'a self, macs: &'a [NewMac]) -> Answer<'a, u64> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let mut replaced = 0;
            for NewMac { id, seen, old, new } in macs {
                let done = query(
                    "UPDATE token SET mac_key = $1, mac = $2
                     WHERE id = $3 AND revision = $4 AND mac_key = $5 AND mac = $6",
                )
                .bind(i64::from(new.key))
                .bind(&new.tag[..])
                .bind(&id.as_bytes()[..])
                .bind(seen.to_column())
                .bind(i64::from(old.key))
                .bind(&old.tag[..])
                .execute(&mut *write)
                .await?;
                replaced += done.rows_affected();
            }
            write.commit().await?;
            Ok(replaced)
        })
    }
}

/// Whether no token can have what is asked for. No stored text has a NUL, and a pattern ends at
/// one in SQLite, so that it would find everything.
fn finds_nothing(filter: &TokenFilter) -> bool {
    let has_nul = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('\0'));
    let is_long = filter.text.as_ref().is_some_and(|text| text.len() > LONGEST_SEARCH);
    is_long || has_nul(&filter.text) || has_nul(&filter.integration)
}

pub(super) fn select() -> sqlx::QueryBuilder<Db> {
    sqlx::QueryBuilder::new(format!("SELECT {COLUMNS} FROM token WHERE "))
}

fn narrow(query: &mut sqlx::QueryBuilder<Db>, filter: &TokenFilter) {
    let TokenFilter { owner, state, living_at, integration, text } = filter;
    if let Some(owner) = owner {
        query.push(" AND owner_directory = ").push_bind(owner.directory.as_str().to_owned());
        query.push(" AND owner_key = ").push_bind(owner.username.folded().to_owned());
    }
    if let Some((state, now)) = state {
        query.push(" AND ").push(STATE_AT).push_bind(now.as_millis()).push(STATE_AT_END);
        query.push(" = ").push_bind(state.as_str());
    }
    if let Some(now) = living_at {
        query.push(" AND state IN ('pending', 'active', 'suspended')");
        query.push(" AND (expires_at IS NULL OR expires_at > ").push_bind(now.as_millis());
        query.push(")");
    }
    if let Some(integration) = integration {
        query.push(" AND integration = ").push_bind(integration.clone());
    }
    if let Some(text) = text {
        query
            .push(" AND search LIKE ")
            .push_bind(contains(&text.to_lowercase()))
            .push(" ESCAPE '\\'");
    }
}

/// The pattern of texts that contain `text`.
pub(super) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Tokens after a handle that live, or ended at `ended_after` or later.
pub(super) async fn chunk(
    read: &mut Transaction<'static, Db>,
    after: &[u8],
    ended_after: Timestamp,
    limit: i64,
) -> Result<Vec<TokenRow>, StoreError> {
    let mut query = select();
    query.push("id > ").push_bind(after.to_vec());
    query.push(" AND (ended_at IS NULL OR ended_at >= ").push_bind(ended_after.as_millis());
    query.push(") AND (expires_at IS NULL OR expires_at >= ").push_bind(ended_after.as_millis());
    query.push(") ORDER BY id LIMIT ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(&mut **read).await?)
}

/// Where the filter by instance looks: `,jira,wiki,`; empty for all.
fn instances_text(instances: &[gatepass_model::InstanceName]) -> String {
    if instances.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = instances.iter().map(gatepass_model::InstanceName::as_str).collect();
    format!(",{},", names.join(","))
}

/// Writes the whole row. A change writes it anew, so that no column is forgotten.
async fn insert(
    write: &mut Transaction<'static, Db>,
    token: &Token,
    mac: &RowMac,
    now: Timestamp,
    revision: Revision,
) -> Result<(), StoreError> {
    let former = token.former.as_ref();
    let ended = matches!(token.state, TokenState::Expired | TokenState::Revoked);
    query(
        "INSERT INTO token (id, name, owner_directory, owner_username, owner_key, creator,
            integration, purpose, grant_json, state, created_at, expires_at, ended_at, secret_key,
            secret_digest, secret_hint, former_key, former_digest, former_hint, former_until,
            mac_key, mac, search, revision, name_key, access, instances)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $25, $26, $27)",
    )
    .bind(&token.id.as_bytes()[..])
    .bind(plain(&token.name, "the name of a token")?)
    .bind(token.owner.directory.as_str())
    .bind(token.owner.username.as_str())
    .bind(token.owner.username.folded())
    .bind(actor_text(&token.creator)?)
    .bind(plain_option(token.integration.as_deref(), "the name of an integration")?)
    .bind(plain_option(token.purpose.as_deref(), "the purpose of a token")?)
    .bind(grant_json(&token.grant))
    .bind(token.state.as_str())
    .bind(token.created_at.as_millis())
    .bind(token.expires_at.map(Timestamp::as_millis))
    .bind(ended.then_some(now.as_millis()))
    .bind(i64::from(token.secret.key))
    .bind(&token.secret.digest.0[..])
    .bind(plain(&token.secret.hint, "the hint of a token")?)
    .bind(former.map(|former| i64::from(former.secret.key)))
    .bind(former.map(|former| &former.secret.digest.0[..]))
    .bind(plain_option(former.map(|former| former.secret.hint.as_str()), "the hint of a token")?)
    .bind(former.map(|former| former.until.as_millis()))
    .bind(i64::from(mac.key))
    .bind(&mac.tag[..])
    .bind(search_text(token))
    .bind(revision.to_column())
    .bind(name_key(&token.name))
    .bind(token.grant.access.as_str())
    .bind(instances_text(&token.grant.instances))
    .execute(&mut **write)
    .await?;
    Ok(())
}
