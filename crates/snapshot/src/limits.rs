//! What was used of limits: one cell for each subject, where every thread finds it.
//!
//! A token's cell stands in its entry, an owner's with the person, an integration's in a map by
//! name, an instance's with the gate that serves it. A cell is made when its subject is first
//! limited and stays as long as the subject: rows, people and policy may change around it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use gatepass_model::{InstanceName, Limits};
use gatepass_policy::limit::{LimitCell, Moment, Scope, Subject, SubjectKind};
use tokio::sync::mpsc;

use crate::entry::TokenEntry;
use crate::person::PersonGuard;
use crate::published::Snapshot;

/// The cells that a token's requests use, found once.
#[derive(Debug)]
pub(crate) struct TokenLimits {
    own: Arc<LimitCell>,
    integration: Option<Arc<LimitCell>>,
}

impl TokenLimits {
    pub(crate) const fn own(&self) -> &Arc<LimitCell> {
        &self.own
    }
}

/// A limited subject that is in use, for whoever shares limits with other nodes.
#[derive(Clone, Debug)]
pub struct InUse {
    /// What was used of it here.
    pub cell: Arc<LimitCell>,
    /// What it may.
    pub limits: Limits,
}

/// How limits are shared with other nodes, and with whom.
#[derive(Debug, Default)]
pub struct Sharing {
    scope: AtomicU32,
    told: OnceLock<mpsc::UnboundedSender<InUse>>,
}

impl Sharing {
    /// On which nodes limits count now.
    pub fn scope(&self) -> Scope {
        Scope::from_word(self.scope.load(Ordering::Relaxed))
    }

    /// Limits count on these nodes from now on.
    pub fn set_scope(&self, scope: Scope) {
        self.scope.store(scope.to_word(), Ordering::Relaxed);
    }

    /// Has every subject told that comes into use. Once only: `None` for the second who asks.
    pub fn follow(&self) -> Option<mpsc::UnboundedReceiver<InUse>> {
        let (told, hears) = mpsc::unbounded_channel();
        self.told.set(told).is_ok().then_some(hears)
    }

    /// Tells of a subject that is in use, unless it is known to be. Costs a look at one word when
    /// it is.
    fn note(&self, subject: &(SubjectKind, &Arc<LimitCell>, Limits)) {
        let Some(told) = self.told.get() else { return };
        let (_, cell, limits) = subject;
        if cell.claim_following() {
            // Nobody listens any more: then nothing is shared either.
            let _ = told.send(InUse { cell: Arc::clone(cell), limits: *limits });
        }
    }
}

/// The cells that are not found by way of a token.
#[derive(Debug)]
pub(crate) struct LimitTable {
    instances: HashMap<InstanceName, Arc<LimitCell>>,
    integrations: papaya::HashMap<Arc<str>, Arc<LimitCell>>,
    sharing: Sharing,
}

impl LimitTable {
    pub(crate) fn new<'n>(instances: impl Iterator<Item = &'n InstanceName>) -> Self {
        let cell = |name: &InstanceName| Arc::new(LimitCell::new(format!("instance:{name}")));
        Self {
            instances: instances.map(|name| (name.clone(), cell(name))).collect(),
            integrations: papaya::HashMap::new(),
            sharing: Sharing::default(),
        }
    }

    fn integration(&self, name: &Arc<str>) -> Arc<LimitCell> {
        let map = self.integrations.pin();
        if let Some(cell) = map.get(name) {
            return cell.clone();
        }
        let make = || Arc::new(LimitCell::new(format!("integration:{name}")));
        map.get_or_insert_with(name.clone(), make).clone()
    }

    fn of_token(&self, entry: &TokenEntry) -> TokenLimits {
        let own = Arc::new(LimitCell::new(format!("token:{}", entry.facts().id)));
        let integration = entry.facts().grant.integration();
        let integration = integration.map(|name| self.integration(name));
        TokenLimits { own, integration }
    }
}

/// The subjects of one request: whoever is limited, and how.
pub type Subjects<'a> = [Option<Subject<'a>>; SubjectKind::ALL.len()];

impl Snapshot {
    /// What was used of an instance's limits. `None` for one that is not configured.
    pub fn instance_limits(&self, instance: &InstanceName) -> Option<Arc<LimitCell>> {
        self.limits.instances.get(instance).cloned()
    }

