//! What just happened, in words.

use super::{de, en, isolated};
use crate::chrome::Chrome;
use crate::notice::Notice;
use crate::text::texts;

texts! {
    words {
        not_durable: "The revocation holds on this node, but it could not be stored. When the node restarts, the token works again. Revoke it once more when the store is back.", "Der Widerruf gilt auf diesem Knoten, konnte aber nicht gespeichert werden. Nach einem Neustart gilt das Token wieder. Widerrufen Sie es noch einmal, sobald der Speicher wieder da ist.";
        session_ended: "The session was ended.", "Die Sitzung wurde beendet.";
        signed_in: "You are signed in.", "Sie sind angemeldet.";
        signed_out: "You are signed out.", "Sie sind abgemeldet.";
        became_administrator: "You administer Gatepass from now on.", "Sie verwalten Gatepass von jetzt an.";
        done_before: "This form had been sent already. It was done once; this is what came of it.", "Dieses Formular war schon gesendet. Es wurde einmal ausgeführt; das ist das Ergebnis.";
        store_gone: "The store can't be reached. What you see may be old, and nothing can be changed right now. Tokens go on working.", "Der Speicher ist nicht erreichbar. Was Sie sehen, kann veraltet sein, und ändern lässt sich gerade nichts. Token funktionieren weiter.";
    }
    sentences {
        suspended(name: &str): format!("“{name}” is suspended. Requests with it are refused until it is resumed."), format!("„{name}“ ist ausgesetzt. Anfragen damit werden abgewiesen, bis es fortgesetzt wird.");
        resumed(name: &str): format!("“{name}” works again."), format!("„{name}“ gilt wieder.");
        revoked(name: &str): format!("“{name}” is revoked. It can't be brought back."), format!("„{name}“ ist widerrufen. Das lässt sich nicht rückgängig machen.");
        not_confirmed(on: &u32, of: &u32): format!("The change is stored, but so far it holds on {on} of {of} nodes only. The others follow within seconds, or are not running."), format!("Die Änderung ist gespeichert, gilt bisher aber erst auf {on} von {of} Knoten. Die übrigen folgen in wenigen Sekunden oder laufen nicht.");
        modes_saved(instance: &str): format!("The settings of {instance} hold from now on."), format!("Die Einstellungen für {instance} gelten ab jetzt.");
        rule_saved(name: &str): format!("The rule “{name}” holds from now on."), format!("Die Regel „{name}“ gilt ab jetzt.");
        rule_deleted(name: &str): format!("The rule “{name}” is deleted."), format!("Die Regel „{name}“ ist gelöscht.");
        noncompliant_suspended(count: &u64):
            if *count == 1 { "1 token that doesn't comply is suspended.".to_owned() } else { format!("{} that don't comply are suspended.", en::counted(*count, "token", "tokens")) },
            if *count == 1 { "1 Token, das die Regeln nicht einhält, ist ausgesetzt.".to_owned() } else { format!("{} Token, die die Regeln nicht einhalten, sind ausgesetzt.", de::number(*count)) };
        others_ended(count: &u64):
            if *count == 1 { "1 other session was ended.".to_owned() } else { format!("{} other sessions were ended.", en::number(*count)) },
            if *count == 1 { "1 andere Sitzung wurde beendet.".to_owned() } else { format!("{} andere Sitzungen wurden beendet.", de::number(*count)) };
        mended(instance: &str): format!("Gatepass can act as you in {instance} again."), format!("Gatepass kann in {instance} wieder in Ihrem Namen handeln.");
        not_mended(instance: &str): format!("Gatepass still can't act as you in {instance}. Sign in to {instance} in this browser, then try again."), format!("Gatepass kann in {instance} noch immer nicht in Ihrem Namen handeln. Melden Sie sich in diesem Browser bei {instance} an und versuchen Sie es dann noch einmal.");
    }
}

impl Chrome {
    /// A notice in words.
    pub(crate) fn notice(&self, notice: &Notice) -> String {
        let text = TEXT.of(self.language);
        match notice {
            Notice::TokenSuspended { name } => text.suspended(&isolated(name)),
            Notice::TokenResumed { name } => text.resumed(&isolated(name)),
            Notice::TokenRevoked { name } => text.revoked(&isolated(name)),
            Notice::NotConfirmed { on, of } => text.not_confirmed(on, of),
            Notice::NotDurable => text.not_durable.to_owned(),
            Notice::ModesSaved { instance } => text.modes_saved(&isolated(instance)),
            Notice::RuleSaved { name } => text.rule_saved(&isolated(name)),
            Notice::RuleDeleted { name } => text.rule_deleted(&isolated(name)),
            Notice::NonCompliantSuspended { count } => text.noncompliant_suspended(count),
            Notice::SessionEnded => text.session_ended.to_owned(),
            Notice::OtherSessionsEnded { count } => text.others_ended(count),
            Notice::SignedIn => text.signed_in.to_owned(),
            Notice::SignedOut => text.signed_out.to_owned(),
            Notice::IdentityMended { instance } => text.mended(&isolated(instance)),
            Notice::IdentityNotMended { instance } => text.not_mended(&isolated(instance)),
            Notice::BecameAdministrator => text.became_administrator.to_owned(),
            Notice::DoneBefore => text.done_before.to_owned(),
            Notice::StoreGone => text.store_gone.to_owned(),
            Notice::Said { words, .. } => words.clone(),
        }
    }
}
