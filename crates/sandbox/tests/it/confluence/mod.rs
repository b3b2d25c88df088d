//! The stand-in Confluence: what is its own.

mod credentials;
mod native_tokens;
mod pages;
mod people;

use anyhow::Result;
use gatepass_sandbox::{Confluence, ConfluenceSettings};

async fn confluence() -> Result<Confluence> {
    let context_path = "/confluence".to_owned();
    Ok(Confluence::start(ConfluenceSettings { context_path, ..ConfluenceSettings::demo() }).await?)
}

fn current(confluence: &Confluence) -> reqwest::RequestBuilder {
    crate::client().get(format!("{}/rest/api/user/current", confluence.base_url()))
}
