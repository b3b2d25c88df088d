//! The texts of the page.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        nothing_title: "Nothing to do", "Nichts zu tun";
        nothing: "None of the tokens that you selected can be changed so. Nothing was changed.", "Keines der ausgewählten Token lässt sich so ändern. Es wurde nichts geändert.";
        undone: "This can't be undone.", "Das lässt sich nicht rückgängig machen.";
        resumable: "Each of them can be resumed later.", "Jedes davon lässt sich später fortsetzen.";
        listed: "These tokens", "Diese Token";
        skipped: "Selected too, but left as they are", "Auch ausgewählt, bleiben aber, wie sie sind";
        back: "Back to the list", "Zurück zur Liste";
    }
    sentences {
        suspend(tokens: &u64): format!("Suspend {}?", en::counted(*tokens, "token", "tokens")), format!("{} aussetzen?", de::counted(*tokens, "Token", "Token"));
        resume(tokens: &u64): format!("Resume {}?", en::counted(*tokens, "token", "tokens")), format!("{} fortsetzen?", de::counted(*tokens, "Token", "Token"));
        revoke(tokens: &u64): format!("Revoke {}?", en::counted(*tokens, "token", "tokens")), format!("{} widerrufen?", de::counted(*tokens, "Token", "Token"));
        stop(tokens: &u64, people: &u64):
            format!("{} of {} will stop at once.", en::counted(*tokens, "token", "tokens"), en::counted(*people, "person", "people")),
            format!("{} von {} {} sofort nicht mehr.", de::counted(*tokens, "Token", "Token"), de::counted(*people, "Person", "Personen"), if *tokens == 1 { "gilt" } else { "gelten" });
        go_on(tokens: &u64, people: &u64):
            format!("{} of {} will work again.", en::counted(*tokens, "token", "tokens"), en::counted(*people, "person", "people")),
            format!("{} von {} {} wieder.", de::counted(*tokens, "Token", "Token"), de::counted(*people, "Person", "Personen"), if *tokens == 1 { "gilt" } else { "gelten" });
        busy(count: &u64):
            if *count == 1 { "1 of them was used within the last hour.".to_owned() } else { format!("{} of them were used within the last hour.", en::number(*count)) },
            if *count == 1 { "1 davon wurde in der letzten Stunde benutzt.".to_owned() } else { format!("{} davon wurden in der letzten Stunde benutzt.", de::number(*count)) };
        suspend_button(tokens: &u64): format!("Suspend {}", en::counted(*tokens, "token", "tokens")), format!("{} aussetzen", de::counted(*tokens, "Token", "Token"));
        resume_button(tokens: &u64): format!("Resume {}", en::counted(*tokens, "token", "tokens")), format!("{} fortsetzen", de::counted(*tokens, "Token", "Token"));
        revoke_button(tokens: &u64): format!("Revoke {}", en::counted(*tokens, "token", "tokens")), format!("{} widerrufen", de::counted(*tokens, "Token", "Token"));
    }
}
