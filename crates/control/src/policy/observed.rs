//! Who came without a token: what a mode would do.

use std::collections::{HashMap, HashSet};

use gatepass_model::{
    Actor, CredentialKind, Exemption, InstanceName, InstancePolicy, Mode, Modes, PersonKey,
    Timestamp,
};
use gatepass_store::activity::{
    ActivityError, BusyCaller, CallerUsage, CallerUser, Presented, PresentedUsage,
};

use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;
use crate::roster::Roster;

/// How many callers are named.
const NAMED: usize = 5;
/// How many are looked at: as many as the activity tells of at once.
const CALLERS: u32 = 1000;

/// Requests with one kind of credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenKind {
    /// Which kind.
    pub kind: CredentialKind,
    /// All requests with it.
    pub requests: u64,
    /// Who caused most of them; five at most.
    pub callers: Vec<SeenCaller>,
    /// How many callers there are beside these.
    pub more: u64,
}

/// Somebody who came without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCaller {
    /// Who he is, or says he is; `None` where nobody knows.
    pub name: Option<String>,
    /// His user agent; may be empty.
    pub agent: String,
    /// His requests.
    pub requests: u64,
    /// When he came last.
    pub last: Timestamp,
}

impl Control {
    /// Who came without a token from the hour of `since` on: by instance, by kind of credential. An
    /// instance or a kind that was not seen is missing.
    pub async fn observed(
        &self,
        actor: &Actor,
        since: Timestamp,
    ) -> Result<HashMap<InstanceName, Vec<SeenKind>>, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let mut observed: HashMap<InstanceName, Vec<SeenKind>> = HashMap::new();
        let Some(activity) = &self.activity else { return Ok(observed) };
        let usages = activity.callers_by_presented(since, NAMED).await;
        let usages = usages.map_err(|error| unavailable(&error))?;
        for kind in CredentialKind::ALL {
            let of_kind = |usage: &&PresentedUsage| usage.presented == Presented::Credential(kind);
            for usage in usages.iter().filter(of_kind) {
                let of_instance = observed.entry(usage.instance.clone()).or_default();
                of_instance.push(summed(kind, usage));
            }
        }
        Ok(observed)
    }

    /// Who would be refused on an instance by `modes` and is not by those in force, less who is
    /// exempt; of the thousand callers who caused most.
    ///
    /// Counts know neither addresses nor paths: whoever is exempt only from some networks or on
    /// some paths is among them, and so are pages, on which neither a session nor the want of any
    /// credential is refused. So there may be fewer who are hit, but not others.
    pub async fn hit_by_modes(
        &self,
        actor: &Actor,
        instance: &InstanceName,
        modes: &Modes,
        since: Timestamp,
    ) -> Result<Vec<SeenKind>, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let policy = self.store.load_policy().await?.document;
        let policy = policy.instances.get(instance).cloned().unwrap_or_default();
        let is_new = |kind: CredentialKind| {
            modes.of(kind) == Mode::Block && policy.modes.of(kind) != Mode::Block
        };
        let mut callers = self.callers_of(instance, since).await?;
        callers.retain(|usage| kind_of(usage).is_some_and(is_new));
        let roster = self.roster_of_callers(instance, &policy, &callers).await?;
        let now = self.clock.now();
        callers.retain(|usage| !self.is_exempt(&policy, usage, &roster, now));
        Ok(CredentialKind::ALL.into_iter().filter_map(|kind| seen(kind, &callers)).collect())
    }

    async fn callers_of(
        &self,
        instance: &InstanceName,
        since: Timestamp,
    ) -> Result<Vec<CallerUsage>, ControlError> {
        let Some(activity) = &self.activity else { return Ok(Vec::new()) };
        let callers = activity.callers(Some(instance.clone()), since, CALLERS).await;
        callers.map_err(|error| unavailable(&error))
    }

    /// Those callers with a password whose groups matter.
    async fn roster_of_callers(
        &self,
        instance: &InstanceName,
        policy: &InstancePolicy,
        callers: &[CallerUsage],
    ) -> Result<Roster, ControlError> {
        let Some(known) = self.find_instance(instance) else { return Ok(Roster::new()) };
        if policy.exemptions.iter().all(|exemption| exemption.groups.is_empty()) {
            return Ok(Roster::new());
        }
        let key = |usage: &CallerUsage| {
            let username = name_of(usage)?.parse().ok()?;
            Some(PersonKey { directory: known.instance.directory.clone(), username })
        };
        let wanted: HashSet<PersonKey> = callers.iter().filter_map(key).collect();
        self.find_people(&wanted).await
    }

    fn is_exempt(
        &self,
        policy: &InstancePolicy,
        usage: &CallerUsage,
        roster: &Roster,
        now: Timestamp,
    ) -> bool {
        let Some(kind) = kind_of(usage) else { return false };
        let directory = self.find_instance(&usage.caller.instance);
        let groups = directory.zip(name_of(usage)).and_then(|(known, name)| {
            let directory = known.instance.directory.clone();
            let key = PersonKey { directory, username: name.parse().ok()? };
            roster.get(&key).map(|person| person.groups.as_slice())
        });
        policy.exemptions.iter().any(|exemption| {
            covers(exemption, kind, name_of(usage), groups.unwrap_or_default(), now)
        })
    }
}

