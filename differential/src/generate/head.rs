//! Header lines: what clients send, what attackers send, and what no parser should take.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::dice::Dice;
use crate::plan::{Plan, Who};
use crate::world::Secrets;

const ORDINARY: [&str; 18] = [
    "Accept: application/json",
    "Accept: */*",
    "accept-encoding: gzip, deflate",
    "ACCEPT-LANGUAGE: de",
    "User-Agent: curl/8.5.0",
    "user-agent:x",
    "X-Requested-With: XMLHttpRequest",
    "X-Atlassian-Token: no-check",
    "Referer: http://closed.example/browse/ABC-1",
    "Origin: http://closed.example",
    "If-None-Match: \"x\"",
    "Cache-Control: no-cache",
    "traceparent: 00-1-1-01",
    "X-ExperimentalApi: opt-in",
    "X-Note:  spaces \t",
    "X-Note: \u{e4}\u{f6}",
    "X-Empty:",
    "Sec-Fetch-Site: same-origin",
];

const IDENTITIES: [&str; 26] = [
    "X-Forwarded-For: 6.6.6.6",
    "x-forwarded-for: 6.6.6.6",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "Forwarded: for=6.6.6.6",
    "X-Real-IP: 6.6.6.6",
    "Remote-User: admin",
    "X-Remote-User: admin",
    "REMOTE-USER: admin",
    "X-Auth-User: admin",
    "X-Gatepass-User: admin",
    "X-Gatepass-Request-Id: 00000000000000000000000000000000",
    "X-Original-URL: /rest/api/2/user",
    "X-Rewrite-URL: /rest/api/2/user",
    "X-HTTP-Method-Override: DELETE",
    "X-Method-Override: PUT",
    "X-Crowd-User: admin",
    "X-Seraph-Trusted-App-Status: OK",
    "X-AUSERNAME: admin",
    "X-SSL-Client-Cert: x",
    "SSL-Client-S-DN: CN=admin",
    "Proxy-Authorization: Basic YTpi",
    "Proxy-Connection: keep-alive",
    "X-JWT-Assertion: x",
    "TE: trailers",
    "Keep-Alive: timeout=5",
];

const CONNECTIONS: [&str; 9] = [
    "Connection: keep-alive",
    "Connection: X-Note, keep-alive",
    "connection: accept",
    "Connection: ,, X-Note ,",
    "Connection: X-Forwarded-For",
    "Connection: x-gatepass-request-id",
    "Connection: Authorization",
    "Connection: keep-alive, Upgrade",
    "Connection: Host",
];

const MALFORMED: [&str; 10] = [
    "X_Forwarded_For: 6.6.6.6",
    "Remote_User: admin",
    "X.Note: x",
    "X-Note : x",
    ": x",
    "X Note: x",
    "X-\u{e4}: x",
    "Author\u{131}zation: x",
    "X-Note",
    "X!: x",
];

const COOKIES: [&str; 6] = [
    "Cookie: JSESSIONID=1",
    "Cookie: x=y; JSESSIONID=1",
    "cookie: atlassian.xsrf.token=x",
    "Cookie: ",
    "Cookie: $Version=1; JSESSIONID=\"x;y\"",
    "Cookie: seraph.rememberme.cookie=1%3Ax",
];

/// Fills in a head that can be read in one way only, malicious as its words may be.
pub(super) fn lines(dice: &Dice, secrets: &Secrets, plan: &mut Plan) {
    add(plan, &format!("Host: {}", plan.host));
    authorization(dice, secrets, plan);
    for _ in 0..dice.below(5) {
        add(plan, dice.pick(&ORDINARY));
    }
    if dice.percent(30) {
        for _ in 0..=dice.below(3) {
            add(plan, dice.pick(&IDENTITIES));
        }
    }
    if dice.percent(8) {
        add(plan, dice.pick(&CONNECTIONS));
    }
    if dice.percent(15) {
        add(plan, dice.pick(&COOKIES));
    }
    if dice.percent(1) {
        add(plan, dice.pick(&MALFORMED));
    }
    if dice.percent(20) && plan.lines.len() > 1 {
        let at = dice.below(plan.lines.len());
        plan.lines.rotate_left(at);
    }
}

