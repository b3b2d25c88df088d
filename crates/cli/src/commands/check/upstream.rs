//! Whether the products answer.

use gatepass_config::Config;
use gatepass_http_client::Client;
use gatepass_model::Product;

use super::finding::{Findings, State};
use crate::failure::Failure;
use crate::wiring::identity;

/// Asks every instance something that needs no sign-in.
pub(super) async fn reach(config: &Config, findings: &mut Findings) -> Result<(), Failure> {
    let client = identity::client()?;
    for instance in &config.instances {
        let name = &instance.instance.name;
        let base = identity::base_url(instance);
        let url = format!("{base}{}", question(instance.instance.product));
        let (state, words) = ask(&client, &url, &base).await;
        findings.add(format!("instance {name}"), state, words);
    }
    Ok(())
}

/// All three answer to `/status` without a sign-in, for load balancers; Jira has said more for
/// longer at `serverInfo`.
const fn question(product: Product) -> &'static str {
    match product {
        Product::Jira => "/rest/api/2/serverInfo",
        Product::Confluence | Product::Bitbucket => "/status",
    }
}

async fn ask(client: &Client, url: &str, base: &str) -> (State, String) {
    match client.get_json(url, &[]).await {
        Ok(answer) if answer.is_success() => (State::Ok, format!("{base} answers")),
        Ok(answer) if matches!(answer.status(), 401 | 403) => {
            (State::Ok, format!("{base} answers, and wants a sign-in"))
        }
        Ok(answer) => {
            let status = answer.status();
            let words = format!("{url} answers with status {status}; is base_url right?");
            (State::Failed, words)
        }
        Err(error) => (State::Failed, error.to_string()),
    }
}
