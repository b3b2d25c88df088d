//! What the gate decided on against what Tomcat read.

use std::borrow::Cow;

use gatepass_model::target::Parameters;
use gatepass_model::{
    CanonicalTarget, CredentialKind, Effect, Family, Method, Operation, PasswordDoor, Pattern,
};
use gatepass_profiles::{Profile, is_identity_header};
use gatepass_store::activity::Presented;
use gatepass_testkit::TestGateOptions;

use crate::echo::Reading;
use crate::generate::INSTANCES;
use crate::plan::{Plan, Who};
use crate::tap::{Expected, Meaning, Record, Subject};
use crate::world::{DENIED, is_closed, profile_of};

/// One difference: its class, and what differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// Gathers what differs.
#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn add(&mut self, class: &'static str, text: String) {
        self.0.push(Difference { class, text });
    }

    fn check_equal(&mut self, class: &'static str, gate: &str, tomcat: &str) {
        if gate != tomcat {
            self.add(class, format!("the gate has {gate:?}, Tomcat {tomcat:?}"));
        }
    }
}

/// A target as Tomcat read it.
struct Seen<'a> {
    segments: Vec<Cow<'a, str>>,
    profile: &'static Profile,
}

/// Compares a request with Tomcat's reading of it. `id` is what the gate's answer called it.
pub(crate) fn compare(plan: &Plan, read: &Reading, id: &str) -> (Vec<Difference>, Expected) {
    let mut found = Differences::default();
    let mut expected =
        Expected { meaning: None, token: plan.token, has_password: false, plan: plan.clone() };
    // An empty line before a request is left out (RFC 9112 2.2).
    found.check_equal("method", plan.method.trim_start_matches("\r\n"), &read.method);
    let context = INSTANCES.get(plan.instance).map_or("", |(_, context)| *context);
    let whole = read.whole_path();
    let below = whole.strip_prefix(context).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if below.is_none() {
        found.add("path", format!("Tomcat reads {whole:?}, which is not below {context:?}"));
    }
    let segments = below.unwrap_or(&whole).split('/').filter(|segment| !segment.is_empty());
    let seen = Seen {
        segments: segments.map(Cow::Borrowed).collect(),
        profile: profile_of(plan.instance),
    };
    let query = compare_target(plan, read, &seen, &mut found, &mut expected);
    compare_parameters(plan, read, query.as_bytes(), &mut found);
    compare_rights(plan, read, &seen, &mut found, &mut expected);
    compare_headers(plan, read, id, &mut found);
    if !is_taken_as_form(plan, read) {
        let body = plan.framed_body();
        let sum = format!("{} {}", body.len(), crc32fast::hash(body));
        found.check_equal("body", &sum, &read.body);
    }
    (found.0, expected)
}

/// Whether Tomcat took parameters from the body, of which nothing is left then.
fn is_taken_as_form(plan: &Plan, read: &Reading) -> bool {
    read.method == "POST" && read.body == "0 0" && !plan.framed_body().is_empty()
}

/// Gives the query that the gate read.
fn compare_target(
    plan: &Plan,
    read: &Reading,
    seen: &Seen<'_>,
    found: &mut Differences,
    expected: &mut Expected,
) -> String {
    let origin = plan.origin_form();
    let Ok(target) = CanonicalTarget::parse(origin) else {
        let end = origin.iter().position(|&byte| byte == b'?').unwrap_or(origin.len());
        let (path, query) = origin.split_at(end);
        found.check_equal("unclear path", &latin(path), &read.uri);
        let query = query.strip_prefix(b"?").map(latin);
        found.check_equal("unclear query", &format!("{query:?}"), &format!("{:?}", read.query));
        let segments: Vec<String> = seen.segments.iter().map(ToString::to_string).collect();
        if seen.profile.is_sensitive_reading(&segments) {
            let path = read.whole_path();
            found.add("sensitive page", format!("passed as a page, Tomcat reads {path:?}"));
        }
        return query.unwrap_or_default();
    };
    let mut path = format!("/{}", target.segments().join("/"));
    if target.path().len() > 1 && target.path().ends_with('/') {
        path.push('/');
    }
    found.check_equal("path", &path, &read.whole_path());
    found.check_equal("bytes of the path", target.path(), &read.uri);
    let query = target.query().map(str::to_owned);
    found.check_equal("query", &format!("{query:?}"), &format!("{:?}", read.query));
    let folded = seen.profile.fold(&seen.segments);
    if let Some(method) = Method::find(read.method.as_bytes()) {
        expected.meaning = Some(meaning(&seen.profile.operation(method, &folded), method));
    }
    query.unwrap_or_default()
}

