//! Signing in at the console: begin, and come back with a code.

use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_console::page::sign_in::{SignIn, SignInWay};
use gatepass_control::{BearerSecret, Browser, Finished, Purpose, SignInProblem, Where};
use gatepass_model::InstanceName;

use super::preferences::back_of;
use crate::cookie::{self, Cookie};
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

/// `GET /sign-in`: with which product? Where there is one only, straight to it.
#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let back = back_of(visit.query.get("back"));
    if visit.visitor.is_some() {
        return Ok(reply::see_other(&visit, &back));
    }
    let ways: Vec<_> = visit.config().instances.iter().filter(|one| one.signs_in).collect();
    // Somebody who has just signed out is not signed in again at once.
    if let ([only], None) = (ways.as_slice(), visit.query.find("out")) {
        let name = only.instance.name.clone();
        return bounce(&visit, Purpose::SignIn, &name, &back);
    }
    let base = &visit.config().base;
    let way = |one: &&crate::place::ConsoleInstance| SignInWay {
        place: visit.config().place(&one.instance),
        href: format!(
            "{base}/sign-in/{}?back={}",
            one.instance.name,
            gatepass_console::address::encoded(&back)
        ),
    };
    let page = SignIn { ways: ways.iter().map(way).collect() };
    reply::page(&visit, None, &page)
}

/// `GET /sign-in/{instance}`: to that product.
#[expect(clippy::unused_async, reason = "as all handlers")]
pub(crate) async fn begin(visit: Visit) -> Result<Response, Halt> {
    let name = visit.params.first().and_then(|name| name.parse().ok()).ok_or(Happened::NotFound)?;
    let back = back_of(visit.query.get("back"));
    bounce(&visit, Purpose::SignIn, &name, &back)
}

/// To where the instance says who it is, and back with a code.
pub(super) fn bounce(
    visit: &Visit,
    purpose: Purpose,
    instance: &InstanceName,
    back: &str,
) -> Result<Response, Halt> {
    let found = visit.config().find(instance).ok_or(Happened::NotFound)?;
    let browser = visit.cookies.get(Cookie::SignIn).and_then(BearerSecret::parse);
    let console = visit.console();
    let person = match purpose {
        Purpose::SignIn => None,
        Purpose::Proof | Purpose::Native => Some(visit.who()?.key()),
    };
    let place = Where { console: &console, instance, back, person };
    let begun = visit.control().begin_sign_in(purpose, place, browser)?;
    let address = format!("{}/gatepass-sign-in?{}", found.url(&visit.arrival), begun.query);
    let mut response = reply::elsewhere(&address);
    let line = cookie::set(Cookie::SignIn, begun.browser.expose(), visit.arrival.is_secure());
    reply::append_cookie(response.headers_mut(), &line);
    Ok(response)
}

/// `GET /signed-in?code=…`: back with a code; or with what went wrong on the way.
pub(crate) async fn finish(visit: Visit) -> Result<Response, Halt> {
    if let Some(problem) = visit.query.find("problem") {
        return Err(problem_of(&visit, problem).into());
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
    let finished = visit.control().finish_sign_in(visit.query.get("code"), browser).await?;
    match finished {
        Ok(finished) => Ok(signed_in(&visit, finished)),
        Err(problem) => Err(what_happened(&visit, &problem).into()),
    }
}

fn signed_in(visit: &Visit, finished: Finished) -> Response {
    let instance = visit.config().title_of(finished.instance.as_str());
    let notices = match (finished.purpose, finished.problem) {
        // After a token was made nothing was broken before: its page says all.
        (Purpose::Native, None) if finished.back.ends_with("/created") => Vec::new(),
        (Purpose::Native, None) => vec![Flash::Mended(instance)],
        (Purpose::Native, Some(words)) => {
            vec![Flash::NotMended(instance.clone()), Flash::Said(format!("{instance}: {words}"))]
        }
        (Purpose::SignIn | Purpose::Proof, _) => Vec::new(),
    };
    let mut response = if notices.is_empty() {
        reply::see_other(visit, &finished.back)
    } else {
        reply::see_other_with(visit, &finished.back, &notices)
    };
    let is_secure = visit.arrival.is_secure();
    let headers = response.headers_mut();
    if let Some(session) = finished.session {
        reply::append_cookie(headers, &cookie::set(Cookie::Session, session.expose(), is_secure));
    }
    reply::append_cookie(headers, &cookie::clear(Cookie::SignIn, is_secure));
    response
}

fn what_happened(visit: &Visit, problem: &SignInProblem) -> Happened {
    match problem {
        SignInProblem::TooLate => Happened::SignInCodeExpired,
        SignInProblem::Forged | SignInProblem::OtherBrowser | SignInProblem::OtherPlace => {
            Happened::SignInCodeUsed
        }
        SignInProblem::OtherPerson { .. } | SignInProblem::NotInDirectory(_) => {
            Happened::PersonUnknown
        }
        SignInProblem::Unanswered { instance, .. } => {
            let instance = visit.config().title_of(instance.as_str());
            Happened::NotSignedInUpstream { instance }
        }
    }
}

/// What the instance's side said, by a word in the address.
fn problem_of(visit: &Visit, word: &str) -> Happened {
    match word {
        "late" => Happened::SignInCodeExpired,
        "unknown" => Happened::PersonUnknown,
        "unanswered" | "not-signed-in" => {
            let instance = visit.config().title_of(visit.query.get("instance"));
            Happened::NotSignedInUpstream { instance }
        }
        _ => Happened::SignInCodeUsed,
    }
}
