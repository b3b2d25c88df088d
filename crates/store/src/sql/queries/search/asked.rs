//! What is asked of tokens, in SQL.

use gatepass_model::{Timestamp, TokenId, TokenState};
use sqlx::QueryBuilder;

use super::super::Db;
use super::super::token::contains;
use crate::{EndFilter, InstanceFilter, SortKey, TokenSearch};

/// Whether tokens of all kinds are looked for, be it in one state.
pub(super) fn asks_nothing_but_state(search: &TokenSearch) -> bool {
    let TokenSearch { text, owner, directory, integration, access, instance, end, .. } = search;
    text.is_none()
        && owner.is_none()
        && directory.is_none()
        && integration.is_none()
        && access.is_none()
        && instance.is_none()
        && end.is_none()
}

/// All that is asked for but the state.
pub(super) fn narrow(query: &mut QueryBuilder<Db>, search: &TokenSearch) {
    if let Some(owner) = &search.owner {
        query.push(" AND owner_key = ").push_bind(owner.to_lowercase());
    }
    if let Some(directory) = &search.directory {
        query.push(" AND owner_directory = ").push_bind(directory.as_str().to_owned());
    }
    if let Some(access) = search.access {
        query.push(" AND access = ").push_bind(access.as_str());
    }
    if let Some(integration) = &search.integration {
        query.push(" AND integration || '' = ").push_bind(integration.clone());
    }
    if let Some(InstanceFilter { instance, directory }) = &search.instance {
        query.push(" AND (instances LIKE ").push_bind(format!("%,{instance},%"));
        if let Some(directory) = directory {
            query.push(" OR (instances = '' AND owner_directory = ");
            query.push_bind(directory.as_str().to_owned()).push(")");
        }
        query.push(")");
    }
    match search.end {
        None => {}
        Some(EndFilter::Never) => {
            query.push(" AND (expires_at + 0) IS NULL");
        }
        Some(EndFilter::Expired) => {
            query.push(" AND ");
            is_in_state(query, TokenState::Expired, search.now);
        }
        Some(EndFilter::Until(until)) => {
            query.push(" AND state IN ('pending', 'active', 'suspended')");
            query.push(" AND expires_at + 0 > ").push_bind(search.now.as_millis());
            query.push(" AND expires_at + 0 <= ").push_bind(until.as_millis());
        }
    }
    // The last: it costs the most.
    if let Some(text) = &search.text {
        query.push(" AND search LIKE ").push_bind(contains(&text.to_lowercase()));
        query.push(" ESCAPE '\\'");
    }
}

pub(super) fn narrow_to_state(query: &mut QueryBuilder<Db>, search: &TokenSearch) {
    if let Some(state) = search.state {
        query.push(" AND ");
        is_in_state(query, state, search.now);
    }
}

pub(super) fn one_of(query: &mut QueryBuilder<Db>, ids: &[TokenId]) {
    query.push("id IN (");
    let mut list = query.separated(", ");
    for id in ids.iter().take(1000) {
        list.push_bind(id.as_bytes().to_vec());
    }
    query.push(")");
}

/// Whether a token is in a state at `now`: `Token::state_at`, in SQL.
pub(super) fn is_in_state(query: &mut QueryBuilder<Db>, state: TokenState, now: Timestamp) {
    let now = now.as_millis();
    match state {
        TokenState::Revoked => {
            query.push("state = 'revoked'");
        }
        TokenState::Expired => {
            query.push("(state = 'expired' OR (state <> 'revoked' AND expires_at + 0 <= ");
            query.push_bind(now).push("))");
        }
        other => {
            query.push(format!("(state = '{other}' AND (expires_at IS NULL OR expires_at + 0 > "));
            query.push_bind(now).push("))");
        }
    }
}

pub(super) fn sort(query: &mut QueryBuilder<Db>, search: &TokenSearch) {
    // NULLs where PostgreSQL has them in its indices anyway.
    query.push(" ORDER BY ").push(match (search.sort, search.descending) {
        (SortKey::Name, false) => "name_key, id",
        (SortKey::Name, true) => "name_key DESC, id DESC",
        (SortKey::Owner, false) => "owner_key, owner_directory, id",
        (SortKey::Owner, true) => "owner_key DESC, owner_directory DESC, id DESC",
        (SortKey::Created, false) => "id",
        (SortKey::Created, true) => "id DESC",
        (SortKey::End, false) => "expires_at ASC NULLS LAST, id",
        (SortKey::End, true) => "expires_at DESC NULLS FIRST, id DESC",
    });
}
