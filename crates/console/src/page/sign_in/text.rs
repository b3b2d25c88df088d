//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "Sign in", "Anmelden";
        intro: "Gatepass knows you by the product that you work with. You need no password here: it asks the product who is signed in.", "Gatepass kennt Sie durch das Produkt, mit dem Sie arbeiten. Sie brauchen hier kein Passwort: Es fragt das Produkt, wer angemeldet ist.";
        which: "Choose where you have an account.", "Wählen Sie, wo Sie ein Konto haben.";
        none: "There is no way to sign in: the configuration names no product that says who somebody is. Ask whoever runs Gatepass.", "Es gibt keinen Weg zur Anmeldung: Die Konfiguration nennt kein Produkt, das weiß, wer jemand ist. Fragen Sie die Betreiber von Gatepass.";
    }
    sentences {
        with(place: &str): format!("Sign in with {place}"), format!("Mit {place} anmelden");
    }
}