fn meaning(operation: &Operation<'_>, method: Method) -> Meaning {
    Meaning {
        family: operation.family.as_str().to_owned(),
        resource: operation.resource.to_owned(),
        action: operation.action.to_owned(),
        method,
        project: operation.project.map(str::to_owned),
    }
}

/// Every parameter that Tomcat has, the gate must have read too: it looks for credentials there.
fn compare_parameters(plan: &Plan, read: &Reading, query: &[u8], found: &mut Differences) {
    let body = if is_taken_as_form(plan, read) { plan.framed_body() } else { b"" };
    let all = Parameters::new(query).chain(Parameters::new(body));
    let mut gate: Vec<_> = all.map(Some).collect();
    for (name, value) in &read.parameters {
        let same = gate.iter_mut().find(|one| {
            one.as_ref().is_some_and(|(own, with)| reads_as(own, name) && reads_as(with, value))
        });
        match same {
            Some(one) => *one = None,
            None => found.add("parameters", format!("the gate did not read {name:?}={value:?}")),
        }
    }
    // The other way round, the gate may see more: what Tomcat drops has no name or a broken
    // escape.
    for (name, value) in gate.into_iter().flatten() {
        let may_be_dropped = name.is_empty() || name.contains(&b'%') || value.contains(&b'%');
        if !may_be_dropped {
            let (name, value) = (latin(&name), latin(&value));
            found.add("parameters", format!("Tomcat did not read {name:?}={value:?}"));
        }
    }
}

/// Whether these bytes come to this text in any of the charsets that a form may have here.
fn reads_as(bytes: &[u8], text: &str) -> bool {
    if bytes.is_ascii() {
        return bytes == text.as_bytes();
    }
    let mut chars = text.chars();
    // Replacement characters are as many as the decoder likes; what is ASCII must be the same.
    latin(bytes) == text
        || String::from_utf8_lossy(bytes) == text
        || (text.contains(char::REPLACEMENT_CHARACTER)
            && bytes
                .iter()
                .filter(|byte| byte.is_ascii())
                .all(|&byte| chars.any(|found| found == char::from(byte))))
        || is_windows_1252(bytes, text)
}

fn is_windows_1252(bytes: &[u8], text: &str) -> bool {
    let mut chars = text.chars();
    let same = bytes.iter().all(|&byte| {
        chars.next().is_some_and(|found| (0x80..0xa0).contains(&byte) || found == char::from(byte))
    });
    same && chars.next().is_none()
}

/// What may pass, by Tomcat's reading.
fn compare_rights(
    plan: &Plan,
    read: &Reading,
    seen: &Seen<'_>,
    found: &mut Differences,
    expected: &mut Expected,
) {
    let folded = seen.profile.fold(&seen.segments);
    let Some(method) = Method::find(read.method.as_bytes()) else { return };
    let operation = seen.profile.operation(method, &folded);
    let what = || format!("Tomcat reads {method} {:?}, {operation:?}", read.whole_path());
    let has_token = plan.who != Who::Nobody;
    if has_token && (operation.effect == Some(Effect::Mint) || operation.door.is_some()) {
        found.add("rights", format!("a token reached a door: {}", what()));
    }
    if matches!(plan.who, Who::ReadOnly | Who::Denying) && operation.effect != Some(Effect::Read) {
        found.add("rights", format!("a read-only token: {}", what()));
    }
    let denied: Option<Pattern> = DENIED.parse().ok();
    let is_denied =
        denied.is_some_and(|pattern| seen.profile.fold_pattern(&pattern).matches(method, &folded));
    if plan.who == Who::Denying && is_denied {
        found.add("rights", format!("a token that may not: {}", what()));
    }
    let is_preflight = method == Method::Options;
    if !has_token
        && is_closed(plan.instance)
        && operation.family.is_programmatic()
        && operation.door != Some(PasswordDoor::Browser)
        && !is_preflight
    {
        found.add("rights", format!("without a token: {}", what()));
    }
    let is_dance = matches!(seen.segments.as_slice(), [plugins, servlet, oauth, ..]
        if plugins == "plugins" && servlet == "servlet" && oauth == "oauth");
    for (name, _) in &read.parameters {
        let is_forged = matches!(name.as_str(), "xoauth_requestor_id" | "jwt")
            || (name.starts_with("oauth_") && (!is_dance || has_token || is_closed(plan.instance)));
        if is_forged {
            found.add("credential", format!("{name} reached Tomcat: {}", what()));
        }
        let is_password = matches!(
            name.as_str(),
            "os_username" | "os_password" | "j_username" | "j_password" | "webSudoPassword"
        );
        if is_password && operation.door != Some(PasswordDoor::Browser) {
            expected.has_password = true;
            if has_token || is_closed(plan.instance) {
                found.add("credential", format!("{name} reached Tomcat: {}", what()));
            }
        }
    }
}

