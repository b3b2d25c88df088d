//! People.

use gatepass_model::{DirectoryName, KnownPerson, PersonKey, Timestamp, Username};

use super::token::contains;
use super::{Database, Db, Transaction, feed, page_size, query};
use crate::codec::{PersonRow, decode_person, groups_json, person_search, plain, plain_option};
use crate::{Answer, Changed, KnownPeople, PeopleFilter, Revision, StoreError};

const COLUMNS: &str =
    "directory, username, display_name, email, groups_json, is_active, native_key,
     rank, confirmed_at, asked_at, problem";

/// Who is refreshed: owners of tokens that have not ended, and people with a session.
const IS_IN_USE: &str = "(EXISTS (SELECT 1 FROM token
        WHERE token.owner_directory = person.directory AND token.owner_key = person.key
          AND token.state IN ('pending', 'active', 'suspended')
          AND (token.expires_at IS NULL OR token.expires_at > ";
const IS_IN_USE_SESSION: &str = ") OR EXISTS (SELECT 1 FROM session
        WHERE session.directory = person.directory AND session.key = person.key
          AND session.ends_at > ";

impl KnownPeople for Database {
    fn put_people<'a>(
        &'a self,
        directory: &'a DirectoryName,
        people: &'a [KnownPerson],
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let revision = feed::next_revision(&mut write).await?;
            for known in people.iter().filter(|known| known.person.key.directory == *directory) {
                put(&mut write, known, revision).await?;
            }
            feed::log(self, &mut write, revision, &Changed::People(directory.clone())).await?;
            write.commit().await?;
            Ok(revision)
        })
    }

    fn replace_person<'a>(
        &'a self,
        known: &'a KnownPerson,
        before: Option<&'a KnownPerson>,
    ) -> Answer<'a, Revision> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            // First: from here on nobody else writes.
            let revision = feed::next_revision(&mut write).await?;
            let mut query = of_key(&known.person.key);
            let row: Option<PersonRow> = query.build_query_as().fetch_optional(&mut *write).await?;
            if row.map(decode_person).transpose()?.as_ref() != before {
                return Err(StoreError::Conflict);
            }
            put(&mut write, known, revision).await?;
            let changed = Changed::People(known.person.key.directory.clone());
            feed::log(self, &mut write, revision, &changed).await?;
            write.commit().await?;
            Ok(revision)
        })
    }

    fn find_person<'a>(&'a self, key: &'a PersonKey) -> Answer<'a, Option<KnownPerson>> {
        self.answer(async move { first(self, of_key(key)).await })
    }

    fn find_people<'a>(
        &'a self,
        directory: &'a DirectoryName,
        usernames: &'a [Username],
    ) -> Answer<'a, Vec<KnownPerson>> {
        self.answer(async move {
            if usernames.is_empty() {
                return Ok(Vec::new());
            }
            let mut query = select(directory);
            query.push(" AND key IN (");
            let mut list = query.separated(", ");
            for username in usernames.iter().take(1000) {
                list.push_bind(username.folded().to_owned());
            }
            query.push(") ORDER BY key");
            all(self, query).await
        })
    }

    fn find_person_by_native_key<'a>(
        &'a self,
        directory: &'a DirectoryName,
        native_key: &'a str,
    ) -> Answer<'a, Option<KnownPerson>> {
        self.answer(async move {
            let mut query = select(directory);
            query.push(" AND native_key = ").push_bind(native_key.to_owned());
            query.push(" ORDER BY is_active DESC, confirmed_at DESC LIMIT 1");
            first(self, query).await
        })
    }

    fn people_written_since<'a>(
        &'a self,
        directory: &'a DirectoryName,
        since: Revision,
    ) -> Answer<'a, Vec<KnownPerson>> {
        self.answer(async move {
            let mut query = select(directory);
            query.push(" AND revision >= ").push_bind(since.to_column());
            all(self, query).await
        })
    }

    fn list_people<'a>(&'a self, filter: &'a PeopleFilter) -> Answer<'a, Vec<KnownPerson>> {
        self.answer(async move {
            let mut query = select(&filter.directory);
            if let Some(text) = &filter.text {
                if text.contains('\0') || text.len() > crate::search::LONGEST_SEARCH {
                    return Ok(Vec::new());
                }
                query
                    .push(" AND search LIKE ")
                    .push_bind(contains(&text.to_lowercase()))
                    .push(" ESCAPE '\\'");
            }
            if let Some(after) = &filter.after {
                query.push(" AND key > ").push_bind(after.clone());
            }
            query.push(" ORDER BY key LIMIT ").push_bind(page_size(filter.limit));
            all(self, query).await
        })
    }

    fn people_to_refresh<'a>(
        &'a self,
        directory: &'a DirectoryName,
        asked_before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Answer<'a, Vec<KnownPerson>> {
        self.answer(async move {
            let mut query = select(directory);
            query.push(" AND asked_at < ").push_bind(asked_before.as_millis());
            in_use(&mut query, now);
            query.push(" ORDER BY asked_at LIMIT ").push_bind(page_size(limit));
            all(self, query).await
        })
    }

    fn oldest_confirmation<'a>(
        &'a self,
        directory: &'a DirectoryName,
        now: Timestamp,
    ) -> Answer<'a, Option<Timestamp>> {
        self.answer(async move {
            let mut query = sqlx::QueryBuilder::<Db>::new(
                "SELECT MIN(confirmed_at) FROM person WHERE directory = ",
            );
            query.push_bind(directory.as_str().to_owned());
            in_use(&mut query, now);
            let oldest: Option<i64> =
                query.build_query_scalar().fetch_one(&self.readers()?).await?;
            Ok(oldest.map(Timestamp::from_millis))
        })
    }
}

