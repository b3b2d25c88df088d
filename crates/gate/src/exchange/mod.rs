//! One request, from its head to its record: read, ask, forward or refuse, account.

pub(crate) mod ask;
pub(crate) mod forward;
pub(crate) mod local;
pub(crate) mod meter;
mod native_page;
pub(crate) mod pump;
pub(crate) mod respond;
pub(crate) mod tally;
mod upgraded;

use std::borrow::Cow;
use std::time::Instant;

use gatepass_model::{
    CanonicalTarget, CredentialKind, Family, Method, Operation, PasswordDoor, Reason, Refusal,
    TargetError,
};
use gatepass_policy::{Headers, Observed, Presented, PresentedToken, Question, decide};
use gatepass_vault::looks_like_token;
use tokio::io::{AsyncRead, AsyncWrite};

use self::ask::Gathered;
use self::local::LocalPlace;
use self::meter::Count;
use self::respond::Responder;
use self::tally::{Caller, Tally, Whose, leading_kind};
use crate::account::{self, Account};
use crate::connection::Arrival;
use crate::engine::http1::name::Known;
use crate::engine::http1::request::RequestHead;
use crate::forward::head::Origin;
use crate::read::client::{Client, client_of, scheme_of};
use crate::read::credential::Credentials;
use crate::read::form::{Needed, check_query_charset, needed_of};
use crate::read::place::{self, Place};
use crate::read::{login, origin};
use crate::settings::TargetMode;
use crate::thread::{InstanceRoom, Thread, Tracked};
use crate::wire::buffer::Outgoing;
use crate::wire::client::ClientSide;

/// What the connection does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Takes the next request.
    Next,
    /// Ends.
    Close,
    /// Ends so that the client can still read the answer.
    Linger,
}

/// A connection on which one request is served.
pub(crate) struct Line<'l, S> {
    pub(crate) thread: &'l Thread,
    pub(crate) tracked: &'l Tracked,
    pub(crate) client: &'l mut ClientSide<S>,
    pub(crate) out: &'l mut Outgoing,
    pub(crate) origin: &'l mut Origin,
    pub(crate) arrival: Arrival,
    /// How much of the request's body was taken from the connection.
    pub(crate) taken: Taken,
}

/// How much of a request's body was taken from its connection. Whoever answers before the end
/// must know, for the rest of a body must never be read as the next request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Nothing: as the head says, it follows.
    #[default]
    Nothing,
    /// Some of it: only the end of the connection ends it.
    Some,
    /// All of it.
    All,
}

impl Headers for RequestHead<'_> {
    fn value(&self, lowercase_name: &str) -> Option<&[u8]> {
        self.fields.single_named(lowercase_name)
    }
}

/// A target as the product will read it.
struct Read<'a> {
    /// The bytes that go up.
    path: &'a [u8],
    query: Option<&'a str>,
    /// Decoded segments below the context path; none for an unclear target.
    segments: &'a [Cow<'a, str>],
    unclear: Option<TargetError>,
}

/// Serves the request with this head. Its body, if any, still stands in the client's buffer or is
/// to come.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    line: Line<'_, S>,
    head: &RequestHead<'_>,
) -> After {
    let thread = line.thread;
    let shared = &thread.shared;
    let id = thread.ids.next();
    let peer = client_of(head, line.arrival, &shared.settings.trusted_proxies);
    thread.meter.add(Count::Requests);
    let found = place::origin_form(head.target, head.host).and_then(|raw| {
        place::find(raw, head.host, &shared.settings, |index| respond::profile_of(shared, index))
    });
    let responder = Responder { id, family: None, instance: None };
    match found {
        Err(refusal) => respond::refuse(line, head, responder, &refusal).await,
        Ok(Place::Local(target)) => {
            let path = local_path(&target, &shared.settings.console_path);
            let place = (LocalPlace::Console, path);
            local::serve(line, head, &target, &peer, place, responder).await
        }
        Ok(Place::SignIn(index, target)) => {
            let Some(room) = shared.instances.get(index) else { return After::Close };
            let name = room.settings.instance.name.clone();
            let place = (LocalPlace::SignIn(name), "/".to_owned());
            local::serve(line, head, &target, &peer, place, responder).await
        }
        Ok(Place::Instance(index, target)) => {
            let Some(room) = shared.instances.get(index) else { return After::Close };
            if native_page::is_taken_over(head, &target, room, shared) {
                let name = room.settings.instance.name.clone();
                let place = (LocalPlace::NativeTokens(name), "/".to_owned());
                return local::serve(line, head, &target, &peer, place, responder).await;
            }
            let read = Read {
                path: target.path().as_bytes(),
                query: target.query(),
                segments: place::segments_below(&target, &room.settings.instance.context_path),
                unclear: None,
            };
            serve_instance(line, head, (index, room), &read, &peer, responder).await
        }
        Ok(Place::Unclear(index, raw, error)) => {
            let Some(room) = shared.instances.get(index) else { return After::Close };
            let end = raw.iter().position(|&byte| byte == b'?').unwrap_or(raw.len());
            let query = raw.get(end + 1..).and_then(|query| std::str::from_utf8(query).ok());
            let path = raw.get(..end).unwrap_or_default();
            let read = Read { path, query, segments: &[], unclear: Some(error) };
            serve_instance(line, head, (index, room), &read, &peer, responder).await
        }
    }
}

