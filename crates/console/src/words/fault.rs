//! What is wrong with a field, in words: what happened, and what would be right.

use gatepass_model::Lifetime;

use super::{de, en, isolated, time};
use crate::chrome::{Chrome, Language};
use crate::fault::{Fault, PolicyFault, PolicyKey};
use crate::text::texts;

texts! {
    words {
        missing: "This can't be empty.", "Das darf nicht leer sein.";
        control: "There is a line break or another control character in it.", "Darin steht ein Zeilenumbruch oder ein anderes Steuerzeichen.";
        not_in_future: "That is not in the future.", "Das liegt nicht in der Zukunft.";
        burst_without_rate: "A burst needs a number of requests in a time beside it.", "Eine Spitze braucht daneben eine Anzahl von Anfragen pro Zeit.";
        not_a_choice: "Choose one of these.", "Wählen Sie eines davon.";
        taken: "There is one of that name already.", "Diesen Namen gibt es schon.";
        use_denied: "The owner may not use tokens", "Der Inhaber darf keine Token benutzen";
        create_denied: "Tokens may not be created", "Token dürfen nicht erstellt werden";
        on_behalf_denied: "Tokens may not be created for others", "Token dürfen nicht für andere erstellt werden";
        read_only: "A token may only read", "Ein Token darf nur lesen";
        no_admin: "A token may not administer", "Ein Token darf nicht administrieren";
        networks: "A token must name the networks that it is used from", "Ein Token muss die Netze nennen, aus denen es benutzt wird";
        purpose: "A token must have a purpose", "Ein Token muss einen Zweck haben";
        integration: "A token must name its integration", "Ein Token muss seine Integration nennen";
        approval: "A token must be approved", "Ein Token muss freigegeben werden";
        limits: "A token may not cause that much load", "So viel Last darf ein Token nicht verursachen";
        instances: "The token may not be used on one of its instances", "Das Token darf auf einer seiner Instanzen nicht benutzt werden";
        lifetime: "The token lives too long", "Das Token gilt zu lange";
        most: "There are too many tokens", "Es gibt zu viele Token";
        no_rule: "no rule allows it", "keine Regel erlaubt es";
    }
    sentences {
        too_long(most: &usize): format!("This is too long; there may be {} characters.", en::number(*most as u64)), format!("Das ist zu lang; es dürfen {} Zeichen sein.", de::number(*most as u64));
        too_many(most: &usize): format!("There are too many; there may be {}.", en::number(*most as u64)), format!("Das sind zu viele; es dürfen {} sein.", de::number(*most as u64));
        twice(given: &str): format!("“{given}” stands there twice."), format!("„{given}“ steht doppelt da.");
        network(given: &str): format!("“{given}” is not a network. Write 10.1.0.0/16, 203.0.113.7 or 2001:db8::/32."), format!("„{given}“ ist kein Netz. Schreiben Sie 10.1.0.0/16, 203.0.113.7 oder 2001:db8::/32.");
        pattern(given: &str): format!("“{given}” is not a pattern. Write GET /rest/api/2/issue/*, where * is one segment and a final ** any rest."), format!("„{given}“ ist kein Muster. Schreiben Sie GET /rest/api/2/issue/*; * steht für ein Segment, ** am Ende für jeden Rest.");
        header(given: &str): format!("“{given}” is not a header. Write it as X-Caller: build."), format!("„{given}“ ist kein Header. Schreiben Sie ihn als X-Caller: build.");
        reserved(given: &str): format!("{given} can't be required: the gate uses it itself."), format!("{given} kann nicht verlangt werden: Das Gate benutzt ihn selbst.");
        date(given: &str): format!("“{given}” is not a date. Write 2027-01-31."), format!("„{given}“ ist kein Datum. Schreiben Sie 2027-01-31.");
        duration(given: &str): format!("“{given}” is not a duration. Write 90d, 12h or never."), format!("„{given}“ ist keine Dauer. Schreiben Sie 90d, 12h oder never.");
        rate(given: &str): format!("“{given}” is not a rate. Write 60/min, 10/s or 1000/h."), format!("„{given}“ ist keine Rate. Schreiben Sie 60/min, 10/s oder 1000/h.");
        count(given: &str): format!("“{given}” is not a whole number from 1 to 1,000,000."), format!("„{given}“ ist keine ganze Zahl von 1 bis 1.000.000.");
        bytes(given: &str): format!("“{given}” is not a number of bytes. Write 500MiB or 2GiB."), format!("„{given}“ ist keine Datenmenge. Schreiben Sie 500MiB oder 2GiB.");
        unknown_person(given: &str): format!("The directory knows nobody called “{given}”."), format!("Das Verzeichnis kennt niemanden mit dem Namen „{given}“.");
        inactive_person(given: &str): format!("“{given}” is not active in the directory."), format!("„{given}“ ist im Verzeichnis nicht aktiv.");
        unknown_instance(given: &str): format!("There is no instance “{given}”."), format!("Es gibt keine Instanz „{given}“.");
        other_directory(instance: &str): format!("The people of {instance} come from another directory than the owner."), format!("Die Personen von {instance} kommen aus einem anderen Verzeichnis als der Inhaber.");
        only_instances(bound: &str): format!("A token may be used on {bound} only"), format!("Ein Token darf nur auf {bound} benutzt werden");
        lives(bound: &str): format!("A token lives at most {bound}"), format!("Ein Token gilt höchstens {bound}");
        most_tokens(bound: &str): format!("A person may have {bound} tokens at most"), format!("Eine Person darf höchstens {bound} Token haben");
        most_limits(bound: &str): format!("A token may cause {bound} at most"), format!("Ein Token darf höchstens {bound} verursachen");
        by_rule(words: &str, rule: &str): format!("{words} (rule “{rule}”)."), format!("{words} (Regel „{rule}“).");
        by_none(words: &str, none: &str): format!("{words}: {none}."), format!("{words}: {none}.");
    }
}

