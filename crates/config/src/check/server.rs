//! `[server]` and the tables below it.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use gatepass_model::ListenAddress;

use crate::base_url::is_plain_path;
use crate::config::{ServerConfig, ServerLimits, ServerTimeouts, TlsConfig};
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
    let listen = listen(root);
    let socket_mode = socket_mode(root);
    let tls = tls(root);
    let threads = root.count(&keys::THREADS);
    let trusted_proxies = root.list(&keys::TRUSTED_PROXIES).into_iter().collect();
    let proxy_protocol = root.list(&keys::PROXY_PROTOCOL).into_iter().collect();
    let handover_socket = handover_socket(root);
    let console_path = console_path(root);
    let console_host = root.parsed_unless_empty(&keys::CONSOLE_HOST);
    let operations_listen = operations_listen(root, &listen);
    let timeouts = timeouts(root);
    let limits = limits(root);
    Some(ServerConfig {
        listen,
        socket_mode: socket_mode?,
        tls,
        threads: NonZeroUsize::new(threads?),
        trusted_proxies,
        proxy_protocol,
        handover_socket,
        console_path: console_path?,
        console_host,
        operations_listen,
        timeouts: timeouts?,
        limits: limits?,
    })
}

/// The paths of unix sockets count from the configuration file's folder.
fn listen(root: &mut Reader<'_>) -> Vec<ListenAddress> {
    let listen: Vec<ListenAddress> = root.list(&keys::LISTEN);
    if root.is_empty_list(&keys::LISTEN) {
        root.wrong(&keys::LISTEN, "it needs at least one address, such as 127.0.0.1:8080");
    }
    let mut all = Vec::new();
    for address in listen {
        all.push(match address {
            ListenAddress::Unix(path) => ListenAddress::Unix(root.below_folder(&path)),
            address @ ListenAddress::Tcp(_) => address,
        });
    }
    all
}

fn socket_mode(root: &mut Reader<'_>) -> Option<u32> {
    let text = root.text(&keys::SOCKET_MODE)?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mode = u32::from_str_radix(&text, 8).ok().filter(|&mode| plain && mode <= 0o777);
    if mode.is_none() {
        root.wrong(&keys::SOCKET_MODE, "it must be a mode in octal, such as 0660");
    }
    mode
}

/// Both files or neither.
fn tls(root: &mut Reader<'_>) -> Option<TlsConfig> {
    let section = keys::TLS_KEY.section();
    let certificate = root.file(&keys::TLS_CERTIFICATE);
    let key = root.file(&keys::TLS_KEY);
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(TlsConfig { certificate, key }),
        (None, None) if root.table().find_section(section).is_none() => None,
        _ => {
            root.wrong_section(section, "it needs both: certificate and key");
            None
        }
    }
}

fn handover_socket(root: &mut Reader<'_>) -> Option<PathBuf> {
    let path = root.text(&keys::HANDOVER_SOCKET).filter(|path| !path.is_empty())?;
    Some(root.in_folder(&path))
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

fn operations_listen(root: &mut Reader<'_>, listen: &[ListenAddress]) -> Option<SocketAddr> {
    let Address(address) = root.parsed_unless_empty(&keys::OPERATIONS_LISTEN)?;
    // Port 0 is a free one, each time another.
    if address.port() != 0 && listen.contains(&address.into()) {
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
