//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "Audit", "Protokoll";
        intro: "What was done to Gatepass itself, and by whom. Entries are chained: one that is changed or missing is found by gatepass audit verify.", "Was an Gatepass selbst geändert wurde, und von wem. Die Einträge sind verkettet: Ein geänderter oder fehlender fällt bei gatepass audit verify auf.";
        search_in: "Search in details", "In den Einzelheiten suchen";
        actor: "Who", "Wer";
        action: "What", "Was";
        subject: "To what", "Woran";
        since: "From", "Von";
        until: "To", "Bis";
        apply: "Search", "Suchen";
        clear: "Show all", "Alle anzeigen";
        when: "When", "Wann";
        detail: "Details", "Einzelheiten";
        empty: "No entry matches.", "Kein Eintrag passt.";
        none: "Nothing was done yet. Here will stand each change: who made it, to what, and why.", "Noch wurde nichts geändert. Hier steht später jede Änderung: wer, woran und warum.";
        older: "Older entries", "Ältere Einträge";
        newest: "Newest entries", "Neueste Einträge";
        pages: "Pages", "Seiten";
        more_filters: "More filters", "Weitere Filter";
    }
    sentences {
        looked_back_to(number: String): format!("Entries from number {number} on were looked through. There are older ones."), format!("Durchsucht wurden die Einträge ab Nummer {number}. Es gibt ältere.");
    }
}
