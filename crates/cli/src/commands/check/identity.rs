//! Whether the gate can become those for whom it has credentials.

use gatepass_config::{Config, InstanceConfig};
use gatepass_identity::{Prover, ReadyCredential, SharedAssertionKey, Wallet};
use gatepass_model::{IdentityMethod, InstanceName, Username};
use gatepass_profiles::ClaimedUser;
use gatepass_store::UpstreamCredential;

use super::finding::{Findings, State};
use super::impersonation;
use super::local::Opened;
use crate::failure::Failure;
use crate::wiring::identity;
use crate::wiring::trust::Trust;

/// Proves every method of every instance.
pub(super) async fn prove(
    config: &Config,
    trust: &Trust,
    opened: Option<&Opened>,
    person: Option<&Username>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let keys = opened.and_then(|opened| opened.keys.as_ref());
    let signing = keys.map(SharedAssertionKey::newest);
    let prover = identity::prover(config, trust, signing.as_ref())?;
    for instance in &config.instances {
        for method in &instance.identity {
            match method {
                IdentityMethod::ServiceAccount => account(instance, &prover, findings).await,
                IdentityMethod::TrustedHeader => {
                    trusted_header(instance, opened, person, &prover, findings).await?;
                }
                // By itself: it takes a person to prove it with.
                IdentityMethod::Impersonation => {}
                IdentityMethod::NativeToken => {
                    native_tokens(instance, opened, &prover, findings).await?;
                }
            }
        }
    }
    Ok(())
}

async fn account(instance: &InstanceConfig, prover: &Prover, findings: &mut Findings) {
    let name = &instance.instance.name;
    let check = format!("service account at {name}");
    match identity::account(instance) {
        Ok(Some(account)) => {
            let (state, words) = ask(name, &account, prover).await;
            findings.add(&check, state, words);
            let words = "everything is done at the product in its name; only Gatepass knows who \
                         it was";
            findings.add(&check, State::Warning, words);
        }
        Ok(None) => findings.add(&check, State::Failed, "it is not configured"),
        Err(error) => findings.add(&check, State::Failed, error.to_string()),
    }
}

/// Becomes a person, and asks who comes without the header: a product that takes that one for somebody
/// too is not asked as the gate is meant to.
async fn trusted_header(
    instance: &InstanceConfig,
    opened: Option<&Opened>,
    person: Option<&Username>,
    prover: &Prover,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let Some(header) = &instance.trusted_header else { return Ok(()) };
    let name = &instance.instance.name;
    let check = format!("trusted header at {name}");
    let Some(user) = impersonation::whom(instance, opened, person).await? else {
        let words = "nobody owns a token there yet; name somebody with --person, to become him";
        findings.add(&check, State::Warning, words);
        return Ok(());
    };
    let Some(user) = instance.instance.usernames.at_instance(&user) else {
        findings.add(&check, State::Failed, format!("it has no username for {user}"));
        return Ok(());
    };
    match ReadyCredential::trusted_header(&header.name, user.into_owned()) {
        Ok(ready) => {
            let (state, words) = ask(name, &ready, prover).await;
            findings.add(&check, state, words);
        }
        Err(error) => findings.add(&check, State::Failed, error.to_string()),
    }
    let words =
        "whoever reaches the product past the gate is whom he says: see to it that nobody does";
    findings.add(&check, State::Warning, words);
    Ok(())
}

async fn native_tokens(
    instance: &InstanceConfig,
    opened: Option<&Opened>,
    prover: &Prover,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let name = &instance.instance.name;
    let Some(Opened { store, keys: Some(keys) }) = opened else { return Ok(()) };
    let mut stored: Vec<UpstreamCredential> = store.list_credentials(None).await?;
    stored.retain(|credential| credential.instance == *name);
    if stored.is_empty() {
        let words = format!(
            "there is none yet; gatepass credential add --owner NAME --instance {name} puts one"
        );
        findings.add(format!("native tokens at {name}"), State::Warning, words);
    }
    for credential in stored {
        let owner = &credential.owner;
        let check = format!("native token of {} at {name}", owner.username);
        let wallet = Wallet::new([(name.clone(), for_native_tokens(instance))]);
        // What can't be opened is not in the wallet.
        let problem = wallet.put(keys, &credential).err();
        let (state, words) = match (wallet.find(owner, name), problem) {
            (Some(ready), _) => ask(name, &ready, prover).await,
            (None, Some(problem)) => (State::Failed, problem.to_string()),
            (None, None) => (State::Failed, "it can't be used".to_owned()),
        };
        findings.add(check, state, words);
    }
    Ok(())
}

fn for_native_tokens(instance: &InstanceConfig) -> gatepass_identity::InstanceIdentity {
    gatepass_identity::InstanceIdentity {
        directory: instance.instance.directory.clone(),
        usernames: instance.instance.usernames.clone(),
        methods: vec![IdentityMethod::NativeToken],
        service_account: None,
        trusted_header: None,
    }
}

async fn ask(
    instance: &InstanceName,
    credential: &ReadyCredential,
    prover: &Prover,
) -> (State, String) {
    match prover.prove(instance, credential).await {
        Ok(says) if credential.expected_user().agrees_with(Some(&says)) => {
            (State::Ok, format!("{instance} takes it for {}", who(&says)))
        }
        Ok(says) => {
            let expected = credential.expected_user();
            let words = format!("{instance} takes it for {}, not for {expected}", who(&says));
            (State::Failed, words)
        }
        Err(error) => (State::Failed, error.to_string()),
    }
}

fn who(says: &ClaimedUser) -> &str {
    match says {
        ClaimedUser::Nobody => "nobody",
        ClaimedUser::Somebody(name) => name,
    }
}
