//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "Create an API token", "API-Token erstellen";
        intro: "A token lets one script or integration act as you, within what you choose here.", "Mit einem Token handelt ein Skript oder eine Integration in Ihrem Namen, so weit, wie Sie es hier festlegen.";
        what_title: "What is it for?", "Wofür ist es?";
        name_hint: "So that you know it again: “Nightly export”, “Build server”.", "Woran Sie es wiedererkennen: „Nächtlicher Export“, „Build-Server“.";
        purpose: "Purpose", "Zweck";
        purpose_hint: "Why it exists, for whoever wonders in a year.", "Warum es das Token gibt, falls sich das in einem Jahr jemand fragt.";
        expires_title: "How long may it live?", "Wie lange soll es gelten?";
        expires_never: "No end", "Ohne Ende";
        expires_on: "On a date", "An einem Datum";
        expires_date: "Date", "Datum";
        access_title: "What may it do?", "Was darf es?";
        reads: "Read", "Lesen";
        reads_hint: "Can't change anything, whatever you may do yourself.", "Kann nichts ändern, was auch immer Sie selbst dürfen.";
        writes: "Read and write", "Lesen und schreiben";
        writes_hint: "Whatever you may do yourself, but administration.", "Alles, was Sie selbst dürfen, außer zu administrieren.";
        networks_title: "From where?", "Von wo aus?";
        networks: "Networks", "Netze";
        networks_hint: "One a line, such as 203.0.113.0/24 or 203.0.113.7. Empty: from anywhere.", "Eines pro Zeile, etwa 203.0.113.0/24 oder 203.0.113.7. Leer: von überall.";
        instances_title: "Where?", "Wo?";
        instances_hint: "None ticked: all of them.", "Keine angekreuzt: alle.";
        more: "Narrower: integration, paths, headers, limits", "Enger fassen: Integration, Pfade, Header, Lasten";
        integration: "Integration", "Integration oder Skript";
        integration_hint: "The script or third party that it is for. Tokens of one integration share limits.", "Das Skript oder der Anbieter, für den es ist. Token einer Integration teilen sich Lastgrenzen.";
        allow: "Allow only these paths", "Nur diese Pfade erlauben";
        allow_hint: "One a line: GET /rest/api/2/issue/*. * is one segment, a final ** any rest. Pages need such a line.", "Einer pro Zeile: GET /rest/api/2/issue/*. * ist ein Segment, ** am Ende jeder Rest. Seiten brauchen eine solche Zeile.";
        deny: "Never these paths", "Nie diese Pfade";
        deny_hint: "One a line. What matches is refused, whatever else allows it.", "Einer pro Zeile. Was passt, wird abgewiesen, was auch immer es sonst erlaubt.";
        headers: "Required headers", "Verlangte Header";
        headers_hint: "One a line: X-Caller: build. Each request must carry them.", "Einer pro Zeile: X-Caller: build. Jede Anfrage muss sie mitbringen.";
        admin: "May administer", "Darf administrieren";
        admin_hint: "Operations that administer the product, if you may do them yourself.", "Vorgänge, die das Produkt administrieren, wenn Sie selbst es dürfen.";
        limits: "Limits on load", "Lastgrenzen";
        behalf_title: "For whom?", "Für wen?";
        behalf: "Create it for somebody else", "Für jemand anderen erstellen";
        owner_hint: "His username. The token acts as him, and is listed among his. Empty: for yourself.", "Der Benutzername. Das Token handelt in dessen Namen und steht in dessen Liste. Leer: für Sie selbst.";
        directory: "Directory", "Verzeichnis";
        override_title: "Set policy aside", "Regeln außer Kraft setzen";
        override_reason: "Reason to set policy aside", "Grund, die Regeln außer Kraft zu setzen";
        override_hint: "With a reason here, bounds of policy don't hold for this token. It is recorded.", "Mit einem Grund gelten die Grenzen der Regeln für dieses Token nicht. Das wird protokolliert.";
        summary_title: "What it will be able to do", "Was es können wird";
        summary_empty: "Fill in the form, and this says in a sentence what the token will be able to do.", "Füllen Sie das Formular aus; hier steht dann in einem Satz, was das Token können wird.";
        preview: "Preview", "Vorschau";
        submit: "Create token", "Token erstellen";
        submit_pending: "Ask for approval", "Freigabe anfragen";
        once: "Its secret is shown once, on the next page.", "Das Geheimnis wird einmal gezeigt, auf der nächsten Seite.";
        no_rule: "No rule of policy allows more.", "Keine Regel erlaubt mehr.";
        only_read: "Tokens may only read.", "Token dürfen nur lesen.";
        no_admin: "Tokens may not administer.", "Token dürfen nicht administrieren.";
        must: "Required.", "Wird verlangt.";
        approval: "Somebody has to approve it before it works.", "Jemand muss es freigeben, bevor es gilt.";
    }
    sentences {
        at_most(span: &str): format!("At most {span}."), format!("Höchstens {span}.");
        only_these(places: &str): format!("Only {places}."), format!("Nur {places}.");
        most_tokens(most: &u32): format!("You may have {most} tokens at most."), format!("Sie dürfen höchstens {most} Token haben.");
        by_rule(words: &str, rule: &str): format!("{words} Rule “{rule}”."), format!("{words} Regel „{rule}“.");
    }
}
