//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        changes: "What will be different", "Was anders sein wird";
        delete: "Delete rule", "Regel löschen";
        widens: "Bounds that only this rule puts will no longer hold.", "Grenzen, die nur diese Regel zieht, gelten dann nicht mehr.";
    }
    sentences {
        title(name: &str): format!("Delete the rule “{name}”?"), format!("Regel „{name}“ löschen?");
        about(count: &u64): format!("It is about {}.", en::counted(*count, "known person", "known people")), format!("Sie gilt für {}.", de::counted(*count, "bekannte Person", "bekannte Personen"));
    }
}
