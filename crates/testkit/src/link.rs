//! An application link of a test's: one key for all of a test's process, since making one takes a
//! while.

use std::sync::{Arc, LazyLock};

use gatepass_identity::{ApplicationLink, LinkKey};
use gatepass_model::Clock;
use gatepass_sandbox::ConsumerSeed;
use gatepass_vault::SystemEntropy;

static KEY: LazyLock<anyhow::Result<KeyPair>> = LazyLock::new(|| {
    let key = LinkKey::generate().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let private = key.to_private_pem().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let public = key.to_public_pem().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(KeyPair { private: private.expose().to_owned(), public })
});

/// The key of application links, in PEM.
#[derive(Debug)]
pub struct KeyPair {
    /// As in the gate's file.
    pub private: String,
    /// As it is entered in the product.
    pub public: String,
}

/// The key of all application links in tests.
pub fn link_key() -> anyhow::Result<&'static KeyPair> {
    KEY.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
}

/// What a product is told of a link: the consumer may be anybody.
pub fn link_consumer(key: &str) -> anyhow::Result<ConsumerSeed> {
    Ok(ConsumerSeed {
        key: key.to_owned(),
        public_key: link_key()?.public.clone(),
        may_impersonate: true,
        executes_as: None,
    })
}

/// The gate's half of a link to a product that sees itself at `url`.
pub fn application_link(
    consumer: &str,
    url: &str,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<ApplicationLink> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("link.pem");
    std::fs::write(&path, &link_key()?.private)?;
    let key = LinkKey::read(&path)?;
    let (consumer, url) = (consumer.to_owned(), url.to_owned());
    Ok(ApplicationLink::new(consumer, key, url, clock, Arc::new(SystemEntropy)))
}
