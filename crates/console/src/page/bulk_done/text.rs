//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        failed: "Not done", "Nicht ausgeführt";
        back: "Back to the list", "Zurück zur Liste";
        done: "Done", "Ausgeführt";
        everywhere: "It holds on every node.", "Es gilt auf allen Knoten.";
        nothing: "Nothing was changed.", "Es wurde nichts geändert.";
    }
    sentences {
        suspended(count: &u64): format!("{} suspended", en::counted(*count, "token", "tokens")), format!("{} ausgesetzt", de::counted(*count, "Token", "Token"));
        resumed(count: &u64): format!("{} resumed", en::counted(*count, "token", "tokens")), format!("{} fortgesetzt", de::counted(*count, "Token", "Token"));
        revoked(count: &u64): format!("{} revoked", en::counted(*count, "token", "tokens")), format!("{} widerrufen", de::counted(*count, "Token", "Token"));
        not_yet(on: &u32, of: &u32): format!("It holds on {on} of {of} nodes so far. The others follow within seconds, or are not running."), format!("Es gilt bisher auf {on} von {of} Knoten. Die übrigen folgen in wenigen Sekunden oder laufen nicht.");
        failed_count(count: &u64): format!("{} could not be changed.", en::counted(*count, "token", "tokens")), format!("{} {} nicht ändern.", de::counted(*count, "Token", "Token"), if *count == 1 { "ließ sich" } else { "ließen sich" });
    }
}
