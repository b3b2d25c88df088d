//! Why a request passes or not: the checks of the gate, told one by one.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use gatepass_model::{
    Actor, CanonicalTarget, CredentialSet, Effect, InstanceName, Method, Operation, Pattern,
    PolicyDocument, Reason, Refusal, Segments, Timestamp, TokenId,
};
use gatepass_policy::{
    CompiledGrant, CompiledInstancePolicy, Explanation, Facts, Freshness, Headers, Origin,
    OwnerFact, PersonFacts, Presented, PresentedToken, Question, Step, StepOutcome, TokenFact,
    TokenFacts, explain, rights_of,
};
use gatepass_profiles::{Profile, profile};
use serde::{Serialize, Serializer};

use crate::authorise::Ability;
use crate::control::{Control, KnownInstance};
use crate::error::{ControlError, Problem};
use crate::limits::limit_words;
use crate::token::TokenView;

/// A request that somebody might make.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// On which instance.
    pub instance: InstanceName,
    /// By which method.
    pub method: String,
    /// The path and query, with the context path or below it; or a whole URL, whose scheme and host
    /// say no more than which pages are of the same origin.
    pub url: String,
    /// With which token; `None`: without one.
    pub token: Option<TokenId>,
    /// Other credentials that it would bring.
    pub credentials: CredentialSet,
    /// From which address.
    pub from: IpAddr,
    /// With which headers, besides credentials: names and values.
    pub headers: Vec<(String, String)>,
}

/// How a request would be judged now.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// What is decided on: the method and the path, folded as the product folds it.
    pub request: String,
    /// What the catalogue makes of it: `rest, issue, read: read, project EX`.
    pub operation: String,
    /// Whether it passes.
    pub passes: bool,
    /// The reason of the refusal.
    pub reason: Option<&'static str>,
    /// What limits it, in words. What is left of that, only a gate that runs knows.
    pub limits: Vec<String>,
    /// Every check, in its order.
    pub steps: Vec<ExplainedStep>,
    /// The row that the catalogue lacks: until an administrator marks it as a read, it counts as
    /// a write.
    pub missing_row: Option<String>,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedStep {
    /// What the check is called.
    pub check: &'static str,
    /// `passed`, `refused` or `not asked`.
    #[serde(serialize_with = "outcome_text")]
    pub outcome: StepOutcome,
    /// Why, in words.
    pub words: String,
}

fn outcome_text<S: Serializer>(outcome: &StepOutcome, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(match outcome {
        StepOutcome::Passed => "passed",
        StepOutcome::Refused(_) => "refused",
        StepOutcome::NotAsked => "not asked",
    })
}

impl From<Step> for ExplainedStep {
    fn from(step: Step) -> Self {
        Self { check: step.name, outcome: step.outcome, words: step.words }
    }
}

impl Control {
    /// How the gate would judge a request by what is stored now. `NotFound` when the token is
    /// not there; a row that is not genuine is judged as the gate does: as no token at all.
    pub async fn explain(
        &self,
        actor: &Actor,
        request: &ExplainRequest,
    ) -> Result<Explained, ControlError> {
        self.authorise(actor, Ability::Look).await?;
        let invalid = |problem| ControlError::Invalid(vec![problem]);
        let known = self.known_instance(&request.instance).map_err(invalid)?;
        let method = method_of(&request.method).map_err(invalid)?;
        let policy = self.store.load_policy().await?.document;
        let now = self.clock.now();
        let token = match request.token {
            Some(id) => Some(self.shown_token(id, now).await?),
            None => None,
        };
        let raw = path_of(&request.url);
        Ok(match CanonicalTarget::parse(raw.as_bytes()) {
            Err(error) => unclear(request, error.as_str()),
            Ok(target) => {
                let owner = match &token {
                    Some(view) => self.owner_facts(view, &policy).await?,
                    None => None,
                };
                let subject = Subject {
                    known,
                    policy: &policy,
                    token: token.as_ref(),
                    owner: owner.as_ref(),
                };
                judge(&subject, method, &target, request, now)
            }
        })
    }

    async fn shown_token(&self, id: TokenId, now: Timestamp) -> Result<TokenView, ControlError> {
        let stored = self.store.find_token(id).await?;
        let stored = stored.ok_or_else(|| ControlError::NotFound(format!("token {id}")))?;
        Ok(self.view(stored, now))
    }

    async fn owner_facts(
        &self,
        view: &TokenView,
        policy: &PolicyDocument,
    ) -> Result<Option<PersonFacts>, ControlError> {
        let owner = &view.token.owner;
        let Some(known) = self.find_person(owner).await? else { return Ok(None) };
        let rights = Arc::new(rights_of(policy, &known.person));
        let facts = PersonFacts::new(known.person, rights);
        Ok(Some(match self.asked_directory(&owner.directory) {
            Some(asked) => facts.good_until(known.confirmed_at.plus(asked.stale_limit)),
            None => facts,
        }))
    }
}

