//! All that is found, for whoever sorts and counts it by what the store does not know.

use std::collections::HashMap;

use gatepass_model::{Timestamp, TokenState};
use sqlx::QueryBuilder;

use super::super::{Database, Db};
use super::asked::{finds_nothing, is_in_state, narrow, sort};
use super::{COUNTED, SORTED_BY, begin_all, end_all, handle, total};
use crate::codec::parse;
use crate::{Candidate, Candidates, Corruption, StoreError, TokenSearch};

/// See [`Tokens::search_candidates`](crate::Tokens::search_candidates).
pub(in super::super) async fn candidates(
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
    begin_all(&mut query, SORTED_BY);
    query.push(
        ", owner_directory || ' ' || owner_key AS owner,
         COALESCE(CAST(expires_at AS TEXT), '') AS ending, CASE",
    );
    for state in COUNTED {
        query.push(" WHEN ");
        is_in_state(&mut query, state, search.now);
        query.push(format!(" THEN '{state}'"));
    }
    query.push(format!(" ELSE '{}' END AS state_now FROM token WHERE 1 = 1", TokenState::Active));
    narrow(&mut query, search);
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
