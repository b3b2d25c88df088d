//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        title: "All API tokens", "Alle API-Token";
        search_in: "Search names, purposes, owners, handles", "In Namen, Zwecken, Inhabern, Kennungen suchen";
        all_states: "All", "Alle";
        any: "any", "beliebig";
        instance: "Instance", "Instanz";
        integration: "Integration", "Für Integration";
        used: "Used", "Benutzung";
        apply: "Search", "Suchen";
        clear: "Show all", "Alle anzeigen";
        filters: "Shown are only", "Gezeigt werden nur";
        not_7d: "not used for 7 days", "seit 7 Tagen nicht benutzt";
        not_30d: "not used for 30 days", "seit 30 Tagen nicht benutzt";
        not_90d: "not used for 90 days", "seit 90 Tagen nicht benutzt";
        never_used: "never used", "nie benutzt";
        ends_7d: "end within 7 days", "enden in 7 Tagen";
        ends_30d: "end within 30 days", "enden in 30 Tagen";
        expired: "have expired", "sind abgelaufen";
        no_end: "have no end", "ohne Ende";
        empty: "No token matches. Take a filter away to see more.", "Kein Token passt. Nehmen Sie einen Filter weg, um mehr zu sehen.";
        none: "There is no API token yet. Here will stand those of everybody.", "Es gibt noch kein API-Token. Hier stehen später die Token von allen.";
        select: "Select", "Auswählen";
        select_page: "Select all on this page", "Alle auf dieser Seite auswählen";
        act: "With those selected:", "Mit den ausgewählten:";
        previous: "Previous", "Zurück";
        next: "Next", "Weiter";
        pages: "Pages", "Seiten";
        more_filters: "More filters", "Weitere Filter";
        nobody: "none selected", "keines ausgewählt";
    }
    sentences {
        found(found: &u64, people: &u64):
            format!("{} of {}", en::counted(*found, "token", "tokens"), en::counted(*people, "person", "people")),
            format!("{} von {}", de::counted(*found, "Token", "Token"), de::counted(*people, "Person", "Personen"));
        of_total(total: &u64): format!("out of {}", en::number(*total)), format!("aus {}", de::number(*total));
        q(q: &str): format!("with “{q}”"), format!("mit „{q}“");
        of_owner(owner: &str): format!("of {owner}"), format!("von {owner}");
        of_integration(name: &str): format!("for {name}"), format!("für {name}");
        in_place(name: &str): format!("in {name}"), format!("in {name}");
        remove(words: &str): format!("Remove the filter “{words}”"), format!("Filter „{words}“ entfernen");
        select_one(name: &str): format!("Select “{name}”"), format!("„{name}“ auswählen");
        sort(column: &str): format!("Sort by {column}"), format!("Nach {column} sortieren");
        page_of(page: &u64, pages: &u64): format!("Page {} of {}", en::number(*page), en::number(*pages)), format!("Seite {} von {}", de::number(*page), de::number(*pages));
        selected(): "{count} selected".to_owned(), "{count} ausgewählt".to_owned();
        refused(count: &u64, reason: &str): format!("{} refused: {reason}", en::number(*count)), format!("{} abgewiesen: {reason}", de::number(*count));
    }
}
