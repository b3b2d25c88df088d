//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        title: "My API tokens", "Meine API-Token";
        create: "Create an API token", "API-Token erstellen";
        empty_title: "No API token of yours yet", "Noch kein API-Token";
        empty: "Here will stand what runs in your name: each script and integration with what it may do, when it came last, from where, and when it ends.", "Hier steht später, was in Ihrem Namen läuft: jedes Skript und jede Integration, was sie dürfen, wann und woher sie zuletzt kamen und wann das Token abläuft.";
        filter: "Filter", "Filtern";
        token: "Token", "Token und was es darf";
        ends: "Ends", "Läuft ab";
        all_well: "Nothing needs your attention.", "Nichts braucht Ihre Aufmerksamkeit.";
        ends_soon: "Ends soon", "Läuft bald ab";
        made_by: "made by", "erstellt von";
        unused: "Unused for long", "Lange unbenutzt";
        not_allowed: "No rule of policy lets you create API tokens. Ask an administrator of Gatepass.", "Keine Regel erlaubt Ihnen, API-Token zu erstellen. Fragen Sie die Administration von Gatepass.";
    }
    sentences {
        living(count: &u64): format!("{} in use.", en::counted(*count, "token", "tokens")), format!("{} in Gebrauch.", de::counted(*count, "Token", "Token"));
        attention(count: &u64):
            if *count == 1 { "1 needs your attention.".to_owned() } else { format!("{} need your attention.", en::number(*count)) },
            if *count == 1 { "1 braucht Ihre Aufmerksamkeit.".to_owned() } else { format!("{} brauchen Ihre Aufmerksamkeit.", de::number(*count)) };
        may(does: &str, places: &str): format!("{does} in {places}"), format!("{does} in {places}");
        from(networks: &str): format!("from {networks}"), format!("von {networks} aus");
        ended(count: &u64): format!("Ended ({})", en::number(*count)), format!("Beendet ({})", de::number(*count));
        refused(count: &u64, reason: &str): format!("{} refused this week: {reason}", en::number(*count)), format!("{} diese Woche abgewiesen: {reason}", de::number(*count));
        denied(rule: &str): format!("The rule “{rule}” doesn't let you create API tokens. Ask an administrator of Gatepass."), format!("Die Regel „{rule}“ erlaubt Ihnen nicht, API-Token zu erstellen. Fragen Sie die Administration von Gatepass.");
        too_many(rule: &str, most: &u32):
            format!("You have as many API tokens as the rule “{rule}” lets you have ({most}). Revoke one that you no longer need."),
            format!("Sie haben so viele API-Token, wie die Regel „{rule}“ zulässt ({most}). Widerrufen Sie eines, das Sie nicht mehr brauchen.");
    }
}
