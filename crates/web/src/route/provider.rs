//! Signing in at an `OpenID` provider: there, and back with its answer.

use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_control::{AtProvider, BearerSecret, Browser, FromProvider, Purpose, SignInProblem};
use gatepass_model::{DirectoryName, SignedInBy};

use super::preferences::back_of;
use super::sign_in;
use crate::cookie::{self, Cookie};
use crate::halt::{self, Halt};
use crate::reply;
use crate::visit::Visit;

/// `GET /sign-in/provider/{directory}`: to the provider that it is.
pub(crate) async fn begin(visit: Visit) -> Result<Response, Halt> {
    let directory = directory_of(&visit)?;
    let back = back_of(visit.query.get("back"));
    send(&visit, Purpose::SignIn, &directory, &back).await
}

/// `GET /proof/provider`: to the provider, to sign in there anew. A link and no form: it leads
/// through whatever pages the provider has, and a form would be stopped at the first of another
/// origin (CSP `form-action`). It changes nothing but what the visitor then does himself.
pub(crate) async fn prove(visit: Visit) -> Result<Response, Halt> {
    let session = &visit.who()?.session;
    if session.by != SignedInBy::Provider {
        return Err(Happened::NotFound.into());
    }
    let directory = session.person.directory.clone();
    let back = back_of(visit.query.get("back"));
    send(&visit, Purpose::Proof, &directory, &back).await
}

/// To the provider, and back with its answer.
pub(super) async fn send(
    visit: &Visit,
    purpose: Purpose,
    directory: &DirectoryName,
    back: &str,
) -> Result<Response, Halt> {
    visit.config().find_provider(directory).ok_or(Happened::NotFound)?;
    let browser = visit.cookies.get(Cookie::SignIn).and_then(BearerSecret::parse);
    let console = visit.console();
    let place = AtProvider { console: &console, directory, back };
    let begun = match visit.control().begin_at_provider(purpose, place, browser).await? {
        Ok(begun) => begun,
        Err(problem) => return Err(ended(visit, &problem).into()),
    };
    let mut response = reply::elsewhere(&begun.address);
    let line = cookie::set(Cookie::SignIn, begun.browser.expose(), visit.arrival.is_secure());
    reply::append_cookie(response.headers_mut(), &line);
    Ok(response)
}

/// `GET /signed-in/{directory}`: back with what the provider says.
pub(crate) async fn finish(visit: Visit) -> Result<Response, Halt> {
    let directory = directory_of(&visit)?;
    visit.config().find_provider(&directory).ok_or(Happened::NotFound)?;
    // What comes twice says two things (RFC 6749 3.1).
    let is_plain = ["state", "code", "error", "iss"]
        .into_iter()
        .all(|name| visit.query.all(name).count() <= 1);
    if !is_plain {
        return Ok(came_back_in_vain(&visit, &SignInProblem::Forged));
    }
    let secret = visit.cookies.get(Cookie::SignIn).and_then(BearerSecret::parse);
    let console = visit.console();
    let browser = Browser {
        secret: secret.as_ref(),
        session: visit.visitor.as_ref().map(|visitor| &visitor.secret),
        console: &console,
        address: visit.arrival.client,
        agent: &visit.agent,
    };
    let answer = FromProvider {
        directory: &directory,
        state: visit.query.get("state"),
        code: visit.query.find("code"),
        error: visit.query.find("error"),
        issuer: visit.query.find("iss"),
    };
    match visit.control().finish_at_provider(answer, browser).await? {
        Ok(finished) => Ok(sign_in::signed_in(&visit, finished)),
        Err(problem) => Ok(came_back_in_vain(&visit, &problem)),
    }
}

fn directory_of(visit: &Visit) -> Result<DirectoryName, Halt> {
    let name = visit.params.first().and_then(|name| name.parse().ok());
    Ok(name.ok_or(Happened::NotFound)?)
}

fn ended(visit: &Visit, problem: &SignInProblem) -> Happened {
    let request_id = &visit.arrival.request_id;
    tracing::warn!(request_id, %problem, "a sign-in at a provider ended");
    sign_in::what_happened(visit, problem)
}

/// The page of what happened. Its address holds the code and counts once: so whatever on the page leads
/// back to where one is, leads to the ways to sign in.
fn came_back_in_vain(visit: &Visit, problem: &SignInProblem) -> Response {
    let what = ended(visit, problem);
    let (path, raw_query) = ("/sign-in".to_owned(), "out=1".to_owned());
    halt::message(&Visit { path, raw_query, ..visit.clone() }, what)
}
