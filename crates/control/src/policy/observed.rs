//! Who came without a token: what a mode would do.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use gatepass_model::{
    Actor, CredentialKind, Exemption, InstanceName, InstancePolicy, Mode, Modes, PersonKey, Reason,
    Timestamp,
};
use gatepass_store::activity::{
    ActivityError, BusyCaller, CallerUsage, CallerUser, OUTSIDE_PAGE, Presented, PresentedUsage,
};

use crate::authorise::Ability;
use crate::control::Control;
use crate::error::ControlError;
use crate::roster::Roster;

/// How many callers are named.
const NAMED: usize = 5;
/// How many are looked at: as many as the activity tells of at once.
const CALLERS: u32 = 1000;

/// Who came without a token to an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenThere {
    /// By kind of credential; one that was not seen is missing.
    pub kinds: Vec<SeenKind>,
    /// Calls with a session, whatever stood beside it, that passed without what a page sends: the
    /// mode `browser` would have refused them.
    pub outside_pages: u64,
}

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
    /// Which one he presented: the id of a native token as the product lists it, the key of an OAuth
    /// consumer. As he says; empty where nothing tells.
    pub mark: String,
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
    /// Who came without a token from the hour of `since` on, by instance. One to which nobody came
    /// is missing.
    pub async fn observed(
        &self,
        actor: &Actor,
        since: Timestamp,
    ) -> Result<HashMap<InstanceName, SeenThere>, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let mut observed: HashMap<InstanceName, SeenThere> = HashMap::new();
        let Some(activity) = &self.activity else { return Ok(observed) };
        let usages = activity.callers_by_presented(since, NAMED).await;
        let usages = usages.map_err(|error| unavailable(&error))?;
        for kind in CredentialKind::ALL {
            let of_kind = |usage: &&PresentedUsage| usage.presented == Presented::Credential(kind);
            for usage in usages.iter().filter(of_kind) {
                let of_instance = observed.entry(usage.instance.clone()).or_default();
                of_instance.kinds.push(summed(kind, usage));
            }
        }
        let outside = activity.outside_pages(since).await.map_err(|error| unavailable(&error))?;
        for (instance, requests) in outside {
            observed.entry(instance).or_default().outside_pages = requests;
        }
        Ok(observed)
    }

    /// Who would be refused on an instance by `modes` and is not by those in force, less who is
    /// exempt; of the thousand callers who caused most, and of the thousand who used a session
    /// without what a page sends most.
    ///
    /// Counts know neither addresses nor paths: whoever is exempt only from some networks or on
    /// some paths is among them, and so are pages, on which neither a session nor the want of any
    /// credential is refused. So there may be fewer who are hit, but not others. Of `browser` that
    /// is known better: what it would refuse was counted as such, less who was exempt then.
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
        let callers = self.callers_of(instance, since).await?;
        // Among all callers they would be lost behind those who sit at pages.
        let outside = match modes.sessions {
            Mode::Browser => self.callers_outside_pages(instance, since).await?,
            Mode::Allow | Mode::Observe | Mode::Block => Vec::new(),
        };
        let mut hits = hits(&callers, &outside, policy.modes, *modes);
        let roster = self.roster_of_callers(instance, &policy, &hits).await?;
        let now = self.clock.now();
        hits.retain(|hit| !self.is_exempt(&policy, hit, &roster, now));
        Ok(CredentialKind::ALL.into_iter().filter_map(|kind| seen(kind, &hits)).collect())
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

    async fn callers_outside_pages(
        &self,
        instance: &InstanceName,
        since: Timestamp,
    ) -> Result<Vec<CallerUsage>, ControlError> {
        let Some(activity) = &self.activity else { return Ok(Vec::new()) };
        let callers = activity.callers_outside_pages(instance.clone(), since, CALLERS).await;
        callers.map_err(|error| unavailable(&error))
    }

    /// Those callers with a password whose groups matter.
    async fn roster_of_callers(
        &self,
        instance: &InstanceName,
        policy: &InstancePolicy,
        hits: &[Hit<'_>],
    ) -> Result<Roster, ControlError> {
        let Some(known) = self.find_instance(instance) else { return Ok(Roster::new()) };
        if policy.exemptions.iter().all(|exemption| exemption.groups.is_empty()) {
            return Ok(Roster::new());
        }
        let key = |hit: &Hit<'_>| known.instance.person_called(&name_of(hit.usage)?.parse().ok()?);
        let wanted: HashSet<PersonKey> = hits.iter().filter_map(key).collect();
        self.find_people(&wanted).await
    }

    fn is_exempt(
        &self,
        policy: &InstancePolicy,
        hit: &Hit<'_>,
        roster: &Roster,
        now: Timestamp,
    ) -> bool {
        let usage = hit.usage;
        // The gate knows a name only where it stands beside a password.
        let has_password = kind_of(usage) == Some(CredentialKind::Password);
        let name = name_of(usage).filter(|_| has_password);
        let directory = self.find_instance(&usage.caller.instance);
        let groups = directory.zip(name).and_then(|(known, name)| {
            let key = known.instance.person_called(&name.parse().ok()?)?;
            roster.get(&key).map(|person| person.groups.as_slice())
        });
        policy
            .exemptions
            .iter()
            .any(|exemption| covers(exemption, hit.kind, name, groups.unwrap_or_default(), now))
    }
}

