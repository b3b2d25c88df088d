//! The use cases in a test: on a store in a temporary folder, with keys of their own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gatepass_control::{
    AskedDirectory, Control, ControlParts, KnownInstance, People, PeopleSource, ProductDirectory,
    Products, open_or_create_keys,
};
use gatepass_http_client::{Client, Settings};
use gatepass_identity::{ProductDesk, ReadyCredential, Upstream};
use gatepass_model::{Clock as _, InstanceName, Lifetime, Person, PersonKey, Product, Username};
use gatepass_store::{Store, StoreOptions};
use gatepass_vault::{KeyFile, KeyRing, SecretText};

use crate::{SeededEntropy, TestClock};

/// The use cases, and what they work on.
pub struct TestControl {
    /// The use cases. They wait 200 ms at most for nodes.
    pub control: Arc<Control>,
    /// Their store.
    pub store: Arc<dyn Store>,
    /// Their time.
    pub clock: Arc<TestClock>,
    /// The keys that they began with.
    pub keyring: KeyRing,
    key_file: KeyFile,
    // The last: what is in it must be closed before.
    folder: tempfile::TempDir,
}

impl TestControl {
    /// On a new store. The directories are those that `people` and `instances` name.
    pub async fn open(people: Vec<Person>, instances: Vec<KnownInstance>) -> anyhow::Result<Self> {
        let clock = Arc::new(TestClock::default());
        Self::open_with(people, instances, Products::none(), clock).await
    }

    /// The same, with directories that are products, which may share the clock.
    pub async fn open_with(
        people: Vec<Person>,
        instances: Vec<KnownInstance>,
        products: Products,
        clock: Arc<TestClock>,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("gatepass.db").display());
        Self::open_in(folder, &url, people, instances, products, clock).await
    }

    /// As [`TestControl::open`], on the new and empty database at `url`.
    pub async fn open_at(
        url: &str,
        people: Vec<Person>,
        instances: Vec<KnownInstance>,
    ) -> anyhow::Result<Self> {
        let clock = Arc::new(TestClock::default());
        let folder = tempfile::tempdir()?;
        Self::open_in(folder, url, people, instances, Products::none(), clock).await
    }

    async fn open_in(
        folder: tempfile::TempDir,
        url: &str,
        people: Vec<Person>,
        instances: Vec<KnownInstance>,
        products: Products,
        clock: Arc<TestClock>,
    ) -> anyhow::Result<Self> {
        let entropy = Arc::new(SeededEntropy::new(7));
        let store = gatepass_store::open(url, StoreOptions::default(), clock.now()).await?;
        let key_file = folder.path().join("gatepass.key");
        let key_file = KeyFile::new(key_file, None);
        let keys = open_or_create_keys(&key_file, &*store, &*entropy).await?;
        let of_people = people.iter().map(|person| &person.key.directory);
        let of_instances = instances.iter().map(|known| &known.instance.directory);
        let mut directories: Vec<_> = of_people.chain(of_instances).cloned().collect();
        directories.sort();
        directories.dedup();
        let control = Control::new(ControlParts {
            store: Arc::clone(&store),
            activity: None,
            keyring: keys.keyring.clone(),
            clock: Arc::clone(&clock) as _,
            entropy,
            people: Arc::new(Crowd(people)),
            directories,
            instances,
            products,
        });
        let control = Arc::new(control.with_patience(Duration::from_millis(200)));
        Ok(Self { control, store, clock, keyring: keys.keyring, key_file, folder })
    }

    /// Where its keys stand.
    pub const fn key_file(&self) -> &KeyFile {
        &self.key_file
    }

    /// Where everything of its own is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A Jira at `base_url` that says who the people of `directory` are. `lookup`: a native token of an
/// administrator there.
pub fn jira_directory(
    directory: &str,
    instance: &str,
    base_url: &str,
    lookup: Option<&str>,
) -> anyhow::Result<Products> {
    let instance: InstanceName = instance.parse()?;
    let upstream = asked_product(Product::Jira, base_url)?;
    let secret = lookup.map(|token| SecretText::new(token.to_owned()));
    let lookup = secret.map(|token| ReadyCredential::service_token(None, &token)).transpose()?;
    Ok(Products {
        desk: ProductDesk::new([(instance.clone(), upstream)]),
        directories: vec![AskedDirectory {
            name: directory.parse()?,
            source: PeopleSource::Product(ProductDirectory { instance, lookup }),
            refresh: Lifetime::from_seconds(300),
            stale_limit: Lifetime::from_days(1),
            per_second: 2,
        }],
    })
}

/// A product at `base_url`, to be asked.
pub fn asked_product(product: Product, base_url: &str) -> anyhow::Result<Upstream> {
    let client = Client::new(Settings::default())?;
    Ok(Upstream { product, base_url: base_url.to_owned(), client, asserter: None })
}

/// Exactly these people.
struct Crowd(Vec<Person>);

impl People for Crowd {
    fn find(&self, key: &PersonKey) -> Option<Person> {
        self.0.iter().find(|person| person.key == *key).cloned()
    }

    fn all(&self) -> Vec<Arc<[Person]>> {
        vec![self.0.clone().into()]
    }

    /// Somebody of that directory whose name begins with the same letter.
    fn nearest(&self, key: &PersonKey) -> Option<Username> {
        let first = |name: &Username| name.folded().chars().next();
        let of_directory = self.0.iter().filter(|one| one.key.directory == key.directory);
        let mut names = of_directory.map(|person| &person.key.username);
        names.find(|name| first(name) == first(&key.username)).cloned()
    }
}
