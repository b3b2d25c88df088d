//! The policy, as requests find it.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;
use gatepass_model::{InstanceName, InstancePolicy, Person, PolicyDocument, Product, Rule};
use gatepass_policy::{CompiledInstancePolicy, Rights, is_about, rights_from};
use gatepass_profiles::profile;
use gatepass_store::Revision;

/// The policy in force: swapped whole, never changed.
#[derive(Debug)]
pub struct PublishedPolicy {
    document: PolicyDocument,
    revision: Revision,
    instances: HashMap<InstanceName, Arc<CompiledInstancePolicy>, foldhash::fast::RandomState>,
    everything_allowed: Arc<CompiledInstancePolicy>,
}

impl PublishedPolicy {
    pub(crate) fn new(
        document: PolicyDocument,
        revision: Revision,
        products: &HashMap<InstanceName, Product>,
    ) -> Self {
        let none = InstancePolicy::default();
        let compile = |(name, &product): (&InstanceName, &Product)| {
            let written = document.instances.get(name).unwrap_or(&none);
            let profile = profile(product);
            let compiled = CompiledInstancePolicy::compile(written, |p| profile.fold_pattern(p));
            (name.clone(), Arc::new(compiled))
        };
        let instances = products.iter().map(compile).collect();
        Self { document, revision, instances, everything_allowed: Arc::default() }
    }

    /// As people wrote it.
    pub const fn document(&self) -> &PolicyDocument {
        &self.document
    }

    /// The change that made it so.
    pub const fn revision(&self) -> Revision {
        self.revision
    }

    /// What it says of an instance. One that is not configured has the defaults: no request
    /// reaches it.
    pub fn of(&self, instance: &InstanceName) -> &Arc<CompiledInstancePolicy> {
        self.instances.get(instance).unwrap_or(&self.everything_allowed)
    }
}

/// The policy at one moment. Costs no count that threads would fight for; keep it for one
/// request only.
#[derive(Debug)]
pub struct PolicyGuard(pub(crate) Guard<Arc<PublishedPolicy>>);

impl Deref for PolicyGuard {
    type Target = PublishedPolicy;

    fn deref(&self) -> &PublishedPolicy {
        &self.0
    }
}

/// Rights by the rules that match: people whom the same rules are about share one.
#[derive(Debug, Default)]
pub(crate) struct RightsCache(HashMap<Vec<usize>, Arc<Rights>>);

impl RightsCache {
    /// The rights of `person` under `document`, which must be the same until [`Self::clear`].
    pub(crate) fn rights_of(&mut self, document: &PolicyDocument, person: &Person) -> Arc<Rights> {
        let about = |(_, rule): &(usize, &Rule)| is_about(rule, person);
        let (places, rules): (Vec<usize>, Vec<&Rule>) =
            document.rules.iter().enumerate().filter(about).unzip();
        self.0.entry(places).or_insert_with(|| Arc::new(rights_from(&rules))).clone()
    }

    /// Another policy came.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
