//! Looking for tokens among all of them.
//!
//! Two questions for a page: how much there is, and which come first. Both read what they need for
//! each token from one index where there is one that has it all (SQLite). An expression such as
//! `integration || ''` keeps a database from another index, by which it would go to the table for
//! each token that it finds: where half of them are found, that takes four times as long.

mod asked;

use std::collections::HashMap;

use gatepass_model::{PersonKey, Timestamp, TokenId, TokenState};
use sqlx::{QueryBuilder, query_scalar};

use super::token::select;
use super::{Database, Db, count, page_size};
use crate::codec::{TokenRow, bytes, decode_token, parse, person};
use crate::{
    Candidate, Candidates, Corruption, FoundPage, SortKey, StateCounts, StoreError, StoredToken,
    TokenSearch, TokensFound,
};
use asked::{asks_nothing, finds_nothing, is_in_state, narrow, narrow_with_state, one_of, sort};

type Connection = <Db as sqlx::Database>::Connection;

/// So many are looked up one by one, once it is known which they are.
const FEW: usize = 500;
/// So many tokens are looked at one by one, in the order of an index, before it is quicker to look
/// at all and to sort what is found.
const SOME: u64 = 8_000;
/// The states that are counted. Active is what is left, which spares counting most of them.
const COUNTED: [TokenState; 4] =
    [TokenState::Pending, TokenState::Suspended, TokenState::Expired, TokenState::Revoked];

/// See [`Tokens::search_tokens`](crate::Tokens::search_tokens).
pub(super) async fn search(
    store: &Database,
    search: &TokenSearch,
    page: FoundPage,
) -> Result<TokensFound, StoreError> {
    let mut read = store.begin_read().await?;
    let total: i64 =
        query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM token").fetch_one(&mut *read).await?;
    let total = count(total);
    if finds_nothing(search) {
        let (states, tokens) = (StateCounts::default(), Vec::new());
        return Ok(TokensFound { tokens, found: 0, people: 0, states, total });
    }
    let few = few(search, &mut read).await?;
    let few = few.as_deref();
    let (people, states) = counts(search, few, &mut read).await?;
    let found = search.state.map_or_else(|| states.total(), |state| states.of(state));
    let mut tokens = Vec::new();
    if page.limit > 0 && page.offset < found {
        let last = page.offset.saturating_add(page.limit.into()).min(found);
        // How many must be looked at in order until the page is full, if they lie evenly.
        let looked_at = last.saturating_mul(total) / found;
        // An index has the whole answer where nothing is asked, and that of owners always.
        let is_indexed = asks_nothing(search) || search.sort == SortKey::Owner;
        let in_order = few.is_some() || is_indexed || looked_at <= SOME;
        let ids = ids(search, few, page, in_order, &mut read).await?;
        let rows = rows_of(&ids, &mut read).await?;
        tokens = rows.into_iter().map(decode_token).collect::<Result<Vec<_>, _>>()?;
        let places: HashMap<TokenId, usize> = ids.into_iter().zip(0..).collect();
        tokens.sort_by_key(|stored: &StoredToken| places.get(&stored.token.id).copied());
    }
    Ok(TokensFound { tokens, found, people, states, total })
}

async fn total(read: &mut Connection) -> Result<u64, StoreError> {
    let total: i64 =
        query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM token").fetch_one(read).await?;
    Ok(count(total))
}

/// What is found, whatever its state, where that is not much: then it need be looked for only once.
async fn few(
    search: &TokenSearch,
    read: &mut Connection,
) -> Result<Option<Vec<TokenId>>, StoreError> {
    if asks_nothing(search) {
        return Ok(None);
    }
    let mut query = QueryBuilder::<Db>::new("SELECT id FROM token WHERE 1 = 1");
    narrow(&mut query, search, None);
    let most = i64::try_from(FEW).unwrap_or(i64::MAX);
    query.push(" LIMIT ").push_bind(most.saturating_add(1));
    let ids: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(read).await?;
    if ids.len() > FEW {
        return Ok(None);
    }
    ids.iter().map(|id| handle(id)).collect::<Result<_, _>>().map(Some)
}

