//! Where browsers reach the console, as far as the configuration tells.

use gatepass_config::{Config, InstanceConfig};
use gatepass_model::ListenAddress;

/// The best guess: the console's own host, or the host of this instance.
pub(crate) fn best(config: &Config, instance: Option<&InstanceConfig>) -> String {
    all_of(config, instance).into_iter().next().unwrap_or_else(|| on(config, "127.0.0.1"))
}

/// Each of them, once: its own host, or the hosts of all instances. An instance that answers to every
/// host stands for none.
pub(crate) fn all(config: &Config) -> Vec<String> {
    let mut all = Vec::new();
    for instance in &config.instances {
        for address in all_of(config, Some(instance)) {
            if !all.contains(&address) {
                all.push(address);
            }
        }
    }
    if all.is_empty() {
        all.push(on(config, "127.0.0.1"));
    }
    all
}

fn all_of(config: &Config, instance: Option<&InstanceConfig>) -> Vec<String> {
    if let Some(host) = &config.server.console_host {
        return vec![on(config, &host.to_string())];
    }
    let Some(instance) = instance else { return Vec::new() };
    if let Some(url) = &instance.public_url {
        let context = instance.instance.context_path.len();
        let origin = url.get(..url.len() - context).unwrap_or(url);
        return vec![format!("{origin}{}", config.server.console_path)];
    }
    instance.hosts.iter().map(|host| on(config, &host.to_string())).collect()
}

/// Below this host, which may name a port.
fn on(config: &Config, host: &str) -> String {
    let server = &config.server;
    let is_behind = !server.trusted_proxies.networks.is_empty() || server.trusted_proxies.unix;
    let scheme = if server.tls.is_some() || is_behind { "https" } else { "http" };
    let port = server.listen.iter().find_map(|address| match address {
        ListenAddress::Tcp(address) => Some(address.port()),
        ListenAddress::Unix(_) => None,
    });
    // Behind a proxy people use its port, not ours.
    let port =
        port.filter(|port| !is_behind && !matches!((scheme, port), ("https", 443) | ("http", 80)));
    let has_port = host.rsplit_once(':').is_some_and(|(_, digits)| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let port = port.filter(|_| !has_port).map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{host}{port}{}", server.console_path)
}
