//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "Sign in", "Anmelden";
        intro: "Gatepass knows you by the product that you work with. You need no password here: it asks the product who is signed in.", "Gatepass kennt Sie durch das Produkt, mit dem Sie arbeiten. Sie brauchen hier kein Passwort: Es fragt das Produkt, wer angemeldet ist.";
        intro_provider: "Gatepass knows you by an account that you have. It has no password of yours: it sends you to where the account is, and takes you back from there.", "Gatepass kennt Sie durch ein Konto, das Sie haben. Es hat kein Passwort von Ihnen: Es schickt Sie dorthin, wo das Konto ist, und nimmt Sie von dort zurück.";
        which: "Choose where you have an account.", "Wählen Sie, wo Sie ein Konto haben.";
        none: "There is no way to sign in: the configuration names nobody who says who somebody is. Ask whoever runs Gatepass.", "Es gibt keinen Weg zur Anmeldung: Die Konfiguration nennt niemanden, der weiß, wer jemand ist. Fragen Sie die Betreiber von Gatepass.";
    }
    sentences {
        with(place: &str): format!("Sign in with {place}"), format!("Mit {place} anmelden");
    }
}