    /// How limits are shared with other nodes.
    pub const fn sharing(&self) -> &Sharing {
        &self.limits.sharing
    }

    /// Whoever limits a request with this token at this instance; `None` where nobody does, which
    /// costs a few looks at what a decision has read already. Nothing is looked up, but once in
    /// the life of a token that is limited.
    pub fn limited<'a>(
        &'a self,
        entry: &'a TokenEntry,
        owner: &PersonGuard,
        instance: (&'a Arc<LimitCell>, &Limits),
    ) -> Option<Subjects<'a>> {
        let bounds = owner.as_deref().map(|person| &person.rights().bounds);
        let by_rule = bounds.and_then(|bounds| bounds.token_limits.as_ref());
        let of_owner = bounds.and_then(|bounds| bounds.owner_limits.as_ref());
        let grant = &entry.facts().grant;
        let of_integration = bounds
            .and_then(|bounds| bounds.integration_limits.as_ref())
            .filter(|_| grant.integration().is_some());
        let is_own = !grant.limits().is_none() || by_rule.is_some();
        if !is_own && of_owner.is_none() && of_integration.is_none() && instance.1.is_none() {
            return None;
        }
        let mut subjects: Subjects<'a> = Default::default();
        if is_own || of_integration.is_some() {
            let cells = entry.limits(|| self.limits.of_token(entry));
            let own =
                by_rule.map_or(*grant.limits(), |bound| grant.limits().strictest(&bound.value));
            self.put(&mut subjects, SubjectKind::Token, &cells.own, own);
            if let (Some(cell), Some(bound)) = (&cells.integration, of_integration) {
                self.put(&mut subjects, SubjectKind::Integration, cell, bound.value);
            }
        }
        if let Some(bound) = of_owner {
            self.put(&mut subjects, SubjectKind::Owner, entry.owner().limits(), bound.value);
        }
        self.put(&mut subjects, SubjectKind::Instance, instance.0, *instance.1);
        Some(subjects)
    }

    fn put<'a>(
        &self,
        subjects: &mut Subjects<'a>,
        kind: SubjectKind,
        cell: &'a Arc<LimitCell>,
        limits: Limits,
    ) {
        if limits.is_none() {
            return;
        }
        self.limits.sharing.note(&(kind, cell, limits));
        if let Some(place) = subjects.get_mut(kind as usize) {
            *place = Some(Subject { kind, limits, cell });
        }
    }

    /// What is left of the limits of a token, its owner, its integration and an instance, for
    /// people: takes the writer's lock. Nothing for a token that is not known.
    pub fn limits_left(
        &self,
        token: gatepass_model::TokenId,
        instances: &[InstanceName],
        at: Moment,
    ) -> Vec<LimitsLeft> {
        let Some(entry) = self.find_by_handle(token) else { return Vec::new() };
        let owner = entry.owner().load();
        let nobody = Arc::new(LimitCell::new(""));
        let mut told = Vec::new();
        let none = Limits::NONE;
        let mut add = |name: String, subject: Option<&Subject<'_>>| {
            told.extend(subject.map(|subject| LimitsLeft {
                kind: subject.kind,
                name,
                limits: subject.limits,
                left: subject.cell.left(&subject.limits, at, self.sharing().scope()),
            }));
        };
        let [own, of_owner, of_integration, _] =
            self.limited(&entry, &owner, (&nobody, &none)).unwrap_or_default();
        add(token.to_string(), own.as_ref());
        add(entry.facts().owner.username.to_string(), of_owner.as_ref());
        let integration = entry.facts().grant.integration().map(ToString::to_string);
        add(integration.unwrap_or_default(), of_integration.as_ref());
        for name in instances {
            let Some(cell) = self.instance_limits(name) else { continue };
            let policy = self.instance_policy(name);
            let [.., at_instance] =
                self.limited(&entry, &owner, (&cell, policy.limits())).unwrap_or_default();
            add(name.to_string(), at_instance.as_ref());
        }
        told
    }
}

/// Limits, and what is left of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsLeft {
    /// Whose.
    pub kind: SubjectKind,
    /// A handle, a username, an integration's or an instance's name.
    pub name: String,
    /// What there is in all.
    pub limits: Limits,
    /// What is left of it.
    pub left: gatepass_policy::limit::Left,
}
