//! Samples of the page: one for each thing that can happen.

use gatepass_model::TokenState;

use super::{Happened, Message, Resend};
use crate::fault::PolicyKey;
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, ago};

const PAGE: &str = "message";

pub(crate) fn samples() -> Vec<Sample> {
    let message = |what| Message {
        what,
        back: Some("/tokens/new".to_owned()),
        resend: None,
        request_id: Some("req_01hzy3".to_owned()),
    };
    let sample = |name, what| Sample::new(PAGE, name, None, message(what));
    let fields =
        vec![("name".to_owned(), HOSTILE.to_owned()), ("csrf".to_owned(), "old".to_owned())];
    let resend = Message {
        resend: Some(Resend { action: "/tokens/new".to_owned(), fields }),
        back: Some("//evil.example".to_owned()),
        ..message(Happened::StoreGone)
    };
    let denied =
        |key, rule: Option<&str>| Happened::NotAllowed { key, rule: rule.map(ToOwned::to_owned) };
    let name = || HOSTILE.to_owned();
    let provider = || "Company account".to_owned();
    vec![
        sample("code_used", Happened::SignInCodeUsed).signed_out(),
        sample("code_expired", Happened::SignInCodeExpired).signed_out(),
        sample("not_signed_in", Happened::NotSignedInUpstream { instance: "Jira".to_owned() })
            .signed_out(),
        sample("person_unknown", Happened::PersonUnknown).signed_out(),
        sample("other_person", Happened::OtherPerson),
        sample("provider_unanswered", Happened::ProviderUnanswered { provider: provider() })
            .signed_out(),
        sample(
            "provider_declined",
            Happened::ProviderDeclined { provider: provider(), error: "access_denied".to_owned() },
        )
        .signed_out(),
        sample("provider_not_believed", Happened::ProviderNotBelieved { provider: provider() })
            .signed_out(),
        sample("not_anew", Happened::NotAnew { provider: provider() }),
        sample("name_of_another", Happened::NameOfAnother { name: name(), provider: provider() })
            .signed_out(),
        sample("provider_hostile", Happened::ProviderDeclined { provider: name(), error: name() })
            .signed_out(),
        sample("stale_form", Happened::StaleForm),
        sample("session_ended", Happened::SessionEnded { last_seen: Some(ago("9h")) }).signed_out(),
        sample("not_allowed", denied(Some(PolicyKey::CreateOnBehalf), Some("contractors"))),
        sample("not_administrator", denied(None, None)),
        sample("no_rule", denied(Some(PolicyKey::Create), None)),
        sample("not_found", Happened::NotFound),
        sample("method", Happened::MethodNotAllowed),
        Sample::new(PAGE, "store_gone", None, resend),
        sample("store_gone_writing", Happened::StoreGoneWhileWriting),
        sample("conflict", Happened::Conflict),
        sample("illegal_move", Happened::IllegalMove { name: name(), from: TokenState::Revoked }),
        sample("not_genuine", Happened::NotGenuine { name: RIGHT_TO_LEFT.to_owned() }),
        sample("too_large", Happened::TooLarge { most: 65_536 }),
        sample("bad_form", Happened::BadForm),
        sample("too_many", Happened::TooMany { seconds: 30 }),
        sample("internal", Happened::Internal),
        sample("hostile", denied(None, Some(HOSTILE))),
    ]
}
