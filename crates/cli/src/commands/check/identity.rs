//! Whether the gate can become those for whom it has credentials.

use gatepass_config::{Config, InstanceConfig};
use gatepass_identity::{ProofError, Prover, ReadyCredential, SharedAssertionKey, Wallet};
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

/// Becomes a person, and somebody whom the product can't know.
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
            if state == State::Ok {
                nobody_by_header(name, &header.name, &check, prover, findings).await;
            }
        }
        Err(error) => findings.add(&check, State::Failed, error.to_string()),
    }
    let words = "whoever reaches the product past the gate is whom he says: see to it that nobody does, and \
         ask gatepass check --from-outside on another machine";
    findings.add(&check, State::Warning, words);
    Ok(())
}

/// A name that nobody has must be nobody's: an authenticator that takes it for a user, or makes one,
/// would take each mistyped owner for one.
async fn nobody_by_header(
    instance: &InstanceName,
    header: &str,
    check: &str,
    prover: &Prover,
    findings: &mut Findings,
) {
    let Ok(user) = impersonation::NOBODY.parse() else { return };
    let Ok(ready) = ReadyCredential::trusted_header(header, user) else { return };
    let (state, words) = match prover.prove(instance, &ready).await {
        Ok(ClaimedUser::Nobody) => (
            State::Ok,
            format!("{instance} takes a name that it does not know for nobody, and says so"),
        ),
        Ok(ClaimedUser::Somebody(name)) => (
            State::Failed,
            format!(
                "{instance} takes {}, a name that it does not know, for {name}; see whether the \
                 authenticator has made such a user, and have it refuse names that are not there",
                impersonation::NOBODY
            ),
        ),
        // A refusal is as good: nobody else is meant.
        Err(ProofError::Unexpected(status @ (401 | 403))) => (
            State::Ok,
            format!("{instance} refuses a name that it does not know (status {status})"),
        ),
        Err(error) => (State::Failed, error.to_string()),
    };
    findings.add(check, state, words);
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
        has_sessions: false,
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
