//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "Sign-in sessions", "Anmeldesitzungen";
        intro: "Where you are signed in to Gatepass. API tokens are not sessions; they go on whatever you end here.", "Wo Sie bei Gatepass angemeldet sind. API-Token sind keine Sitzungen; sie gelten weiter, was immer Sie hier beenden.";
        browser: "Browser", "Browser";
        since: "Signed in", "Angemeldet";
        last_seen: "Last seen", "Zuletzt gesehen";
        from: "From", "Von";
        this: "This session", "Diese Sitzung";
        end: "End", "Beenden";
        end_others: "End all other sessions", "Alle anderen Sitzungen beenden";
        only_one: "This is your only session.", "Das ist Ihre einzige Sitzung.";
        actions: "Actions", "Aktionen";
    }
    sentences {
        end_one(agent: &str): format!("End the session of {agent}"), format!("Sitzung von {agent} beenden");
    }
}
