//! Whom the gate trusts at each product that it speaks TLS to: built once, for requests and for
//! probes alike.

use std::collections::HashMap;
use std::sync::Arc;

use gatepass_config::{Config, InstanceConfig, InstanceTls};
use gatepass_gate::settings::UpstreamTls;
use gatepass_http_client::tls::{Roots, TlsError, TlsFiles, client_config};
use gatepass_http_client::{Renamed, Tls};
use gatepass_model::InstanceName;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use crate::failure::Failure;

/// The instances whose `base_url` is https.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust(HashMap<InstanceName, Arc<ClientConfig>>);

impl Trust {
    /// Reads the system's authorities, if anybody needs them, and the files of each instance.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let mut secure = config.instances.iter().filter(|one| one.tls.is_some()).peekable();
        if secure.peek().is_none() {
            return Ok(Self::default());
        }
        let roots = Roots::of_system();
        let mut all = HashMap::new();
        for instance in secure {
            let name = &instance.instance.name;
            let built = one(&roots, instance.tls.as_ref()).map_err(|error| {
                let key = format!("instances.{name}.tls{}", key_of(&error));
                Failure::new("tls_unusable", error.to_string()).of_key(&key)
            })?;
            all.insert(name.clone(), built);
        }
        Ok(Self(all))
    }

    /// As the data plane is told it.
    pub(crate) fn upstream(&self, instance: &InstanceConfig) -> Option<UpstreamTls> {
        let config = Arc::clone(self.0.get(&instance.instance.name)?);
        let name = given_name(instance)
            .map_or_else(|| instance.base_url.host_to_look_up().to_owned(), str::to_owned);
        // The configuration takes names and addresses only.
        let server_name = ServerName::try_from(name).ok()?;
        Some(UpstreamTls { config, server_name })
    }

    /// As the client is told it.
    pub(crate) fn client(&self, instance: &InstanceConfig) -> Option<Tls> {
        let config = Arc::clone(self.0.get(&instance.instance.name)?);
        let renamed = given_name(instance).map(|server_name| Renamed {
            host: instance.base_url.host().to_owned(),
            server_name: server_name.to_owned(),
        });
        Some(Tls { config, renamed })
    }
}

fn one(roots: &Roots, tls: Option<&InstanceTls>) -> Result<Arc<ClientConfig>, TlsError> {
    let client = tls.and_then(|tls| tls.client.as_ref());
    let files = TlsFiles {
        ca: tls.and_then(|tls| tls.ca.as_deref()),
        client: client.map(|client| (client.certificate.as_path(), client.key.as_path())),
    };
    client_config(roots, files)
}

fn given_name(instance: &InstanceConfig) -> Option<&str> {
    instance.tls.as_ref()?.server_name.as_deref()
}

/// The key whose file is at fault.
const fn key_of(error: &TlsError) -> &'static str {
    match error {
        TlsError::Ca { .. } | TlsError::NobodyTrusted => ".ca",
        TlsError::ClientCertificate { .. } => ".client_certificate",
        TlsError::ClientKey { .. } => ".client_key",
    }
}
