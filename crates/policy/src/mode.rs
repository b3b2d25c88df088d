//! Requests without a token: what the modes of the instance make of what they present.

use gatepass_model::{CredentialKind, CredentialSet, Mode, Reason, Refusal};

use crate::case::{Case, Checked, Outcome, not_asked, passed};
use crate::compiled::{CompiledExemption, find_match};
use crate::page::is_asked_by_page;
use crate::permit::Observed;
use crate::question::Question;

/// Every kind of credential that counts here must pass by its mode or by an exemption.
pub(crate) fn credentials<'c>(case: &Case<'c>) -> Checked<'c> {
    if case.has_token() {
        return not_asked("a token was presented");
    }
    let counted = counted(case.question);
    if counted.is_empty() {
        return passed("no mode is about such a request");
    }
    let mut observed = Observed::default();
    for kind in counted.iter() {
        let mode = case.facts.policy.modes.of(kind);
        // Asked only where the answer is used: most requests are no calls with a session.
        let outside_page = kind == CredentialKind::Session
            && mode != Mode::Block
            && !is_asked_by_page(case.question);
        if (mode == Mode::Allow && !outside_page) || is_exempt(kind, case) {
            continue;
        }
        match mode {
            Mode::Allow => {}
            Mode::Observe => observed.credentials = observed.credentials.with(kind),
            Mode::Browser if kind == CredentialKind::Session && !outside_page => {}
            Mode::Browser | Mode::Block => return Err(refused(kind, mode, case)),
        }
        observed.outside_page |= outside_page;
    }
    if observed.is_nothing() {
        return passed("every credential may come in so, or is exempt");
    }
    Ok(Outcome::Observed(observed))
}

/// The kinds of credential that the modes look at in this request.
///
/// Passwords, native tokens and OAuth count everywhere: what gets in by one page reaches all.
/// Sessions and calls without a credential count on interfaces for programs only, for pages
/// always flow. A session counts whatever stands beside it: where a product finds the other
/// credential wrong, it takes the session. A browser that signs in by its own page passes: it
/// brings the product's anonymous session, or nothing, and its password stands in the form.
fn counted(question: &Question<'_>) -> CredentialSet {
    let is_sign_in = question.is_browser_sign_in();
    let is_programmatic = question.operation.family.is_programmatic();
    let mut counted = CredentialSet::EMPTY;
    for kind in question.presented.others.iter() {
        let counts = match kind {
            CredentialKind::Password | CredentialKind::NativeToken | CredentialKind::Oauth => true,
            CredentialKind::Session => is_programmatic && !is_sign_in,
            CredentialKind::Anonymous => false,
        };
        if counts {
            counted = counted.with(kind);
        }
    }
    if question.operation.door.is_some() && !is_sign_in {
        counted = counted.with(CredentialKind::Password);
    }
    if presents_nothing(question) && is_programmatic && !question.is_preflight {
        counted = counted.with(CredentialKind::Anonymous);
    }
    counted
}

/// Whether a request without a token brings no credential at all.
pub(crate) fn presents_nothing(question: &Question<'_>) -> bool {
    let is_something = |kind| kind != CredentialKind::Anonymous;
    question.operation.door.is_none() && !question.presented.others.iter().any(is_something)
}

fn is_exempt(kind: CredentialKind, case: &Case<'_>) -> bool {
    case.facts.policy.exemptions.iter().any(|one| covers(one, kind, case))
}

/// Whether `exemption` covers this kind of credential in this request. Of its conditions each
/// one given must match; people and groups are one together.
fn covers(exemption: &CompiledExemption, kind: CredentialKind, case: &Case<'_>) -> bool {
    let question = case.question;
    let client = question.client;
    exemption.credentials.contains(kind)
        && exemption.until.is_none_or(|until| case.now < until)
        && (exemption.networks.is_empty()
            || exemption.networks.iter().any(|network| network.contains(client)))
        && (exemption.paths.is_empty()
            || find_match(&exemption.paths, question.method, question.path).is_some())
        && names_caller(exemption, case)
}

/// Whether the exemption is about the user that stands beside the password. Nobody has verified
/// that name; the product still does, with the password.
fn names_caller(exemption: &CompiledExemption, case: &Case<'_>) -> bool {
    if exemption.people.is_empty() && exemption.groups.is_empty() {
        return true;
    }
    let Some(claimed) = case.question.presented.claimed_user else { return false };
    if exemption.people.iter().any(|username| username.is_same_as(claimed)) {
        return true;
    }
    case.facts.claimed_person.is_some_and(|known| {
        known.answers_to(claimed)
            && exemption.groups.iter().any(|group| known.person().groups.contains(group))
    })
}

fn refused(kind: CredentialKind, mode: Mode, case: &Case<'_>) -> Refusal {
    let instance = case.question.instance;
    let (reason, what) = match kind {
        // The products' own words, so that handlers of today go on working.
        CredentialKind::Password => (
            Reason::PasswordsDisabled,
            "Basic Authentication has been disabled on this instance. Policy blocks passwords",
        ),
        CredentialKind::NativeToken => {
            (Reason::NativeTokensDisabled, "Policy blocks the product's own tokens")
        }
        CredentialKind::Session if mode == Mode::Browser => (
            Reason::SessionsDisabled,
            "A session cookie counts on REST only with what a browser's page sends",
        ),
        CredentialKind::Session => {
            (Reason::SessionsDisabled, "Policy blocks session cookies on REST")
        }
        CredentialKind::Oauth => (Reason::OauthDisabled, "Policy blocks OAuth"),
        CredentialKind::Anonymous => {
            (Reason::CredentialRequired, "Policy blocks calls without a credential")
        }
    };
    Refusal::new(
        reason,
        format!("{what} on {instance}; use an API token, or ask a Gatepass administrator."),
    )
}
