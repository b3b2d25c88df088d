//! All tokens, and all that is found of them, for whoever sorts and counts by what the store does
//! not know.

use std::collections::HashMap;

use gatepass_model::{Timestamp, TokenId, TokenState};
use sqlx::QueryBuilder;

use super::super::{Database, Db, HEX_ID};
use super::asked::{finds_nothing, is_in_state, narrow, sort};
use super::{COUNTED, SORTED_BY, begin_all, end_all, handle};
use crate::codec::parse;
use crate::{Candidate, Candidates, Corruption, SortKey, StoreError, TokenSearch};

/// See [`Tokens::search_handles`](crate::Tokens::search_handles).
pub(in super::super) async fn handles(
    store: &Database,
    search: &TokenSearch,
    limit: u32,
) -> Result<Vec<TokenId>, StoreError> {
    if finds_nothing(search) {
        return Ok(Vec::new());
    }
    let is_by_handle = search.sort == SortKey::Created;
    // In one text, since the driver takes its time for each row. The rows are put together as they
    // come.
    let mut query =
        QueryBuilder::<Db>::new(format!("SELECT string_agg({HEX_ID}, ',') FROM (SELECT id FROM "));
    if is_by_handle {
        query.push("token WHERE 1 = 1");
        narrow(&mut query, search);
    } else {
        begin_all(&mut query, SORTED_BY);
        query.push(" FROM token WHERE 1 = 1");
        narrow(&mut query, search);
        end_all(&mut query);
        sort(&mut query, search);
    }
    query.push(" LIMIT ").push_bind(i64::from(limit)).push(") AS found");
    let found: Option<String> = query.build_query_scalar().fetch_one(&store.readers()?).await?;
    let handles = found.iter().flat_map(|found| found.split(',')).map(from_hex);
    let mut handles: Vec<TokenId> = handles.collect::<Result<_, _>>()?;
    if is_by_handle {
        // For a fraction of what it takes the database.
        handles.sort_unstable();
        if search.descending {
            handles.reverse();
        }
    }
    Ok(handles)
}

fn from_hex(text: &str) -> Result<TokenId, StoreError> {
    let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
    let corrupt = || Corruption {
        what: "a token".to_owned(),
        problem: "its handle has a wrong length".to_owned(),
    };
    Ok(TokenId::from_bytes(number.ok_or_else(corrupt)?.to_be_bytes()))
}

/// See [`Tokens::candidates`](crate::Tokens::candidates).
pub(in super::super) async fn candidates(
    store: &Database,
    now: Timestamp,
    limit: u32,
) -> Result<Candidates, StoreError> {
    let mut query =
        QueryBuilder::<Db>::new("SELECT id, state_now || ' ' || ending || ' ' || owner FROM ");
    begin_all(&mut query, SORTED_BY);
    query.push(
        ", owner_directory || ' ' || owner_key AS owner,
         COALESCE(CAST(expires_at AS TEXT), '') AS ending, CASE",
    );
    for state in COUNTED {
        query.push(" WHEN ");
        is_in_state(&mut query, state, now);
        query.push(format!(" THEN '{state}'"));
    }
    query.push(format!(" ELSE '{}' END AS state_now FROM token", TokenState::Active));
    end_all(&mut query);
    query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    // In one text, since the driver takes its time for each value.
    let rows: Vec<(Vec<u8>, String)> = query.build_query_as().fetch_all(&store.readers()?).await?;
    read_candidates(&rows)
}

fn read_candidates(rows: &[(Vec<u8>, String)]) -> Result<Candidates, StoreError> {
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
    Ok(Candidates { tokens, owners })
}
