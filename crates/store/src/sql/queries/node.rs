//! The gates that run on this store.

use gatepass_model::{Lifetime, Timestamp};

use super::{Database, query};
use crate::codec::{bytes, moment, plain};
use crate::{Answer, Corruption, NODE_SILENCE, Node, NodeId, Nodes, Revision, StoreError};

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: Vec<u8>,
    name: String,
    applied: i64,
    keys: i64,
    seen_at: i64,
}

impl Nodes for Database {
    fn register_node<'a>(
        &'a self,
        id: NodeId,
        name: &'a str,
        applied: Revision,
        now: Timestamp,
    ) -> Answer<'a, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            query(
                "INSERT INTO node (id, name, applied, seen_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                    applied = excluded.applied, seen_at = excluded.seen_at",
            )
            .bind(&id.0[..])
            .bind(plain(name, "the name of a node")?)
            .bind(applied.to_column())
            .bind(now.as_millis())
            .execute(&mut *write)
            .await?;
            query("DELETE FROM node WHERE seen_at < $1")
                .bind(now.minus(Lifetime::from_days(1)).as_millis())
                .execute(&mut *write)
                .await?;
            Ok(write.commit().await?)
        })
    }

    fn record_applied(&self, id: NodeId, applied: Revision, now: Timestamp) -> Answer<'_, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let changed = query("UPDATE node SET applied = $1, seen_at = $2 WHERE id = $3")
                .bind(applied.to_column())
                .bind(now.as_millis())
                .bind(&id.0[..])
                .execute(&mut *write)
                .await?;
            if changed.rows_affected() != 1 {
                return Err(StoreError::NotFound);
            }
            Ok(write.commit().await?)
        })
    }

    fn record_keys(&self, id: NodeId, keys: u64) -> Answer<'_, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            let changed = query("UPDATE node SET keys = $1 WHERE id = $2")
                .bind(keys.cast_signed())
                .bind(&id.0[..])
                .execute(&mut *write)
                .await?;
            if changed.rows_affected() != 1 {
                return Err(StoreError::NotFound);
            }
            Ok(write.commit().await?)
        })
    }

    fn forget_node(&self, id: NodeId) -> Answer<'_, ()> {
        self.answer(async move {
            let mut write = self.begin_write().await?;
            query("DELETE FROM node WHERE id = $1").bind(&id.0[..]).execute(&mut *write).await?;
            Ok(write.commit().await?)
        })
    }

    fn live_nodes(&self, now: Timestamp) -> Answer<'_, Vec<Node>> {
        self.answer(async move {
            let rows: Vec<NodeRow> = sqlx::query_as(
                "SELECT id, name, applied, keys, seen_at FROM node WHERE seen_at >= $1
                 ORDER BY name, id",
            )
            .bind(now.minus(NODE_SILENCE).as_millis())
            .fetch_all(&self.readers()?)
            .await?;
            rows.into_iter().map(decode).collect()
        })
    }
}

fn decode(row: NodeRow) -> Result<Node, StoreError> {
    let wrong = |problem| Corruption { what: "a node".to_owned(), problem };
    Ok(Node {
        id: NodeId(bytes(&row.id, "id").map_err(wrong)?),
        name: row.name,
        applied: Revision::from_column(row.applied),
        keys: row.keys.cast_unsigned(),
        seen_at: moment(row.seen_at, "time").map_err(wrong)?,
    })
}
