//! A permitted request on its way to the product, and the answer on its way back.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_identity::{ExpectedUser, IdentityProblem, ReadyCredential};
use gatepass_model::{IdentityMethod, Method, PersonKey, Product, Reason, Refusal, TokenId};
use gatepass_policy::{Identity, Permit};
use gatepass_profiles::ClaimedUser;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::meter::Count;
use super::pump::{self, Flow, Patience, RelayError, SendError, Sent};
use super::respond::{self, KEEP, Responder};
use super::tally::Tally;
use super::upgraded::{self, is_asked_for, may_switch_to};
use super::{After, Line, Taken};
use crate::account::strain::{Answer, StrainMeter};
use crate::engine::http1::framing::Framing;
use crate::engine::http1::name::Known;
use crate::engine::http1::request::{RequestHead, Version};
use crate::engine::http1::response;
use crate::forward::answer::{self, Downward};
use crate::forward::head::{self, Towards};
use crate::forward::pool::{NoConnection, Upstream};
use crate::read::client::{Client, scheme_of};
use crate::settings::UpstreamHost;
use crate::thread::{InstanceRoom, Thread};
use crate::wire::body::Body;
use crate::wire::pace::Pace;

/// How much of a body must have come before the product is asked, in bytes.
const HELD: u64 = 16 * 1024;

/// For a session to be opened: two calls of the product's.
const OPENING: Duration = Duration::from_secs(12);

/// Where a request goes up.
pub(crate) struct Target<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) query: Option<&'a str>,
    pub(crate) room: &'a InstanceRoom,
    pub(crate) index: usize,
    /// Decides anew, with what is known by then.
    pub(crate) may_go_on: &'a dyn Fn() -> bool,
}

/// The owner as whom a request goes up, and what makes the product believe it.
struct Owner {
    key: Arc<PersonKey>,
    credential: Arc<ReadyCredential>,
    token: TokenId,
}

impl Owner {
    /// What goes up beside a trusted header, where the product wants that signed.
    fn assertion<S>(&self, target: &Target<'_>, line: &Line<'_, S>) -> Option<Rc<[u8]>> {
        let asserter = target.room.settings.asserter.as_ref()?;
        if self.credential.method() != IdentityMethod::TrustedHeader {
            return None;
        }
        let ExpectedUser::Exactly(user) = self.credential.expected_user() else { return None };
        let thread = line.thread;
        let now = thread.shared.clock.now();
        Some(thread.assertions.line(asserter, target.index, self.token, user, now))
    }
}

/// Why a permitted request got no answer from the product.
enum Failed {
    /// The caller is told.
    Refused(Refusal),
    /// There is nobody left to tell.
    Gone,
}

fn unavailable(words: impl Into<String>) -> Failed {
    Failed::Refused(Refusal::new(Reason::UpstreamIdentityUnavailable, words))
}

fn refused(reason: Reason, words: &str) -> Failed {
    Failed::Refused(Refusal::new(reason, words))
}

