//! The addresses behind a base URL's name.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

/// How often a name is looked up again.
pub(crate) const PACE: Duration = Duration::from_secs(30);

/// The addresses of one instance, looked up on the control runtime, read by every thread.
pub(crate) struct Addresses {
    name: String,
    port: u16,
    found: ArcSwap<Vec<SocketAddr>>,
}

impl Addresses {
    /// Of `name`, a host name or an address. Nothing is looked up yet, unless it is an address.
    pub(crate) fn new(name: &str, port: u16) -> Arc<Self> {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let known = bare.parse::<IpAddr>().map(|address| vec![SocketAddr::new(address, port)]);
        Arc::new(Self {
            name: bare.to_owned(),
            port,
            found: ArcSwap::from_pointee(known.unwrap_or_default()),
        })
    }

    /// What was found last.
    pub(crate) fn now(&self) -> Arc<Vec<SocketAddr>> {
        self.found.load_full()
    }

    /// Looks the name up. A failed look-up keeps what was found before.
    pub(crate) async fn refresh(&self) {
        if self.name.parse::<IpAddr>().is_ok() {
            return;
        }
        match tokio::net::lookup_host((self.name.as_str(), self.port)).await {
            Ok(found) => {
                let found: Vec<SocketAddr> = found.collect();
                if !found.is_empty() && **self.found.load() != found {
                    self.found.store(Arc::new(found));
                }
            }
            Err(error) => tracing::warn!(host = %self.name, %error, "upstream name not found"),
        }
    }
}
