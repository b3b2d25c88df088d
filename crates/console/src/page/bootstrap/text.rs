//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "The first administrator", "Die erste Administratorin, der erste Administrator";
        means: "An administrator sees the tokens of everybody, can stop them, and changes the rules. You can make others administrators by a rule later.", "Wer verwaltet, sieht die Token von allen, kann sie anhalten und ändert die Regeln. Weitere Personen bestimmen Sie später durch eine Regel.";
        sign_in_first: "Sign in first. This link stays good meanwhile, and brings you back here.", "Melden Sie sich zuerst an. Dieser Link bleibt so lange gültig und führt Sie hierher zurück.";
        sign_in: "Sign in", "Anmelden";
        used: "This link was used already. There is an administrator; ask him, or make a new link with gatepass admin bootstrap.", "Dieser Link wurde schon benutzt. Es gibt jemanden, der verwaltet; fragen Sie dort, oder erzeugen Sie mit gatepass admin bootstrap einen neuen Link.";
        expired: "This link is too old. Make a new one with gatepass admin bootstrap.", "Dieser Link ist zu alt. Erzeugen Sie mit gatepass admin bootstrap einen neuen.";
        unknown: "This is no link that Gatepass made. Look whether it was copied whole.", "Diesen Link hat Gatepass nicht erzeugt. Prüfen Sie, ob er ganz kopiert wurde.";
        confirm: "Become the administrator", "Verwaltung übernehmen";
        go: "To the first page", "Zur ersten Seite";
    }
    sentences {
        who(name: &str, username: &str): format!("You are signed in as {name} ({username}). With this link you become the first administrator of Gatepass."), format!("Sie sind als {name} ({username}) angemeldet. Mit diesem Link verwalten Sie als Erste oder Erster Gatepass.");
    }
}
