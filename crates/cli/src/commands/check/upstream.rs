//! Whether the products answer.

use gatepass_config::Config;
use gatepass_http_client::{Client, PeerCertificate};
use gatepass_model::{Clock as _, Lifetime, Product, Timestamp};

use super::finding::{Findings, State};
use crate::failure::Failure;
use crate::wiring::clock::SystemClock;
use crate::wiring::identity;
use crate::wiring::trust::Trust;

/// Asks every instance something that needs no sign-in.
pub(super) async fn reach(
    config: &Config,
    trust: &Trust,
    findings: &mut Findings,
) -> Result<(), Failure> {
    for instance in &config.instances {
        let name = &instance.instance.name;
        let base = identity::base_url(instance);
        let url = format!("{base}{}", question(instance.instance.product));
        let client = identity::client_for(instance, trust)?;
        let (state, words, certificate) = ask(&client, &url, &base).await;
        findings.add(format!("instance {name}"), state, words);
        if let Some(certificate) = certificate {
            let (state, words) = judge(&certificate, SystemClock.now());
            findings.add(format!("certificate of {name}"), state, words);
        }
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

async fn ask(client: &Client, url: &str, base: &str) -> (State, String, Option<PeerCertificate>) {
    let answer = match client.get_json(url, &[]).await {
        Ok(answer) => answer,
        Err(error) => return (State::Failed, error.to_string(), None),
    };
    let (state, words) = match answer.status() {
        _ if answer.is_success() => (State::Ok, format!("{base} answers")),
        401 | 403 => (State::Ok, format!("{base} answers, and wants a sign-in")),
        status => {
            let words = format!("{url} answers with status {status}; is base_url right?");
            (State::Failed, words)
        }
    };
    (state, words, answer.certificate().cloned())
}

/// From when on somebody should think of a new certificate.
const SOON: Lifetime = Lifetime::from_seconds(14 * 24 * 60 * 60);

/// What there is to say of a certificate that was found good.
fn judge(certificate: &PeerCertificate, now: Timestamp) -> (State, String) {
    let PeerCertificate { issuer, expires } = certificate;
    let words = format!("made by {issuer}, trusted, good until {expires}");
    let is_soon = expires.parse::<Timestamp>().is_ok_and(|end| end < now.plus(SOON));
    if is_soon { (State::Warning, format!("{words}: soon")) } else { (State::Ok, words) }
}
