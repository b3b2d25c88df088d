//! Drives the stand-ins over real sockets.

#[cfg(test)]
mod administration;
#[cfg(test)]
mod alike;
#[cfg(test)]
mod bitbucket;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod confluence;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod escaping;
#[cfg(test)]
mod handles;
#[cfg(test)]
mod issues;
#[cfg(test)]
mod link;
#[cfg(test)]
mod links;
#[cfg(test)]
mod native_tokens;
#[cfg(test)]
mod people;
#[cfg(test)]
mod recorder;
#[cfg(test)]
mod sign_in;

use anyhow::Result;
use gatepass_sandbox::{Jira, JiraSettings};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

async fn jira() -> Result<Jira> {
    Ok(Jira::start(JiraSettings::demo()).await?)
}

fn client() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap_or_default()
}

/// The request as alice, by password.
fn alice(request: RequestBuilder) -> RequestBuilder {
    request.basic_auth("alice", Some("alice-password"))
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Status and JSON.
async fn told(request: RequestBuilder) -> Result<(u16, Value)> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? }))
}
