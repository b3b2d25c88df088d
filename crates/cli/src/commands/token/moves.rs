//! `gatepass token suspend`, `resume`, `revoke`

use clap::Args;
use gatepass_control::{ControlError, InEffect, Moved, TokenView};
use gatepass_model::TokenId;
use gatepass_store::Revision;
use serde::Serialize;
use serde_json::Value;

use crate::call::{Call, Ending, Outcome};
use crate::commands::effect;
use crate::failure::Failure;
use crate::output::plain;
use crate::wiring::desk::{Desk, Needs, at_desk};

/// Which tokens, and why
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The token's handle: tok_… With several, `--json` prints a list
    #[arg(value_name = "TOKEN", required = true)]
    tokens: Vec<TokenId>,
    /// Why; recorded
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Where a token is moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Suspend,
    Resume,
    Revoke,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    token: &'a TokenView,
    changed: bool,
    confirmed: bool,
    in_effect: Option<InEffect>,
}

impl<'a> Document<'a> {
    fn of(moved: &'a Moved) -> Self {
        let Moved { token, is_changed, effect } = moved;
        let confirmed = effect.is_some_and(InEffect::is_everywhere);
        Self { token, changed: *is_changed, confirmed, in_effect: *effect }
    }
}

impl Target {
    pub(crate) async fn run(self, call: &Call, to: Move) -> Outcome {
        at_desk(call, Needs::Store, async |desk| match self.tokens.as_slice() {
            [only] => self.move_one(call, desk, *only, to).await,
            several => self.move_all(call, desk, several, to).await,
        })
        .await
    }

    async fn move_one(&self, call: &Call, desk: &Desk, id: TokenId, to: Move) -> Outcome {
        let (control, actor, reason) = (&desk.control, &desk.actor, self.reason.as_deref());
        let moved = match to {
            Move::Suspend => control.suspend_token(actor, id, reason).await?,
            Move::Resume => control.resume_token(actor, id, reason).await?,
            Move::Revoke => control.revoke_token(actor, id, reason).await?,
        };
        call.output.document(&Document::of(&moved))?;
        call.output.show(words(&moved))?;
        Ok(tell(call, desk, (moved.effect, moved.token.revision), to).await)
    }

    async fn move_all(&self, call: &Call, desk: &Desk, ids: &[TokenId], to: Move) -> Outcome {
        let (control, actor, reason) = (&desk.control, &desk.actor, self.reason.as_deref());
        let results = match to {
            Move::Suspend => control.suspend_tokens(actor, ids, reason).await,
            Move::Resume => control.resume_tokens(actor, ids, reason).await,
            Move::Revoke => control.revoke_tokens(actor, ids, reason).await,
        };
        let newest = results
            .iter()
            .flatten()
            .max_by_key(|moved| moved.token.revision)
            .map(|moved| (moved.effect, moved.token.revision));
        let are_all_moved = results.len() == ids.len() && results.iter().all(Result::is_ok);
        print_all(call, ids, results)?;
        let Some(newest) = newest else { return Ok(Ending::Wrong) };
        let ending = tell(call, desk, newest, to).await;
        Ok(if are_all_moved { ending } else { Ending::Wrong })
    }
}

/// What became of each, in the order in which they were given.
fn print_all(
    call: &Call,
    ids: &[TokenId],
    results: Vec<Result<Moved, ControlError>>,
) -> std::io::Result<()> {
    let mut documents: Vec<Value> = Vec::with_capacity(ids.len());
    let mut results = results.into_iter();
    for id in ids {
        let failure = match results.next() {
            Some(Ok(moved)) => {
                documents.push(serde_json::to_value(Document::of(&moved))?);
                call.output.show(words(&moved))?;
                continue;
            }
            Some(Err(error)) => Failure::from(error),
            None => Failure::new("store_unavailable", "not tried: the store was lost before it"),
        };
        call.output.say(format_args!("{id}: {}", failure.message));
        let mut document = serde_json::to_value(failure.document())?;
        if let Some(fields) = document.as_object_mut() {
            fields.insert("id".to_owned(), id.to_string().into());
        }
        documents.push(document);
    }
    call.output.document(&documents)
}

/// How far it has come; if not to every node, which ones are behind.
async fn tell(
    call: &Call,
    desk: &Desk,
    (effect, revision): (Option<InEffect>, Revision),
    to: Move,
) -> Ending {
    let ending = effect::tell(call, effect);
    if ending == Ending::Wrong
        && let Ok(behind) = desk.control.nodes_behind(revision).await
    {
        for node in behind {
            let words =
                format!("not in effect on {}, last heard of at {}", node.name, node.seen_at);
            call.output.say(plain(&words));
        }
    }
    // A token that works a moment later than somebody thinks harms nobody.
    if to == Move::Resume { Ending::Done } else { ending }
}

fn words(moved: &Moved) -> String {
    let Moved { token, is_changed, .. } = moved;
    let already = if *is_changed { "" } else { " already" };
    format!("{} ({}) is {}{already}", token.token.id, plain(&token.token.name), token.state)
}