/// Whether an exemption surely covers requests with this credential by this caller, as far as it can
/// be told from counts: see `gatepass_policy`'s check of modes.
fn covers(
    exemption: &Exemption,
    kind: CredentialKind,
    name: Option<&str>,
    groups: &[String],
    now: Timestamp,
) -> bool {
    let Exemption { credentials, people, groups: exempt, networks, paths, until, .. } = exemption;
    // The gate knows a name only where it stands beside a password.
    let name = name.filter(|_| kind == CredentialKind::Password);
    let names_him = || {
        name.is_some_and(|name| {
            people.iter().any(|username| username.is_same_as(name))
                || exempt.iter().any(|group| groups.contains(group))
        })
    };
    credentials.contains(kind)
        && until.is_none_or(|until| now < until)
        && networks.is_empty()
        && paths.is_empty()
        && ((people.is_empty() && exempt.is_empty()) || names_him())
}

fn kind_of(usage: &CallerUsage) -> Option<CredentialKind> {
    match usage.caller.presented {
        Presented::Credential(kind) => Some(kind),
        Presented::UnknownToken => None,
    }
}

fn name_of(usage: &CallerUsage) -> Option<&str> {
    name(&usage.caller.user)
}

fn name(user: &CallerUser) -> Option<&str> {
    match user {
        CallerUser::Verified(name) | CallerUser::Claimed(name) => Some(name),
        CallerUser::Nobody | CallerUser::Other => None,
    }
}

fn summed(kind: CredentialKind, usage: &PresentedUsage) -> SeenKind {
    let caller = |caller: &BusyCaller| SeenCaller {
        name: name(&caller.user).map(str::to_owned),
        agent: caller.agent.clone(),
        requests: caller.requests,
        last: caller.last_at,
    };
    SeenKind {
        kind,
        requests: usage.requests,
        callers: usage.busiest.iter().map(caller).collect(),
        more: usage.callers.saturating_sub(usage.busiest.len() as u64),
    }
}

/// Those with this kind of credential; `None` without any. `callers` has the busiest first.
fn seen(kind: CredentialKind, callers: &[CallerUsage]) -> Option<SeenKind> {
    let of_kind = || callers.iter().filter(|usage| kind_of(usage) == Some(kind));
    let caller = |usage: &CallerUsage| SeenCaller {
        name: name_of(usage).map(str::to_owned),
        agent: usage.caller.agent.clone(),
        requests: usage.total.requests,
        last: usage.last.at,
    };
    let callers: Vec<SeenCaller> = of_kind().take(NAMED).map(caller).collect();
    if callers.is_empty() {
        return None;
    }
    let more = of_kind().count().saturating_sub(callers.len());
    Some(SeenKind {
        kind,
        requests: of_kind().map(|usage| usage.total.requests).sum(),
        callers,
        more: u64::try_from(more).unwrap_or(u64::MAX),
    })
}

fn unavailable(error: &ActivityError) -> ControlError {
    ControlError::ActivityUnavailable(error.to_string())
}