fn in_use(query: &mut sqlx::QueryBuilder<Db>, now: Timestamp) {
    query.push(" AND ").push(IS_IN_USE).push_bind(now.as_millis()).push(")");
    query.push(IS_IN_USE_SESSION).push_bind(now.as_millis()).push("))");
}

fn select(directory: &DirectoryName) -> sqlx::QueryBuilder<Db> {
    let mut query = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS} FROM person"));
    query.push(" WHERE directory = ").push_bind(directory.as_str().to_owned());
    query
}

fn of_key(key: &PersonKey) -> sqlx::QueryBuilder<Db> {
    let mut query = select(&key.directory);
    query.push(" AND key = ").push_bind(key.username.folded().to_owned());
    query
}

async fn first(
    store: &Database,
    mut query: sqlx::QueryBuilder<Db>,
) -> Result<Option<KnownPerson>, StoreError> {
    let row: Option<PersonRow> = query.build_query_as().fetch_optional(&store.readers()?).await?;
    Ok(row.map(decode_person).transpose()?)
}

async fn all(
    store: &Database,
    mut query: sqlx::QueryBuilder<Db>,
) -> Result<Vec<KnownPerson>, StoreError> {
    let rows: Vec<PersonRow> = query.build_query_as().fetch_all(&store.readers()?).await?;
    rows.into_iter().map(|row| Ok(decode_person(row)?)).collect()
}

/// All of them, for a gate that starts.
pub(super) async fn rows(
    read: &mut Transaction<'static, Db>,
) -> Result<Vec<PersonRow>, StoreError> {
    let mut query = sqlx::QueryBuilder::<Db>::new(format!(
        "SELECT {COLUMNS} FROM person ORDER BY directory, key"
    ));
    Ok(query.build_query_as().fetch_all(&mut **read).await?)
}

async fn put(
    write: &mut Transaction<'static, Db>,
    known: &KnownPerson,
    revision: Revision,
) -> Result<(), StoreError> {
    let person = &known.person;
    let groups = groups_json(&person.groups);
    let search = person_search(person);
    query(
        "INSERT INTO person (directory, key, username, display_name, email, groups_json, is_active,
            native_key, rank, confirmed_at, asked_at, problem, search, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (directory, key) DO UPDATE SET
            username = excluded.username, display_name = excluded.display_name,
            email = excluded.email, groups_json = excluded.groups_json,
            is_active = excluded.is_active, native_key = excluded.native_key,
            rank = excluded.rank, confirmed_at = excluded.confirmed_at,
            asked_at = excluded.asked_at, problem = excluded.problem,
            search = excluded.search, revision = excluded.revision",
    )
    .bind(person.key.directory.as_str())
    .bind(person.key.username.folded())
    .bind(person.key.username.as_str())
    .bind(plain(&person.display_name, "the display name of a person")?)
    .bind(plain_option(person.email.as_deref(), "the e-mail address of a person")?)
    .bind(groups)
    .bind(i64::from(person.active))
    .bind(plain_option(known.native_key.as_deref(), "the key of a person")?)
    .bind(known.rank.as_str())
    .bind(known.confirmed_at.as_millis())
    .bind(known.asked_at.as_millis())
    .bind(plain_option(known.problem.as_deref(), "the problem of a person")?)
    .bind(plain(&search, "the name of a person")?)
    .bind(revision.to_column())
    .execute(&mut **write)
    .await?;
    Ok(())
}
