//! `gatepass token rotate`

use clap::Args;
use gatepass_control::{InEffect, Rotated, words};
use gatepass_model::{Lifetime, TokenId};
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::commands::effect;
use crate::wiring::desk::{Needs, at_desk};

/// Give a token a new secret, which is printed once
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The token's handle: tok_…
    #[arg(value_name = "TOKEN")]
    token: TokenId,
    /// How long the old secret works on, 30d at most [default: not at all]
    #[arg(long, value_name = "DURATION")]
    grace: Option<Lifetime>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    rotated: &'a Rotated,
    in_effect: Option<InEffect>,
}

impl Rotate {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            let rotated = desk.control.rotate_token(&desk.actor, self.token, self.grace).await?;
            print(call, &rotated)?;
            effect::tell(call, rotated.effect);
            Ok(Ending::Done)
        })
        .await
    }
}

fn print(call: &Call, rotated: &Rotated) -> std::io::Result<()> {
    let output = call.output;
    output.document(&Document { rotated, in_effect: rotated.effect })?;
    output.show(format_args!("token   {}", rotated.token.token.id))?;
    output.show(format_args!("secret  {}", rotated.secret.reveal()))?;
    match rotated.former_until {
        Some(until) => {
            output.say(format_args!("the old secret works until {}", words::moment(until)));
        }
        None => output.say("the old secret has ended"),
    }
    if !output.is_json() {
        output
            .say("This is the only time that the secret is shown. Put it where it is needed now.");
    }
    Ok(())
}
