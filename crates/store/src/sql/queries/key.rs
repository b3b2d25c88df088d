//! By which keys rows were written. No index knows; it is asked when a gate starts and keys are
//! rotated.

use gatepass_model::TokenId;
use sqlx::query_as;

use super::{Database, query_scalar};
use crate::{KeysNamed, NewestAuditKey, StoreError};

pub(super) async fn named(store: &Database) -> Result<KeysNamed, StoreError> {
    let readers = store.readers()?;
    let mac: Option<(i64, Vec<u8>)> = query_as(
        "SELECT mac_key, id FROM token
         WHERE mac_key BETWEEN 0 AND 4294967295 AND length(id) = 16
         ORDER BY mac_key DESC, id LIMIT 1",
    )
    .fetch_optional(&readers)
    .await?;
    let (own, former): (Option<i64>, Option<i64>) = query_as(
        "SELECT
            MAX(CASE WHEN secret_key BETWEEN 0 AND 4294967295 THEN secret_key END),
            MAX(CASE WHEN former_key BETWEEN 0 AND 4294967295 THEN former_key END)
         FROM token WHERE state <> 'revoked'",
    )
    .fetch_one(&readers)
    .await?;
    // A version, then the number of the key: four bytes, the highest first.
    let sealed = query_scalar(
        "SELECT sealed FROM upstream_credential ORDER BY substr(sealed, 2, 4) DESC LIMIT 1",
    )
    .fetch_optional(&readers)
    .await?;
    Ok(KeysNamed {
        mac: mac
            .and_then(|(key, id)| Some((TokenId::from_bytes(id.try_into().ok()?), number(key)?))),
        digest: own.max(former).and_then(number),
        sealed,
    })
}

pub(super) async fn newest_of_audit(
    store: &Database,
) -> Result<Option<NewestAuditKey>, StoreError> {
    let newest: Option<(i64, i64)> = query_as(
        "SELECT chain_key, number FROM audit WHERE chain_key BETWEEN 0 AND 4294967295
         ORDER BY chain_key DESC, number DESC LIMIT 1",
    )
    .fetch_optional(&store.readers()?)
    .await?;
    Ok(newest.and_then(|(key, line)| Some(NewestAuditKey { key: number(key)?, line })))
}

fn number(column: i64) -> Option<u32> {
    u32::try_from(column).ok()
}
