//! What is asked for when a token is issued, and whether it can be at all.

use gatepass_model::{
    DirectoryName, Expiry, Grant, Lifetime, Person, RequiredHeader, Timestamp, Token, TokenId,
};

use crate::control::Control;
use crate::error::ControlError;
use crate::input::{self, Problems};
use crate::nearest::listed;

/// A token as asked for.
#[derive(Clone, Debug)]
pub struct IssueRequest {
    /// The handle that it gets, where somebody must know it before; `Conflict` when it exists.
    pub id: Option<TokenId>,
    /// The username of whom it acts as.
    pub owner: String,
    /// His directory; may be left out where there is one only.
    pub directory: Option<DirectoryName>,
    /// What its owner calls it: 1 to 100 characters, no control characters.
    pub name: String,
    /// Why it exists, at most 1,000 characters.
    pub purpose: Option<String>,
    /// The integration that it is for, at most 100 characters.
    pub integration: Option<String>,
    /// What it may do.
    pub grant: Grant,
    /// When it ends; left out: after 90 days, or the longest life that policy allows, whichever
    /// comes first.
    pub expires: Option<Expiry>,
    /// Set, with the reason, to issue it although policy forbids it. Recorded.
    pub override_reason: Option<String>,
    /// Why somebody else than the owner makes it. Recorded.
    pub on_behalf_of_reason: Option<String>,
}

/// Most entries in each list of a grant, required headers excepted.
const MAX_LIST: usize = 100;
/// Most required headers.
const MAX_HEADERS: usize = 20;

/// Headers that can't be required: the gate takes them away, or reads them for itself.
const RESERVED_HEADERS: [&str; 12] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "expect",
];

/// A request that is possible. Whether policy lets it be is another question.
pub(super) struct Possible {
    pub(super) id: Option<TokenId>,
    pub(super) owner: Person,
    pub(super) name: String,
    pub(super) purpose: Option<String>,
    pub(super) integration: Option<String>,
    pub(super) override_reason: Option<String>,
    pub(super) on_behalf_of_reason: Option<String>,
}

impl Control {
    /// What of `request` can be. Everything that can't is told at once; no override helps.
    pub(super) async fn possible(
        &self,
        request: &IssueRequest,
        now: Timestamp,
    ) -> Result<Possible, ControlError> {
        let mut problems = Problems::default();
        let owner = self.active_owner(request, &mut problems).await?;
        let name = problems.take(input::text("name", &request.name, Token::MAX_NAME_CHARS));
        let mut optional = |field, given: &Option<String>, most| {
            problems.take(input::optional_text(field, given.as_deref(), most)).flatten()
        };
        let purpose = optional("purpose", &request.purpose, Token::MAX_PURPOSE_CHARS);
        let integration =
            optional("integration", &request.integration, input::MAX_INTEGRATION_CHARS);
        let override_reason =
            optional("override", &request.override_reason, input::MAX_REASON_CHARS);
        let on_behalf_of_reason =
            optional("on_behalf_of_reason", &request.on_behalf_of_reason, input::MAX_REASON_CHARS);
        if let Some(end) = request.expires.and_then(|expiry| expiry.from(now))
            && end <= now
        {
            problems.add("expires", format!("{end} is not in the future; it is {now} now"));
        }
        self.check_grant(&request.grant, owner.as_ref(), &mut problems);
        let possible = owner.zip(name).map(|(owner, name)| Possible {
            id: request.id,
            owner,
            name,
            purpose,
            integration,
            override_reason,
            on_behalf_of_reason,
        });
        problems.into_result(possible)
    }

    async fn active_owner(
        &self,
        request: &IssueRequest,
        problems: &mut Problems,
    ) -> Result<Option<Person>, ControlError> {
        let directory = problems.take(self.known_directory(request.directory.as_ref()));
        let Some(directory) = directory else { return Ok(None) };
        let found = self.known_person(&directory, &request.owner).await?;
        let owner = problems.take(found);
        if let Some(owner) = &owner
            && !owner.active
        {
            problems.add("owner", format!("{} is not active", owner.key));
        }
        Ok(owner)
    }

    fn check_grant(&self, grant: &Grant, owner: Option<&Person>, problems: &mut Problems) {
        for name in &grant.instances {
            let Some(known) = problems.take(self.known_instance(name)) else { continue };
            if let Some(owner) = owner
                && known.instance.directory != owner.key.directory
            {
                let words = format!(
                    "the people of {name} come from the directory {}, and {} is not among them",
                    known.instance.directory, owner.key
                );
                problems.add("grant.instances", words);
            }
        }
        check_list("grant.instances", &grant.instances, MAX_LIST, problems);
        check_list("grant.networks", &grant.networks, MAX_LIST, problems);
        check_list("grant.allow", &grant.allow, MAX_LIST, problems);
        check_list("grant.deny", &grant.deny, MAX_LIST, problems);
        check_list("grant.required_headers", &grant.required_headers, MAX_HEADERS, problems);
        check_headers(&grant.required_headers, problems);
        if let Err(error) = grant.limits.check() {
            problems.add("grant.limits", error.to_string());
        }
    }

    /// What the patterns of a grant meet less than they seem to.
    pub(super) fn pattern_pitfalls(&self, grant: &Grant, owner: &Person) -> Vec<String> {
        let mut notes = Vec::new();
        let instances = self.instances.iter().map(|known| &known.instance);
        for instance in instances.filter(|one| one.directory == owner.key.directory) {
            let profile = gatepass_profiles::profile(instance.product);
            for pattern in grant.allow.iter().chain(&grant.deny) {
                if let Some(pitfall) = profile.find_pattern_pitfall(pattern) {
                    let note = format!("the pattern {pattern}: {pitfall}");
                    if !notes.contains(&note) {
                        notes.push(note);
                    }
                }
            }
        }
        notes
    }
}

fn check_list<T: PartialEq>(field: &'static str, list: &[T], most: usize, problems: &mut Problems) {
    if list.len() > most {
        problems.add(field, format!("there are {} of them; there may be {most}", list.len()));
    } else if list
        .iter()
        .enumerate()
        .any(|(at, one)| list.iter().take(at).any(|other| other == one))
    {
        problems.add(field, "one of them stands there twice");
    }
}

fn check_headers(headers: &[RequiredHeader], problems: &mut Problems) {
    for (at, header) in headers.iter().enumerate() {
        let name = header.name();
        if RESERVED_HEADERS.contains(&name) || name.starts_with("x-gatepass-") {
            let words = format!(
                "{name} can't be required, the gate uses it itself; these can't: {}",
                listed(RESERVED_HEADERS)
            );
            problems.add("grant.required_headers", words);
        }
        // Each must be there once, with its value: two values of one header never are.
        let again = headers
            .iter()
            .take(at)
            .any(|other| other.name() == name && other.value() != header.value());
        if again {
            let words = format!("{name} is required with two values, which no request has");
            problems.add("grant.required_headers", words);
        }
    }
}

/// A life that nobody asked for: 90 days.
pub(super) const USUAL_LIFETIME: Lifetime = Lifetime::from_days(90);
