//! The dashboard, and an issue.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::Frame;
use super::to_login;
use crate::jira::call::Call;
use crate::site::answer::escape;
use crate::site::time;

pub(crate) async fn dashboard(call: Call) -> Response {
    let world = call.shared.world();
    let frame = Frame::of_caller(&call, &world);
    let Some(person) = frame.who() else { return to_login(&call) };
    let context = escape(call.context_path());
    let mut list = String::new();
    for issue in world.issues.values() {
        let (key, text) = (issue.key(), escape(&issue.summary));
        let _ = writeln!(list, "<li><a href=\"{context}/browse/{key}\">{key}</a> {text}</li>");
    }
    let name = escape(&person.account.display_name);
    let body = format!("<p dir=\"auto\">Signed in as {name}.</p>\n<ul>\n{list}</ul>");
    frame.page(StatusCode::OK, "System Dashboard", &body)
}

pub(crate) async fn issue(call: Call, Path(key): Path<String>) -> Response {
    let world = call.shared.world();
    if !call.may_read(&world) {
        return to_login(&call);
    }
    let frame = Frame::of_caller(&call, &world);
    let Some(issue) = world.issue(&key) else {
        return frame.page(StatusCode::NOT_FOUND, "You can&#39;t view this issue", "");
    };
    let text = escape(issue.description.as_deref().unwrap_or_default());
    let mut body = format!(
        "<p>{} &middot; {} &middot; {}</p>\n<pre>{text}</pre>\n",
        issue.kind.name,
        issue.status.name,
        time::write_day(issue.created)
    );
    for comment in &issue.comments {
        let (author, text) = (escape(&comment.author), escape(&comment.body));
        let _ =
            writeln!(body, "<blockquote><b><bdi>{author}</bdi></b> <bdi>{text}</bdi></blockquote>");
    }
    frame.page(StatusCode::OK, &format!("[{}] {}", issue.key(), escape(&issue.summary)), &body)
}
