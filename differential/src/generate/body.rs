//! Bodies and how their length is told, in ways that are plain and in ways that are not.

use super::query;
use crate::dice::Dice;
use crate::plan::Plan;

const TYPES: [&str; 17] = [
    "application/json",
    "text/plain",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "text/plain; charset=IBM500",
    "text/plain; charset=utf-8",
    "text/plain; charset=Shift_JIS",
    "application/x-www-form-urlencoded+x",
    "application/x-www-form-urlencoded, text/plain",
    "text/plain;charset=\"IBM500\"",
    "text/plain; CHARSET=cp037",
    "text/plain; x=\"a;charset=IBM500\"",
    "text/plain; charset=UTF-16LE",
    "charset=IBM500",
    "text/plain; xcharset=IBM500; charset=utf-8",
    "application/json; charset=utf-8",
];

const FORMS: [&str; 14] = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded",
    "Application/X-WWW-Form-Urlencoded",
    "application/x-www-form-urlencoded; charset=UTF-8",
    "application/x-www-form-urlencoded;charset=iso-8859-1",
    "application/x-www-form-urlencoded ; charset=\"utf-8\"",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=IBM500",
    "application/x-www-form-urlencoded; charset=windows-1252",
    "application/x-www-form-urlencoded; x=y",
    "application/x-www-form-urlencoded; xcharset=IBM500; charset=utf-8",
    "application/x-www-form-urlencoded; charset = IBM500",
    "application/x-www-form-urlencoded; charset=us-ascii",
];

const BROKEN_FRAMINGS: [&str; 24] = [
    "Content-Length: {n}\r\nContent-Length: {n}",
    "Content-Length: {n}\r\nContent-Length: 0",
    "Content-Length: {n}, {n}",
    "Content-Length: +{n}",
    "Content-Length: {n} ",
    "Content-Length: 0{n}",
    "Content-Length: 0x{n}",
    "Content-Length: {n};",
    "Content-Length : {n}",
    "Content-Length: {n}\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: {n}",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nContent-Length: {n}",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: xchunked\r\nContent-Length: {n}",
    "Transfer-Encoding: \"chunked\"\r\nContent-Length: {n}",
    "Transfer-Encoding:\x0bchunked\r\nContent-Length: {n}",
    "Transfer-Encoding : chunked\r\nContent-Length: {n}",
    "Transfer_Encoding: chunked\r\nContent-Length: {n}",
    "Transfer-Encoding:\r\n chunked\r\nContent-Length: {n}",
    "X: y\nTransfer-Encoding: chunked\r\nContent-Length: {n}",
    "Content-Length: -1",
    "Transfer-Encoding: chunked;q=1\r\nContent-Length: {n}",
];

const SMUGGLED: &[u8] =
    b"GET /rest/api/2/user?smuggled HTTP/1.1\r\nHost: open.example\r\nX-Smuggled: 1\r\n\r\n";

/// Adds a body, or none.
pub(super) fn add(dice: &Dice, plan: &mut Plan, is_last: bool) {
    let wants_body = match plan.method.as_str() {
        "POST" | "PUT" | "PATCH" => dice.percent(85),
        _ => dice.percent(6),
    };
    // A type without a body decides, at some containers, how a query is decoded.
    let is_form = dice.percent(if plan.method == "POST" { 60 } else { 20 });
    if wants_body || dice.percent(8) {
        let kind = if is_form { dice.pick(&FORMS) } else { dice.pick(&TYPES) };
        let name = dice.pick(&["Content-Type", "content-type", "CONTENT-TYPE"]);
        plan.lines.push(format!("{name}: {kind}").into_bytes());
        if dice.percent(1) {
            plan.lines.push(format!("Content-Type: {}", dice.pick(&TYPES)).into_bytes());
        }
        if dice.percent(2) {
            plan.lines.push(b"Content-Encoding: gzip".to_vec());
        }
    }
    if !wants_body {
        return;
    }
    plan.body = match dice.below(10) {
        _ if is_form => query::parameters(dice),
        0 => SMUGGLED.to_vec(),
        1 => b"{\"username\":\"admin\",\"password\":\"x\"}".to_vec(),
        2 => (0..dice.below(3000)).map(|_| dice.byte()).collect(),
        3 => query::parameters(dice),
        4 => b"0\r\n\r\nGET /rest/api/2/user HTTP/1.1\r\nHost: open.example\r\n\r\n".to_vec(),
        _ => b"{\"jql\":\"project = ABC\"}".to_vec(),
    };
    if dice.percent(6) {
        plan.lines.push(b"Expect: 100-continue".to_vec());
    }
    if is_last && dice.percent(40) {
        return break_framing(dice, plan);
    }
    if dice.percent(35) {
        plan.lines
            .push(dice.pick(&["Transfer-Encoding: chunked", "transfer-encoding: Chunked"]).into());
        plan.wire = chunks(dice, &plan.body, is_last && dice.percent(40), &mut plan.is_open_ended);
    } else {
        plan.lines.push(format!("Content-Length: {}", plan.body.len()).into_bytes());
        plan.wire.clone_from(&plan.body);
    }
}

fn break_framing(dice: &Dice, plan: &mut Plan) {
    plan.is_open_ended = true;
    let as_chunks = dice.percent(50);
    plan.wire =
        if as_chunks { chunks(dice, &plan.body, false, &mut false) } else { plan.body.clone() };
    let length = plan.body.len().to_string();
    for line in dice.pick(&BROKEN_FRAMINGS).replace("{n}", &length).split("\r\n") {
        plan.lines.push(line.as_bytes().to_vec());
    }
    if dice.percent(50) {
        plan.wire.extend_from_slice(SMUGGLED);
    }
}

/// In chunks, with the oddities that the grammar allows; with others where `odd` says so.
fn chunks(dice: &Dice, body: &[u8], odd: bool, is_open_ended: &mut bool) -> Vec<u8> {
    let mut wire = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(1 + dice.below(rest.len()));
        rest = after;
        let size = piece.len();
        let plain = match dice.below(6) {
            0 => format!("{size:X}"),
            1 => format!("00{size:x}"),
            2 => format!("{size:x};a=b"),
            3 => format!("{size:x};a=\"b;c\""),
            _ => format!("{size:x}"),
        };
        let strange = [
            format!("{size:x} "),
            format!(" {size:x}"),
            format!("0x{size:x}"),
            format!("+{size:x}"),
            format!("{size:x};a=\nb"),
            format!("{size:x}\t;a"),
            format!("{size:x}_"),
            format!("fffffffffffffff{size:x}"),
            format!("{size:x};{}", "a".repeat(300)),
            String::new(),
        ];
        let is_strange = odd && dice.percent(40);
        *is_open_ended |= is_strange;
        let line = if is_strange {
            strange.get(dice.below(strange.len())).cloned().unwrap_or_default()
        } else {
            plain
        };
        wire.extend_from_slice(line.as_bytes());
        wire.extend_from_slice(if is_strange && dice.percent(20) { b"\n" } else { b"\r\n" });
        wire.extend_from_slice(piece);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n");
    if dice.percent(20) {
        let trailer = dice.pick(&[
            "X-Trailer: 1\r\n",
            "Authorization: Basic YWRtaW46YWRtaW4=\r\n",
            "Content-Length: 5\r\n",
        ]);
        wire.extend_from_slice(trailer.as_bytes());
    }
    wire.extend_from_slice(b"\r\n");
    wire
}