/// How many people own what is found, and how many tokens there are in each state.
async fn counts(
    search: &TokenSearch,
    few: Option<&[TokenId]>,
    read: &mut Connection,
) -> Result<(u64, StateCounts), StoreError> {
    let mut query = QueryBuilder::<Db>::new("SELECT CAST(COALESCE(SUM(tokens), 0) AS BIGINT)");
    for state in COUNTED {
        query.push(format!(", CAST(COALESCE(SUM({state}), 0) AS BIGINT)"));
    }
    let of_owner = match search.state {
        None => "tokens",
        Some(TokenState::Active) => "tokens - pending - suspended - expired - revoked",
        Some(state) => state.as_str(),
    };
    query.push(format!(", CAST(COUNT(CASE WHEN {of_owner} > 0 THEN 1 END) AS BIGINT)"));
    query.push(" FROM (SELECT COUNT(*) AS tokens");
    for state in COUNTED {
        query.push(", COUNT(CASE WHEN ");
        is_in_state(&mut query, state, search.now);
        query.push(format!(" THEN 1 END) AS {state}"));
    }
    query.push(" FROM token WHERE 1 = 1");
    narrow(&mut query, search, few);
    query.push(" GROUP BY owner_key, owner_directory) AS owners");
    let (tokens, pending, suspended, expired, revoked, people): (i64, i64, i64, i64, i64, i64) =
        query.build_query_as().persistent(few.is_none()).fetch_one(read).await?;
    let mut states = StateCounts::default();
    let mut active = count(tokens);
    for (state, counted) in COUNTED.into_iter().zip([pending, suspended, expired, revoked]) {
        states.add(state, count(counted));
        active = active.saturating_sub(count(counted));
    }
    states.add(TokenState::Active, active);
    Ok((count(people), states))
}

/// The handles of a page, in its order.
async fn ids(
    search: &TokenSearch,
    few: Option<&[TokenId]>,
    page: FoundPage,
    in_order: bool,
    read: &mut Connection,
) -> Result<Vec<TokenId>, StoreError> {
    let mut query = QueryBuilder::<Db>::new("SELECT id FROM ");
    if in_order {
        query.push("token WHERE 1 = 1");
        narrow_with_state(&mut query, search, few);
    } else {
        begin_all(&mut query, "id FROM token WHERE 1 = 1");
        narrow_with_state(&mut query, search, few);
        end_all(&mut query);
    }
    sort(&mut query, search);
    query.push(" LIMIT ").push_bind(page_size(page.limit));
    query.push(" OFFSET ").push_bind(i64::try_from(page.offset).unwrap_or(i64::MAX));
    let query = query.build_query_scalar().persistent(few.is_none());
    let ids: Vec<Vec<u8>> = query.fetch_all(read).await?;
    ids.iter().map(|id| handle(id)).collect()
}

/// See [`Tokens::search_candidates`](crate::Tokens::search_candidates).
pub(super) async fn candidates(
    store: &Database,
    search: &TokenSearch,
    limit: u32,
) -> Result<Candidates, StoreError> {
    let mut read = store.begin_read().await?;
    let total = total(&mut read).await?;
    if finds_nothing(search) {
        return Ok(Candidates { total, ..Candidates::default() });
    }
    let mut query =
        QueryBuilder::<Db>::new("SELECT id, state_now || ' ' || ending || ' ' || owner FROM ");
    let facts = "id, owner_directory || ' ' || owner_key AS owner,
         COALESCE(CAST(expires_at AS TEXT), '') AS ending, CASE";
    begin_all(&mut query, facts);
    for state in COUNTED {
        query.push(" WHEN ");
        is_in_state(&mut query, state, search.now);
        query.push(format!(" THEN '{state}'"));
    }
    query.push(" ELSE 'active' END AS state_now FROM token WHERE 1 = 1");
    narrow(&mut query, search, None);
    end_all(&mut query);
    sort(&mut query, search);
    query.push(" LIMIT ").push_bind(i64::from(limit));
    // In one text, since the driver takes its time for each value.
    let rows: Vec<(Vec<u8>, String)> = query.build_query_as().fetch_all(&mut *read).await?;
    read_candidates(&rows, total)
}

