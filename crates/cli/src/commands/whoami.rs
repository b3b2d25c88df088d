//! `gatepass whoami`

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::Args;
use gatepass_model::ListenAddress;
use gatepass_vault::SecretText;
use serde::Deserialize;
use serde_json::Value;

use crate::call::{Call, Ending, Outcome};
use crate::commands::input;
use crate::failure::Failure;
use crate::output::plain;
use crate::wiring::config::token_from_environment;
use crate::wiring::identity;

/// Ask a running gate about a token, from `GATEPASS_TOKEN` or standard input
#[derive(Debug, Args)]
pub(crate) struct Whoami {
    /// The gate, as `http://gatepass.example.com` [default: as the configuration has it]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

const DEFAULT_PATH: &str = "/gatepass";

/// What is printed of the answer.
#[derive(Deserialize)]
struct Answer {
    id: String,
    owner: String,
    directory: String,
    name: String,
    state: String,
    summary: String,
    limits: Vec<Limit>,
}

/// What is left of one limit.
#[derive(Deserialize)]
struct Limit {
    of: String,
    name: String,
    left: std::collections::BTreeMap<String, Option<u64>>,
}

/// A refusal of the API (RFC 9457).
#[derive(Deserialize)]
struct Refusal {
    detail: String,
    code: String,
}

impl Whoami {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let url = match &self.url {
            Some(url) => address_of(url),
            None => address_from_config(call)?,
        };
        let token =
            match token_from_environment() {
                Some(token) => SecretText::new(token.into_string().map_err(|_| {
                    Failure::new("invalid", "what GATEPASS_TOKEN holds is not text")
                })?),
                None => input::secret(call.output, "Give the token on standard input")?,
            };
        let header = SecretText::new(["Bearer ", token.expose()].concat());
        let headers: [(&str, &[u8]); 1] = [("Authorization", header.expose().as_bytes())];
        let asked = identity::client()?.get_json(&url, &headers).await;
        let answer = asked.map_err(|error| {
            Failure::new("unreachable", format!("no gate answers at {url}: {error}"))
        })?;
        if answer.status() != 200 {
            return Err(refused(&url, &answer));
        }
        let not_ours = |_| Failure::new("unreachable", format!("{url} is not Gatepass"));
        let document: Value = answer.json().map_err(not_ours)?;
        let said: Answer = answer.json().map_err(not_ours)?;
        call.output.document(&document)?;
        print(call, &said)?;
        Ok(Ending::Done)
    }
}

fn print(call: &Call, said: &Answer) -> std::io::Result<()> {
    let Answer { id, owner, directory, name, state, summary, limits } = said;
    call.output.show(format_args!("{}  {}", plain(id), plain(name)))?;
    call.output.show(format_args!("{} ({}), {}", plain(owner), plain(directory), plain(state)))?;
    call.output.show(plain(summary))?;
    for Limit { of, name, left } in limits {
        let left = left.iter().filter_map(|(what, left)| Some((what, (*left)?)));
        let left: Vec<String> =
            left.map(|(what, left)| format!("{left} {}", plain(&what.replace('_', " ")))).collect();
        let whose = format_args!("{} {}", plain(of), plain(name)).to_string();
        call.output.show(format_args!("left of the limits of {whose}: {}", left.join(", ")))?;
    }
    Ok(())
}

fn refused(url: &str, answer: &gatepass_http_client::Answer) -> Failure {
    if let Ok(refusal) = answer.json::<Refusal>() {
        let (detail, code) = (plain(&refusal.detail), plain(&refusal.code));
        return Failure::new("refused", format!("the gate refuses this token as {code}: {detail}"));
    }
    let words = format!("{url} answered with status {}; is it Gatepass?", answer.status());
    Failure::new("unreachable", words)
}

/// `--url` names a gate, or the console's own address below it.
fn address_of(url: &str) -> String {
    let base = url.trim_end_matches('/');
    let after_scheme = base.split_once("://").map_or(base, |(_, rest)| rest);
    let path = if after_scheme.contains('/') { "" } else { DEFAULT_PATH };
    let scheme = if base.contains("://") { "" } else { "http://" };
    format!("{scheme}{base}{path}/api/v1/whoami")
}

fn address_from_config(call: &Call) -> Result<String, Failure> {
    let config = call.config().map_err(|failure| Failure {
        message: format!("{}\n(or name the gate with --url)", failure.message),
        ..failure
    })?;
    let server = &config.server;
    let listen = server.listen.iter().find_map(ListenAddress::tcp);
    let (Some(listen), None) = (listen, &server.tls) else {
        let words = "the gate has no address of plain HTTP; name it with --url";
        return Err(Failure::new("config_invalid", words));
    };
    Ok(format!("http://{}{}/api/v1/whoami", reachable(listen), server.console_path))
}

/// An address that listens everywhere is reached on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_named_by_host_by_url_or_with_its_console_path() {
        let whoami = "http://gate:8080/gatepass/api/v1/whoami";
        for url in ["http://gate:8080", "http://gate:8080/", "gate:8080"] {
            assert_eq!(address_of(url), whoami, "{url}");
        }
        assert_eq!(address_of("http://gate:8080/gatepass"), whoami);
        assert_eq!(address_of("http://gate/admin/"), "http://gate/admin/api/v1/whoami");
    }

    #[test]
    fn an_address_that_listens_everywhere_is_asked_on_this_machine() {
        let reached = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reached("[::]:80"), "[::1]:80");
        assert_eq!(reached("10.0.0.1:80"), "10.0.0.1:80");
    }
}
