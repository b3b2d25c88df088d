//! Looking for tokens among all of them.
//!
//! Two questions for a page: how much there is, and which come first. Where little is found, both
//! are answered by looking at all tokens once; where much is found, an index tells which come first.
//! What is looked at stands in one index where there is one that has it all (SQLite). An expression
//! such as `integration || ''` keeps a database from another index, by which it would go to the table
//! for each token that it finds: where half of them are found, that takes four times as long.

mod asked;
mod candidates;

use std::collections::HashMap;

use gatepass_model::{PersonKey, Timestamp, TokenId, TokenState};
use sqlx::{QueryBuilder, query_scalar};

use super::token::select;
use super::{Database, Db, count, page_size};
use crate::codec::{TokenRow, bytes, decode_token, person};
use crate::{
    Corruption, FoundPage, SortKey, StateCounts, StoreError, StoredToken, TokenSearch, TokensFound,
};
use asked::{asks_nothing_but_state, is_in_state, narrow, narrow_to_state, one_of, sort};

pub(super) use candidates::{candidates, handles};

type Connection = <Db as sqlx::Database>::Connection;

/// By so many tokens it is guessed how much is found.
const SAMPLE: i64 = 2_000;
/// So much is kept aside rather than looked for twice.
const RARE: u64 = 5_000;
/// So many tokens are looked at one by one, in the order of an index, before it is quicker to look
/// at all and to sort what is found.
const SOME: u64 = 5_000;
/// What lists are sorted by.
const SORTED_BY: &str = "id, owner_key, owner_directory, name_key, expires_at";
/// More than one owner has tokens: two million. Three such numbers fit into a `BIGINT`.
const DIGIT: i64 = 1 << 21;
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
    let total = total(&mut read).await?;
    if search.finds_nothing() {
        let (states, tokens) = (StateCounts::default(), Vec::new());
        return Ok(TokensFound { tokens, found: 0, people: 0, states, total });
    }
    let (Counted { people, states }, ids) = if is_rare(search, total, &mut read).await? {
        together(search, page, &mut read).await?
    } else {
        let counted = counts(search, &mut read).await?;
        let found = found(search, &counted.states);
        let ids = page_of_many(search, page, Size { found, total }, &mut read).await?;
        (counted, ids)
    };
    let found = found(search, &states);
    let rows = rows_of(&ids, &mut read).await?;
    let mut tokens = rows.into_iter().map(decode_token).collect::<Result<Vec<_>, _>>()?;
    let places: HashMap<TokenId, usize> = ids.into_iter().zip(0..).collect();
    tokens.sort_by_key(|stored: &StoredToken| places.get(&stored.token.id).copied());
    Ok(TokensFound { tokens, found, people, states, total })
}

fn found(search: &TokenSearch, states: &StateCounts) -> u64 {
    search.state.map_or_else(|| states.total(), |state| states.of(state))
}

async fn total(read: &mut Connection) -> Result<u64, StoreError> {
    let total: i64 =
        query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM token").fetch_one(read).await?;
    Ok(count(total))
}

/// Whether little is found, by a sample. Where that is wrong, the answer takes longer.
async fn is_rare(
    search: &TokenSearch,
    total: u64,
    read: &mut Connection,
) -> Result<bool, StoreError> {
    if asks_nothing_but_state(search) {
        return Ok(false);
    }
    let mut query = QueryBuilder::<Db>::new(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT owner_key, owner_directory, state,
            expires_at, access, integration, instances, search FROM token LIMIT ",
    );
    query.push_bind(SAMPLE).push(") AS sample WHERE 1 = 1");
    narrow(&mut query, search);
    let found: i64 = query.build_query_scalar().fetch_one(read).await?;
    let looked_at = count(SAMPLE).min(total).max(1);
    Ok(count(found).saturating_mul(total) / looked_at <= RARE)
}

/// How much is found, and the handles of a page, by looking at all once. What is found is kept
/// aside meanwhile, so that must not be much.
async fn together(
    search: &TokenSearch,
    page: FoundPage,
    read: &mut Connection,
) -> Result<(Counted, Vec<TokenId>), StoreError> {
    let mut query = QueryBuilder::<Db>::new("WITH found AS MATERIALIZED (SELECT ");
    query.push(SORTED_BY).push(", state FROM token WHERE 1 = 1");
    narrow(&mut query, search);
    query.push(") SELECT NULL AS id, tokens, pending, suspended, expired, revoked, people FROM (");
    select_counts(&mut query, search, |query| {
        query.push("found");
    });
    query.push(") AS counted UNION ALL SELECT id, 0, 0, 0, 0, 0, 0 FROM (SELECT id FROM found");
    query.push(" WHERE 1 = 1");
    narrow_to_state(&mut query, search);
    sort(&mut query, search);
    one_page(&mut query, page);
    query.push(") AS page");
    let mut rows = query
        .build_query_as::<(Option<Vec<u8>>, i64, i64, i64, i64, i64, i64)>()
        .fetch_all(read)
        .await?
        .into_iter();
    let mut counted = Counted::default();
    let mut ids = Vec::new();
    // No promise of a database says which comes first.
    for (id, tokens, pending, suspended, expired, revoked, people) in rows.by_ref() {
        match id {
            Some(id) => ids.push(handle(&id)?),
            None => counted = Counted::of([tokens, pending, suspended, expired, revoked, people]),
        }
    }
    Ok((counted, ids))
}

