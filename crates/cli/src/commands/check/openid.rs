//! Whether people can sign in at an OpenID provider, and what it must be told.

use gatepass_config::Config;
use gatepass_control::{OpenIdDirectory, provider_redirect};
use gatepass_identity::{OpenIdExamined, OpenIdProblem};
use gatepass_model::DirectoryName;

use super::finding::{Findings, State};
use crate::wiring::console_address;

/// Asks the provider what it says of itself. What it says of people nobody can know before one of
/// them has signed in.
pub(super) async fn examine(
    config: &Config,
    name: &DirectoryName,
    directory: &OpenIdDirectory,
    findings: &mut Findings,
) {
    let check = format!("directory {name}");
    let consoles = console_address::all(config);
    let redirects: Vec<String> =
        consoles.iter().map(|console| provider_redirect(console, name)).collect();
    let words = format!(
        "the provider sends people back to {}; it must be registered there, letter by letter",
        redirects.join(" and ")
    );
    findings.add(&check, State::Ok, words);
    match directory.desk.examine().await {
        Ok(examined) => tell(&check, &examined, findings),
        Err(OpenIdProblem::Unanswered(words)) => {
            findings.add(&check, State::Failed, format!("the provider can't be asked: {words}"));
        }
        Err(problem) => {
            findings.add(&check, State::Failed, format!("the provider: {problem}"));
        }
    }
    let words = "an OpenID provider does not say who is gone or in which groups he is by now: people \
                 are believed since their last sign-in to the console, for as long as stale_limit";
    findings.add(&check, State::Warning, words);
}

fn tell(check: &str, examined: &OpenIdExamined, findings: &mut Findings) {
    let mut add = |state, words: String| findings.add(check, state, words);
    if examined.algorithms.is_empty() {
        let words = "it signs by nothing that is believed; have it sign ID tokens by RS256, PS256, \
                     ES256 or EdDSA";
        add(State::Failed, words.to_owned());
    } else if examined.keys == 0 {
        add(State::Failed, "it has no key that can be used".to_owned());
    } else {
        let words = format!(
            "it calls itself by the issuer, and signs by {}; keys: {}",
            examined.algorithms.join(", "),
            examined.keys
        );
        add(State::Ok, words);
    }
    match examined.has_pkce {
        Some(true) => {}
        Some(false) => {
            let words = "it announces PKCE, but not with S256, without which nobody signs in here";
            add(State::Failed, words.to_owned());
        }
        None => {
            let words = "it does not announce PKCE (code_challenge_methods_supported); it is sent \
                         all the same";
            add(State::Warning, words.to_owned());
        }
    }
    if let Some(unknown) = examined.unknown_scopes.as_ref().filter(|all| !all.is_empty()) {
        let words = format!("it does not announce the scopes {}", unknown.join(", "));
        add(State::Warning, words);
    }
    if let Some(unknown) = examined.unknown_claims.as_ref().filter(|all| !all.is_empty()) {
        let words = format!(
            "it does not announce the claims {}; many providers tell more than they announce",
            unknown.join(", ")
        );
        add(State::Warning, words);
    }
    if examined.tells_auth_time == Some(false) {
        let words = "it does not announce auth_time; without it nobody can prove anew who he is, which \
                     the console asks for where it has no host of its own";
        add(State::Warning, words.to_owned());
    }
}
