//! The tables of activity.

use crate::transfer::{Kind, Table};

/// How much there is that was written: 0 where nothing has happened.
pub(super) const TRACES: &str = "SELECT CAST((SELECT COUNT(*) FROM activity_subject)
    + (SELECT COUNT(*) FROM activity_hour) + (SELECT COUNT(*) FROM activity_sheet)
    + (SELECT COUNT(*) FROM activity_journal)
    + (SELECT COUNT(*) FROM activity_dropped) + (SELECT COUNT(*) FROM activity_operation)
    AS BIGINT)";

pub(super) static TABLES: [Table; 9] = [
    Table {
        name: "activity_subject",
        columns: &[
            ("id", Kind::Number),
            ("token", Kind::Bytes),
            ("caller", Kind::Number),
            ("instance", Kind::Text),
            ("credential", Kind::Text),
            ("standing", Kind::Text),
            ("username", Kind::Text),
            ("agent", Kind::Text),
            ("lines", Kind::Number),
            ("last_at", Kind::Number),
            ("last_instance", Kind::Text),
            ("last_address", Kind::Text),
            ("last_agent", Kind::Text),
            ("mark", Kind::Text),
        ],
        key: 1,
        is_numbered: true,
    },
    Table {
        name: "activity_hour",
        columns: &[
            ("caller", Kind::Number),
            ("hour", Kind::Number),
            ("subject", Kind::Number),
            ("requests", Kind::Number),
            ("refused", Kind::Number),
            ("bytes_in", Kind::Number),
            ("bytes_out", Kind::Number),
            ("upstream_micros", Kind::Number),
        ],
        key: 3,
        is_numbered: false,
    },
    Table {
        name: "activity_refusal",
        columns: &[
            ("subject", Kind::Number),
            ("hour", Kind::Number),
            ("reason", Kind::Text),
            ("count", Kind::Number),
        ],
        key: 3,
        is_numbered: false,
    },
    Table {
        name: "activity_observed",
        columns: &[
            ("subject", Kind::Number),
            ("hour", Kind::Number),
            ("credential", Kind::Text),
            ("count", Kind::Number),
        ],
        key: 3,
        is_numbered: false,
    },
    Table {
        name: "activity_operation",
        columns: &[
            ("id", Kind::Number),
            ("instance", Kind::Text),
            ("family", Kind::Text),
            ("resource", Kind::Text),
            ("action", Kind::Text),
            ("method", Kind::Text),
        ],
        key: 1,
        is_numbered: true,
    },
    Table {
        name: "activity_sheet",
        columns: &[
            ("id", Kind::Number),
            ("subject", Kind::Number),
            ("first_at", Kind::Number),
            ("lines", Kind::Number),
            ("body", Kind::Bytes),
        ],
        key: 1,
        is_numbered: true,
    },
    Table {
        name: "activity_journal",
        columns: &[
            ("id", Kind::Number),
            ("at", Kind::Number),
            ("format", Kind::Number),
            ("events", Kind::Number),
            ("crc", Kind::Number),
            ("body", Kind::Bytes),
        ],
        key: 1,
        is_numbered: true,
    },
    Table {
        name: "activity_dropped",
        columns: &[("hour", Kind::Number), ("requests", Kind::Number), ("lines", Kind::Number)],
        key: 1,
        is_numbered: false,
    },
    Table {
        name: "activity_log",
        columns: &[("one", Kind::Number), ("lines", Kind::Number)],
        key: 1,
        is_numbered: false,
    },
];
