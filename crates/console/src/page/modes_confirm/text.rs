//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        nothing_changes: "Nothing changes", "Es ändert sich nichts";
        changes: "What changes", "Was sich ändert";
        hit_title: "Who will be refused", "Wer abgewiesen wird";
        hit_none: "Nobody who would be refused came in the last 7 days.", "In den letzten 7 Tagen kam niemand, der abgewiesen würde.";
        save: "Save settings", "Einstellungen speichern";
        advice: "Tell them before, or observe for some days first.", "Sagen Sie es ihnen vorher, oder beobachten Sie erst einige Tage.";
        from_word: "so far", "bisher";
        back: "Back to the settings", "Zurück zu den Einstellungen";
    }
    sentences {
        title(place: &str): format!("Change the settings of {place}?"), format!("Einstellungen für {place} ändern?");
        hit(requests: &u64): format!("{} of the last 7 days would have been refused.", en::counted(*requests, "request", "requests")), format!("{} der letzten 7 Tage wären abgewiesen worden.", de::counted(*requests, "Anfrage", "Anfragen"));
    }
}
