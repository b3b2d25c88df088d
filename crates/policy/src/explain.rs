//! The same checks, told to people.

use gatepass_model::{CredentialKind, Refusal, Timestamp};

use crate::case::{Case, Outcome};
use crate::decide::CHECKS;
use crate::facts::Facts;
use crate::permit::Observed;
use crate::question::Question;

/// How a request was judged, check by check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Every check, in the order in which they are made.
    pub steps: Vec<Step>,
    /// `METHOD /folded/path` where the catalogue has no row for the request: what it does is not
    /// known, which counts as a write.
    pub missing_row: Option<String>,
}

/// One check of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the check is called.
    pub name: &'static str,
    /// How it ended.
    pub outcome: StepOutcome,
    /// Why, in words.
    pub words: String,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// It let the request pass.
    Passed,
    /// It refused; the checks after it were not asked.
    Refused(Refusal),
    /// It is not about this request, or another check had refused before.
    NotAsked,
}

impl Explanation {
    /// The refusal, if the request is refused. [`crate::decide`] gives the same.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.steps.iter().find_map(|step| match &step.outcome {
            StepOutcome::Refused(refusal) => Some(refusal),
            StepOutcome::Passed | StepOutcome::NotAsked => None,
        })
    }
}

/// How the request of `question` is judged at `now`: the checks of [`crate::decide`], each with
/// its outcome.
pub fn explain(facts: &Facts<'_>, question: &Question<'_>, now: Timestamp) -> Explanation {
    let case = Case { facts, question, now };
    let mut steps = Vec::with_capacity(CHECKS.len());
    let mut is_refused = false;
    for check in CHECKS {
        let (outcome, words) = if is_refused {
            (StepOutcome::NotAsked, "refused already".to_owned())
        } else {
            match (check.run)(&case) {
                Ok(outcome) => told(&outcome),
                Err(refusal) => {
                    is_refused = true;
                    let words = refusal.message.clone();
                    (StepOutcome::Refused(refusal), words)
                }
            }
        };
        steps.push(Step { name: check.name, outcome, words });
    }
    Explanation { steps, missing_row: missing_row(question) }
}

fn told(outcome: &Outcome<'_>) -> (StepOutcome, String) {
    match outcome {
        Outcome::Passed(note) => (StepOutcome::Passed, note.to_string()),
        Outcome::NotAsked(why) => (StepOutcome::NotAsked, (*why).to_owned()),
        Outcome::Observed(observed) => (StepOutcome::Passed, observed_words(*observed)),
    }
}

fn observed_words(observed: Observed) -> String {
    let names: Vec<&str> = observed.credentials.iter().map(CredentialKind::mode_key).collect();
    let mut words = if names.is_empty() {
        "passed".to_owned()
    } else {
        format!("observed, and passed for now: {}", names.join(", "))
    };
    if observed.outside_page {
        words.push_str(
            "; a session without what a page sends, which sessions = \"browser\" refuses",
        );
    }
    words
}

fn missing_row(question: &Question<'_>) -> Option<String> {
    if question.operation.effect.is_some() {
        return None;
    }
    Some(format!("{} /{}", question.method, question.path.join("/")))
}
