//! Requests that try to be read in two ways. The seed decides them all.

mod body;
mod head;
mod query;
mod target;

use crate::dice::Dice;
use crate::plan::{Plan, Who};
use crate::world::Secrets;

/// The instances, by their place: name, Host, path of the web application.
pub(crate) const INSTANCES: [(&str, &str); 5] =
    [("closed", ""), ("open", ""), ("below", "/below"), ("strict", ""), ("wiki", "/below")];

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
const ODD_METHODS: [&str; 9] =
    ["TRACE", "get", "PROPFIND", "CONNECT", "GETT", "QUERY", "MKCOL", "Post", "COPY"];

/// Makes one up. `is_last`: nothing follows it on its connection, so it need not say where it
/// ends.
pub(crate) fn request(dice: &Dice, secrets: &Secrets, is_last: bool) -> Plan {
    let instance = dice.pick(&[0, 1, 1, 1, 2, 3, 4]);
    let (name, context) = INSTANCES.get(instance).copied().unwrap_or_default();
    let host = format!("{name}.example");
    let method = match dice.below(100) {
        0..55 => "GET",
        55..75 => "POST",
        75..98 => dice.pick(&METHODS),
        _ if is_last => dice.pick(&ODD_METHODS),
        _ => "GET",
    };
    let mut target = target::path(dice, context);
    if dice.percent(65) {
        target.push(b'?');
        target.extend(query::parameters(dice));
    }
    if dice.percent(2) {
        target = target::absolute(dice, &host, &target);
    }
    let mut plan = Plan {
        instance,
        who: who(dice),
        token: None,
        method: method.to_owned(),
        target,
        version: "HTTP/1.1",
        lines: Vec::new(),
        wire: Vec::new(),
        body: Vec::new(),
        is_open_ended: false,
        host,
    };
    head::lines(dice, secrets, &mut plan);
    body::add(dice, &mut plan, is_last);
    if is_last && dice.percent(45) {
        head::break_it(dice, &mut plan);
    }
    plan
}

fn who(dice: &Dice) -> Who {
    match dice.below(10) {
        0..2 => Who::ReadOnly,
        2 => Who::Denying,
        3..7 => Who::ReadWrite,
        _ => Who::Nobody,
    }
}