/// Forwards one request. The permit is used up: without one there is no way here.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a stage's result; a struct would only rename them"
)]
pub(crate) async fn forward<S: AsyncRead + AsyncWrite + Unpin>(
    permit: Permit<'_>,
    mut line: Line<'_, S>,
    head: &RequestHead<'_>,
    target: &Target<'_>,
    peer: &Client,
    body: Option<Vec<u8>>,
    responder: Responder,
    tally: &mut Tally<'_>,
) -> After {
    line.thread.meter.add(Count::Forwarded);
    let owner = match owner_of(&permit, target, &line).await {
        Ok(owner) => owner,
        Err(Failed::Refused(refusal)) => {
            return respond::refuse_tallied(line, head, responder, refusal, tally).await;
        }
        Err(Failed::Gone) => return After::Close,
    };
    let scheme = scheme_of(head, peer, line.arrival);
    let assertion = owner.as_ref().and_then(|owner| owner.assertion(target, &line));
    let towards = Towards {
        path: target.path,
        query: target.query,
        host: match target.room.settings.host {
            UpstreamHost::Preserve => head.host,
            UpstreamHost::Upstream => &target.room.upstream_host,
        },
        client: peer,
        scheme,
        identity: owner.as_ref().map(|owner| owner.credential.line()),
        by_session: owner.as_ref().is_some_and(|owner| owner.credential.is_session()),
        assertion: assertion.as_deref(),
        trusted_headers: &target.room.settings.trusted_headers,
        id: responder.id,
        framing: body.as_ref().map_or(head.framing, |body| Framing::Length(body.len() as u64)),
        upgrade: head.method == Method::Get
            && !head.framing.has_body()
            && head.upgrade.is_some_and(may_switch_to),
    };
    let mut interim = Vec::new();
    let trip = Trip { head, towards: &towards, body: body.as_deref() };
    let (upstream, up, sent) = match trip.send(&mut line, target, tally, &mut interim).await {
        Ok(sent) => sent,
        Err(Failed::Refused(refusal)) => {
            return respond::refuse_tallied(line, head, responder, refusal, tally).await;
        }
        Err(Failed::Gone) => return After::Close,
    };
    let asked = if towards.upgrade { head.upgrade } else { None };
    let answered = Answered { upstream, up, sent, owner, interim, asked };
    finish(answered, line, head, target, responder, tally).await
}

async fn owner_of<S>(
    permit: &Permit<'_>,
    target: &Target<'_>,
    line: &Line<'_, S>,
) -> Result<Option<Owner>, Failed> {
    let Identity::Owner(token) = permit.identity() else { return Ok(None) };
    let instance = &target.room.settings.instance.name;
    let wallet = &line.thread.shared.wallet;
    let found = match wallet.become_owner(instance, &token.owner) {
        // The first of this owner's requests, or the first after a session has ended.
        Err(IdentityProblem::NoSession { .. }) => {
            let opened = timeout(OPENING, wallet.open_session(instance, &token.owner)).await;
            opened.unwrap_or_else(|_| Err("it took too long".to_owned())).map_err(|problem| {
                format!("no session for {} could be opened: {problem}", token.owner)
            })
        }
        found => found.map_err(|problem| problem.to_string()),
    };
    match found {
        Ok(credential) => {
            Ok(Some(Owner { key: Arc::clone(&token.owner), credential, token: token.id }))
        }
        Err(problem) => Err(unavailable(format!(
            "Gatepass can't act as the token's owner at {instance}: {problem}. Ask a Gatepass \
             administrator."
        ))),
    }
}

/// The way up of one request.
struct Trip<'t, 'b> {
    head: &'t RequestHead<'b>,
    towards: &'t Towards<'t>,
    /// The body, when a decision has read it.
    body: Option<&'t [u8]>,
}

