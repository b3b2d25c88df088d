//! Reasons for refusals, in few words and with what to do.

use gatepass_model::Reason;

use crate::chrome::Chrome;
use crate::text::Bilingual;

/// A reason in one language.
struct Said {
    /// In few words, within a sentence.
    short: &'static str,
    /// What it means and what to do.
    help: &'static str,
}

impl Chrome {
    /// A reason in few words.
    pub(crate) fn reason(&self, reason: &Reason) -> &'static str {
        said(*reason).of(self.language).short
    }

    /// What a reason means and what to do.
    pub(crate) fn reason_help(&self, reason: &Reason) -> &'static str {
        said(*reason).of(self.language).help
    }
}

const fn both(english: [&'static str; 2], german: [&'static str; 2]) -> Bilingual<Said> {
    let ([short, help], [kurz, hilfe]) = (english, german);
    Bilingual { english: Said { short, help }, german: Said { short: kurz, help: hilfe } }
}

#[expect(clippy::too_many_lines, reason = "a table, one row a reason")]
const fn said(reason: Reason) -> Bilingual<Said> {
    match reason {
        Reason::MalformedTarget => both(
            [
                "address not canonical",
                "The path holds something that servers read in different ways, such as “..”, “;” or an encoded slash. Send it in its plain form.",
            ],
            [
                "Adresse nicht eindeutig",
                "Der Pfad enthält etwas, das Server verschieden lesen, etwa „..“, „;“ oder einen codierten Schrägstrich. Senden Sie ihn in einfacher Form.",
            ],
        ),
        Reason::MalformedRequest => both(
            [
                "malformed request",
                "The request says two things at once or breaks the rules of HTTP. Look at the client or at a proxy before the gate.",
            ],
            [
                "fehlerhafte Anfrage",
                "Die Anfrage ist widersprüchlich oder verletzt die Regeln von HTTP. Prüfen Sie den Client oder einen Proxy vor dem Gate.",
            ],
        ),
        Reason::MalformedToken => both(
            [
                "token in the wrong place",
                "A token belongs into the header Authorization, once, and never into an address.",
            ],
            [
                "Token an falscher Stelle",
                "Ein Token gehört genau einmal in den Header Authorization und nie in eine Adresse.",
            ],
        ),
        Reason::TokenInvalid => both(
            [
                "no such token",
                "The secret is not known. Look for a typing error, or create a new token.",
            ],
            [
                "unbekanntes Token",
                "Das Geheimnis ist nicht bekannt. Suchen Sie einen Tippfehler oder erstellen Sie ein neues Token.",
            ],
        ),
        Reason::TokenExpired => both(
            ["expired", "The token is past its end. Create a new one."],
            ["abgelaufen", "Das Token ist abgelaufen. Erstellen Sie ein neues."],
        ),
        Reason::TokenRevoked => both(
            ["revoked", "Somebody ended the token. Create a new one if it is still needed."],
            [
                "widerrufen",
                "Jemand hat das Token widerrufen. Erstellen Sie ein neues, falls es noch gebraucht wird.",
            ],
        ),
        Reason::OwnerMismatch => both(
            [
                "username is not the owner's",
                "With Basic authentication the username must be the owner's, his e-mail address, or x-token-auth.",
            ],
            [
                "Benutzername gehört nicht dem Inhaber",
                "Bei der Basic-Anmeldung muss der Benutzername der des Inhabers sein, seine E-Mail-Adresse oder x-token-auth.",
            ],
        ),
        Reason::CredentialRequired => both(
            ["nothing was presented", "Calls without a credential are blocked. Send an API token."],
            ["ohne Anmeldung", "Aufrufe ohne Anmeldung sind gesperrt. Senden Sie ein API-Token."],
        ),
        Reason::TokenPending => both(
            ["waits for approval", "Somebody has to approve the token before it works."],
            ["wartet auf Freigabe", "Jemand muss das Token freigeben, bevor es gilt."],
        ),
        Reason::TokenSuspended => both(
            ["suspended", "The token is stopped for now. Resume it when it may go on."],
            [
                "ausgesetzt",
                "Das Token ist vorübergehend ausgesetzt. Setzen Sie es fort, wenn es wieder gelten darf.",
            ],
        ),
        Reason::OwnerInactive => both(
            [
                "owner inactive",
                "The directory no longer lets the owner sign in. The token needs another owner.",
            ],
            [
                "Inhaber nicht aktiv",
                "Der Inhaber kann sich laut Verzeichnis nicht mehr anmelden. Das Token braucht einen anderen Inhaber.",
            ],
        ),
        Reason::UseNotPermitted => both(
            [
                "use not allowed",
                "No rule of policy lets the owner use tokens, or one denies it. Ask an administrator.",
            ],
            [
                "Benutzung nicht erlaubt",
                "Keine Regel erlaubt dem Inhaber, Token zu benutzen, oder eine verbietet es. Fragen Sie die Administration.",
            ],
        ),
        Reason::ReadOnly => both(
            [
                "the token only reads",
                "The request would change something, or isn't known to be a read. It needs a token that writes.",
            ],
            [
                "das Token liest nur",
                "Die Anfrage würde etwas ändern oder ist nicht als lesend bekannt. Sie braucht ein Token, das schreiben darf.",
            ],
        ),
        Reason::AdminNotAllowed => both(
            [
                "administration not granted",
                "The operation administers the product. Only a token that was granted administration reaches it.",
            ],
            [
                "Administration nicht gewährt",
                "Der Vorgang administriert das Produkt. Das darf nur ein Token, dem Administration gewährt wurde.",
            ],
        ),
        Reason::NetworkNotAllowed => both(
            [
                "from another network",
                "The request came from an address outside the token's networks.",
            ],
            [
                "aus einem anderen Netz",
                "Die Anfrage kam von einer Adresse außerhalb der Netze des Tokens.",
            ],
        ),
        Reason::InstanceNotAllowed => both(
            ["another instance", "The token is not for this instance."],
            ["andere Instanz", "Das Token gilt nicht für diese Instanz."],
        ),
        Reason::ResourceNotAllowed => both(
            [
                "resource not granted",
                "The resource is outside the grant, or one that no token reaches, such as making credentials at the product.",
            ],
            [
                "Ressource nicht gewährt",
                "Die Ressource ist nicht gewährt, oder kein Token erreicht sie, etwa das Ausstellen von Zugangsdaten im Produkt.",
            ],
        ),
        Reason::ProjectNotAllowed => both(
            ["project not granted", "The project or space is outside the grant."],
            ["Projekt nicht gewährt", "Das Projekt oder der Bereich ist nicht gewährt."],
        ),
        Reason::PathNotAllowed => both(
            [
                "path not granted",
                "A pattern denies the path, none allows it, or it is a page, which needs an allow pattern of its own.",
            ],
            [
                "Pfad nicht gewährt",
                "Ein Muster verbietet den Pfad, keines erlaubt ihn, oder es ist eine Seite, die ein eigenes Muster braucht.",
            ],
        ),
        Reason::HeaderRequired => both(
            [
                "a header is missing",
                "The token works only with the headers that it requires, each with its value.",
            ],
            [
                "ein Header fehlt",
                "Das Token gilt nur mit den verlangten Headern, jeder mit seinem Wert.",
            ],
        ),
        Reason::ForgedIdentity => both(
            [
                "brought an identity of its own",
                "The request carries a header by which the product would believe it to be somebody. The client must not send it.",
            ],
            [
                "mit eigener Identität",
                "Die Anfrage bringt einen Header mit, nach dem das Produkt sie für jemanden hielte. Der Client darf ihn nicht senden.",
            ],
        ),
        Reason::PasswordsDisabled => both(
            [
                "passwords blocked",
                "Passwords are blocked on this instance. Send an API token in place of the password.",
            ],
            [
                "Passwörter gesperrt",
                "Passwörter sind für diese Instanz gesperrt. Senden Sie statt des Passworts ein API-Token.",
            ],
        ),
        Reason::NativeTokensDisabled => both(
            [
                "native tokens blocked",
                "The product's own tokens are blocked. Create an API token here.",
            ],
            [
                "Produkt-Token gesperrt",
                "Die eigenen Token des Produkts sind gesperrt. Erstellen Sie hier ein API-Token.",
            ],
        ),
        Reason::SessionsDisabled => both(
            [
                "sessions blocked",
                "Session cookies are blocked on REST, or count there only with what a browser's page sends. Send an API token.",
            ],
            [
                "Sitzungen gesperrt",
                "Sitzungscookies sind an REST gesperrt, oder sie gelten dort nur mit dem, was die Seite eines Browsers sendet. Senden Sie ein API-Token.",
            ],
        ),
        Reason::OauthDisabled => both(
            ["OAuth blocked", "OAuth is blocked on this instance. Send an API token."],
            ["OAuth gesperrt", "OAuth ist für diese Instanz gesperrt. Senden Sie ein API-Token."],
        ),
        Reason::NotFound => both(
            ["not found", "There is nothing of that address below the console's path."],
            ["nicht gefunden", "Unter dieser Adresse gibt es unterhalb des Konsolenpfads nichts."],
        ),
        Reason::MethodNotAllowed => both(
            ["method not forwarded", "The gate forwards no requests of this method."],
            [
                "Methode wird nicht weitergegeben",
                "Das Gate gibt Anfragen mit dieser Methode nicht weiter.",
            ],
        ),
        Reason::RequestTimeout => both(
            ["request too slow", "Head or body took too long to come."],
            ["Anfrage zu langsam", "Kopf oder Inhalt der Anfrage kamen zu langsam."],
        ),
        Reason::BodyTooLarge => both(
            ["body too large", "The body is longer than what is let through."],
            ["Inhalt zu groß", "Der Inhalt ist länger, als durchgelassen wird."],
        ),
        Reason::TargetTooLong => both(
            [
                "address too long",
                "The address is longer than 8 KiB. Send the query in a body where the product takes it.",
            ],
            [
                "Adresse zu lang",
                "Die Adresse ist länger als 8 KiB. Senden Sie die Suche im Inhalt, wo das Produkt das annimmt.",
            ],
        ),
        Reason::BodyUnreadable => both(
            [
                "body unreadable",
                "A decision depends on the body, and its charset, encoding or type is unknown.",
            ],
            [
                "Inhalt nicht lesbar",
                "Die Entscheidung hängt vom Inhalt ab, und dessen Zeichensatz, Codierung oder Typ ist unbekannt.",
            ],
        ),
        Reason::InstanceUnknown => both(
            ["unknown host", "No instance answers to the host name of the request."],
            ["unbekannter Hostname", "Keine Instanz antwortet auf den Hostnamen der Anfrage."],
        ),
        Reason::HeadersTooLarge => both(
            ["headers too large", "There are more than 100 headers, or more than 16 KiB of them."],
            ["Header zu groß", "Es sind mehr als 100 Header oder mehr als 16 KiB."],
        ),
        Reason::RateLimited => both(
            [
                "too many requests",
                "A limit on requests in a time is used up. Wait as long as Retry-After says, or spread the calls.",
            ],
            [
                "zu viele Anfragen",
                "Die Zahl der Anfragen pro Zeit ist ausgeschöpft. Warten Sie, wie Retry-After es sagt, oder verteilen Sie die Aufrufe.",
            ],
        ),
        Reason::QuotaExhausted => both(
            ["quota used up", "The bytes of this day are used up. It begins anew at midnight UTC."],
            [
                "Tagesmenge verbraucht",
                "Die Datenmenge dieses Tages ist verbraucht. Um Mitternacht UTC beginnt sie neu.",
            ],
        ),
        Reason::TooManyConcurrent => both(
            [
                "too many at once",
                "Too many requests were on their way at once. Let the client wait for its answers.",
            ],
            [
                "zu viele gleichzeitig",
                "Es waren zu viele Anfragen gleichzeitig unterwegs. Lassen Sie den Client auf Antworten warten.",
            ],
        ),
        Reason::TransferCodingUnsupported => both(
            ["transfer coding unknown", "Of transfer codings only “chunked” is taken."],
            [
                "Übertragungscodierung unbekannt",
                "Als Übertragungscodierung wird nur „chunked“ angenommen.",
            ],
        ),
        Reason::UpstreamIdentityUnavailable => both(
            [
                "can't act as the owner",
                "Gatepass has nothing by which to become the owner at the product. The owner can mend it on the page of his tokens.",
            ],
            [
                "kann nicht für den Inhaber handeln",
                "Gatepass hat nichts, womit es im Produkt als der Inhaber auftreten kann. Der Inhaber kann das auf der Seite seiner Token beheben.",
            ],
        ),
        Reason::UpstreamUnreachable => both(
            ["product unreachable", "The product did not take the connection, or broke it off."],
            [
                "Produkt nicht erreichbar",
                "Das Produkt nahm die Verbindung nicht an oder brach sie ab.",
            ],
        ),
        Reason::Overloaded => both(
            [
                "gate overloaded",
                "This node had more to do than it can take, or the product was in distress. Try again later.",
            ],
            [
                "Gate überlastet",
                "Dieser Knoten hatte mehr zu tun, als er kann, oder das Produkt war in Not. Versuchen Sie es später noch einmal.",
            ],
        ),
        Reason::NotReady => both(
            ["gate not ready", "The node could not know for sure whether the token still holds."],
            ["Gate nicht bereit", "Der Knoten konnte nicht sicher wissen, ob das Token noch gilt."],
        ),
        Reason::UpstreamTimeout => both(
            ["product too slow", "The product did not begin to answer in time."],
            ["Produkt zu langsam", "Das Produkt begann nicht rechtzeitig zu antworten."],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_told_in_both_languages() {
        for reason in Reason::ALL {
            let said = said(*reason);
            assert_ne!(said.english.short, said.german.short, "{reason}");
            assert_ne!(said.english.help, said.german.help, "{reason}");
            assert!(said.english.help.ends_with('.') && said.german.help.ends_with('.'));
        }
    }
}
