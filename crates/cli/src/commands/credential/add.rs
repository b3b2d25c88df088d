//! `gatepass credential add`

use clap::Args;
use gatepass_control::AddCredential;
use gatepass_identity::{ProofError, ReadyCredential};
use gatepass_model::{DirectoryName, InstanceName, Username};
use gatepass_profiles::ClaimedUser;
use gatepass_vault::SecretText;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::commands::{effect, input};
use crate::failure::Failure;
use crate::wiring::desk::{Desk, Needs, at_desk};
use crate::wiring::identity;
use crate::wiring::trust::Trust;

/// Put a native token of somebody's, read from standard input, in the place of the one before
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Whose it is
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Where it counts
    #[arg(long, value_name = "NAME")]
    instance: InstanceName,
    /// The owner's directory [default: the instance's]
    #[arg(long, value_name = "NAME")]
    directory: Option<DirectoryName>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    added: &'a gatepass_control::CredentialAdded,
    proven: bool,
}

/// What the product says about the token.
enum Proof {
    /// It is the owner's.
    Right,
    /// It did not say, or says that it is nobody's.
    Doubtful(String),
}

impl Add {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let what = format!("Give the native token of {} on standard input", self.owner);
        let secret = input::secret(call.output, &what)?;
        at_desk(call, Needs::People, async |desk| self.add(call, desk, secret).await).await
    }

    async fn add(self, call: &Call, desk: &Desk, secret: SecretText) -> Outcome {
        let proof = self.prove(desk, &secret).await?;
        let Self { owner, instance, directory } = self;
        let request = AddCredential { owner, directory, instance, secret };
        let added = desk.control.add_credential(&desk.actor, &request).await?;
        let proven = matches!(proof, Proof::Right);
        call.output.document(&Document { added: &added, proven })?;
        let credential = &added.credential;
        let (owner, instance) = (&credential.owner, &credential.instance);
        call.output.show(format_args!("{owner} has a native token at {instance}"))?;
        match proof {
            Proof::Right => {
                call.output.say(format_args!("{instance} takes it for {owner}'s, as it should"));
            }
            Proof::Doubtful(words) => call.output.say(format_args!("warning: {words}")),
        }
        for warning in &added.warnings {
            call.output.say(format_args!("warning: {warning}"));
        }
        effect::tell(call, added.effect);
        Ok(Ending::Done)
    }

    /// Asks the product whose it is. Only what is plainly somebody else's is refused: a product
    /// that is down for now must not keep anybody from preparing.
    async fn prove(&self, desk: &Desk, secret: &SecretText) -> Result<Proof, Failure> {
        let (owner, instance) = (&self.owner, &self.instance);
        let Ok(username) = owner.parse::<Username>() else {
            return Ok(Proof::Doubtful("it was not asked about".to_owned()));
        };
        let known = desk.config.instances.iter().find(|one| one.instance.name == *instance);
        let user = known.map_or(Some(std::borrow::Cow::Borrowed(&username)), |known| {
            known.instance.usernames.at_instance(&username)
        });
        let Some(user) = user else {
            let words = format!("{instance} has no username for {owner}, so it can't be his");
            return Err(Failure::new("credential_of_another", words));
        };
        let Ok(ready) = ReadyCredential::native_token(user.into_owned(), secret) else {
            return Ok(Proof::Doubtful("it can't be sent".to_owned()));
        };
        let said = identity::prover(&desk.config, &Trust::of(&desk.config)?, None)?
            .prove(instance, &ready)
            .await;
        Ok(match said {
            Ok(says) if ready.expected_user().agrees_with(Some(&says)) => Proof::Right,
            Ok(ClaimedUser::Somebody(other)) => {
                let words = format!(
                    "{instance} says that this token is {other}'s, not {owner}'s; have {owner} \
                     make one there"
                );
                return Err(Failure::new("credential_of_another", words));
            }
            Ok(ClaimedUser::Nobody) => Proof::Doubtful(format!(
                "{instance} does not know this token; it is mistyped, revoked or expired, and \
                 {owner}'s API tokens don't work there until a good one is added"
            )),
            // The use case says it better.
            Err(ProofError::UnknownInstance(_)) => Proof::Doubtful(String::new()),
            Err(error) => Proof::Doubtful(format!("whose it is could not be asked: {error}")),
        })
    }
}