impl Trip<'_, '_> {
    /// Sends the request, until the head of the answer stands in the connection's buffer. A GET
    /// or HEAD without a body is tried once more when the connection was a used one and died
    /// before the first byte of an answer; anything else never.
    async fn send<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        line: &mut Line<'_, S>,
        target: &Target<'_>,
        tally: &mut Tally<'_>,
        interim: &mut Vec<u8>,
    ) -> Result<(Upstream, Body, Sent), Failed> {
        let may_retry = matches!(self.head.method, Method::Get | Method::Head)
            && !self.towards.framing.has_body();
        if self.body.is_none() && !respond::give_continue(line, self.head).await {
            return Err(Failed::Gone);
        }
        let thread = line.thread;
        let patience = patience_of(line, target);
        let limits = &line.thread.shared.settings.limits;
        let mut pace = Pace::new(limits.body_rate, limits.body_grace);
        let mut fresh = false;
        loop {
            let mut body = self.prepare(line)?;
            if !body.is_done() {
                self.gather(line, &mut body, patience, &mut pace).await?;
            }
            // Nothing takes time before this, but for a body and a new connection.
            let has_body = self.body.is_some() || self.towards.framing.has_body();
            let now = if has_body || fresh { Instant::now() } else { tally.started };
            let mut upstream = connect(line, target, fresh, !body.is_done(), now).await?;
            let started = if upstream.is_reused { now } else { Instant::now() };
            let _waiting = thread.strains.get(target.index).map(StrainMeter::wait);
            let Line { client, out, .. } = &mut *line;
            let (request, timing) = ((&mut **out, &mut body), (patience, &mut pace));
            let flow = Flow::of(tally, 0);
            let sent = pump::send(client, &mut upstream, request, interim, timing, flow).await;
            let took = started.elapsed();
            line.taken = if body.is_done() { Taken::All } else { Taken::Some };
            tally.bytes_in = tally.bytes_in.max(body.bytes());
            tally.upstream_micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            match sent {
                Ok(sent) => {
                    line.thread.meter.add_answer(took);
                    tally.answered = Some(started + took);
                    return Ok((upstream, body, sent));
                }
                Err(SendError::UpstreamDied) if may_retry && upstream.is_reused && !fresh => {
                    line.thread.meter.add(Count::Retried);
                    fresh = true;
                }
                Err(error) => return Err(explain(error)),
            }
        }
    }

    /// Writes the head, and what is there of the body, to be sent in one piece.
    fn prepare<S>(&self, line: &mut Line<'_, S>) -> Result<Body, Failed> {
        line.out.reset(KEEP);
        head::write(self.head, self.towards, line.origin, &mut line.out.bytes);
        let framing = if self.body.is_some() { Framing::None } else { self.head.framing };
        let mut body = Body::new(framing, framing == Framing::Chunked);
        if let Some(whole) = self.body {
            line.out.bytes.extend_from_slice(whole);
        }
        line.taken = Taken::Some;
        body.take(&mut line.client.buffer, &mut line.out.bytes)
            .map_err(|broken| refused(Reason::MalformedRequest, broken.0))?;
        if body.is_done() {
            line.taken = Taken::All;
        }
        Ok(body)
    }

    /// Waits for the first [`HELD`] bytes of the body, or all of it, before the product hears of
    /// the request: a client that drips must not hold a connection to it.
    async fn gather<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        line: &mut Line<'_, S>,
        body: &mut Body,
        patience: Patience,
        pace: &mut Pace,
    ) -> Result<(), Failed> {
        let Line { client, out, taken, .. } = line;
        pump::gather(client, (out, body), HELD, (patience, pace)).await.map_err(explain)?;
        if body.is_done() {
            *taken = Taken::All;
        }
        Ok(())
    }
}

async fn connect<S>(
    line: &Line<'_, S>,
    target: &Target<'_>,
    fresh: bool,
    is_upload: bool,
    now: Instant,
) -> Result<Upstream, Failed> {
    let Some(pool) = line.thread.pools.get(target.index) else {
        return Err(refused(Reason::NotReady, "This product is not known here yet."));
    };
    let name = &target.room.settings.instance.name;
    match pool.take(fresh, is_upload, now).await {
        Ok(upstream) => Ok(upstream),
        Err(NoConnection::Exhausted) => Err(refused(
            Reason::Overloaded,
            "Every connection to the product is in use. Try again soon.",
        )),
        Err(NoConnection::Refused(error)) => {
            // What is wrong with a certificate is for administrators, not for callers.
            let tells = "`gatepass check` tells more";
            let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            if cause.is_some() {
                tracing::error!(instance = %name, %error, tells, "upstream is not trusted");
            } else {
                tracing::warn!(instance = %name, %error, "upstream takes no connection");
            }
            let words = format!("{name} takes no connection at present.");
            Err(Failed::Refused(Refusal::new(Reason::UpstreamUnreachable, words)))
        }
    }
}

fn patience_of<S>(line: &Line<'_, S>, target: &Target<'_>) -> Patience {
    let timeouts = &line.thread.shared.settings.timeouts;
    Patience {
        body: timeouts.body,
        upstream: target.room.settings.first_byte,
        write: timeouts.write,
        half_closed: timeouts.half_closed,
    }
}

