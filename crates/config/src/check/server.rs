//! `[server]` and the tables below it.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::str::FromStr;

use crate::base_url::is_plain_path;
use crate::config::{ServerConfig, ServerLimits, ServerTimeouts};
use crate::keys;
use crate::reader::Reader;

/// An address with its port, whose error says what would be right.
#[derive(PartialEq)]
struct Address(SocketAddr);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!(
                "{text:?} is not an address with its port, such as 127.0.0.1:8080 or [::1]:8080"
            )
        })
    }
}

pub(super) fn read(root: &mut Reader<'_>) -> Option<ServerConfig> {
    let listen: Vec<Address> = root.list(&keys::LISTEN);
    let listen: Vec<SocketAddr> = listen.into_iter().map(|address| address.0).collect();
    if root.is_empty_list(&keys::LISTEN) {
        root.wrong(&keys::LISTEN, "it needs at least one address, such as 127.0.0.1:8080");
    }
    let threads = root.count(&keys::THREADS);
    let trusted_proxies = root.list(&keys::TRUSTED_PROXIES);
    let console_path = console_path(root);
    let console_host = root.parsed_unless_empty(&keys::CONSOLE_HOST);
    let operations_listen = operations_listen(root, &listen);
    let timeouts = timeouts(root);
    let limits = limits(root);
    Some(ServerConfig {
        listen,
        threads: NonZeroUsize::new(threads?),
        trusted_proxies,
        console_path: console_path?,
        console_host,
        operations_listen,
        timeouts: timeouts?,
        limits: limits?,
    })
}

fn console_path(root: &mut Reader<'_>) -> Option<String> {
    let path = root.text(&keys::CONSOLE_PATH)?;
    let plain = path.len() > 1 && is_plain_path(&path);
    if !plain {
        let problem = "it must begin with /, be more than /, and be canonical: no //, no dots, no ;, \
                       no escapes and no slash at its end; write it as /gatepass";
        root.wrong(&keys::CONSOLE_PATH, problem);
    }
    plain.then_some(path)
}

fn operations_listen(root: &mut Reader<'_>, listen: &[SocketAddr]) -> Option<SocketAddr> {
    let Address(address) = root.parsed_unless_empty(&keys::OPERATIONS_LISTEN)?;
    // Port 0 is a free one, each time another.
    if address.port() != 0 && listen.contains(&address) {
        let problem = "callers reach the gate there; metrics need an address of their own";
        root.wrong(&keys::OPERATIONS_LISTEN, problem);
    }
    Some(address)
}

fn timeouts(root: &mut Reader<'_>) -> Option<ServerTimeouts> {
    let head = root.duration(&keys::HEAD_TIMEOUT);
    let idle = root.duration(&keys::IDLE_TIMEOUT);
    let body = root.duration(&keys::BODY_TIMEOUT);
    let write = root.duration(&keys::WRITE_TIMEOUT);
    let upgraded = root.duration(&keys::UPGRADED_TIMEOUT);
    let drain = root.duration(&keys::DRAIN_TIMEOUT);
    Some(ServerTimeouts {
        head: head?,
        idle: idle?,
        body: body?,
        write: write?,
        upgraded: upgraded?,
        drain: drain?,
    })
}

fn limits(root: &mut Reader<'_>) -> Option<ServerLimits> {
    let head_bytes = root.count(&keys::HEAD_BYTES);
    let headers = root.count(&keys::HEADERS);
    let target_bytes = root.count(&keys::TARGET_BYTES);
    let form_bytes = root.count(&keys::FORM_BYTES);
    let body_rate = root.count(&keys::BODY_RATE);
    let connections = root.count(&keys::CONNECTIONS);
    if let (Some(head), Some(target)) = (head_bytes, target_bytes)
        && target >= head
    {
        let problem = format_args!("it must be below head_bytes, which is {head}");
        root.wrong(&keys::TARGET_BYTES, problem);
    }
    Some(ServerLimits {
        head_bytes: head_bytes?,
        headers: headers?,
        target_bytes: target_bytes?,
        form_bytes: form_bytes?,
        body_rate: body_rate?,
        connections: connections?,
    })
}
