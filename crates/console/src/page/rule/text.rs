//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        new_title: "New rule", "Neue Regel";
        name_hint: "Unique. It is named in refusals, so choose one that people understand.", "Eindeutig. Er wird in Abweisungen genannt; wählen Sie einen, den man versteht.";
        about_title: "Whom is it about?", "Für wen gilt sie?";
        groups: "Groups", "Gruppen";
        groups_hint: "One a line. Members of any of them.", "Eine pro Zeile. Gilt für Mitglieder jeder davon.";
        people: "People", "Personen";
        people_hint: "One username a line. Neither groups nor people: everybody.", "Ein Benutzername pro Zeile. Weder Gruppen noch Personen: alle.";
        matched_title: "Who that is", "Wer das ist";
        matched_unknown: "Nobody knows these", "Diese kennt niemand";
        matched_none: "Nobody yet.", "Noch niemand.";
        rights_title: "What may they do with tokens?", "Was dürfen sie mit Token?";
        use_tokens: "Use tokens that they own", "Eigene Token benutzen";
        create: "Create tokens for themselves", "Token für sich erstellen";
        create_on_behalf: "Create tokens for others", "Token für andere erstellen";
        on_behalf_of_administrators: "… also for people who may do more in the product", "… auch für Personen, die im Produkt mehr dürfen";
        approve: "Approve tokens that wait", "Wartende Token freigeben";
        administer: "Administer Gatepass", "Gatepass verwalten";
        bounds_title: "Within which bounds?", "In welchen Grenzen?";
        instances: "Instances", "Instanzen";
        instances_hint: "None ticked: tokens may be used on every instance.", "Keine angekreuzt: Token dürfen auf jeder Instanz benutzt werden.";
        longest_lifetime: "Longest life", "Längste Gültigkeit";
        lifetime_hint: "90d, 12h, 1y, or never for no bound. Empty: no say.", "90d, 12h, 1y, oder never für keine Grenze. Leer: keine Aussage.";
        most_tokens: "Most tokens a person", "Höchstzahl je Person";
        most_hint: "Living ones. Empty: no say.", "Gültige Token. Leer: keine Aussage.";
        read_only: "Tokens only read", "Token dürfen nur lesen";
        admin_operations: "Tokens may administer products", "Token dürfen Produkte administrieren";
        networks_required: "Networks must be named", "Netze müssen genannt sein";
        purpose_required: "A purpose must be given", "Ein Zweck muss genannt sein";
        integration_required: "An integration must be named", "Eine Integration muss genannt sein";
        approval_required: "Somebody must approve", "Jemand muss freigeben";
        yes: "Yes", "Ja";
        no: "No", "Nein";
        no_say: "No say", "Keine Aussage";
        limits_title: "Limits on load", "Lastgrenzen";
        each_token: "Of each token", "Je Token";
        each_owner: "Of all tokens of a person", "Für alle Token einer Person zusammen";
        each_integration: "Of all tokens of an integration", "Für alle Token einer Integration zusammen";
        preview_title: "What saving it changes", "Was sich beim Speichern ändert";
        no_change: "Nothing would be different.", "Es würde sich nichts ändern.";
        preview: "Preview changes", "Änderungen zeigen";
        save: "Save rule", "Regel speichern";
        delete: "Delete rule", "Regel löschen";
        all_comply: "All living tokens comply with it.", "Alle gültigen Token halten sie ein.";
    }
    sentences {
        title(name: &str): format!("Rule “{name}”"), format!("Regel „{name}“");
        matched(count: &u64): en::counted(*count, "known person", "known people"), de::counted(*count, "bekannte Person", "bekannte Personen");
    }
}
