//! The texts of the page: what happened, what it means, what to do.

use crate::text::texts;
use crate::words::{de, en};

texts! {
    words {
        code_used: "This sign-in link was used already", "Dieser Anmeldelink wurde schon benutzt";
        code_used_means: "Each is good once. Perhaps the page was loaded twice, or you went back.", "Jeder gilt einmal. Vielleicht wurde die Seite zweimal geladen, oder Sie sind zurückgegangen.";
        code_expired: "The sign-in took too long", "Die Anmeldung hat zu lange gedauert";
        code_expired_means: "What is said of you on the way is good for a short time only, and once.", "Was unterwegs über Sie gesagt wird, gilt nur kurze Zeit, und einmal.";
        sign_in_again: "Sign in again.", "Melden Sie sich noch einmal an.";
        sign_in: "Sign in", "Anmelden";
        upstream_means: "Gatepass asked it who you are, and it knows nobody in this browser.", "Gatepass hat dort gefragt, wer Sie sind; es kennt in diesem Browser niemanden.";
        upstream_do: "Sign in there first, then here.", "Melden Sie sich zuerst dort an, dann hier.";
        unknown_person: "You can't sign in here", "Sie können sich hier nicht anmelden";
        unknown_person_means: "The product knows you, but the directory that Gatepass asks has no active person of that name.", "Das Produkt kennt Sie, aber das Verzeichnis, das Gatepass fragt, kennt unter diesem Namen niemanden, der aktiv ist.";
        other_person: "That was somebody else", "Das war jemand anders";
        other_person_means: "You are signed in to Gatepass as one person, and came back as another. Nothing was changed.", "Sie sind bei Gatepass als eine Person angemeldet und als eine andere zurückgekommen. Es wurde nichts geändert.";
        other_person_do: "Sign in again as the one who you are here, or sign out here first.", "Melden Sie sich noch einmal als die Person an, die Sie hier sind, oder melden Sie sich zuerst hier ab.";
        unanswered_means: "Gatepass wanted to know from there who you are, and got no answer that it can use. Nobody was signed in.", "Gatepass wollte von dort wissen, wer Sie sind, und bekam keine brauchbare Antwort. Es wurde niemand angemeldet.";
        unanswered_do: "Try again in a moment. If it stays so, tell an administrator of Gatepass.", "Versuchen Sie es gleich noch einmal. Bleibt es dabei, sagen Sie es der Administration von Gatepass.";
        declined_means: "It sent you back without saying who you are. Perhaps you went back there, or your account may not be used for Gatepass.", "Von dort kamen Sie zurück, ohne dass gesagt wurde, wer Sie sind. Vielleicht haben Sie dort abgebrochen, oder Ihr Konto ist für Gatepass nicht freigegeben.";
        declined_do: "Sign in again, or ask whoever looks after your account.", "Melden Sie sich noch einmal an oder fragen Sie, wer Ihr Konto betreut.";
        not_believed_means: "What came from there does not prove who you are. Nobody was signed in.", "Was von dort kam, beweist nicht, wer Sie sind. Es wurde niemand angemeldet.";
        not_believed_do: "Sign in again. If it stays so, tell an administrator of Gatepass: the log says what is wrong.", "Melden Sie sich noch einmal an. Bleibt es dabei, sagen Sie es der Administration von Gatepass: Im Protokoll steht, was nicht stimmt.";
        not_anew_means: "For what comes next you must have signed in anew, and nobody says that you have. You are signed in still; nothing was changed.", "Für das Folgende müssen Sie sich neu angemeldet haben, und niemand bestätigt das. Sie sind weiterhin angemeldet; es wurde nichts geändert.";
        not_anew_do: "Try again, and sign in there when you are asked to. If you were not asked, tell an administrator of Gatepass.", "Versuchen Sie es noch einmal und melden Sie sich dort an, wenn Sie danach gefragt werden. Wurden Sie nicht gefragt, sagen Sie es der Administration von Gatepass.";
        name_of_another_means: "It belongs to another account there, which was here before. So nobody gets what is somebody else's.", "Er gehört dort zu einem anderen Konto, das schon hier war. So bekommt niemand, was jemand anderem gehört.";
        name_of_another_do: "If the name is yours now, an administrator of Gatepass can let it go.", "Ist der Name jetzt Ihrer, kann ihn die Administration von Gatepass freigeben.";
        ask_admin: "Ask an administrator of Gatepass.", "Fragen Sie die Administration von Gatepass.";
        stale: "This form is no longer good", "Dieses Formular gilt nicht mehr";
        stale_means: "It was opened in a session that has ended, or did not come from a page of Gatepass. Nothing was changed.", "Es wurde in einer Sitzung geöffnet, die beendet ist, oder stammt nicht von einer Seite von Gatepass. Es wurde nichts geändert.";
        stale_do: "Open the page again and send it from there.", "Öffnen Sie die Seite neu und senden Sie es von dort.";
        ended: "You were signed out", "Sie wurden abgemeldet";
        ended_means: "The session has ended, because nothing happened for a while or because it was ended elsewhere. Nothing was changed.", "Die Sitzung ist beendet, weil eine Weile nichts geschah oder weil sie anderswo beendet wurde. Es wurde nichts geändert.";
        denied: "You may not do that", "Das dürfen Sie nicht";
        denied_admin: "Only administrators of Gatepass may do that.", "Das darf nur, wer Gatepass verwaltet.";
        denied_use: "No rule of policy lets you use API tokens.", "Keine Regel erlaubt Ihnen, API-Token zu benutzen.";
        denied_create: "No rule of policy lets you create API tokens.", "Keine Regel erlaubt Ihnen, API-Token zu erstellen.";
        denied_behalf: "No rule of policy lets you create API tokens for others.", "Keine Regel erlaubt Ihnen, API-Token für andere zu erstellen.";
        denied_other: "The rules of policy don't allow it.", "Die Regeln erlauben es nicht.";
        not_found: "There is nothing here", "Hier ist nichts";
        not_found_means: "The address is wrong, or what stood there is gone, or it is somebody else's.", "Die Adresse ist falsch, oder was hier stand, ist weg, oder es gehört jemand anderem.";
        method: "This address is not opened like that", "Diese Adresse wird so nicht aufgerufen";
        method_means: "It belongs to a form of Gatepass and can't be opened by itself.", "Sie gehört zu einem Formular von Gatepass und lässt sich nicht allein öffnen.";
        store_gone: "Gatepass can't reach its store", "Gatepass erreicht seinen Speicher nicht";
        store_gone_means: "Nothing was changed. Tokens that are known go on working meanwhile.", "Es wurde nichts geändert. Bekannte Token gelten so lange weiter.";
        kept: "What you typed is kept on this page: send it again in a moment.", "Ihre Eingaben sind auf dieser Seite aufgehoben: Senden Sie sie gleich noch einmal.";
        try_again: "Try again in a moment.", "Versuchen Sie es gleich noch einmal.";
        writing: "The store went away while writing", "Der Speicher war beim Schreiben plötzlich weg";
        writing_means: "It is not known whether the change was stored. Sending the form again does it once at most.", "Es ist nicht bekannt, ob die Änderung gespeichert wurde. Noch einmal gesendet, wird sie höchstens einmal ausgeführt.";
        conflict: "Somebody else changed it at the same time", "Jemand anders hat es gleichzeitig geändert";
        conflict_means: "Nothing of yours was changed.", "Ihre Änderung wurde nicht ausgeführt.";
        conflict_do: "Look at it as it is now, then decide again.", "Sehen Sie sich den jetzigen Stand an und entscheiden Sie neu.";
        move_do: "Look at the token as it is now.", "Sehen Sie sich das Token an, wie es jetzt ist.";
        genuine_means: "Its row in the store was not written with the keys of this store. Every gate refuses it, and it can only be revoked.", "Seine Zeile im Speicher wurde nicht mit dessen Schlüsseln geschrieben. Jedes Gate weist es ab, und es lässt sich nur widerrufen.";
        genuine_do: "Tell whoever runs the store, and revoke it.", "Benachrichtigen Sie die Betreiber des Speichers und widerrufen Sie es.";
        too_large: "That was too much", "Das war zu viel";
        bad_form: "The form could not be read", "Das Formular war nicht lesbar";
        bad_form_means: "It holds something that no page of Gatepass sends. Nothing was changed.", "Es enthält etwas, das keine Seite von Gatepass sendet. Es wurde nichts geändert.";
        too_many: "That was too often", "Das war zu oft";
        internal: "Something is wrong with Gatepass", "Mit Gatepass stimmt etwas nicht";
        internal_means: "It is a fault of the program, not yours. Nothing was changed.", "Das ist ein Fehler des Programms, nicht Ihrer. Es wurde nichts geändert.";
        internal_do: "Tell an administrator, with the id of the request.", "Sagen Sie es der Administration, mit der Kennung der Anfrage.";
        go_on: "Go on", "Weiter";
        home: "To the first page", "Zur ersten Seite";
        resend: "Send again", "Noch einmal senden";
        request: "Request", "Kennung der Anfrage";
        state_pending: "waits for approval", "wartet auf Freigabe";
        state_active: "is active", "ist aktiv";
        state_suspended: "is suspended", "ist ausgesetzt";
        state_expired: "has expired", "ist abgelaufen";
        state_revoked: "is revoked", "ist widerrufen";
    }
    sentences {
        not_signed_in(place: &str): format!("You are not signed in to {place}"), format!("Sie sind bei {place} nicht angemeldet");
        unanswered(provider: &str): format!("{provider} does not answer"), format!("{provider} antwortet nicht");
        declined(provider: &str): format!("{provider} did not sign you in"), format!("{provider} hat Sie nicht angemeldet");
        declined_said(error: &str): format!("It said: {error}."), format!("Von dort hieß es: {error}.");
        not_believed(provider: &str): format!("The answer of {provider} can't be trusted"), format!("Der Antwort von {provider} ist nicht zu trauen");
        not_anew(provider: &str): format!("{provider} does not say that it is still you"), format!("{provider} bestätigt nicht, dass Sie es noch sind");
        name_of_another(name: &str): format!("The name {name} is taken"), format!("Der Name {name} ist vergeben");
        denied_by(rule: &str): format!("The rule “{rule}” of policy doesn't allow it."), format!("Die Regel „{rule}“ erlaubt es nicht.");
        illegal(name: &str): format!("“{name}” can't be changed like that"), format!("„{name}“ lässt sich so nicht ändern");
        illegal_means(state: &str): format!("It {state} by now. Nothing was changed."), format!("Es {state} inzwischen. Es wurde nichts geändert.");
        not_genuine(name: &str): format!("“{name}” was changed outside Gatepass"), format!("„{name}“ wurde außerhalb von Gatepass geändert");
        too_large_means(most: &u64): format!("A form may have {} KiB. Nothing was changed.", en::number(most.div_ceil(1024))), format!("Ein Formular darf {} KiB haben. Es wurde nichts geändert.", de::number(most.div_ceil(1024)));
        too_many_do(seconds: &u64): format!("Try again in {}.", en::counted(*seconds, "second", "seconds")), format!("Versuchen Sie es in {} noch einmal.", de::counted(*seconds, "Sekunde", "Sekunden"));
    }
}