/// What a rule asks for, as half a sentence.
fn asked(text: &Text, fault: &PolicyFault, language: Language) -> String {
    let plain = match (fault.key, fault.bound.as_deref()) {
        (PolicyKey::Instances, Some(bound)) => return text.only_instances(&isolated(bound)),
        (PolicyKey::LongestLifetime, Some(bound)) => {
            let span = bound.parse::<Lifetime>();
            let span =
                span.map_or_else(|_| bound.to_owned(), |span| time::lifetime(language, span));
            return text.lives(&span);
        }
        (PolicyKey::MostTokens, Some(bound)) => return text.most_tokens(bound),
        (PolicyKey::TokenLimits, Some(bound)) => return text.most_limits(bound),
        (PolicyKey::Use, _) => text.use_denied,
        (PolicyKey::Create, _) => text.create_denied,
        (PolicyKey::CreateOnBehalf, _) => text.on_behalf_denied,
        (PolicyKey::Instances, None) => text.instances,
        (PolicyKey::LongestLifetime, None) => text.lifetime,
        (PolicyKey::ReadOnly, _) => text.read_only,
        (PolicyKey::AdminOperations, _) => text.no_admin,
        (PolicyKey::NetworksRequired, _) => text.networks,
        (PolicyKey::PurposeRequired, _) => text.purpose,
        (PolicyKey::IntegrationRequired, _) => text.integration,
        (PolicyKey::ApprovalRequired, _) => text.approval,
        (PolicyKey::MostTokens, None) => text.most,
        (PolicyKey::TokenLimits, None) => text.limits,
    };
    plain.to_owned()
}

impl Chrome {
    /// A rule that something doesn't keep to: `A token lives at most 90 days (rule “everybody”).`
    pub(crate) fn broken(&self, fault: &PolicyFault) -> String {
        let text = TEXT.of(self.language);
        let words = asked(text, fault, self.language);
        match &fault.rule {
            Some(rule) => text.by_rule(&words, &isolated(rule)),
            None => text.by_none(&words, text.no_rule),
        }
    }

    /// What is wrong with a field, and what would be right.
    pub(crate) fn fault(&self, fault: &Fault) -> String {
        let text = TEXT.of(self.language);
        match fault {
            Fault::Missing => text.missing.to_owned(),
            Fault::TooLong { most } => text.too_long(most),
            Fault::ControlCharacter => text.control.to_owned(),
            Fault::TooMany { most } => text.too_many(most),
            Fault::Twice { given } => text.twice(&isolated(given)),
            Fault::NotANetwork { given } => text.network(&isolated(given)),
            Fault::NotAPattern { given } => text.pattern(&isolated(given)),
            Fault::NotAHeader { given } => text.header(&isolated(given)),
            Fault::ReservedHeader { given } => text.reserved(&isolated(given)),
            Fault::NotADate { given } => text.date(&isolated(given)),
            Fault::NotInFuture => text.not_in_future.to_owned(),
            Fault::NotADuration { given } => text.duration(&isolated(given)),
            Fault::NotARate { given } => text.rate(&isolated(given)),
            Fault::NotACount { given } => text.count(&isolated(given)),
            Fault::NotBytes { given } => text.bytes(&isolated(given)),
            Fault::BurstWithoutRate => text.burst_without_rate.to_owned(),
            Fault::NotAChoice => text.not_a_choice.to_owned(),
            Fault::UnknownPerson { given } => text.unknown_person(&isolated(given)),
            Fault::InactivePerson { given } => text.inactive_person(&isolated(given)),
            Fault::UnknownInstance { given } => text.unknown_instance(&isolated(given)),
            Fault::OtherDirectory { instance } => text.other_directory(&isolated(instance)),
            Fault::Taken => text.taken.to_owned(),
            Fault::Policy(policy) => self.broken(policy),
            Fault::Said(words) => words.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rule_is_named() {
        let fault = PolicyFault {
            key: PolicyKey::LongestLifetime,
            rule: Some("everybody".to_owned()),
            bound: Some("90d".to_owned()),
        };
        let told = |language: Language| {
            let text = TEXT.of(language);
            text.by_rule(&asked(text, &fault, language), "everybody")
        };
        assert_eq!(told(Language::English), "A token lives at most 90 days (rule “everybody”).");
        assert_eq!(told(Language::German), "Ein Token gilt höchstens 90 Tage (Regel „everybody“).");
    }
}