/// What the gate writes itself, compared one by one.
const OURS: [&str; 9] = [
    "host",
    "authorization",
    "x-gatepass-request-id",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "content-length",
    "transfer-encoding",
    "cookie",
];

fn compare_headers(plan: &Plan, read: &Reading, id: &str, found: &mut Differences) {
    let has_token = plan.who != Who::Nobody;
    let host = plan.header("host").map(latin).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    found.check_equal("host", &name.to_ascii_lowercase(), &read.server.to_ascii_lowercase());
    let own = |name: &str| -> Vec<String> {
        plan.headers().filter(|(own, _)| own == name).map(|(_, value)| latin(value)).collect()
    };
    let native = format!("Bearer {}", TestGateOptions::ALICES_NATIVE_TOKEN);
    let authorization = if has_token { vec![native] } else { own("authorization") };
    for (name, gate) in [
        ("host", vec![host.clone()]),
        ("authorization", authorization),
        ("x-gatepass-request-id", vec![id.to_owned()]),
        ("x-forwarded-for", vec!["127.0.0.1".to_owned()]),
        ("x-forwarded-proto", vec!["http".to_owned()]),
        ("x-forwarded-host", vec![host.clone()]),
        ("cookie", if has_token { Vec::new() } else { own("cookie") }),
        ("te", Vec::new()),
        ("trailer", Vec::new()),
        ("expect", Vec::new()),
        ("user-agent", own("user-agent")),
    ] {
        let tomcat: Vec<_> = read.all(name).collect();
        if gate != tomcat && !is_nominated(plan, name) {
            found.add("header", format!("{name}: the gate has {gate:?}, Tomcat {tomcat:?}"));
        }
    }
    let framings = read.all("content-length").count() + read.all("transfer-encoding").count();
    if framings > 1 {
        found.add("header", "the body is framed twice".to_owned());
    }
    compare_others(plan, read, found);
}

/// Every other header that Tomcat has was sent, and may go up.
fn compare_others(plan: &Plan, read: &Reading, found: &mut Differences) {
    for (name, value) in &read.headers {
        let name = name.as_str();
        if value.contains("gpass_") {
            found.add("header", format!("a token of the gate's reached Tomcat in {name}"));
        }
        if OURS.contains(&name) {
            continue;
        }
        let is_upgrade = matches!(name, "connection" | "upgrade")
            && plan.headers().any(|(own, _)| own == "upgrade");
        let mut own = plan.headers().filter(|(own, _)| own == name);
        let is_sent = own.any(|(_, sent)| latin(sent) == *value) || is_upgrade;
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_known = is_identity_header(name.as_bytes()) || is_nominated(plan, name);
        if !is_sent || !is_plain || is_known {
            found.add("header", format!("{name}: {value:?} reached Tomcat"));
        }
    }
    let all = [&read.uri, read.query.as_ref().unwrap_or(&read.uri)];
    if all.iter().any(|text| text.contains("gpass_")) {
        found.add("header", "a token of the gate's reached Tomcat in the target".to_owned());
    }
}

fn is_nominated(plan: &Plan, name: &str) -> bool {
    plan.headers().filter(|(own, _)| own == "connection").any(|(_, value)| {
        latin(value).split(',').any(|option| {
            option.trim().eq_ignore_ascii_case(name)
                && !name.starts_with("x-forwarded")
                && name != "x-gatepass-request-id"
        })
    })
}

/// Compares what follows from Tomcat's reading with what the gate recorded.
pub(crate) fn compare_record(record: &Record, expected: &Expected) -> Vec<Difference> {
    let mut found = Differences::default();
    match &expected.meaning {
        Some(meaning) if *meaning == record.meaning => {}
        Some(meaning) => {
            let gate = &record.meaning;
            found.add("meaning", format!("the gate decided on {gate:?}, Tomcat's is {meaning:?}"));
        }
        None if record.meaning.family == Family::Page.as_str() => {}
        None => found.add("meaning", format!("unclear, and yet {:?}", record.meaning)),
    }
    let is_other = |id| Subject::Token(id) != record.subject;
    if expected.token.is_some_and(is_other)
        || (expected.token.is_none() && matches!(record.subject, Subject::Token(_)))
    {
        let (gate, sent) = (record.subject, expected.token);
        found.add("subject", format!("the gate took it for {gate:?}, sent was {sent:?}"));
    }
    let harmless = [CredentialKind::Anonymous, CredentialKind::Session]
        .map(|kind| Subject::Caller(Presented::Credential(kind)));
    if expected.has_password && harmless.contains(&record.subject) {
        found.add("credential", format!("a password, and the gate saw {:?}", record.subject));
    }
    found.0
}

/// Bytes as a servlet container gives them out: a character each.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}
