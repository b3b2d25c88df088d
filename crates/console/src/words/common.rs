//! The words that many pages share.

use super::{de, en};
use crate::text::texts;

texts! {
    words {
        product: "Gatepass", "Gatepass";
        skip: "Skip to content", "Zum Inhalt springen";
        navigation: "Main", "Hauptnavigation";
        my_tokens: "My API tokens", "Meine API-Token";
        all_tokens: "All API tokens", "Alle API-Token";
        settings: "Settings", "Einstellungen";
        audit: "Audit", "Protokoll";
        sessions: "Sign-in sessions", "Anmeldesitzungen";
        sign_out: "Sign out", "Abmelden";
        signed_in_as: "Signed in as", "Angemeldet als";
        language: "Language", "Sprache";
        theme: "Appearance", "Darstellung";
        theme_system: "As the system", "Wie das System";
        theme_light: "Light", "Hell";
        theme_dark: "Dark", "Dunkel";
        keys: "Keys", "Tasten";
        keys_title: "Keyboard", "Tastatur";
        key_search: "Search on this page", "Auf dieser Seite suchen";
        key_help: "Show these keys", "Diese Tasten zeigen";
        key_create: "Create an API token", "API-Token erstellen";
        key_close: "Close", "Schließen";
        close: "Close", "Schließen";
        cancel: "Cancel", "Abbrechen";
        optional: "optional", "freiwillig";
        of_native_token: "native token", "Produkt-Token";
        of_consumer: "application", "Anwendung";
        form_faults: "That did not work yet", "Das hat noch nicht geklappt";
        form_faults_help: "Nothing was changed. What you typed is still there:", "Es wurde nichts geändert. Ihre Eingaben sind noch da:";
        copy: "Copy", "Kopieren";
        copied: "Copied", "Kopiert";
        copy_failed: "Please copy it by hand: it is selected now.", "Bitte von Hand kopieren: Es ist jetzt markiert.";
        reason: "Reason", "Grund";
        reason_help: "Goes into the record, for whoever asks later.", "Steht im Protokoll, falls später jemand fragt.";
        unknown: "unknown", "unbekannt";
        name: "Name", "Name";
        owner: "Owner", "Inhaber";
        state: "State", "Zustand";
        last_use: "Last use", "Zuletzt benutzt";
        expires: "Expires", "Läuft ab";
        created: "Created", "Erstellt";
        access: "Access", "Zugriff";
        last_seen: "Last seen", "Zuletzt gesehen";
        never_used: "Never used", "Nie benutzt";
        no_end: "No end", "Kein Ende";
        not_genuine: "Changed outside Gatepass: its row in the store was not written with the keys of this store. Every gate refuses it, and it can only be revoked. Tell whoever runs the store.", "Außerhalb von Gatepass geändert: Die Zeile im Speicher wurde nicht mit dessen Schlüsseln geschrieben. Jedes Gate weist das Token ab, und es lässt sich nur widerrufen. Benachrichtigen Sie die Betreiber des Speichers.";
        not_genuine_short: "Changed outside Gatepass", "Außerhalb von Gatepass geändert";
        leave: "Leave them as they are", "So lassen, wie sie sind";
        leave_help: "They go on working within what policy allows at use.", "Sie gelten weiter, soweit die Regeln es bei der Benutzung zulassen.";
        suspend_them: "Suspend them", "Aussetzen";
        suspend_help: "Requests with them are refused at once. You can resume each later.", "Anfragen damit werden sofort abgewiesen. Sie können jedes später fortsetzen.";
        noncompliant_choice: "What should become of them?", "Was soll mit ihnen geschehen?";
        change_added: "new", "neu";
        change_removed: "gone", "entfällt";
        change_changed: "changed", "geändert";
    }
    sentences {
        back_to(place: &str): format!("Back to {place}"), format!("Zurück zu {place}");
        requests(count: &u64): en::counted(*count, "request", "requests"), de::counted(*count, "Anfrage", "Anfragen");
        and_more(count: &u64): format!("and {} more", en::number(*count)), format!("und {} weitere", de::number(*count));
        last_use_at(place: &str, address: &str): format!("in {place} from {address}"), format!("in {place} von {address}");
        identity_missing(place: &str): format!("There is no native token of yours in {place} yet. API tokens for {place} answer 502 until there is one."), format!("In {place} gibt es noch kein Produkt-Token von Ihnen. Bis dahin antworten API-Token für {place} mit 502.");
        identity_refused(place: &str): format!("{place} no longer takes your native token. API tokens for {place} answer 502 until it is renewed."), format!("{place} nimmt Ihr Produkt-Token nicht mehr an. Bis es erneuert ist, antworten API-Token für {place} mit 502.");
        identity_missing_other(place: &str): format!("There is no native token of the owner's in {place}. API tokens for {place} answer 502 until there is one."), format!("In {place} gibt es kein Produkt-Token des Inhabers. Bis dahin antworten API-Token für {place} mit 502.");
        identity_refused_other(place: &str): format!("{place} no longer takes the owner's native token. API tokens for {place} answer 502 until it is renewed."), format!("{place} nimmt das Produkt-Token des Inhabers nicht mehr an. Bis es erneuert ist, antworten API-Token für {place} mit 502.");
        identity_not_renewed(place: &str): format!("Your native token in {place} could not be renewed. API tokens for {place} work until it ends. {place} allows a few for each person: delete one that nobody needs, then connect again."), format!("Ihr Produkt-Token in {place} ließ sich nicht erneuern. API-Token für {place} funktionieren bis zu seinem Ablauf. {place} erlaubt je Person nur wenige: Löschen Sie eines, das niemand braucht, und verbinden Sie erneut.");
        identity_not_renewed_other(place: &str): format!("The owner's native token in {place} could not be renewed. API tokens for {place} work until it ends."), format!("Das Produkt-Token des Inhabers in {place} ließ sich nicht erneuern. API-Token für {place} funktionieren bis zu seinem Ablauf.");
        more_callers(count: &u64): format!("and {} more", en::counted(*count, "caller", "callers")), format!("und {} weitere", de::number(*count));
        mend_in(place: &str): format!("Connect {place}"), format!("{place} verbinden");
        noncompliant(count: &u64):
            if *count == 1 { "1 living token doesn't comply".to_owned() } else { format!("{} living tokens don't comply", en::number(*count)) },
            if *count == 1 { "1 gültiges Token hält die Regeln nicht ein".to_owned() } else { format!("{} gültige Token halten die Regeln nicht ein", de::number(*count)) };
    }
}
