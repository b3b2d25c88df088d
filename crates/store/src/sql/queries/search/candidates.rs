//! All tokens, and all that is found of them, for whoever sorts and counts by what the store does
//! not know.

use std::collections::HashMap;

use gatepass_model::{InstanceName, PersonKey, Timestamp, TokenId, TokenState};
use sqlx::QueryBuilder;

use super::super::{Database, Db, HEX_ID};
use super::asked::{is_in_state, narrow, sort};
use super::{COUNTED, SORTED_BY, begin_all, end_all, handle};
use crate::codec::{Problem, parse, parse_access, person};
use crate::{Candidate, Candidates, Corruption, SortKey, StoreError, TokenSearch, TokenTexts};

/// See [`Tokens::search_handles`](crate::Tokens::search_handles).
pub(in super::super) async fn handles(
    store: &Database,
    search: &TokenSearch,
    limit: u32,
) -> Result<Vec<TokenId>, StoreError> {
    if search.finds_nothing() {
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
    most_text: u32,
) -> Result<Candidates, StoreError> {
    let mut query = QueryBuilder::<Db>::new(
        "SELECT id, state_now || ' ' || ending || ' ' || access || ' ' || instances || ' ' || owner,
            integration, CASE WHEN (SELECT SUM(OCTET_LENGTH(name_key) + OCTET_LENGTH(search))
                FROM token) <= ",
    );
    query.push_bind(i64::from(most_text));
    query.push(" THEN CAST(LENGTH(name_key) AS TEXT) || ' ' || name_key || search END FROM ");
    begin_all(&mut query, SORTED_BY);
    query.push(
        ", access, instances, integration, search, owner_directory || ' ' || owner_key AS owner,
         COALESCE(CAST(expires_at AS TEXT), '') AS ending, CASE",
    );
    for state in COUNTED {
        query.push(" WHEN ");
        is_in_state(&mut query, state, now);
        query.push(format!(" THEN '{state}'"));
    }
    query.push(format!(" ELSE '{}' END AS state_now FROM token", TokenState::Active));
    end_all(&mut query);
    query.push(" LIMIT ").push_bind(i64::from(limit));
    // In one text, since the driver takes its time for each value.
    let mut rows: Vec<Row> = query.build_query_as().fetch_all(&store.readers()?).await?;
    // For a fraction of what it takes the database, which would sort texts along.
    rows.sort_unstable_by(|(one, ..), (other, ..)| one.cmp(other));
    read_candidates(&rows)
}

/// A handle; state, end, access, instances and owner; the integration; how many characters its name
/// has to sort by, that name, and its text.
type Row = (Vec<u8>, String, Option<String>, Option<String>);

fn read_candidates(rows: &[Row]) -> Result<Candidates, StoreError> {
    let (mut owners, mut integrations, mut places) =
        (Numbered::default(), Numbered::default(), Numbered::default());
    let mut tokens = Vec::with_capacity(rows.len());
    // What there is of one there is of all.
    let mut texts = rows.iter().all(|(.., text)| text.is_some()).then(TokenTexts::default);
    for ((id, facts, integration, text), number) in rows.iter().zip(0..) {
        let id = handle(id)?;
        let corrupt = |problem| Corruption { what: format!("token {id}"), problem };
        let mut facts = facts.splitn(5, ' ');
        let mut next = || facts.next().unwrap_or_default();
        let (state, end, access, instances, owner) = (next(), next(), next(), next(), next());
        tokens.push(Candidate {
            id,
            state: parse(state, "state").map_err(corrupt)?,
            ends_at: end.parse().ok().map(Timestamp::from_millis),
            access: parse_access(access).map_err(corrupt)?,
            owner: owners.number(owner, read_owner).map_err(corrupt)?,
            integration: integration
                .as_ref()
                .map(|name| integrations.number(name, |name| Ok(name.to_owned())))
                .transpose()
                .map_err(corrupt)?,
            places: places.number(instances, read_places).map_err(corrupt)?,
            text: number,
        });
        if let Some((texts, text)) = texts.as_mut().zip(text.as_ref()) {
            let (name, text) = read_texts(text).map_err(corrupt)?;
            texts.push(name, text);
        }
    }
    let (owners, integrations, places) = (owners.read, integrations.read, places.read);
    Ok(Candidates { tokens, owners, integrations, places, texts })
}

/// What is read once, however often it comes.
struct Numbered<'r, T> {
    numbers: HashMap<&'r str, u32>,
    read: Vec<T>,
}

impl<T> Default for Numbered<'_, T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), read: Vec::new() }
    }
}

impl<'r, T> Numbered<'r, T> {
    fn number(
        &mut self,
        text: &'r str,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<u32, Problem> {
        if let Some(number) = self.numbers.get(text) {
            return Ok(*number);
        }
        let number = u32::try_from(self.read.len()).unwrap_or(u32::MAX);
        self.read.push(read(text)?);
        self.numbers.insert(text, number);
        Ok(number)
    }
}

fn read_texts(text: &str) -> Result<(&str, &str), Problem> {
    let split = || {
        let (count, texts) = text.split_once(' ')?;
        let count: usize = count.parse().ok()?;
        let end = texts.char_indices().map(|(place, _)| place).chain([texts.len()]).nth(count)?;
        texts.split_at_checked(end)
    };
    split().ok_or_else(|| "its name is not whole".to_owned())
}

fn read_owner(text: &str) -> Result<PersonKey, Problem> {
    let (directory, name) = text.split_once(' ').unwrap_or_default();
    person(directory, name)
}

/// As they are stored: `,jira,wiki,`; empty: all.
fn read_places(text: &str) -> Result<Vec<InstanceName>, Problem> {
    text.split(',').filter(|name| !name.is_empty()).map(|name| parse(name, "instance")).collect()
}
