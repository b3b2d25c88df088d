//! The texts of the page, and of the dialogs that are the same without a page.

use crate::text::texts;

texts! {
    words {
        rotate_means: "It gets a new secret, which is shown once. What it may do stays as it is.", "Es erhält ein neues Geheimnis, das einmal gezeigt wird. Was es darf, bleibt, wie es ist.";
        suspend_means: "Requests with it are refused at once, until somebody resumes it. Running ones are cut within seconds.", "Anfragen damit werden sofort abgewiesen, bis jemand es fortsetzt. Laufende werden in wenigen Sekunden abgebrochen.";
        resume_means: "Requests with it pass again, as far as it may.", "Anfragen damit kommen wieder durch, soweit es darf.";
        revoke_means: "Requests with it are refused at once, and for good. It can't be brought back; whatever uses it needs a new one.", "Anfragen damit werden sofort und für immer abgewiesen. Das lässt sich nicht rückgängig machen; was es benutzt, braucht ein neues.";
        grace: "The current secret", "Das bisherige Geheimnis";
        grace_none: "stops at once", "gilt sofort nicht mehr";
        grace_hour: "works for one more hour", "gilt noch eine Stunde";
        grace_day: "works for one more day", "gilt noch einen Tag";
        grace_week: "works for seven more days", "gilt noch sieben Tage";
        last_use: "It was last used", "Zuletzt benutzt wurde es";
        never_used: "It was never used.", "Es wurde nie benutzt.";
    }
    sentences {
        rotate(name: &str): format!("Rotate the secret of “{name}”?"), format!("Geheimnis von „{name}“ erneuern?");
        suspend(name: &str): format!("Suspend “{name}”?"), format!("„{name}“ aussetzen?");
        resume(name: &str): format!("Resume “{name}”?"), format!("„{name}“ fortsetzen?");
        revoke(name: &str): format!("Revoke “{name}”?"), format!("„{name}“ widerrufen?");
        of_other(owner: &str): format!("It is a token of {owner}, who is not asked."), format!("Es ist ein Token von {owner}. Diese Person wird nicht gefragt.");
    }
}
