//! All that a gate needs at its start.

use gatepass_model::Timestamp;

use super::{Database, Db, Transaction, credential, person, policy, token};
use crate::codec::{decode_person, decode_token};
use crate::{Loaded, StoreError};

/// So many rows are in memory at once.
const CHUNK: i64 = 1000;

/// Hands over all of it, as one transaction sees it.
pub(super) async fn everything(
    store: &Database,
    read: &mut Transaction<'static, Db>,
    ended_after: Timestamp,
    each: &mut (dyn FnMut(Loaded) + Send),
) -> Result<(), StoreError> {
    match store.in_time(policy::load(&mut **read)).await {
        Ok(policy) => each(Loaded::Policy(policy)),
        // Without a policy nobody may do anything; that is for the reader to say.
        Err(StoreError::Corrupt(corruption)) => each(Loaded::Corrupt(corruption)),
        Err(error) => return Err(error),
    }
    let mut after: Vec<u8> = Vec::new();
    loop {
        let rows = store.in_time(token::chunk(read, &after, ended_after, CHUNK)).await?;
        let Some(last) = rows.last() else { break };
        after.clone_from(&last.id);
        for row in rows {
            each(decode_token(row).map_or_else(Loaded::Corrupt, Loaded::Token));
        }
    }
    for row in store.in_time(credential::rows(&mut **read, None)).await? {
        each(credential::decode(row).map_or_else(Loaded::Corrupt, Loaded::Credential));
    }
    for row in store.in_time(person::rows(&mut *read)).await? {
        each(decode_person(row).map_or_else(Loaded::Corrupt, Loaded::Person));
    }
    Ok(())
}