fn read_candidates(rows: &[(Vec<u8>, String)], total: u64) -> Result<Candidates, StoreError> {
    let (mut owners, mut numbers) = (Vec::new(), HashMap::new());
    let mut tokens = Vec::with_capacity(rows.len());
    for (id, facts) in rows {
        let id = handle(id)?;
        let corrupt = |problem| Corruption { what: format!("token {id}"), problem };
        let mut facts = facts.splitn(3, ' ');
        let mut next = || facts.next().unwrap_or_default();
        let (state, end, owner) = (next(), next(), next());
        let state = parse(state, "state").map_err(corrupt)?;
        let ends_at = end.parse().ok().map(Timestamp::from_millis);
        let owner = *numbers.entry(owner).or_insert_with(|| {
            owners.push(owner.to_owned());
            u32::try_from(owners.len() - 1).unwrap_or(u32::MAX)
        });
        tokens.push(Candidate { id, state, ends_at, owner });
    }
    Ok(Candidates { tokens, owners, total })
}

/// The rows of these tokens that there are, in the order of their handles.
pub(super) async fn rows_of(
    ids: &[TokenId],
    read: &mut Connection,
) -> Result<Vec<TokenRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select();
    one_of(&mut query, ids);
    query.push(" ORDER BY id");
    // As many texts as there are lengths of lists need not be kept.
    Ok(query.build_query_as().persistent(false).fetch_all(read).await?)
}

/// See [`Tokens::integrations`](crate::Tokens::integrations). From each name to the next, so that
/// it takes as long as there are names, however many tokens each has.
pub(super) async fn integrations(store: &Database, limit: u32) -> Result<Vec<String>, StoreError> {
    let names: Vec<String> = query_scalar(
        "WITH RECURSIVE known (name) AS (
            SELECT MIN(integration) FROM token
            UNION ALL
            SELECT (SELECT MIN(integration) FROM token WHERE integration > known.name)
            FROM known WHERE known.name IS NOT NULL)
         SELECT name FROM known WHERE name IS NOT NULL LIMIT $1",
    )
    .bind(page_size(limit))
    .fetch_all(&store.readers()?)
    .await?;
    Ok(names)
}

/// See [`Tokens::count_living_by_owner`](crate::Tokens::count_living_by_owner).
pub(super) async fn living_by_owner(
    store: &Database,
    now: Timestamp,
) -> Result<Vec<(PersonKey, u64)>, StoreError> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT owner_directory, owner_key, CAST(COUNT(*) AS BIGINT) FROM token
         WHERE state IN ('pending', 'active', 'suspended')
           AND (expires_at IS NULL OR expires_at > $1)
         GROUP BY owner_key, owner_directory",
    )
    .bind(now.as_millis())
    .fetch_all(&store.readers()?)
    .await?;
    let mut owners = Vec::with_capacity(rows.len());
    for (directory, username, living) in rows {
        let owner = person(&directory, &username)
            .map_err(|problem| Corruption { what: "an owner".to_owned(), problem })?;
        owners.push((owner, count(living)));
    }
    Ok(owners)
}

/// Begins to ask for all that there is, to be sorted afterwards: the columns that lists are sorted
/// by, and these.
fn begin_all(query: &mut QueryBuilder<Db>, columns: &str) {
    query.push("(SELECT owner_key, owner_directory, name_key, expires_at, ").push(columns);
}

/// The limit, which limits nothing, keeps it apart: else it would be read in the order of an index,
/// from the table, however little of it is wanted.
fn end_all(query: &mut QueryBuilder<Db>) {
    query.push(" LIMIT ").push_bind(i64::MAX).push(") AS found");
}

fn handle(id: &[u8]) -> Result<TokenId, StoreError> {
    let id = bytes(id, "handle");
    let corrupt = |problem| Corruption { what: "a token".to_owned(), problem };
    Ok(TokenId::from_bytes(id.map_err(corrupt)?))
}
