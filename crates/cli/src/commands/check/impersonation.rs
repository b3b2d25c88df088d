//! Whether the gate can become people by an application link.

use gatepass_config::{Config, InstanceConfig};
use gatepass_identity::{ApplicationLink, AskError, Asker, ProductDesk};
use gatepass_model::{Clock as _, InstanceName, ProductRank, Username};

use super::finding::{Findings, State};
use super::local::Opened;
use crate::failure::Failure;
use crate::wiring::clock::SystemClock;
use crate::wiring::identity;
use crate::wiring::trust::Trust;

/// A name that nobody has.
pub(super) const NOBODY: &str = "gatepass-check-nobody";

/// Becomes a person at each instance with a link, and somebody whom it can't know.
pub(super) async fn prove(
    config: &Config,
    trust: &Trust,
    opened: Option<&Opened>,
    person: Option<&Username>,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let linked = config.instances.iter().filter(|instance| instance.impersonation.is_some());
    let linked: Vec<&InstanceConfig> = linked.collect();
    if linked.is_empty() {
        return Ok(());
    }
    let desk = match identity::desk(config, trust) {
        Ok(desk) => desk,
        Err(failure) => {
            findings.add("application link", State::Failed, failure.message);
            return Ok(());
        }
    };
    for instance in linked {
        let check = format!("application link at {}", instance.instance.name);
        if let Some(user) = whom(instance, opened, person).await? {
            become_somebody(&desk, instance, &check, &user, findings).await;
        } else {
            let words = "nobody owns a token there yet; name somebody with --person, to become him";
            findings.add(&check, State::Warning, words);
        }
        nobody(&desk, &instance.instance.name, &check, findings).await;
    }
    Ok(())
}

/// The person that was named, or the owner of some living token.
pub(super) async fn whom(
    instance: &InstanceConfig,
    opened: Option<&Opened>,
    person: Option<&Username>,
) -> Result<Option<Username>, Failure> {
    if let Some(person) = person {
        return Ok(Some(person.clone()));
    }
    let Some(Opened { store, .. }) = opened else { return Ok(None) };
    let owners = store.count_living_by_owner(SystemClock.now()).await?;
    let mut of_instance =
        owners.into_iter().filter(|(owner, _)| owner.directory == instance.instance.directory);
    Ok(of_instance.next().map(|(owner, _)| owner.username))
}

async fn become_somebody(
    desk: &ProductDesk,
    instance: &InstanceConfig,
    check: &str,
    user: &Username,
    findings: &mut Findings,
) {
    let name = &instance.instance.name;
    match ask(desk, name, user).await {
        Ok(Some((username, rank))) if username == *user => {
            let rank = of_rank(rank).map(|rank| format!(", {rank}")).unwrap_or_default();
            findings.add(check, State::Ok, format!("{name} takes it for {username}{rank}"));
            if desk.link(name).is_some_and(ApplicationLink::opens_sessions) {
                open_session(desk, name, check, user, findings).await;
            }
        }
        Ok(Some((username, _))) => {
            let words = format!("{name} takes it for {username}, not for {user}");
            findings.add(check, State::Failed, words);
        }
        Ok(None) => {
            let words = format!(
                "{name} takes it for nobody: it knows no {user}, or does not know the link at all"
            );
            findings.add(check, State::Failed, words);
        }
        Err(error) => findings.add(check, State::Failed, advice(&error, instance)),
    }
}

/// Opens a session, and ends it.
async fn open_session(
    desk: &ProductDesk,
    name: &InstanceName,
    check: &str,
    user: &Username,
    findings: &mut Findings,
) {
    match desk.open_session(name, user).await {
        Ok(session) => {
            findings.add(check, State::Ok, format!("{name} takes a session of {user}'s"));
            if let Err(error) = desk.end_session(name, &session).await {
                let words = format!("that session could not be ended: {error}");
                findings.add(check, State::Warning, words);
            }
        }
        Err(error) => findings.add(check, State::Failed, error.to_string()),
    }
}

/// A product takes a name that it does not know for nobody's: that this is seen is what the gate
/// relies on.
async fn nobody(desk: &ProductDesk, name: &InstanceName, check: &str, findings: &mut Findings) {
    let Ok(user) = NOBODY.parse::<Username>() else { return };
    match ask(desk, name, &user).await {
        Ok(None) => {
            let words =
                format!("{name} takes a name that it does not know for nobody, and says so");
            findings.add(check, State::Ok, words);
        }
        Ok(Some((username, _))) => {
            let words = format!(
                "{name} takes a name that it does not know for {username}; don't use this link"
            );
            findings.add(check, State::Failed, words);
        }
        // What is wrong was said already, by the person who is known.
        Err(AskError::LinkRefused(_)) => {}
        Err(error) => findings.add(check, State::Failed, error.to_string()),
    }
}

/// Who that is there, and what he may do, where the product tells it.
async fn ask(
    desk: &ProductDesk,
    instance: &InstanceName,
    user: &Username,
) -> Result<Option<(Username, ProductRank)>, AskError> {
    let Some(link) = desk.link(instance) else {
        return Err(AskError::Unaskable(instance.clone()));
    };
    let asker = Asker::Impersonation { link, user };
    Ok(if desk.has_accounts(instance) {
        desk.account(instance, asker).await?.map(|account| (account.username, account.rank))
    } else {
        desk.who_is(instance, asker).await?.map(|username| (username, ProductRank::Unknown))
    })
}

const fn of_rank(rank: ProductRank) -> Option<&'static str> {
    match rank {
        ProductRank::SystemAdministrator => Some("a system administrator"),
        ProductRank::Administrator => Some("an administrator"),
        ProductRank::User => Some("a user"),
        ProductRank::Unknown => None,
    }
}

/// What to do about the protocol's problems.
fn advice(error: &AskError, instance: &InstanceConfig) -> String {
    let AskError::LinkRefused(problem) = error else { return error.to_string() };
    let advice = match problem.as_str() {
        "consumer_key_unknown" => "the product has no link with this consumer key".to_owned(),
        "signature_invalid" => {
            let signed = instance.impersonation.as_ref().and_then(|link| link.signed_url.as_ref());
            let signed = signed.map_or_else(|| identity::base_url(instance), ToString::to_string);
            format!(
                "the public key that was entered is another, or the product does not see itself as \
                 {signed}: write its address, as proxyName, proxyPort and scheme of its connector \
                 make it, as signed_url"
            )
        }
        "timestamp_refused" => {
            "the clocks of this machine and the product's are more than 5 minutes apart".to_owned()
        }
        "permission_denied" => {
            "user impersonation is not allowed for the link, or this user may not sign in"
                .to_owned()
        }
        _ => "see the product's log".to_owned(),
    };
    format!("{error}; {advice}")
}
