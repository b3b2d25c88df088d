//! `gatepass admin …`

use clap::{Args, Subcommand};
use gatepass_config::{Config, InstanceConfig};
use gatepass_model::ListenAddress;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::desk::{Needs, at_desk};
use crate::wiring::settings;

/// Administrators of Gatepass
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Bootstrap(Bootstrap),
}

impl Command {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let Self::Bootstrap(bootstrap) = self;
        bootstrap.run(call).await
    }
}

/// Print a link that makes whoever opens it, signed in, an administrator; once, within an hour
#[derive(Debug, Args)]
pub(crate) struct Bootstrap {
    /// Where people reach the console [default: made of the configuration]
    #[arg(long, value_name = "URL")]
    console: Option<String>,
}

#[derive(Serialize)]
struct Document {
    url: String,
    expires_at: String,
}

impl Bootstrap {
    async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            if sign_in_instance(&desk.config).is_none() {
                let words = "nobody can sign in: there is no Jira whose directory is of the kind \
                             \"product\" or \"ldap\"";
                return Err(Failure::new("no_sign_in", words));
            }
            let console = match &self.console {
                Some(given) => given.trim_end_matches('/').to_owned(),
                None => console_of(&desk.config),
            };
            let made = desk.control.begin_bootstrap(&desk.actor).await?;
            let url = format!("{console}/bootstrap?key={}", made.key.expose());
            call.output.show(&url)?;
            let expires_at = made.expires_at.to_string();
            call.output.document(&Document { url, expires_at })?;
            call.output.say(format_args!(
                "Open it in a browser, sign in with the product, and confirm. It counts once, until \
                 {}. If the console is reached by another address, give that with --console.",
                made.expires_at
            ));
            Ok(Ending::Done)
        })
        .await
    }
}

/// The best guess: the console's own host, or the host of an instance that people sign in with.
fn console_of(config: &Config) -> String {
    let server = &config.server;
    let port = server.listen.iter().find_map(|address| match address {
        ListenAddress::Tcp(address) => Some(address.port()),
        ListenAddress::Unix(_) => None,
    });
    let is_behind = !server.trusted_proxies.networks.is_empty() || server.trusted_proxies.unix;
    let scheme = if server.tls.is_some() || is_behind { "https" } else { "http" };
    // Behind a proxy people use its port, not ours.
    let port =
        port.filter(|port| !is_behind && !matches!((scheme, port), ("https", 443) | ("http", 80)));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let with_port = |host: &str| match host.rsplit_once(':') {
        Some((_, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => host.to_owned(),
        _ => format!("{host}{port}"),
    };
    let base = &server.console_path;
    if let Some(host) = &server.console_host {
        return format!("{scheme}://{}{base}", with_port(&host.to_string()));
    }
    let instance = sign_in_instance(config);
    if let Some(url) = instance.and_then(|one| one.public_url.as_deref()) {
        let context = instance.map_or(0, |one| one.instance.context_path.len());
        let origin = url.get(..url.len() - context).unwrap_or(url);
        return format!("{origin}{base}");
    }
    let host = instance.and_then(|one| one.hosts.first()).map(ToString::to_string);
    format!("{scheme}://{}{base}", with_port(host.as_deref().unwrap_or("127.0.0.1")))
}

fn sign_in_instance(config: &Config) -> Option<&InstanceConfig> {
    config.instances.iter().find(|one| settings::signs_in(config, one))
}