fn explain(error: SendError) -> Failed {
    match error {
        SendError::ClientBroken(broken) => refused(Reason::MalformedRequest, broken.0),
        SendError::ClientSlow => refused(Reason::RequestTimeout, "The body did not come in time."),
        SendError::ClientGone => Failed::Gone,
        SendError::UpstreamDied => refused(
            Reason::UpstreamUnreachable,
            "The product ended the connection without an answer. It may have acted on the request.",
        ),
        SendError::UpstreamBad => refused(
            Reason::UpstreamUnreachable,
            "The product's answer was broken off or is no HTTP.",
        ),
        SendError::UpstreamSlow => {
            refused(Reason::UpstreamTimeout, "The product did not begin to answer in time.")
        }
    }
}

/// A request whose answer has begun.
struct Answered<'a> {
    upstream: Upstream,
    /// What is left of the request's body: something, when the answer came early.
    up: Body,
    /// Whether the product has all of the request.
    sent: Sent,
    owner: Option<Owner>,
    interim: Vec<u8>,
    /// For what the product was asked to leave HTTP.
    asked: Option<&'a [u8]>,
}

/// The head of an answer, once it is written for the client.
struct Begun {
    status: u16,
    downward: Downward,
    upstream_closes: bool,
}

impl Answered<'_> {
    /// Reads the head of the answer, checks for whom it is, and writes it for the client.
    fn begin<S>(
        &mut self,
        line: &mut Line<'_, S>,
        head: &RequestHead<'_>,
        target: &Target<'_>,
        responder: Responder,
        tally: &mut Tally<'_>,
    ) -> Result<Begun, Refusal> {
        let bad = |words: &str| Refusal::new(Reason::UpstreamUnreachable, words);
        let end = self.upstream.scan.seen();
        let bytes = self.upstream.buffer.unread().get(..end).unwrap_or_default();
        let Ok(answer) = response::parse(bytes, &mut self.upstream.scan) else {
            return Err(bad("The product's answer was broken off or is no HTTP."));
        };
        note_answer(&answer, line.thread, target, tally);
        // What the product answered somebody else is nobody's to read.
        check_identity(&answer, self.owner.as_ref(), target, tally)?;
        if answer.status == 101 && !is_asked_for(&answer, self.asked) {
            return Err(bad("The product left HTTP without having been asked to."));
        }
        let downward = answer::downward(head, &answer);
        let closes = head.wants_close || line.thread.is_draining.get() || !self.up.is_done();
        line.out.reset(KEEP);
        if head.version == Version::Http11 {
            line.out.bytes.extend_from_slice(&self.interim);
        }
        let is_token = self.owner.is_some();
        answer::write(&answer, downward, is_token, closes, responder.id, &mut line.out.bytes);
        let (status, upstream_closes) = (answer.status, answer.closes);
        self.upstream.buffer.consume(end);
        Ok(Begun { status, downward, upstream_closes })
    }
}

/// How the product does is told by its answers.
fn note_answer(
    answer: &response::ResponseHead<'_>,
    thread: &Thread,
    target: &Target<'_>,
    tally: &Tally<'_>,
) {
    let Some(strain) = thread.strains.get(target.index) else { return };
    let retry_after = || {
        // Whole seconds; a date (RFC 9110 10.2.3) is not looked at.
        std::str::from_utf8(answer.fields.all(Known::RetryAfter).next()?).ok()?.parse().ok()
    };
    let answer = Answer {
        status: answer.status,
        micros: tally.upstream_micros,
        retry_after: if answer.status == 503 { retry_after() } else { None },
    };
    strain.answered(answer, tally.account.token);
}

