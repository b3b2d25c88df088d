//! The tables of a store, but for those that only its running gates are interested in, and what
//! must not live again with a copy: sessions and what is good once.

use crate::transfer::{Kind, Table};

/// How much there is that somebody did: 0 in a store that is new, but for its first policy.
pub(super) const TRACES: &str = "SELECT CAST(c.seq + a.seq
    + (SELECT COUNT(*) FROM change_log) + (SELECT COUNT(*) FROM token)
    + (SELECT COUNT(*) FROM upstream_credential) + (SELECT COUNT(*) FROM audit)
    + (SELECT COUNT(*) FROM policy WHERE revision <> 0) + (SELECT COUNT(*) FROM node) AS BIGINT)
    FROM change_counter c CROSS JOIN audit_counter a";

pub(super) static TABLES: [Table; 8] = [
    Table {
        name: "change_counter",
        columns: &[("id", Kind::Number), ("seq", Kind::Number)],
        key: 1,
        is_numbered: false,
    },
    Table {
        name: "change_log",
        columns: &[
            ("revision", Kind::Number),
            ("kind", Kind::Text),
            ("token", Kind::Bytes),
            ("directory", Kind::Text),
            ("username", Kind::Text),
            ("instance", Kind::Text),
        ],
        key: 1,
        is_numbered: false,
    },
    Table {
        name: "token",
        columns: &[
            ("id", Kind::Bytes),
            ("name", Kind::Text),
            ("owner_directory", Kind::Text),
            ("owner_username", Kind::Text),
            ("owner_key", Kind::Text),
            ("creator", Kind::Text),
            ("integration", Kind::Text),
            ("purpose", Kind::Text),
            ("grant_json", Kind::Text),
            ("state", Kind::Text),
            ("created_at", Kind::Number),
            ("expires_at", Kind::Number),
            ("ended_at", Kind::Number),
            ("secret_key", Kind::Number),
            ("secret_digest", Kind::Bytes),
            ("secret_hint", Kind::Text),
            ("former_key", Kind::Number),
            ("former_digest", Kind::Bytes),
            ("former_hint", Kind::Text),
            ("former_until", Kind::Number),
            ("mac_key", Kind::Number),
            ("mac", Kind::Bytes),
            ("search", Kind::Text),
            ("revision", Kind::Number),
            ("name_key", Kind::Text),
            ("access", Kind::Text),
            ("instances", Kind::Text),
        ],
        key: 1,
        is_numbered: false,
    },
    Table {
        name: "policy",
        columns: &[
            ("id", Kind::Number),
            ("document", Kind::Text),
            ("applied_at", Kind::Number),
            ("revision", Kind::Number),
        ],
        key: 1,
        is_numbered: false,
    },
    Table {
        name: "upstream_credential",
        columns: &[
            ("owner_directory", Kind::Text),
            ("owner_key", Kind::Text),
            ("instance", Kind::Text),
            ("owner_username", Kind::Text),
            ("kind", Kind::Text),
            ("sealed", Kind::Bytes),
            ("native_id", Kind::Text),
            ("hint", Kind::Text),
            ("created_at", Kind::Number),
            ("created_by", Kind::Text),
            ("revision", Kind::Number),
            ("expires_at", Kind::Number),
            ("problem", Kind::Text),
            ("former_native_id", Kind::Text),
            ("former_until", Kind::Number),
        ],
        key: 3,
        is_numbered: false,
    },
    Table {
        name: "person",
        columns: &[
            ("directory", Kind::Text),
            ("key", Kind::Text),
            ("username", Kind::Text),
            ("display_name", Kind::Text),
            ("email", Kind::Text),
            ("groups_json", Kind::Text),
            ("is_active", Kind::Number),
            ("native_key", Kind::Text),
            ("rank", Kind::Text),
            ("confirmed_at", Kind::Number),
            ("asked_at", Kind::Number),
            ("problem", Kind::Text),
            ("search", Kind::Text),
            ("revision", Kind::Number),
        ],
        key: 2,
        is_numbered: false,
    },
    Table {
        name: "audit_counter",
        columns: &[("id", Kind::Number), ("seq", Kind::Number)],
        key: 1,
        is_numbered: false,
    },
    Table {
        name: "audit",
        columns: &[
            ("number", Kind::Number),
            ("at", Kind::Number),
            ("actor", Kind::Text),
            ("action", Kind::Text),
            ("subject", Kind::Text),
            ("detail", Kind::Text),
            ("chain", Kind::Bytes),
            ("chain_key", Kind::Number),
        ],
        key: 1,
        is_numbered: false,
    },
];
