//! The rows of the decision table.

mod browser;
mod mode;
mod operation;
mod token;

use gatepass_model::{
    Bounds, CredentialKind, CredentialSet, Exemption, Mode, Reason, Rule, Say, TokenState,
};

use crate::world::{SeenIdentity, World};

/// How a row ends.
pub(crate) enum End {
    Refused(Reason, &'static str),
    Permitted(SeenIdentity),
    Observed(CredentialKind),
    /// With a session that `browser` would refuse, and these kinds observed.
    OutsidePage(&'static [CredentialKind]),
}

/// One line: a sentence, a request, and how it ends.
pub(crate) struct Row(pub(crate) &'static str, pub(crate) World, pub(crate) End);

pub(crate) fn row(sentence: &'static str, end: End, change: impl FnOnce(&mut World)) -> Row {
    let mut world = World::ordinary();
    change(&mut world);
    Row(sentence, world, end)
}

pub(crate) fn other(
    sentence: &'static str,
    kinds: &[CredentialKind],
    end: End,
    change: impl FnOnce(&mut World),
) -> Row {
    let mut world = World::with_others(kinds);
    change(&mut world);
    Row(sentence, world, end)
}

pub(crate) fn rule(name: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        groups: Vec::new(),
        people: Vec::new(),
        use_tokens: Say::Nothing,
        create: Say::Nothing,
        create_on_behalf: Say::Nothing,
        on_behalf_of_administrators: Say::Nothing,
        approve: Say::Nothing,
        administer: Say::Nothing,
        bounds: Bounds::default(),
    }
}

pub(crate) fn bound(world: &mut World, name: &str, bounds: Bounds) {
    world.policy.rules.push(Rule { bounds, ..rule(name) });
}

pub(crate) fn mode(world: &mut World, kind: CredentialKind, mode: Mode) {
    *world.instance_policy().modes.of_mut(kind) = mode;
}

pub(crate) fn exempt(world: &mut World, kind: CredentialKind) -> &mut Exemption {
    let exemptions = &mut world.instance_policy().exemptions;
    exemptions.push(Exemption {
        credentials: CredentialSet::EMPTY.with(kind),
        people: Vec::new(),
        groups: Vec::new(),
        networks: Vec::new(),
        paths: Vec::new(),
        until: None,
        reason: None,
    });
    exemptions.last_mut().unwrap()
}

pub(crate) fn state(world: &mut World, state: TokenState) {
    world.known().state = state;
}

/// The whole table.
pub(crate) fn rows() -> Vec<Row> {
    let groups = [
        token::rows(),
        token::owner_rows(),
        operation::rows(),
        mode::rows(),
        mode::door_rows(),
        mode::exemption_rows(),
        browser::rows(),
        browser::mode_rows(),
        browser::spelling_rows(),
        browser::place_rows(),
    ];
    groups.into_iter().flatten().collect()
}