/// Checks for whom the product answered, and gives the answer to the client.
async fn finish<S: AsyncRead + AsyncWrite + Unpin>(
    mut answered: Answered<'_>,
    mut line: Line<'_, S>,
    head: &RequestHead<'_>,
    target: &Target<'_>,
    responder: Responder,
    tally: &mut Tally<'_>,
) -> After {
    let thread = line.thread;
    let begun = match answered.begin(&mut line, head, target, responder, tally) {
        Ok(begun) => begun,
        Err(refusal) => {
            return respond::refuse_tallied(line, head, responder, refusal, tally).await;
        }
    };
    let Answered { mut upstream, up, sent, .. } = answered;
    tally.status = begun.status;
    if begun.status == 101 {
        return upgraded::switch(line, upstream, tally, target.may_go_on).await;
    }
    let closes = head.wants_close || thread.is_draining.get() || !up.is_done();
    let patience = patience_of(&line, target);
    let mut down = Body::new(begun.downward.from, begun.downward.chunked);
    let Line { client, out, .. } = line;
    // A plain body goes from where it lies, with the head before it where there is room; one that
    // is framed anew goes behind the head.
    let framed =
        if down.is_plain() { Ok(()) } else { down.take(&mut upstream.buffer, &mut out.bytes) };
    if down.is_plain() && !upstream.buffer.is_empty() && upstream.buffer.prepend(&out.bytes) {
        down.go_behind(out.bytes.len());
        out.reset(KEEP);
    }
    let relayed = match framed {
        Ok(()) => {
            let flow = Flow::of(tally, tally.bytes_in);
            pump::relay(client, &mut upstream, out, &mut down, patience, flow).await
        }
        Err(_) => Err(RelayError::Upstream),
    };
    tally.bytes_out = down.bytes();
    out.reset(KEEP);
    if relayed.is_err() {
        thread.meter.add(Count::Broken);
        return After::Close;
    }
    let may_reuse = !begun.upstream_closes && sent == Sent::Whole;
    if let Some(pool) = thread.pools.get(target.index).filter(|_| may_reuse) {
        pool.put(upstream, tally.answered.unwrap_or(tally.started));
    }
    // A client that sends on would be reset, and the answer with it: so no plain close.
    if closes || begun.downward.until_close { After::Linger } else { After::Next }
}

/// Whether an answer that names nobody is nobody's, and not merely silent. So it is where a product
/// names whoever there is, and a session may have ended: its REST says then what everybody may see.
fn is_nobodys(answer: &response::ResponseHead<'_>, owner: &Owner, target: &Target<'_>) -> bool {
    let context = target.room.settings.instance.context_path.len();
    let below = target.path.get(context..).unwrap_or_default();
    target.room.profile.product() == Product::Bitbucket
        && owner.credential.is_session()
        && answer.status < 500
        && below.starts_with(b"/rest/")
}

/// For whom the product says it took the call: as the token's owner, or the caller hears
/// nothing of the answer. For a caller without a token it is noted only.
fn check_identity(
    answer: &response::ResponseHead<'_>,
    owner: Option<&Owner>,
    target: &Target<'_>,
    tally: &mut Tally<'_>,
) -> Result<(), Refusal> {
    let profile = target.room.profile;
    let mut lines = answer.fields.all(Known::XAusername);
    let said = lines.next();
    if let (Some(owner), Some(said)) = (owner, answer.fields.single(Known::XAusername))
        && owner.credential.expected_user().is_said_plainly(said)
    {
        return Ok(());
    }
    let says = said.and_then(|value| profile.user_from_header(value));
    // Two of them are as good as none that can be read.
    let says = if lines.next().is_some() { None } else { says };
    let Some(owner) = owner else {
        if let Some(ClaimedUser::Somebody(name)) = says {
            tally.verified = Some(name);
        }
        return Ok(());
    };
    if said.is_none() && answer.status != 401 && !is_nobodys(answer, owner, target) {
        // Something before the product's own code answered: a container's error page, say.
        tally.thread.meter.add(Count::Unconfirmed);
        return Ok(());
    }
    if owner.credential.expected_user().agrees_with(says.as_ref()) {
        return Ok(());
    }
    let instance = &target.room.settings.instance.name;
    tally.thread.meter.add(Count::Surprised);
    owner.credential.mark_surprised(instance, &owner.key, says.as_ref());
    Err(Refusal::new(
        Reason::UpstreamIdentityUnavailable,
        format!(
            "{instance} did not take this call for {}. Its answer was withheld; what it did is not \
             known. Ask a Gatepass administrator.",
            owner.key.username
        ),
    ))
}