async fn serve_instance<S: AsyncRead + AsyncWrite + Unpin>(
    mut line: Line<'_, S>,
    head: &RequestHead<'_>,
    (index, room): (usize, &InstanceRoom),
    read: &Read<'_>,
    peer: &Client,
    mut responder: Responder,
) -> After {
    let thread = line.thread;
    let folded = room.profile.fold(read.segments);
    let operation = operation_of(head.method, &folded, room, read);
    responder.family = Some(operation.family);
    responder.instance = Some(index);
    // Before the tally, which borrows from it: what was told of last ends last.
    let gathered;
    let mut tally = Tally {
        thread,
        at: thread.shared.clock.now(),
        started: Instant::now(),
        answered: None,
        instance: index,
        whose: Whose::Caller(Caller { kind: CredentialKind::Anonymous, mark: None, claimed: None }),
        verified: None,
        refused: None,
        operation,
        method: head.method,
        status: 0,
        bytes_in: 0,
        bytes_out: 0,
        upstream_micros: 0,
        client: peer.address,
        user_agent: head.single(Known::UserAgent).unwrap_or_default(),
        id: responder.id,
        observed: Observed::default(),
        account: Account::default(),
    };
    let asked = match read_credentials(&mut line, head, room, read, &operation, &mut tally).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return After::Close,
        Err(refusal) => {
            return respond::refuse_tallied(line, head, responder, refusal, &mut tally).await;
        }
    };
    let (credentials, body) = asked;
    gathered = Gathered::of(&credentials, &room.settings.instance, &thread.shared, tally.at);
    tally.whose = whose(&credentials, &gathered);
    let question = Question {
        instance: &room.settings.instance.name,
        product: room.settings.instance.product,
        directory: &room.settings.instance.directory,
        method: head.method,
        path: &folded,
        operation: &operation,
        client: peer.address,
        presented: presented(&credentials),
        headers: head,
        origin: own_origin(&credentials, head, peer, line.arrival),
        same_origin: origin::is_same_origin(head),
        is_preflight: origin::is_preflight(head),
    };
    let facts = gathered.facts();
    let permit = match decide(&facts, &question, tally.at) {
        Ok(permit) => permit,
        Err(refusal) => {
            return respond::refuse_tallied(line, head, responder, refusal, &mut tally).await;
        }
    };
    tally.observed = permit.observed();
    let time = (tally.started, tally.at);
    match account::admit(thread, room, &gathered, operation.heavy, time) {
        Ok(account) => tally.account = account,
        Err(refusal) => {
            return respond::refuse_tallied(line, head, responder, refusal, &mut tally).await;
        }
    }
    line.tracked.token.replace(gathered.token.clone());
    let may_go_on = || {
        let now = thread.shared.clock.now();
        let anew = Gathered::of(&credentials, &room.settings.instance, &thread.shared, now);
        decide(&anew.facts(), &question, now).is_ok()
    };
    let target =
        forward::Target { path: read.path, query: read.query, room, index, may_go_on: &may_go_on };
    let tracked = line.tracked;
    let after =
        forward::forward(permit, line, head, &target, peer, body, responder, &mut tally).await;
    tracked.token.replace(None);
    after
}

/// Where the caller sees that it asks. Only sessions are looked at for that.
fn own_origin<'h>(
    credentials: &Credentials<'_>,
    head: &RequestHead<'h>,
    peer: &Client,
    arrival: Arrival,
) -> Option<gatepass_policy::Origin<'h>> {
    credentials.others.contains(CredentialKind::Session).then(|| gatepass_policy::Origin {
        is_secure: scheme_of(head, peer, arrival) == "https",
        authority: head.host,
    })
}

