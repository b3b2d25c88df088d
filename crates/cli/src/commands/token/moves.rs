//! `gatepass token suspend`, `resume`, `revoke`

use clap::Args;
use gatepass_control::{InEffect, Moved, TokenView};
use gatepass_model::TokenId;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::commands::effect;
use crate::output::plain;
use crate::wiring::desk::{Needs, at_desk};

/// Which token, and why
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The token's handle: tok_…
    #[arg(value_name = "TOKEN")]
    token: TokenId,
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

impl Target {
    pub(crate) async fn run(self, call: &Call, to: Move) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let (control, actor, id) = (&desk.control, &desk.actor, self.token);
            let reason = self.reason.as_deref();
            let moved = match to {
                Move::Suspend => control.suspend_token(actor, id, reason).await?,
                Move::Resume => control.resume_token(actor, id, reason).await?,
                Move::Revoke => control.revoke_token(actor, id, reason).await?,
            };
            print(call, &moved)?;
            let ending = effect::tell(call, moved.effect);
            // A token that works a moment later than somebody thinks harms nobody.
            Ok(if to == Move::Resume { Ending::Done } else { ending })
        })
        .await
    }
}

fn print(call: &Call, moved: &Moved) -> std::io::Result<()> {
    let Moved { token, is_changed, effect } = moved;
    call.output.document(&Document {
        token,
        changed: *is_changed,
        confirmed: effect.is_some_and(InEffect::is_everywhere),
        in_effect: *effect,
    })?;
    let already = if *is_changed { "" } else { " already" };
    let name = plain(&token.token.name);
    let words = format!("{} ({name}) is {}{already}", token.token.id, token.state);
    call.output.show(words)
}