/// How much is found.
async fn counts(search: &TokenSearch, read: &mut Connection) -> Result<Counted, StoreError> {
    let mut query = QueryBuilder::<Db>::new("");
    select_counts(&mut query, search, |query| {
        query.push("token WHERE 1 = 1");
        narrow(query, search);
    });
    let (tokens, pending, suspended, expired, revoked, people): (i64, i64, i64, i64, i64, i64) =
        query.build_query_as().fetch_one(read).await?;
    Ok(Counted::of([tokens, pending, suspended, expired, revoked, people]))
}

/// How many tokens are found on all pages, and how many there are at all.
#[derive(Clone, Copy)]
struct Size {
    found: u64,
    total: u64,
}

/// The handles of a page, in its order.
async fn page_of_many(
    search: &TokenSearch,
    page: FoundPage,
    Size { found, total }: Size,
    read: &mut Connection,
) -> Result<Vec<TokenId>, StoreError> {
    if page.limit == 0 || page.offset >= found {
        return Ok(Vec::new());
    }
    let last = page.offset.saturating_add(page.limit.into()).min(found);
    // How many must be looked at in order until the page is full, if they lie evenly.
    let looked_at = last.saturating_mul(total) / found;
    let asks_nothing = search.state.is_none() && asks_nothing_but_state(search);
    let mut query = QueryBuilder::<Db>::new("SELECT id FROM ");
    // An index has the whole answer where nothing is asked, and that of owners always.
    if asks_nothing || search.sort == SortKey::Owner || looked_at <= SOME {
        query.push("token WHERE 1 = 1");
        narrow_to_state(&mut query, search);
        narrow(&mut query, search);
    } else {
        begin_all(&mut query, SORTED_BY);
        query.push(" FROM token WHERE 1 = 1");
        narrow_to_state(&mut query, search);
        narrow(&mut query, search);
        end_all(&mut query);
    }
    sort(&mut query, search);
    one_page(&mut query, page);
    let ids: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(read).await?;
    ids.iter().map(|id| handle(id)).collect()
}

/// How many people own what is found, and how many tokens there are in each state.
#[derive(Default)]
struct Counted {
    people: u64,
    states: StateCounts,
}

impl Counted {
    fn of([tokens, pending, suspended, expired, revoked, people]: [i64; 6]) -> Self {
        let mut states = StateCounts::default();
        let mut active = count(tokens);
        for (state, counted) in COUNTED.into_iter().zip([pending, suspended, expired, revoked]) {
            states.add(state, count(counted));
            active = active.saturating_sub(count(counted));
        }
        states.add(TokenState::Active, active);
        Self { people: count(people), states }
    }
}

/// Asks for the numbers of which [`Counted`] is made, of what `from` puts there.
///
/// Most of the time goes into counting for each owner, so three counts are made as one sum, of
/// numbers below [`DIGIT`] each, and what is left is active.
fn select_counts(
    query: &mut QueryBuilder<Db>,
    search: &TokenSearch,
    from: impl FnOnce(&mut QueryBuilder<Db>),
) {
    query.push("SELECT CAST(COALESCE(SUM(tokens), 0) AS BIGINT) AS tokens");
    for state in COUNTED {
        let of_owner = of_owner(state);
        query.push(format!(", CAST(COALESCE(SUM({of_owner}), 0) AS BIGINT) AS {state}"));
    }
    let wanted = search.state.map_or_else(|| "tokens".to_owned(), of_owner);
    query.push(format!(", CAST(COUNT(CASE WHEN {wanted} > 0 THEN 1 END) AS BIGINT) AS people"));
    query.push(" FROM (SELECT COUNT(*) AS tokens, COUNT(CASE WHEN ");
    is_in_state(query, TokenState::Pending, search.now);
    query.push(" THEN 1 END) AS waiting, CAST(SUM(CASE");
    let mut one = 1_i64;
    for state in [TokenState::Revoked, TokenState::Expired, TokenState::Suspended] {
        query.push(" WHEN ");
        is_in_state(query, state, search.now);
        query.push(format!(" THEN {one}"));
        one = one.saturating_mul(DIGIT);
    }
    query.push(" ELSE 0 END) AS BIGINT) AS stopped FROM ");
    from(query);
    query.push(" GROUP BY owner_key, owner_directory) AS owners");
}

/// How many tokens of an owner are in a state, by what is counted for him.
fn of_owner(state: TokenState) -> String {
    match state {
        TokenState::Pending => "waiting".to_owned(),
        TokenState::Revoked => format!("(stopped % {DIGIT})"),
        TokenState::Expired => format!("(stopped / {DIGIT} % {DIGIT})"),
        TokenState::Suspended => format!("(stopped / {DIGIT} / {DIGIT})"),
        TokenState::Active => {
            let others = COUNTED.map(of_owner).join(" - ");
            format!("(tokens - {others})")
        }
    }
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

/// See [`Tokens::integrations`](crate::Tokens::integrations).
pub(super) async fn integrations(store: &Database, limit: u32) -> Result<Vec<String>, StoreError> {
    let names: Vec<String> = query_scalar(
        "SELECT DISTINCT integration FROM token WHERE integration IS NOT NULL
         ORDER BY integration LIMIT $1",
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

fn one_page(query: &mut QueryBuilder<Db>, page: FoundPage) {
    query.push(" LIMIT ").push_bind(i64::from(page.limit.min(1000)));
    query.push(" OFFSET ").push_bind(i64::try_from(page.offset).unwrap_or(i64::MAX));
}

/// Begins to ask for all that there is, to be sorted afterwards.
fn begin_all(query: &mut QueryBuilder<Db>, columns: &str) {
    query.push("(SELECT ").push(columns);
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
