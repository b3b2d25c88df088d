//! `gatepass check --from-outside`: whether a product can be reached past the gate.
//!
//! Needs neither configuration nor store, for it is run where neither is: on a machine that must not
//! get there. Asks by GET, shows no credential, follows no redirect. Whatever is not clear counts as
//! reached.

mod door;
mod heard;
mod place;
mod question;
mod verdict;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use gatepass_config::BaseUrl;
use gatepass_http_client::tls::{Roots, TlsFiles, client_config};
use gatepass_http_client::{Client, ClientError, Settings, Tls};
use tokio::task::JoinHandle;

pub(super) use self::place::OutsidePlace;

use self::door::Door;
use self::heard::Heard;
use self::place::{Doorway, Speech};
use self::question::{Question, claim};
use self::verdict::Verdict;
use super::finding::{Findings, State};
use crate::failure::chain;

/// For a connection, and again for each answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What there is to do about a product that is reached.
const REMEDY: &str = "bind it to the gate's side, let the network drop whoever is not the gate, or \
                      let a valve refuse him (docs/how-to/fence-the-product.md)";

/// One port at one of the addresses of its host, and what was found there.
struct Knocked {
    address: SocketAddr,
    door: Door,
    verdict: Verdict,
}

/// Asks at every address of every place. `gates`: whom somebody may claim to be.
pub(super) async fn probe(places: &[OutsidePlace], gates: &[IpAddr], findings: &mut Findings) {
    let tls = client_config(&Roots::of_system(), TlsFiles::default()).ok();
    let tls = tls.map(|config| Tls { config, renamed: None });
    let mut running = Vec::new();
    for place in places {
        let found = door::addresses_of(place.host()).await;
        let begun = found.map(|addresses| begin(place, &addresses, tls.as_ref(), gates));
        running.push((format!("outside {place}"), begun));
    }
    for (check, begun) in running {
        match begun {
            Ok(tasks) => tell(&check, &all_of(tasks).await, findings),
            Err(words) => findings.add(check, State::Failed, words),
        }
    }
}

/// All at once, for a door that is shut by silence takes all of [`PATIENCE`].
fn begin(
    place: &OutsidePlace,
    addresses: &[IpAddr],
    tls: Option<&Tls>,
    gates: &[IpAddr],
) -> Vec<(SocketAddr, JoinHandle<Knocked>)> {
    let mut running = Vec::new();
    for address in addresses {
        for doorway in place.doorways() {
            let (tls, gates) = (tls.cloned(), gates.to_vec());
            let address = SocketAddr::new(*address, doorway.port);
            let task = tokio::spawn(async move {
                let door = door::knock(address, PATIENCE).await;
                let verdict = match &door {
                    Door::Open { .. } => look(&doorway, address, tls.as_ref(), &gates).await,
                    door => verdict::of_closed(door),
                };
                Knocked { address, door, verdict }
            });
            running.push((address, task));
        }
    }
    running
}

async fn all_of(tasks: Vec<(SocketAddr, JoinHandle<Knocked>)>) -> Vec<Knocked> {
    let mut all = Vec::new();
    for (address, task) in tasks {
        all.push(task.await.unwrap_or_else(|error| {
            let door = Door::Unasked(error.to_string());
            Knocked { address, verdict: verdict::of_closed(&door), door }
        }));
    }
    all
}

/// What stands behind an open door.
async fn look(
    doorway: &Doorway,
    address: SocketAddr,
    tls: Option<&Tls>,
    gates: &[IpAddr],
) -> Verdict {
    let url = match &doorway.speech {
        Speech::Http(url) => url,
        Speech::Other { words, state } => {
            return Verdict { state: *state, words: (*words).to_owned() };
        }
    };
    let settings = Settings { connect_timeout: PATIENCE, timeout: PATIENCE, ..Settings::default() };
    match Client::pinned(settings, tls, url.host_to_look_up(), address) {
        Ok(client) => interrogate(&client, url, gates).await,
        Err(error) => Verdict { state: State::Failed, words: error.to_string() },
    }
}

/// First what anybody would ask. What refuses all of that is asked in the gate's name, and what lets
/// the gate answer for REST is asked for REST in other spellings.
async fn interrogate(client: &Client, url: &BaseUrl, gates: &[IpAddr]) -> Verdict {
    let mut said = Vec::new();
    ask(client, url, question::plain(url), &mut said).await;
    if verdict::is_refused(&said) {
        for one in question::claims(gates) {
            ask(client, url, claim(question::plain(url), &one), &mut said).await;
        }
    } else if verdict::is_rest_by_gate(&said) {
        ask(client, url, question::spelled(url), &mut said).await;
    }
    verdict::judge(&said)
}

/// Ends with the first question that brought no answer: the next would wait as long.
async fn ask(
    client: &Client,
    url: &BaseUrl,
    questions: Vec<Question>,
    said: &mut Vec<(Question, Heard)>,
) {
    let root = format!("{}://{}", if url.is_secure() { "https" } else { "http" }, url.authority());
    for question in questions {
        let claimed = question.claims.as_ref().map(ToString::to_string);
        let header = claimed.as_ref().map(|value| ("X-Forwarded-For", value.as_bytes()));
        let asked = client.get_json(&format!("{root}{}", question.path), header.as_slice()).await;
        let heard = match asked {
            Ok(answer) => heard::recognise(answer.status(), |name| answer.header(name).is_some()),
            Err(error) => Heard::Unclear(words_of(&error)),
        };
        let is_unclear = matches!(heard, Heard::Unclear(_));
        said.push((question, heard));
        if is_unclear {
            return;
        }
    }
}

/// Of somebody who took the connection.
fn words_of(error: &ClientError) -> String {
    match error {
        ClientError::Untrusted { words, .. } => format!("{words}, so it may be anybody"),
        ClientError::TimedOut { .. } => "no answer came in time".to_owned(),
        error => chain(error),
    }
}

/// All that is shut stands in one finding, for a host has many ports.
fn tell(check: &str, knocked: &[Knocked], findings: &mut Findings) {
    let words = |one: &Knocked| format!("{}: {}", one.address, one.verdict.words);
    let is_shut = |one: &&Knocked| matches!(one.door, Door::Shut(_));
    let (shut, others): (Vec<_>, Vec<_>) = knocked.iter().partition(is_shut);
    let was_asked =
        !shut.is_empty() || others.iter().any(|one| matches!(one.door, Door::Open { .. }));
    for one in others {
        let state = match one.door {
            // Where another address could be asked, this one merely says nothing.
            Door::NoWay if was_asked => State::Warning,
            _ => one.verdict.state,
        };
        let is_reached = state == State::Failed && matches!(one.door, Door::Open { .. });
        let remedy = if is_reached { format!("\n{REMEDY}") } else { String::new() };
        findings.add(check, state, format!("{}{remedy}", words(one)));
    }
    if !shut.is_empty() {
        let lines: Vec<String> = shut.into_iter().map(words).collect();
        findings.add(check, State::Ok, lines.join("\n"));
    }
    if knocked.iter().any(|one| one.address.ip().is_loopback() || one.door.is_own_machine()) {
        let words = "asked on the machine itself, which a fence may let through; ask from another";
        findings.add(check, State::Warning, words);
    }
}
