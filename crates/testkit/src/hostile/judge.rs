//! Whether what came of a row is what was expected.

use std::collections::{BTreeMap, HashSet};

use gatepass_sandbox::RecordedRequest;

use super::Row;
use super::expect::{Alternative, Word};
use super::request::Sent;
use super::world::World;
use crate::raw::{Answer, Exchange, Text};

/// What came of a row.
pub(super) struct Outcome<'a> {
    pub(super) row: &'a Row,
    pub(super) sent: &'a Sent,
    pub(super) exchange: Exchange,
    /// By product.
    pub(super) arrived: BTreeMap<String, Vec<RecordedRequest>>,
    pub(super) world: &'a World,
}

/// Every reason that the gate may name, with its status, as they were promised to users. Written
/// down here a second time on purpose: the gate's own list is what is judged.
const REASONS: [(u16, &[&str]); 16] = [
    (400, &["malformed_target", "malformed_request", "malformed_token"]),
    (
        401,
        &[
            "token_invalid",
            "token_expired",
            "token_revoked",
            "owner_mismatch",
            "credential_required",
        ],
    ),
    (
        403,
        &[
            "token_pending",
            "token_suspended",
            "owner_inactive",
            "use_not_permitted",
            "read_only",
            "admin_not_allowed",
            "network_not_allowed",
            "instance_not_allowed",
            "resource_not_allowed",
            "project_not_allowed",
            "path_not_allowed",
            "header_required",
            "forged_identity",
            "passwords_disabled",
            "native_tokens_disabled",
            "sessions_disabled",
            "oauth_disabled",
        ],
    ),
    (404, &["not_found"]),
    (405, &["method_not_allowed"]),
    (408, &["request_timeout"]),
    (413, &["body_too_large"]),
    (414, &["target_too_long"]),
    (415, &["body_unreadable"]),
    (421, &["instance_unknown"]),
    (429, &["rate_limited", "quota_exhausted", "too_many_concurrent"]),
    (431, &["headers_too_large"]),
    (501, &["transfer_coding_unsupported"]),
    (502, &["upstream_identity_unavailable", "upstream_unreachable"]),
    (503, &["overloaded", "not_ready"]),
    (504, &["upstream_timeout"]),
];

/// What is wrong; nothing when one alternative holds whole, and so does what every row must.
pub(super) fn judge(outcome: &Outcome<'_>, alternatives: &[Alternative]) -> Vec<String> {
    let mut wrong = common(outcome, alternatives);
    let tried: Vec<Vec<String>> = alternatives
        .iter()
        .map(|words| words.iter().flat_map(|word| holds(outcome, words, word)).collect())
        .collect();
    if !tried.iter().any(Vec::is_empty) {
        wrong.extend(tried.into_iter().flatten());
    }
    if !wrong.is_empty() {
        wrong.push(seen(outcome));
    }
    wrong
}

fn requests<'o>(outcome: &'o Outcome<'_>) -> impl Iterator<Item = &'o RecordedRequest> {
    outcome.arrived.values().flatten()
}

/// What must hold for every row.
fn common(outcome: &Outcome<'_>, alternatives: &[Alternative]) -> Vec<String> {
    let mut wrong = Vec::new();
    let Exchange { answers, closed, broken } = &outcome.exchange;
    if let Some(broken) = broken {
        wrong.push(format!("what came back is broken: {broken}"));
    }
    if answers.is_empty() && closed.is_none() {
        wrong.push("neither an answer nor a close".to_owned());
    }
    let second = alternatives.iter().flatten().any(|word| matches!(word, Word::Second(_)));
    if answers.len() > 1 + usize::from(second) {
        wrong.push(format!("{} answers: a body became a request", answers.len()));
    }
    let mut ids = HashSet::new();
    for answer in answers {
        match answer.header("x-gatepass-request-id") {
            Some(id) if !id.is_empty() && ids.insert(id) => {}
            other => wrong.push(format!("X-Gatepass-Request-Id is {other:?}")),
        }
        if let Some(reason) = answer.reason() {
            let known = |(status, names): &(u16, &[&str])| {
                *status == answer.status && names.contains(&reason)
            };
            if !REASONS.iter().any(known) {
                wrong.push(format!("{} with the reason {reason:?}", answer.status));
            }
        }
    }
    for request in requests(outcome) {
        let bytes = request.bytes();
        let holds = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        if outcome.world.secrets.of_the_gate().any(holds) || holds("gpass_") {
            wrong.push("a gate token reached the product".to_owned());
        }
        if !request.headers("cookie").is_empty() {
            wrong.push("a cookie reached the product".to_owned());
        }
    }
    wrong
}

/// What is wrong with one word.
fn holds(outcome: &Outcome<'_>, all: &[Word], word: &Word) -> Vec<String> {
    match word {
        Word::Deny(statuses) => denied(outcome, statuses, all),
        Word::Api(statuses) => answered_here(outcome, statuses),
        Word::Forwarded => forwarded(outcome),
        Word::Reason(reasons) => {
            let reason = first(outcome).and_then(Answer::reason).unwrap_or("none");
            complain(!reasons.iter().any(|one| one == reason), || {
                format!("the reason is {reason}, not {}", reasons.join(" or "))
            })
        }
        Word::Close => {
            complain(outcome.exchange.closed.is_none(), || "the connection stays open".to_owned())
        }
        Word::Second(status) => {
            let found = outcome.exchange.answers.get(1).map(|answer| answer.status);
            complain(found != Some(*status), || format!("the second answer is {found:?}"))
        }
        // What these allow is looked at by the verdict, or by how long is waited.
        Word::Partial | Word::UpstreamAny | Word::Slow => Vec::new(),
        about_request => requests(outcome)
            .flat_map(|request| arrived_right(outcome, request, about_request))
            .collect(),
    }
}

