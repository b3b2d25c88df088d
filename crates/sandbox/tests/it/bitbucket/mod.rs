//! The stand-in Bitbucket: what is its own.

mod access_tokens;
mod credentials;
mod pages;
mod people;
mod projects;

use anyhow::Result;
use gatepass_sandbox::{Bitbucket, BitbucketSettings};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::header;

async fn bitbucket() -> Result<Bitbucket> {
    let context_path = "/bitbucket".to_owned();
    Ok(Bitbucket::start(BitbucketSettings { context_path, ..BitbucketSettings::demo() }).await?)
}

fn get(bitbucket: &Bitbucket, path: &str) -> RequestBuilder {
    crate::client().get(format!("{}{path}", bitbucket.base_url()))
}

/// The request as somebody of the demonstration, by password.
fn by(name: &str, request: RequestBuilder) -> RequestBuilder {
    request.basic_auth(name, Some(format!("{name}-password")))
}

/// Holds an error to Bitbucket's shape and says which it is.
fn exception(said: &Value) -> &str {
    let errors = said["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["context"]), (1, &json!(null)), "{said}");
    assert!(errors[0]["message"].is_string(), "{said}");
    errors[0]["exceptionName"].as_str().unwrap().strip_prefix("com.atlassian.bitbucket.").unwrap()
}

/// Who is named in an answer; `None` where the header is not there.
fn named(answer: &Response) -> Option<&str> {
    answer.headers().contains_key("x-ausername").then(|| header(answer, "x-ausername"))
}