/// A caller whose requests would be refused.
struct Hit<'u> {
    /// For which kind.
    kind: CredentialKind,
    usage: &'u CallerUsage,
    /// How many of them.
    requests: u64,
}

/// Whom `new` would refuse and `old` does not, those with most requests first: of `callers`, and
/// for what pages send, of `outside`.
fn hits<'u>(
    callers: &'u [CallerUsage],
    outside: &'u [CallerUsage],
    old: Modes,
    new: Modes,
) -> Vec<Hit<'u>> {
    let mut hits = Vec::new();
    for kind in CredentialKind::ALL {
        let (old, new) = (old.of(kind), new.of(kind));
        let callers = if new == Mode::Browser { outside } else { callers };
        let hit = |usage| Hit { kind, usage, requests: newly_refused(usage, kind, old, new) };
        hits.extend(callers.iter().map(hit).filter(|hit| hit.requests > 0));
    }
    hits.sort_by_key(|hit| Reverse(hit.requests));
    hits
}

/// How many of a caller's requests would have been refused for this kind, and were not.
fn newly_refused(usage: &CallerUsage, kind: CredentialKind, old: Mode, new: Mode) -> u64 {
    let all = if kind_of(usage) == Some(kind) { usage.total.requests } else { 0 };
    match (old, new) {
        (Mode::Allow | Mode::Observe, Mode::Block) => all,
        (Mode::Browser, Mode::Block) => {
            all.saturating_sub(named(&usage.refusals, Reason::SessionsDisabled.as_str()))
        }
        // Whatever else they presented.
        (Mode::Allow | Mode::Observe, Mode::Browser) => named(&usage.observed, OUTSIDE_PAGE),
        (_, Mode::Allow | Mode::Observe)
        | (Mode::Browser | Mode::Block, Mode::Browser)
        | (Mode::Block, Mode::Block) => 0,
    }
}

/// The count of this name.
fn named(counts: &[(String, u64)], wanted: &str) -> u64 {
    counts.iter().find(|(name, _)| name == wanted).map_or(0, |(_, count)| *count)
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
        mark: caller.mark.clone(),
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

/// Those that are hit for this kind of credential; `None` without any. `hits` has those with most
/// requests first.
fn seen(kind: CredentialKind, hits: &[Hit<'_>]) -> Option<SeenKind> {
    let of_kind = || hits.iter().filter(|hit| hit.kind == kind);
    let caller = |hit: &Hit<'_>| SeenCaller {
        mark: hit.usage.caller.mark.clone(),
        name: name_of(hit.usage).map(str::to_owned),
        agent: hit.usage.caller.agent.clone(),
        requests: hit.requests,
        last: hit.usage.last.at,
    };
    let callers: Vec<SeenCaller> = of_kind().take(NAMED).map(caller).collect();
    if callers.is_empty() {
        return None;
    }
    let more = of_kind().count().saturating_sub(callers.len());
    Some(SeenKind {
        kind,
        requests: of_kind().map(|hit| hit.requests).sum(),
        callers,
        more: u64::try_from(more).unwrap_or(u64::MAX),
    })
}

fn unavailable(error: &ActivityError) -> ControlError {
    ControlError::ActivityUnavailable(error.to_string())
}
