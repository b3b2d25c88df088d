//! `<context path>/gatepass-sign-in`, on the instance's host: where the product's cookie is seen.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use axum::response::Response;
use gatepass_console::address::encoded;
use gatepass_control::{Answered, SignInAsked, SignInProblem};
use gatepass_model::{InstanceName, Product};

use crate::fields::Fields;
use crate::place::ConsoleInstance;
use crate::reply;
use crate::service::Parts;

/// Asks the product whose cookie this is.
pub(crate) async fn answer(
    parts: &Parts,
    instance: &InstanceName,
    request: Request<Body>,
) -> Response {
    let Some(found) = parts.config.find(instance) else {
        return reply::plain(404, "There is nothing at this address.");
    };
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return reply::plain(405, "This address takes GET only.");
    }
    // In no frame, and by no script: a person's browser goes there itself.
    if !is_navigation(request.headers()) {
        return reply::plain(403, "This address is for people who sign in.");
    }
    let query = Fields::parse(request.uri().query().unwrap_or_default().as_bytes());
    let query = query.unwrap_or_default();
    let cookie = cookies(request.headers());
    let state = query.get("to");
    let asked = SignInAsked { instance, state, cookie: cookie.as_deref() };
    match parts.control.answer_sign_in(asked).await {
        Ok(Answered::Back(address)) => reply::elsewhere(&address),
        Ok(Answered::NotSignedIn { console }) if query.find("again").is_some() => {
            problem(&console, "not-signed-in", instance)
        }
        Ok(Answered::NotSignedIn { .. }) => reply::elsewhere(&login_page(found, state)),
        Ok(Answered::Problem { console: Some(console), problem: why }) => {
            tracing::info!(%instance, %why, "a sign-in ended");
            problem(&console, word_of(&why), instance)
        }
        Ok(Answered::Problem { console: None, problem: why }) => {
            tracing::info!(%instance, %why, "a sign-in ended");
            reply::plain(400, "This address was not made by this Gatepass. Open the console again.")
        }
        Err(error) => {
            tracing::error!(%instance, %error, "a sign-in failed");
            reply::plain(503, "Gatepass can't sign anybody in now. Try again in a minute.")
        }
    }
}

/// To the product's own login page, and from there here again.
fn login_page(instance: &ConsoleInstance, state: &str) -> String {
    let context = &instance.instance.context_path;
    let here = encoded(&format!("/gatepass-sign-in?to={state}&again=1"));
    match instance.instance.product {
        Product::Jira => format!("{context}/login.jsp?os_destination={here}"),
        Product::Confluence => format!("{context}/login.action?os_destination={here}"),
        Product::Bitbucket => format!("{context}/login?next={here}"),
    }
}

fn problem(console: &str, word: &str, instance: &InstanceName) -> Response {
    reply::elsewhere(&format!("{console}/signed-in?problem={word}&instance={instance}"))
}

const fn word_of(problem: &SignInProblem) -> &'static str {
    match problem {
        SignInProblem::TooLate => "late",
        SignInProblem::Unanswered { .. } => "unanswered",
        SignInProblem::NotInDirectory(_) => "unknown",
        SignInProblem::Forged
        | SignInProblem::OtherBrowser
        | SignInProblem::OtherPlace
        | SignInProblem::OtherPerson { .. }
        | SignInProblem::ProviderUnanswered { .. }
        | SignInProblem::ProviderDeclined { .. }
        | SignInProblem::ProviderNotBelieved { .. }
        | SignInProblem::NotAnew { .. }
        | SignInProblem::NameOfAnother(_) => "other",
    }
}

/// What browsers say that say anything (Fetch Metadata).
fn is_navigation(headers: &HeaderMap) -> bool {
    let says = |name: &str, wanted: &str| {
        headers.get(name).is_none_or(|value| value.as_bytes() == wanted.as_bytes())
    };
    says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

/// The browser's cookies but the gate's own, as one line; `None`: none.
fn cookies(headers: &HeaderMap) -> Option<Vec<u8>> {
    let is_own = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default().trim();
        name.trim_start_matches("__Host-").starts_with("gatepass-")
    };
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs: Vec<&str> = lines
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|pair| !pair.is_empty() && !is_own(pair))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("; ").into_bytes())
}
