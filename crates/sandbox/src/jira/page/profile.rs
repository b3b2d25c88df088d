//! One's own profile: in short, or one's native tokens.

use std::fmt::Write as _;

use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{Frame, TOKENS_TAB};
use super::to_login;
use crate::jira::call::Call;
use crate::jira::state::World;
use crate::site::answer::escape;
use crate::site::native_token::NativeToken;
use crate::site::people::Person;
use crate::site::time;

pub(crate) async fn profile(call: Call) -> Response {
    let world = call.shared.world();
    let frame = Frame::of_caller(&call, &world);
    let Some(person) = frame.who() else { return to_login(&call) };
    if call.params.first("selectedTab") == Some(TOKENS_TAB) {
        let body = tokens(&world, person, call.now);
        return frame.page(StatusCode::OK, "Personal Access Tokens", &body);
    }
    let account = &person.account;
    let mut body = String::from("<dl>\n");
    for (term, text) in [
        ("Username", &account.username),
        ("Full name", &account.display_name),
        ("Email", &account.email),
        ("Groups", &account.groups.join(", ")),
    ] {
        let _ = writeln!(body, "<dt>{term}</dt><dd><bdi>{}</bdi></dd>", escape(text));
    }
    body.push_str("</dl>");
    let name = format!("<bdi>{}</bdi>", escape(&account.display_name));
    frame.page(StatusCode::OK, &name, &body)
}

fn tokens(world: &World, person: &Person, now: i64) -> String {
    let own = world.native_tokens_of(&person.account.username);
    if own.is_empty() {
        return "<p>You have no personal access tokens.</p>".to_owned();
    }
    let mut rows = String::new();
    for token in &own {
        let used = token.last_used.map_or_else(|| "Never".to_owned(), time::write_day);
        let _ = writeln!(
            rows,
            "<tr data-token-id=\"{}\"><td><bdi>{}</bdi></td><td>{}</td><td>{used}</td>\
             <td>{}</td></tr>",
            token.id,
            escape(&token.name),
            time::write_day(token.created),
            end(token, now)
        );
    }
    format!(
        "<table id=\"tokens\">\n<thead><tr><th>Token name</th><th>Created</th>\
         <th>Last authenticated</th><th>Expiry date</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>"
    )
}

fn end(token: &NativeToken, now: i64) -> String {
    match token.expires {
        None => "Never".to_owned(),
        Some(_) if token.has_expired(now) => "Expired".to_owned(),
        Some(end) => time::write_day(end),
    }
}