/// What the request is. A target that can be read in several ways is a page at most.
fn operation_of<'a>(
    method: Method,
    folded: &'a [Cow<'a, str>],
    room: &InstanceRoom,
    read: &Read<'_>,
) -> Operation<'a> {
    if read.unclear.is_some() {
        let nothing = room.profile.operation(method, &[]);
        return Operation { family: Family::Page, effect: None, door: None, ..nothing };
    }
    room.profile.operation_with_reads(method, folded, &room.reads)
}

/// The body, if a decision needed it.
type ReadBody = Option<Vec<u8>>;

/// What the request presents, in its head, its query and, where one is needed, its body. `None`:
/// the client went away.
async fn read_credentials<'h, S: AsyncRead + AsyncWrite + Unpin>(
    line: &mut Line<'_, S>,
    head: &RequestHead<'h>,
    room: &InstanceRoom,
    read: &Read<'_>,
    operation: &Operation<'_>,
    tally: &mut Tally<'_>,
) -> Result<Option<(Credentials<'h>, ReadBody)>, Refusal> {
    if read.segments.iter().any(|segment| looks_like_token(segment.as_bytes())) {
        return Err(crate::read::credential::misplaced());
    }
    let is_dance = is_oauth_dance(read.segments);
    check_query_charset(head, read.query)?;
    let mut credentials = Credentials::read(head, read.query, room.profile, is_dance)?;
    if let Some(error) = read.unclear {
        check_unclear(&credentials, head, room, error)?;
        line.thread.meter.add(Count::UnclearTargets);
    }
    let is_json_door = operation.door.is_some()
        && read.segments.iter().any(|segment| segment.eq_ignore_ascii_case("rest"));
    let needed = needed_of(head, is_json_door)?;
    if needed == Needed::Nothing {
        credentials.check_alone()?;
        return Ok(Some((credentials, None)));
    }
    let Some(body) = respond::read_body(line, head, tally).await? else { return Ok(None) };
    match needed {
        Needed::Nothing => {}
        Needed::Json => login::read_json(&body, &mut credentials)?,
        Needed::Form => {
            let mut form = Credentials::default();
            form.read_parameters(&body, is_dance)?;
            // A browser's own sign-in brings its password here: the door counts, not the form. It
            // brings no token beside it.
            let is_sign_in = operation.door == Some(PasswordDoor::Browser);
            let counts = !is_sign_in || credentials.token.is_some();
            credentials.add(form, counts);
        }
    }
    credentials.check_alone()?;
    Ok(Some((credentials, Some(body))))
}

/// An unclear target passes only while pages are observed, and without anything that opens a
/// door but a session.
fn check_unclear(
    credentials: &Credentials<'_>,
    head: &RequestHead<'_>,
    room: &InstanceRoom,
    error: TargetError,
) -> Result<(), Refusal> {
    let brings_more = credentials.token.is_some()
        || credentials.forged.is_some()
        || credentials.others.iter().any(|kind| kind != CredentialKind::Session)
        || head.fields.has(Known::Authorization);
    if room.settings.targets == TargetMode::Enforce || brings_more {
        return Err(Refusal::new(
            Reason::MalformedTarget,
            format!("The address can be read in more than one way: {}.", error.as_str()),
        ));
    }
    Ok(())
}

/// Where applications and people agree on OAuth, its parameters are what the call is about.
fn is_oauth_dance(segments: &[Cow<'_, str>]) -> bool {
    matches!(segments, [plugins, servlet, oauth, ..]
        if plugins == "plugins" && servlet == "servlet" && oauth == "oauth")
}

fn presented<'c>(credentials: &'c Credentials<'_>) -> Presented<'c> {
    Presented {
        token: credentials
            .token
            .as_ref()
            .map(|found| PresentedToken { claimed_owner: found.claimed_owner.as_deref() }),
        others: credentials.others,
        claimed_user: credentials.claimed_user.as_deref(),
        forged: credentials.forged.as_deref(),
    }
}

fn whose(credentials: &Credentials<'_>, gathered: &Gathered) -> Whose {
    match (&gathered.token, &credentials.token) {
        (Some(entry), _) => Whose::Token(entry.facts().id),
        (None, Some(found)) => Whose::UnknownToken(found.claimed_owner.clone()),
        (None, None) => {
            let kind = leading_kind(credentials.others);
            Whose::Caller(Caller {
                kind,
                mark: credentials.mark.as_ref().filter(|mark| mark.kind() == kind).cloned(),
                claimed: credentials.claimed_user.clone(),
            })
        }
    }
}

/// Segments of a canonical target below `console_path`, as a path.
pub(crate) fn local_path(target: &CanonicalTarget<'_>, console_path: &str) -> String {
    let segments = target.segments_below(console_path).unwrap_or_else(|| target.segments());
    let mut path = String::from("/");
    path.push_str(&segments.join("/"));
    path
}