/// As the gate judges it.
fn judge(
    subject: &Subject<'_>,
    method: Method,
    target: &CanonicalTarget<'_>,
    request: &ExplainRequest,
    now: Timestamp,
) -> Explained {
    let Subject { known, policy, token, owner } = *subject;
    let instance = &known.instance;
    let profile = profile(instance.product);
    // A path that is not below the context path was written without it.
    let below = target.segments_below(&instance.context_path);
    let folded: Segments<'_> = profile.fold(below.unwrap_or_else(|| target.segments()));
    let operation = operation(profile, method, &folded, &known.reads);
    let headers = HeaderList(&request.headers);
    let question = Question {
        instance: &instance.name,
        product: instance.product,
        directory: &instance.directory,
        method,
        path: &folded,
        operation: &operation,
        client: request.from,
        presented: Presented {
            token: token.map(|_| PresentedToken { claimed_owner: None }),
            others: request.credentials,
            ..Presented::default()
        },
        headers: &headers,
        origin: Origin::of_url(&request.url),
        same_origin: false,
        is_preflight: false,
    };
    let modes = policy.instances.get(&instance.name).cloned().unwrap_or_default();
    let modes = CompiledInstancePolicy::compile(&modes, |one| profile.fold_pattern(one));
    let genuine = token.filter(|view| view.is_genuine);
    let known_token = genuine.map(|view| (token_facts(view), view.token.state));
    let facts = Facts {
        token: match (&known_token, token) {
            (Some((facts, state)), _) => TokenFact::Known(facts, *state),
            (None, Some(_)) => TokenFact::Unknown,
            (None, None) => TokenFact::NotPresented,
        },
        owner: match (owner, token) {
            (Some(owner), _) => OwnerFact::Known(owner),
            (None, Some(_)) => OwnerFact::Unknown,
            (None, None) => OwnerFact::NotAsked,
        },
        policy: &modes,
        claimed_person: None,
        freshness: Freshness::Fresh,
    };
    let limits = token.map(|view| {
        let rights = owner.map(PersonFacts::rights);
        limit_words(&view.token, rights, (&instance.name, modes.limits()))
    });
    let explained = explained(&question, explain(&facts, &question, now));
    Explained { limits: limits.unwrap_or_default(), ..explained }
}

/// What a request is judged against.
struct Subject<'s> {
    known: &'s KnownInstance,
    policy: &'s PolicyDocument,
    token: Option<&'s TokenView>,
    owner: Option<&'s PersonFacts>,
}

fn token_facts(view: &TokenView) -> TokenFacts {
    let token = &view.token;
    let fold = |product, pattern: &Pattern| profile(product).fold_pattern(pattern);
    TokenFacts {
        id: token.id,
        name: token.name.as_str().into(),
        owner: Arc::new(token.owner.clone()),
        grant: Arc::new(CompiledGrant::compile(&token.grant, fold)),
        expires_at: token.expires_at,
    }
}

/// What the catalogue makes of a request, as the gate asks it.
fn operation<'a>(
    profile: &'a Profile,
    method: Method,
    folded: &'a [Cow<'a, str>],
    reads: &[Pattern],
) -> Operation<'a> {
    let reads: Vec<Pattern> = reads.iter().map(|one| profile.fold_pattern(one)).collect();
    profile.operation_with_reads(method, folded, &reads)
}

fn method_of(given: &str) -> Result<Method, Problem> {
    Method::find(given.as_bytes()).ok_or_else(|| {
        let known = crate::nearest::listed(Method::ALL);
        let words = format!("{given:?} is no method that is forwarded; these are: {known}");
        Problem::new("method", words)
    })
}

/// The path and query of a URL.
fn path_of(url: &str) -> &str {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return url;
    };
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

fn unclear(request: &ExplainRequest, why: &str) -> Explained {
    let refusal = Refusal::new(
        Reason::MalformedTarget,
        format!("The address can be read in more than one way: {why}."),
    );
    let step = ExplainedStep {
        check: "target",
        words: refusal.message.clone(),
        outcome: StepOutcome::Refused(refusal),
    };
    Explained {
        request: format!("{} {}", request.method, request.url),
        operation: "not read".to_owned(),
        passes: false,
        reason: Some(Reason::MalformedTarget.as_str()),
        limits: Vec::new(),
        steps: vec![step],
        missing_row: None,
    }
}

fn explained(question: &Question<'_>, explanation: Explanation) -> Explained {
    let reason = explanation.refusal().map(|refusal| refusal.reason.as_str());
    Explained {
        request: format!("{} /{}", question.method, question.path.join("/")),
        operation: operation_words(question.operation),
        passes: reason.is_none(),
        reason,
        limits: Vec::new(),
        steps: explanation.steps.into_iter().map(ExplainedStep::from).collect(),
        missing_row: explanation.missing_row,
    }
}

fn operation_words(operation: &Operation<'_>) -> String {
    let effect = operation.effect.map_or("unknown, which counts as a write", Effect::as_str);
    let mut words = operation.family.as_str().to_owned();
    for part in [operation.resource, operation.action] {
        if !part.is_empty() {
            words.push_str(", ");
            words.push_str(part);
        }
    }
    words.push_str(": ");
    words.push_str(effect);
    if operation.heavy {
        words.push_str(", heavy");
    }
    if let Some(project) = operation.project {
        words.push_str(", project ");
        words.push_str(project);
    }
    words
}

struct HeaderList<'a>(&'a [(String, String)]);

impl Headers for HeaderList<'_> {
    fn value(&self, lowercase_name: &str) -> Option<&[u8]> {
        let mut values =
            self.0.iter().filter(|(name, _)| name.eq_ignore_ascii_case(lowercase_name));
        let (_, value) = values.next()?;
        if values.next().is_some() { None } else { Some(value.trim().as_bytes()) }
    }
}
