//! `gatepass admin bootstrap`

use clap::Args;
use gatepass_config::{Config, DirectorySource};
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring::desk::{Needs, at_desk};
use crate::wiring::{console_address, settings};

/// Print a link that makes whoever opens it, signed in, an administrator; once, within an hour
#[derive(Debug, Args)]
pub(crate) struct Bootstrap {
    /// Where people reach the console [default: made of the configuration]
    #[arg(long, value_name = "URL")]
    console: Option<String>,
}

#[derive(Serialize)]
struct Document {
    url: String,
    expires_at: String,
}

impl Bootstrap {
    pub(super) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Store, async |desk| {
            if !can_sign_in(&desk.config) {
                let words = "nobody can sign in: there is no directory of the kind \"oidc\", and no \
                             instance by which people of a \"product\" or \"ldap\" directory sign in";
                return Err(Failure::new("no_sign_in", words));
            }
            let console = match &self.console {
                Some(given) => given.trim_end_matches('/').to_owned(),
                None => console_of(&desk.config),
            };
            let made = desk.control.begin_bootstrap(&desk.actor).await?;
            let url = format!("{console}/bootstrap?key={}", made.key.expose());
            call.output.show(&url)?;
            let expires_at = made.expires_at.to_string();
            call.output.document(&Document { url, expires_at })?;
            call.output.say(format_args!(
                "Open it in a browser, sign in, and confirm. It counts once, until \
                 {}. If the console is reached by another address, give that with --console.",
                made.expires_at
            ));
            Ok(Ending::Done)
        })
        .await
    }
}

fn console_of(config: &Config) -> String {
    let mut instances = config.instances.iter();
    let known = instances.clone().find(|one| settings::signs_in(config, one));
    console_address::best(config, known.or_else(|| instances.next()))
}

/// By a product, or at a provider.
fn can_sign_in(config: &Config) -> bool {
    let mut directories = config.directories.iter();
    directories.any(|one| matches!(one.source, DirectorySource::OpenId(_)))
        || config.instances.iter().any(|one| settings::signs_in(config, one))
}
