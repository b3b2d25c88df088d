//! What is checked before a handler runs: that a form is from a page of ours, whose session it is,
//! and whether he may.
//!
//! A form counts only when the browser says that it comes from this origin, and when it carries what
//! only a page of this session has. So no page of another site can send one, nor can one that was
//! shown to somebody else be sent in his name.

use std::sync::Arc;

use axum::RequestExt as _;
use axum::body::{Body, to_bytes};
use axum::extract::RawPathParams;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::Response;
use gatepass_console::page::message::Happened;
use gatepass_control::{BearerSecret, Lacking};

use crate::cookie::Cookie;
use crate::fields::Fields;
use crate::halt::{self, Halt};
use crate::reply;
use crate::route::{Need, Route};
use crate::service::{Arrival, Parts};
use crate::visit::{Visit, Visitor};

/// Longest form, in bytes; the gate has the same bound.
const LONGEST_FORM: usize = 1 << 20;
/// Longest form that is kept while its sender proves who he is, in bytes.
const LONGEST_DRAFT: usize = 64 << 10;

/// Lets the handler of `route` answer, if all is well.
pub(crate) async fn dispatch(
    route: &'static Route,
    parts: Arc<Parts>,
    request: Request<Body>,
) -> Response {
    let mut visit = match begin(parts, request.headers(), request.extensions().get(), &request) {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    let result = enter(route, &mut visit, request).await;
    let result = match result {
        Ok(()) => (route.run)(visit.clone()).await,
        Err(halt) => Err(halt),
    };
    match result {
        Err(Halt::Proof) if visit.is_post => prove_first(&visit).await,
        result => reply::answered(&visit, result),
    }
}

/// What a page outside the table gets: it is none.
pub(crate) async fn lost(parts: Arc<Parts>, request: Request<Body>, what: Happened) -> Response {
    let begun = begin(parts, request.headers(), request.extensions().get(), &request);
    match begun {
        Ok(mut visit) => {
            visit.is_post = false;
            // Without the store the page is for nobody in particular.
            let _ = sign_in(&mut visit).await;
            halt::message(&visit, what)
        }
        Err(response) => *response,
    }
}

fn begin(
    parts: Arc<Parts>,
    headers: &HeaderMap,
    arrival: Option<&Arrival>,
    request: &Request<Body>,
) -> Result<Visit, Box<Response>> {
    let Some(arrival) = arrival.cloned() else {
        tracing::error!("a request came to the console that does not say from where");
        return Err(Box::new(reply::plain(500, "Gatepass could not answer.")));
    };
    let uri = request.uri();
    let asked = (request.method(), uri.path(), uri.query().unwrap_or_default());
    Visit::new(parts, arrival, asked, headers).map_err(|halt| {
        tracing::error!(?halt, "a request to the console could not be read");
        Box::new(reply::plain(500, "Gatepass could not answer."))
    })
}

async fn enter(
    route: &'static Route,
    visit: &mut Visit,
    mut request: Request<Body>,
) -> Result<(), Halt> {
    refuse_frames(request.headers())?;
    let params = request.extract_parts::<RawPathParams>().await;
    visit.params = params
        .map(|params| params.iter().map(|(_, value)| value.to_owned()).collect())
        .unwrap_or_default();
    if visit.is_post {
        check_origin(visit, request.headers())?;
        visit.form = read_form(request).await?;
    }
    sign_in(visit).await?;
    check_need(route.need, visit)?;
    if visit.is_post && visit.visitor.is_some() {
        check_csrf(visit)?;
    }
    // Where a product's scripts run on the same origin, somebody must have been here lately.
    let is_shared = !visit.config().has_own_host();
    if route.wants_proof && is_shared && !visit.who()?.is_proved {
        return Err(Halt::Proof);
    }
    Ok(())
}

/// A page of the console stands in no other page.
fn refuse_frames(headers: &HeaderMap) -> Result<(), Halt> {
    let destination = headers.get("sec-fetch-dest").map(HeaderValue::as_bytes);
    match destination {
        Some(b"iframe" | b"frame" | b"embed" | b"object") => Err(Happened::StaleForm.into()),
        _ => Ok(()),
    }
}

/// Whether the browser says that the form is from this origin.
fn check_origin(visit: &Visit, headers: &HeaderMap) -> Result<(), Halt> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let own = visit.arrival.host.as_str();
    let is_own = |address: &str| {
        let rest = address.strip_prefix("https://").or_else(|| {
            // A page by http must not send forms to one by https.
            address.strip_prefix("http://").filter(|_| !visit.arrival.is_secure())
        });
        let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(own))
    };
    let is_fetch_fine = text("sec-fetch-site").map(|site| site == "same-origin");
    let fine = match (text("origin"), is_fetch_fine) {
        (_, Some(false)) => false,
        (Some(origin), _) => is_own(origin),
        (None, Some(true)) => true,
        (None, None) => text("referer").is_some_and(is_own),
    };
    // Not as a form that can be sent again: it may be somebody else's.
    if fine { Ok(()) } else { Err(Happened::BadForm.into()) }
}

async fn read_form(request: Request<Body>) -> Result<Fields, Halt> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Happened::BadForm.into());
    }
    let too_large = || Happened::TooLarge { most: LONGEST_FORM as u64 };
    let body = to_bytes(request.into_body(), LONGEST_FORM).await.map_err(|_| too_large())?;
    Fields::parse(&body).ok_or_else(|| too_large().into())
}

async fn sign_in(visit: &mut Visit) -> Result<(), Halt> {
    let secret = visit.cookies.get(Cookie::Session).and_then(BearerSecret::parse);
    let Some(secret) = secret else { return Ok(()) };
    if let Some(who) = visit.control().signed_in(&secret).await? {
        visit.visitor = Some(Visitor { secret, who });
    }
    Ok(())
}

fn check_need(need: Need, visit: &Visit) -> Result<(), Halt> {
    match need {
        Need::Nobody => Ok(()),
        Need::SignedIn => visit.who().map(drop),
        Need::Administrator => {
            let right = &visit.who()?.standing.rights.administer;
            if right.allowed {
                return Ok(());
            }
            let lacking = Lacking { right: "administer", rule: right.rule.clone() };
            Err(halt::not_allowed(lacking).into())
        }
    }
}

fn check_csrf(visit: &Visit) -> Result<(), Halt> {
    let expected = visit.csrf();
    let given = visit.form.get("csrf");
    if !expected.is_empty() && gatepass_control::is_same_secret(given, &expected) {
        return Ok(());
    }
    Err(Happened::StaleForm.into())
}

/// Keeps what was typed, and sends its sender to prove who he is; then it is there again.
async fn prove_first(visit: &Visit) -> Response {
    let kept = keep(visit).await;
    let back = match kept {
        Ok(Some(name)) => format!("/draft?name={name}"),
        Ok(None) => "/".to_owned(),
        Err(halt) => return halt::answer(visit, halt),
    };
    let back = gatepass_console::address::encoded(&back);
    reply::see_other(visit, &format!("/proof?back={back}"))
}

async fn keep(visit: &Visit) -> Result<Option<String>, Halt> {
    let pairs = visit.form.pairs().iter().filter(|(name, _)| name != "csrf");
    let pairs: Vec<&(String, String)> = pairs.collect();
    let text = serde_json::to_string(&(&visit.path, pairs)).unwrap_or_default();
    if text.len() > LONGEST_DRAFT {
        return Ok(None);
    }
    let session = visit.who()?.session.id;
    Ok(Some(visit.control().keep_draft(session, text).await?))
}
