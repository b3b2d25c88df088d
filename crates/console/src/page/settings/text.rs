//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        title: "Settings", "Einstellungen";
        modes_title: "What else may come in", "Was sonst herein darf";
        modes_intro: "API tokens always pass through the gate. For everything else you decide here, with what was seen in the last 7 days beside it.", "API-Token kommen immer durch das Gate. Über alles andere entscheiden Sie hier; daneben steht, was in den letzten 7 Tagen gesehen wurde.";
        allow_means: "Allow: it passes.", "Zulassen: kommt durch.";
        observe_means: "Observe: it passes, and is counted as what a block would hit.", "Beobachten: kommt durch und wird gezählt als das, was eine Sperre träfe.";
        browser_means: "Pages only: a session passes only with what a browser's page sends.", "Nur Seiten: Eine Sitzung kommt nur mit dem durch, was die Seite eines Browsers sendet.";
        block_means: "Block: it is refused, exemptions excepted.", "Sperren: wird abgewiesen, Ausnahmen ausgenommen.";
        not_seen: "Nobody came this way.", "Niemand kam auf diesem Weg.";
        preview: "See who is hit", "Zeigen, wen es trifft";
        exemptions: "Exemptions", "Ausnahmen";
        exempt_help: "Whom neither a block nor “Pages only” hits. They are changed in the policy file: gatepass policy export, then apply.", "Wen weder eine Sperre noch „Nur Seiten“ trifft. Sie werden in der Regeldatei geändert: gatepass policy export, dann apply.";
        exempt_from: "for", "für";
        rules_title: "Rules", "Regeln";
        rules_intro: "Of all rules that match a person, one deny beats every allow, no allow means no, and of bounds the strictest counts.", "Von allen Regeln, die auf eine Person passen, schlägt ein Verbot jede Erlaubnis; keine Erlaubnis heißt nein; von Grenzen gilt die strengste.";
        rule: "Rule", "Regel";
        about: "About", "Gilt für";
        says: "Says", "Sagt";
        bounds: "Bounds", "Grenzen";
        everybody: "everybody", "alle";
        new_rule: "New rule", "Neue Regel";
        noncompliant_title: "Tokens that don't comply", "Token, die die Regeln nicht einhalten";
        noncompliant_none: "All living tokens comply with the rules.", "Alle gültigen Token halten die Regeln ein.";
        noncompliant_apply: "Apply", "Anwenden";
        no_bounds: "none", "keine";
        right_use: "use", "benutzen";
        right_create: "create", "erstellen";
        right_behalf: "create for others", "für andere erstellen";
        right_behalf_of_administrators: "create for people with more rights in the product", "für Personen mit mehr Rechten im Produkt erstellen";
        right_approve: "approve", "freigeben";
        right_administer: "administer Gatepass", "Gatepass verwalten";
        reads_only: "reads only", "nur lesen";
        may_admin: "may administer products", "darf Produkte administrieren";
        no_admin: "no administration", "keine Administration";
        networks: "networks required", "Netze verlangt";
        purpose: "purpose required", "Zweck verlangt";
        integration: "integration required", "Integration verlangt";
        approval: "approval required", "Freigabe verlangt";
        limited: "limits on load", "Lastgrenzen";
    }
    sentences {
        may(rights: &str): format!("may {rights}"), format!("darf {rights}");
        may_not(rights: &str): format!("may not {rights}"), format!("darf nicht {rights}");
        lives(span: &str): format!("{span} at most"), format!("höchstens {span}");
        at_most(count: &u32): format!("{} each", en::counted(u64::from(*count), "token", "tokens")), format!("je {}", de::counted(u64::from(*count), "Token", "Token"));
        only_in(places: &str): format!("only {places}"), format!("nur {places}");
        seen(count: &u64): en::counted(*count, "request", "requests"), de::counted(*count, "Anfrage", "Anfragen");
        outside_pages(count: &u64): format!("{} came without what a page sends: “Pages only” would refuse them.", en::counted(*count, "call", "calls")), format!("{} ohne das, was eine Seite sendet: „Nur Seiten“ würde sie abweisen.", de::counted(*count, "Aufruf", "Aufrufe"));
        group(name: &str): format!("group {name}"), format!("Gruppe {name}");
        known(count: &u64): en::counted(*count, "person", "people"), de::counted(*count, "Person", "Personen");
        until(date: &str): format!("until {date}"), format!("bis {date}");
    }
}
