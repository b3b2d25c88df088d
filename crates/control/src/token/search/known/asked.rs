//! What is asked of tokens, of that which is known of them.

use gatepass_model::{Access, PersonKey, TokenState};
use gatepass_store::{Candidate, EndFilter, InstanceFilter, TokenSearch};
use memchr::memmem::Finder;

use super::{Known, Marked};
use crate::token::search::text::Texts;

/// What is asked of a token, in numbers. `None` asks nothing.
pub(super) struct Asked<'k> {
    owners: Option<Marked>,
    access: Option<Access>,
    integration: Option<Marked>,
    instance: Option<AskedInstance>,
    end: Option<EndFilter>,
    text: Option<AskedText<'k>>,
}

/// In lower case, as the texts among which it is looked for are.
struct AskedText<'k> {
    text: Finder<'static>,
    texts: Option<&'k Texts>,
}

/// Tokens work on an instance that they name, or on all of its directory if they name none.
struct AskedInstance {
    naming_it: Marked,
    naming_none: Marked,
    of_its_directory: Marked,
}

impl<'k> Asked<'k> {
    pub(super) fn new(known: &'k Known, search: &TokenSearch) -> Self {
        let TokenSearch { owner, directory, integration, access, instance, end, text, .. } = search;
        let username = owner.as_ref().map(|owner| owner.to_lowercase());
        let is_asked_for = |one: &PersonKey| {
            username.as_ref().is_none_or(|name| one.username.folded() == name)
                && directory.as_ref().is_none_or(|directory| one.directory == *directory)
        };
        let owners = owner.is_some() || directory.is_some();
        Self {
            owners: owners.then(|| known.owners.which(is_asked_for)),
            access: *access,
            integration: integration
                .as_ref()
                .map(|asked| known.integrations.which(|name| name == asked)),
            instance: instance.as_ref().map(|asked| AskedInstance::new(known, asked)),
            end: *end,
            text: text.as_ref().map(|text| AskedText::new(known, text)),
        }
    }

    pub(super) fn is_met_by(&self, one: &Candidate) -> bool {
        let is_for = |asked: &Marked| one.integration.is_some_and(|number| asked.has(number));
        self.owners.as_ref().is_none_or(|owners| owners.has(one.owner))
            && self.access.is_none_or(|access| one.access == access)
            && self.integration.as_ref().is_none_or(is_for)
            && self.instance.as_ref().is_none_or(|instance| instance.is_met_by(one))
            && self.end.is_none_or(|end| ends_so(one, end))
            // The last: it costs the most.
            && self.text.as_ref().is_none_or(|text| text.is_met_by(one))
    }
}

impl<'k> AskedText<'k> {
    fn new(known: &'k Known, text: &str) -> Self {
        let text = Finder::new(&text.to_lowercase()).into_owned();
        Self { text, texts: known.texts.as_ref() }
    }

    fn is_met_by(&self, one: &Candidate) -> bool {
        let has = |texts: &Texts| self.text.find(texts.text(one).as_bytes()).is_some();
        self.texts.is_some_and(has)
    }
}

impl AskedInstance {
    fn new(known: &Known, InstanceFilter { instance, directory }: &InstanceFilter) -> Self {
        Self {
            naming_it: known.places.which(|names| names.contains(instance)),
            naming_none: known.places.which(Vec::is_empty),
            of_its_directory: known.owners.which(|one| directory.as_ref() == Some(&one.directory)),
        }
    }

    fn is_met_by(&self, one: &Candidate) -> bool {
        self.naming_it.has(one.places)
            || (self.naming_none.has(one.places) && self.of_its_directory.has(one.owner))
    }
}

fn ends_so(one: &Candidate, end: EndFilter) -> bool {
    match end {
        EndFilter::Never => one.ends_at.is_none(),
        EndFilter::Expired => one.state == TokenState::Expired,
        EndFilter::Until(until) => {
            !matches!(one.state, TokenState::Expired | TokenState::Revoked)
                && one.ends_at.is_some_and(|ends_at| ends_at <= until)
        }
    }
}
