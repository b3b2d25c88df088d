//! The texts of the page.

use crate::text::texts;

texts! {
    words {
        title: "Is it still you?", "Sind das noch Sie?";
        secret: "Next, a secret is made. Before that Gatepass asks the product once more who is signed in, so that nobody does it at a desk that you left.", "Als Nächstes entsteht ein Geheimnis. Vorher fragt Gatepass das Produkt noch einmal, wer angemeldet ist, damit das niemand an Ihrem verlassenen Schreibtisch tut.";
        others: "Next, tokens of other people are changed. Before that Gatepass asks the product once more who is signed in.", "Als Nächstes werden Token anderer Personen geändert. Vorher fragt Gatepass das Produkt noch einmal, wer angemeldet ist.";
        policy: "Next, the rules are changed. Before that Gatepass asks the product once more who is signed in.", "Als Nächstes werden die Regeln geändert. Vorher fragt Gatepass das Produkt noch einmal, wer angemeldet ist.";
        secret_provider: "Next, a secret is made. Before that you sign in once more where your account is, so that nobody does it at a desk that you left.", "Als Nächstes entsteht ein Geheimnis. Vorher melden Sie sich dort, wo Ihr Konto ist, noch einmal an, damit das niemand an Ihrem verlassenen Schreibtisch tut.";
        others_provider: "Next, tokens of other people are changed. Before that you sign in once more where your account is.", "Als Nächstes werden Token anderer Personen geändert. Vorher melden Sie sich dort, wo Ihr Konto ist, noch einmal an.";
        policy_provider: "Next, the rules are changed. Before that you sign in once more where your account is.", "Als Nächstes werden die Regeln geändert. Vorher melden Sie sich dort, wo Ihr Konto ist, noch einmal an.";
        lasts_provider: "It is not asked again for a while. What you typed is kept.", "Das wird eine Weile nicht wieder gefragt. Ihre Eingaben bleiben erhalten.";
        lasts: "It takes a moment, and is not asked again for a while. What you typed is kept.", "Das dauert einen Augenblick und wird eine Weile nicht wieder gefragt. Ihre Eingaben bleiben erhalten.";
    }
    sentences {
        confirm(place: &str): format!("Confirm with {place}"), format!("Mit {place} bestätigen");
    }
}
