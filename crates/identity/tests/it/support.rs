use std::collections::BTreeMap;
use std::sync::Mutex;

use gatepass_identity::{InstanceIdentity, ReadyCredential, Wallet};
use gatepass_model::{Actor, IdentityMethod, InstanceName, PersonKey, Timestamp, Usernames};
use gatepass_store::{
    Answer, AuditEntry, Credentials, Revision, StoreError, UpstreamCredential, UpstreamKind,
};
use gatepass_vault::{KeyRing, SecretText, SystemEntropy, credential_context, seal};

pub(crate) fn person(name: &str) -> PersonKey {
    PersonKey { directory: "main".parse().unwrap(), username: name.parse().unwrap() }
}

pub(crate) fn instance(name: &str) -> InstanceName {
    name.parse().unwrap()
}

pub(crate) fn ring() -> KeyRing {
    KeyRing::generate(&SystemEntropy).unwrap()
}

pub(crate) fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

/// What `owner` has stored at `jira`.
pub(crate) fn stored(ring: &KeyRing, owner: &str, token: &str) -> UpstreamCredential {
    let (owner, instance) = (person(owner), instance("jira"));
    let context = credential_context(&owner, &instance);
    let sealed = seal(ring, &SystemEntropy, &context, &secret(token)).unwrap();
    UpstreamCredential {
        owner,
        instance,
        kind: UpstreamKind::NativeToken,
        sealed: sealed.into_bytes(),
        native_id: None,
        hint: None,
        expires_at: None,
        problem: None,
        former: None,
        created_at: Timestamp::from_millis(0),
        created_by: Actor::CommandLine("root".to_owned()),
    }
}

/// A wallet with one instance, `jira`, of the directory `main`.
pub(crate) fn wallet(
    methods: &[IdentityMethod],
    service_account: Option<ReadyCredential>,
) -> Wallet {
    let directory = "main".parse().unwrap();
    let identity = InstanceIdentity {
        directory,
        usernames: Usernames::default(),
        methods: methods.to_vec(),
        service_account,
        trusted_header: Some("X-Our-User".to_owned()),
        has_sessions: false,
    };
    Wallet::new([(instance("jira"), identity)])
}

pub(crate) fn account() -> ReadyCredential {
    ReadyCredential::service_token(None, &secret("service")).unwrap()
}

/// A store that can be out of reach.
#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) stock: Mutex<BTreeMap<(InstanceName, PersonKey), UpstreamCredential>>,
    pub(crate) is_closed: Mutex<bool>,
}

impl Shop {
    pub(crate) fn with(credentials: Vec<UpstreamCredential>) -> Self {
        let shop = Self::default();
        for credential in credentials {
            shop.stock(credential);
        }
        shop
    }

    pub(crate) fn stock(&self, credential: UpstreamCredential) {
        let key = (credential.instance.clone(), credential.owner.clone());
        self.stock.lock().unwrap().insert(key, credential);
    }

    fn check(&self) -> Result<(), StoreError> {
        if *self.is_closed.lock().unwrap() {
            return Err(StoreError::Unavailable("closed".into()));
        }
        Ok(())
    }
}

impl Credentials for Shop {
    fn put_credential<'a>(
        &'a self,
        _: &'a UpstreamCredential,
        _: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        Box::pin(async { Err(StoreError::Conflict) })
    }

    fn find_credential<'a>(
        &'a self,
        owner: &'a PersonKey,
        instance: &'a InstanceName,
    ) -> Answer<'a, Option<UpstreamCredential>> {
        Box::pin(async move {
            self.check()?;
            Ok(self.stock.lock().unwrap().get(&(instance.clone(), owner.clone())).cloned())
        })
    }

    fn list_credentials<'a>(
        &'a self,
        _: Option<&'a PersonKey>,
    ) -> Answer<'a, Vec<UpstreamCredential>> {
        Box::pin(async move {
            self.check()?;
            Ok(self.stock.lock().unwrap().values().cloned().collect())
        })
    }

    fn remove_credential<'a>(
        &'a self,
        _: &'a PersonKey,
        _: &'a InstanceName,
        _: &'a AuditEntry,
    ) -> Answer<'a, Revision> {
        Box::pin(async { Err(StoreError::NotFound) })
    }

    fn replace_seal<'a>(
        &'a self,
        _: &'a PersonKey,
        _: &'a InstanceName,
        _: &'a [u8],
        _: &'a [u8],
    ) -> Answer<'a, bool> {
        Box::pin(async { Ok(false) })
    }
}
