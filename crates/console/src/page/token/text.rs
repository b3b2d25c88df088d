//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        grant: "What it may do", "Was es darf";
        facts: "About it", "Angaben";
        purpose: "Purpose", "Zweck";
        integration: "Integration", "Für die Integration";
        creator: "Created by", "Erstellt von";
        hint: "Secret begins with", "Geheimnis beginnt mit";
        handle: "Handle", "Kennung";
        former: "Former secret works until", "Voriges Geheimnis gilt bis";
        history: "The last 30 days", "Die letzten 30 Tage";
        done: "Done", "Erledigt";
        refused: "Refused", "Abgewiesen";
        day: "Day", "Tag";
        numbers: "Show numbers", "Zahlen zeigen";
        no_history: "No request in the last 30 days.", "Keine Anfrage in den letzten 30 Tagen.";
        latest: "Latest requests", "Letzte Anfragen";
        no_requests: "No request yet. Here will stand what it did: when, where, and why something was refused.", "Noch keine Anfrage. Hier steht später, was das Token getan hat: wann, wo, und warum etwas abgewiesen wurde.";
        time: "Time", "Zeit";
        request: "Request", "Anfrage";
        status: "Status", "Antwort";
        why: "Why?", "Warum?";
        refusals: "Why requests were refused", "Warum Anfragen abgewiesen wurden";
        broken: "It no longer complies with policy", "Es hält die Regeln nicht mehr ein";
        broken_help: "It was made under other rules. It goes on working, within what policy allows at use.", "Es ist unter anderen Regeln entstanden. Es gilt weiter, soweit die Regeln es bei der Benutzung zulassen.";
    }
    sentences {
        chart(done: &u64, refused: &u64):
            format!("Requests a day over the last 30 days: {} done, {} refused.", en::number(*done), en::number(*refused)),
            format!("Anfragen pro Tag in den letzten 30 Tagen: {} erledigt, {} abgewiesen.", de::number(*done), de::number(*refused));
        most(count: &u64): format!("Busiest day: {}", en::number(*count)), format!("Stärkster Tag: {}", de::number(*count));
    }
}