fn authorization(dice: &Dice, secrets: &Secrets, plan: &mut Plan) {
    if let Some((id, secret)) = secrets.pick(plan.who, dice) {
        plan.token = Some(id);
        match dice.below(5) {
            0 => {
                let pair = STANDARD.encode(format!("x-token-auth:{secret}"));
                add(plan, &format!("authorization: basic {pair}"));
            }
            1 => add(plan, &format!("AUTHORIZATION:bearer   {secret}\t")),
            _ => add(plan, &format!("Authorization: Bearer {secret}")),
        }
        return;
    }
    plan.who = Who::Nobody;
    match dice.below(12) {
        0 => add(plan, "Authorization: Basic YWRtaW46YWRtaW4="),
        1 => add(plan, "Authorization: Bearer MDAwMDAwMDAwMDAyOmFsaWNlLWFub3RoZXItdG9rZW5z"),
        2 => add(plan, "Authorization: OAuth oauth_token=\"x\""),
        3 => add(plan, "authorization: Negotiate YII="),
        4 => add(plan, "Authorization: Bearer gpass_0000000000000000000000000000000000000000"),
        _ => {}
    }
}

fn add(plan: &mut Plan, line: &str) {
    // Latin-1, as header values above ASCII came for ages.
    let latin = line.chars().map(|found| u8::try_from(found).unwrap_or(b'?'));
    plan.lines.push(latin.collect());
}

/// Makes a head of it that two parsers might read differently.
pub(super) fn break_it(dice: &Dice, plan: &mut Plan) {
    plan.is_open_ended = true;
    let at = dice.below(plan.lines.len() + 1);
    let line = |text: &[u8]| text.to_vec();
    match dice.below(17) {
        0 => plan.lines.insert(at, line(b" X-Folded: y")),
        1 => plan.lines.insert(at, line(b"X-Note: a\r\n\tb")),
        2 => plan.lines.insert(at, line(b"X-Note: a\nHost: evil.example")),
        3 => plan.lines.insert(at, line(b"X-Note: a\rHost: evil.example")),
        4 => plan.lines.insert(at, line(b"X-Note: a\x00b")),
        5 => plan.lines.insert(at, line(b"Host: evil.example")),
        6 => plan.lines.insert(at, format!("Host: {}", plan.host).into_bytes()),
        7 => plan.lines.retain(|line| !line.to_ascii_lowercase().starts_with(b"host")),
        8 => plan.lines.insert(at, line(b"Authorization: Basic YWRtaW46YWRtaW4=")),
        9 => plan.lines.insert(at, line(b"X-Note: a\n\nGET /rest/api/2/user HTTP/1.1")),
        10 => plan.lines.insert(at, line(b"\x0bContent-Length: 4")),
        11 => {
            plan.version = dice.pick(&[
                "HTTP/1.0",
                "HTTP/1.2",
                "HTTP/2.0",
                "http/1.1",
                "HTTP/1.1 ",
                "HTTP/0.9",
                "",
            ]);
        }
        12 => plan.target.extend_from_slice(
            dice.pick(&[" ", "\t", " x", "\x0b", "\u{a0}", "\r", "\x7f"]).as_bytes(),
        ),
        13 => plan.method.push_str(dice.pick(&[" ", "\t", "\0", "\r\n"])),
        14 => plan.method.insert_str(0, dice.pick(&["\r\n", " ", "\n", "\0"])),
        15 => plan.lines.insert(at, line(b"Content-Type: application/x-www-form-urlencoded")),
        _ => {
            let place = dice.below(plan.lines.len().max(1));
            let names_nobody =
                |line: &&mut Vec<u8>| !line.to_ascii_lowercase().starts_with(b"auth");
            if let Some(found) = plan.lines.get_mut(place).filter(names_nobody) {
                let at = dice.below(found.len() + 1);
                found.insert(at, dice.byte());
            }
        }
    }
}