fn complain(is_wrong: bool, words: impl FnOnce() -> String) -> Vec<String> {
    if is_wrong { vec![words()] } else { Vec::new() }
}

fn first<'o>(outcome: &'o Outcome<'_>) -> Option<&'o Answer> {
    outcome.exchange.answers.first()
}

fn denied(outcome: &Outcome<'_>, statuses: &[u16], all: &[Word]) -> Vec<String> {
    let mut wrong = Vec::new();
    match first(outcome) {
        None => wrong.push(format!("no answer, not {statuses:?}")),
        Some(answer) => {
            if !statuses.contains(&answer.status) {
                wrong.push(format!("the status is {}, not {statuses:?}", answer.status));
            }
            if answer.reason().is_none() {
                wrong.push("there is no X-Gatepass-Reason".to_owned());
            }
        }
    }
    if !all.contains(&Word::UpstreamAny) {
        let may_be_partial = all.contains(&Word::Partial);
        let reached = requests(outcome).filter(|request| !may_be_partial || request.is_complete);
        wrong.extend(
            reached.map(|request| format!("it reached the product: {:?}", Text(&request.bytes()))),
        );
    }
    wrong
}

fn answered_here(outcome: &Outcome<'_>, statuses: &[u16]) -> Vec<String> {
    let status = first(outcome).map(|answer| answer.status);
    let mut wrong = complain(!status.is_some_and(|status| statuses.contains(&status)), || {
        format!("the status is {status:?}, not {statuses:?}")
    });
    wrong.extend(complain(requests(outcome).next().is_some(), || {
        "something reached the product".to_owned()
    }));
    wrong
}

fn forwarded(outcome: &Outcome<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_head = outcome.sent.method() == b"HEAD";
    match first(outcome) {
        None => wrong.push("no answer".to_owned()),
        Some(answer) => {
            let own = if is_head { "" } else { &outcome.world.answer };
            if answer.status != 200 || answer.reason().is_some() || answer.text() != own {
                wrong.push("the answer is not the product's".to_owned());
            }
        }
    }
    let here = outcome.arrived.get(&outcome.row.product).map_or(0, Vec::len);
    let all = requests(outcome).count();
    if (here, all) != (1, 1) {
        wrong.push(format!("{here} requests reached the product, {all} all of them"));
    }
    for request in requests(outcome) {
        if !request.is_complete {
            wrong.push("the request is not whole".to_owned());
        }
        if request.method().as_bytes() != outcome.sent.method() {
            wrong.push(format!("the method there is {:?}", request.method()));
        }
        if request.body_length != outcome.sent.body().len() as u64 {
            wrong.push(format!("{} bytes of a body arrived", request.body_length));
        }
        let authorization = request.headers("authorization");
        if authorization != [outcome.world.authorization.clone()] {
            wrong.push(format!("the owner's identity is {authorization:?}"));
        }
    }
    wrong
}

/// What is wrong with a request as it arrived.
fn arrived_right(outcome: &Outcome<'_>, request: &RecordedRequest, word: &Word) -> Vec<String> {
    match word {
        Word::SameTarget => {
            let sent = String::from_utf8_lossy(outcome.sent.target()).into_owned();
            complain(request.target() != sent, || format!("the target is {:?}", request.target()))
        }
        Word::Target(target) => complain(request.target() != *target, || {
            format!("the target is {:?}, not {target:?}", request.target())
        }),
        Word::SameBody => complain(request.body != outcome.sent.body(), || {
            format!("the body is {:?}", Text(&request.body))
        }),
        Word::NoHeader(names) => {
            let forbidden: Vec<String> = names.iter().map(|name| plain(name)).collect();
            let found = lines(request).into_iter().filter(|(name, _)| forbidden.contains(name));
            found.map(|(name, _)| format!("there is a header {name}")).collect()
        }
        Word::NoValue(value) => {
            let found = lines(request).into_iter().filter(|(_, own)| own.contains(value.as_str()));
            found.map(|(name, own)| format!("{name} is {own:?}")).collect()
        }
        Word::NoCookie => complain(lines(request).iter().any(|(name, _)| name == "cookie"), || {
            "a cookie arrived".to_owned()
        }),
        Word::ForwardedFor => {
            let hops = request.headers("x-forwarded-for");
            complain(hops != ["127.0.0.1"], || format!("X-Forwarded-For is {hops:?}"))
        }
        Word::Narrowed => complain(!request.target().contains("ABC"), || {
            format!("the query is not limited: {:?}", request.target())
        }),
        _ => Vec::new(),
    }
}

/// A header's name without letter case and signs: `X_Remote-User` is `xremoteuser`.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// The header lines that arrived, names made plain.
fn lines(request: &RecordedRequest) -> Vec<(String, String)> {
    let head = String::from_utf8_lossy(&request.head);
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (plain(name), value.trim().to_owned())).collect()
}

fn seen(outcome: &Outcome<'_>) -> String {
    let answers: Vec<String> = outcome
        .exchange
        .answers
        .iter()
        .map(|answer| {
            format!("{} {} {:?}", answer.status, answer.reason().unwrap_or("-"), Text(&answer.body))
        })
        .collect();
    let there: Vec<String> =
        requests(outcome).map(|request| format!("{:?}", Text(&request.bytes()))).collect();
    format!("seen: answers {answers:?}, closed {:?}, arrived {there:?}", outcome.exchange.closed)
}
