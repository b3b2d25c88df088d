//! Attachments: files at issues, and the files themselves.

use std::future::poll_fn;
use std::pin::pin;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Path, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::multipart;
use crate::jira::bean::Beans;
use crate::jira::call::{Call, media_type};
use crate::jira::page::to_login;
use crate::jira::state::{Attachment, World};
use crate::site::answer::{Fault, Outcome, html, ok};

pub(crate) async fn meta(call: Call) -> Outcome {
    Ok(ok(&json!({ "enabled": true, "uploadLimit": call.shared.own.attachment_bound })))
}

pub(crate) async fn add(call: Call, Path(key): Path<String>, request: Request) -> Outcome {
    check_xsrf(request.headers())?;
    let author = call.signed_in()?.to_owned();
    let issue = call.issue(&call.shared.world(), &key)?.id;
    if media_type(request.headers()) != "multipart/form-data" {
        let said = "Unsupported Media Type";
        return Err(Fault::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, said));
    }
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(multipart::boundary);
    let body = gather(&call, request.into_body()).await?;
    let files = boundary.and_then(|boundary| multipart::files(&body, &boundary));
    let files = files.ok_or_else(|| Fault::bad_request("The multipart body is not complete."))?;
    if files.is_empty() {
        return Err(Fault::bad_request("No file was given."));
    }
    let mut world = call.shared.world();
    let mut added = Vec::new();
    for file in files {
        let multipart::File { name, media_type, bytes } = file;
        let (id, author) = (world.next_id(), author.clone());
        let file = Attachment { id, issue, name, media_type, author, created: call.now, bytes };
        let beans = Beans { world: &world, base: &call.base };
        added.push(Value::Object(beans.attachment(&file)));
        world.attachments.insert(id, file);
    }
    if let Some(issue) = world.issues.get_mut(&issue) {
        issue.updated = call.now;
    }
    Ok(ok(&added.into()))
}

/// Fact B: a multipart post needs `X-Atlassian-Token: no-check` (older: `nocheck`).
fn check_xsrf(headers: &HeaderMap) -> Result<(), Fault> {
    let value = headers.get("x-atlassian-token").and_then(|value| value.to_str().ok());
    match value {
        Some("no-check" | "nocheck") => Ok(()),
        _ => Err(Fault::plain(StatusCode::FORBIDDEN, "XSRF check failed")),
    }
}

/// What Tomcat still reads of a body that nobody wants (`maxSwallowSize`), so that its sender
/// comes to read the answer.
const SWALLOWED: usize = 2 << 20;

/// Gathers a body, up to the bound (and some room for what is around the files).
async fn gather(call: &Call, body: Body) -> Result<Bytes, Fault> {
    let bound = call.shared.own.attachment_bound;
    let (most, mut length) = (bound.saturating_add(4096), 0_usize);
    let mut gathered = Vec::new();
    let mut body = pin!(body);
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let broken = |_| Fault::bad_request("The multipart body is not complete.");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= most {
            gathered.extend_from_slice(&data);
        } else if length > most.saturating_add(SWALLOWED) {
            break;
        }
    }
    if length > most {
        let said = format!("The file exceeds its maximum permitted size of {bound} bytes.");
        return Err(Fault::say(StatusCode::PAYLOAD_TOO_LARGE, &[&said]));
    }
    Ok(gathered.into())
}

fn find<'a>(call: &Call, world: &'a World, id: &str) -> Result<&'a Attachment, Fault> {
    let file = id.parse().ok().and_then(|id: u64| world.attachments.get(&id));
    file.filter(|_| call.may_read(world))
        .ok_or_else(|| Fault::not_found(&format!("The attachment with id '{id}' does not exist")))
}

pub(crate) async fn read(call: Call, Path(id): Path<String>) -> Outcome {
    let world = call.shared.world();
    let file = find(&call, &world, &id)?;
    Ok(ok(&Beans { world: &world, base: &call.base }.attachment(file).into()))
}

/// The author and administrators may.
pub(crate) async fn delete(call: Call, Path(id): Path<String>) -> Outcome {
    let mut world = call.shared.world();
    let caller = call.signed_in()?;
    let file = find(&call, &world, &id)?;
    if file.author != caller && !call.is_administrator(&world) {
        let said = format!("You do not have permission to delete attachment with id: {id}");
        return Err(Fault::forbidden(&said));
    }
    let id = file.id;
    world.attachments.remove(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn download(call: Call, Path((id, _)): Path<(String, String)>) -> Response {
    file(&call, &id, |_| true)
}

/// An image is its own thumbnail.
pub(crate) async fn thumbnail(call: Call, Path((id, _)): Path<(String, String)>) -> Response {
    file(&call, &id, |file| file.media_type.starts_with("image/"))
}

/// The bytes; pages, not REST, so what is wrong is said in HTML.
fn file(call: &Call, id: &str, is_wanted: impl Fn(&Attachment) -> bool) -> Response {
    let world = call.shared.world();
    if !call.may_read(&world) {
        return to_login(call);
    }
    let Some(file) = find(call, &world, id).ok().filter(|file| is_wanted(file)) else {
        return html("Jira", StatusCode::NOT_FOUND, "Attachment not found", "");
    };
    let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let mut answer = Body::from(file.bytes.clone()).into_response();
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, must-revalidate"));
    for (header, value) in [(CONTENT_TYPE, &file.media_type), (CONTENT_DISPOSITION, &disposition)] {
        let plain = HeaderValue::from_static("application/octet-stream");
        headers.insert(header, HeaderValue::from_str(value).unwrap_or(plain));
    }
    answer
}
