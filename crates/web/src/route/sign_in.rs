//! Signing in at the console: begin, and come back with a code.

use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_console::page::sign_in::{SignIn, SignInKind, SignInWay};
use gatepass_control::{BearerSecret, Browser, Finished, Purpose, SignInProblem, Where};
use gatepass_model::{DirectoryName, InstanceName};

use super::preferences::back_of;
use super::provider;
use crate::cookie::{self, Cookie};
use crate::flash::Flash;
use crate::halt::Halt;
use crate::reply;
use crate::visit::Visit;

/// `GET /sign-in`: with which product, or at which provider? Where there is one way only, straight
/// to it.
pub(crate) async fn show(visit: Visit) -> Result<Response, Halt> {
    let back = back_of(visit.query.get("back"));
    if visit.visitor.is_some() {
        return Ok(reply::see_other(&visit, &back));
    }
    let products: Vec<_> = visit.config().instances.iter().filter(|one| one.signs_in).collect();
    let providers = visit.config().providers.as_slice();
    // Somebody who has just signed out is not signed in again at once.
    if visit.query.find("out").is_none() {
        match (products.as_slice(), providers) {
            ([only], []) => {
                let name = only.instance.name.clone();
                return bounce(&visit, Purpose::SignIn, &name, &back);
            }
            ([], [only]) => {
                return provider::send(&visit, Purpose::SignIn, &only.directory, &back).await;
            }
            _ => {}
        }
    }
    let base = &visit.config().base;
    let back = gatepass_console::address::encoded(&back);
    let by_provider = providers.iter().map(|one| SignInWay {
        title: one.title.clone(),
        kind: SignInKind::Provider,
        href: format!("{base}/sign-in/provider/{}?back={back}", one.directory),
    });
    let by_product = products.iter().map(|one| SignInWay {
        title: visit.config().title(&one.instance),
        kind: SignInKind::Product,
        href: format!("{base}/sign-in/{}?back={back}", one.instance.name),
    });
    let page = SignIn { ways: by_provider.chain(by_product).collect() };
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

pub(super) fn signed_in(visit: &Visit, finished: Finished) -> Response {
    let instance = finished.by.instance().map(|name| visit.config().title_of(name.as_str()));
    let instance = instance.unwrap_or_default();
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

pub(super) fn what_happened(visit: &Visit, problem: &SignInProblem) -> Happened {
    let provider = |directory: &DirectoryName| {
        let found = visit.config().find_provider(directory);
        found.map_or_else(|| directory.to_string(), |one| one.title.clone())
    };
    match problem {
        SignInProblem::TooLate => Happened::SignInCodeExpired,
        SignInProblem::Forged | SignInProblem::OtherBrowser | SignInProblem::OtherPlace => {
            Happened::SignInCodeUsed
        }
        SignInProblem::OtherPerson { .. } => Happened::OtherPerson,
        SignInProblem::NotInDirectory(_) => Happened::PersonUnknown,
        SignInProblem::Unanswered { instance, .. } => {
            let instance = visit.config().title_of(instance.as_str());
            Happened::NotSignedInUpstream { instance }
        }
        SignInProblem::ProviderUnanswered { directory, .. } => {
            Happened::ProviderUnanswered { provider: provider(directory) }
        }
        SignInProblem::ProviderDeclined { directory, words } => {
            Happened::ProviderDeclined { provider: provider(directory), error: words.clone() }
        }
        SignInProblem::ProviderNotBelieved { directory, .. } => {
            Happened::ProviderNotBelieved { provider: provider(directory) }
        }
        SignInProblem::NotAnew { directory, .. } => {
            Happened::NotAnew { provider: provider(directory) }
        }
        SignInProblem::NameOfAnother(key) => {
            let provider = provider(&key.directory);
            Happened::NameOfAnother { name: key.username.to_string(), provider }
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
