//! The gate between the generator and Tomcat, and the tokens that are sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use gatepass_gate::settings::TargetMode;
use gatepass_model::{Grant, Mode, Product, TokenId};
use gatepass_profiles::{Profile, profile};
use gatepass_testkit::{TestGate, TestGateOptions, TestInstance, build};

use crate::dice::Dice;
use crate::generate::INSTANCES;
use crate::plan::Who;
use crate::tap::Tap;

/// Of each kind, so that the gate's record, which keeps a thousand lines of a token for a batch,
/// keeps them all.
const TOKENS: usize = 12;

/// What a token may not do that denies.
pub(crate) const DENIED: &str = "GET /rest/api/*/user";

/// The tokens by kind: handle and secret.
#[derive(Default)]
pub(crate) struct Secrets {
    read_only: Vec<(TokenId, String)>,
    denying: Vec<(TokenId, String)>,
    read_write: Vec<(TokenId, String)>,
}

impl Secrets {
    /// Any of that kind.
    pub(crate) fn pick(&self, who: Who, dice: &Dice) -> Option<(TokenId, &str)> {
        let all = match who {
            Who::Nobody => return None,
            Who::ReadOnly => &self.read_only,
            Who::Denying => &self.denying,
            Who::ReadWrite => &self.read_write,
        };
        all.get(dice.below(all.len())).map(|(id, secret)| (*id, secret.as_str()))
    }
}

/// See the module.
pub(crate) struct World {
    pub(crate) gate: TestGate,
    pub(crate) secrets: Secrets,
    pub(crate) tap: Arc<Tap>,
}

impl World {
    /// A gate in front of `tomcat`: two instances of Jira that block everything but tokens, one
    /// that lets all pass, one that is strict about pages too, one Confluence.
    pub(crate) async fn start(tomcat: SocketAddr, threads: usize, seed: u64) -> Result<Self> {
        let mut instances = Vec::new();
        for (name, context_path) in INSTANCES {
            let product = if name == "wiki" { Product::Confluence } else { Product::Jira };
            instances.push(TestInstance {
                name: name.to_owned(),
                context_path: context_path.to_owned(),
                targets: if name == "strict" { TargetMode::Enforce } else { TargetMode::Observe },
                connect: Duration::from_secs(20),
                connections: 256,
                ..TestInstance::new(product, tomcat)
            });
        }
        let tap = Arc::new(Tap::default());
        let closed = INSTANCES.map(|(name, _)| name).into_iter().filter(|name| *name != "open");
        let closed: Vec<&str> = closed.collect();
        let options = TestGateOptions {
            threads,
            seed,
            policy: build::policy_with_mode(Mode::Block, &closed)?,
            record_into: Some(Arc::clone(&tap) as _),
            ..TestGateOptions::new(instances)?
        };
        let gate = TestGate::start(options).await?;
        let mut secrets = Secrets::default();
        for _ in 0..TOKENS {
            for (all, grant) in [
                (&mut secrets.read_only, Grant::read_only()),
                (&mut secrets.denying, build::read_only_but(&[DENIED])?),
                (&mut secrets.read_write, Grant::read_write()),
            ] {
                let issued = gate.issue("alice", grant).await?;
                all.push((issued.id, issued.secret));
            }
        }
        Ok(Self { gate, secrets, tap })
    }
}

/// What stands at an instance, by its place.
pub(crate) fn profile_of(instance: usize) -> &'static Profile {
    let is_wiki = INSTANCES.get(instance).is_some_and(|(name, _)| *name == "wiki");
    profile(if is_wiki { Product::Confluence } else { Product::Jira })
}

/// Whether everything but tokens is blocked there.
pub(crate) fn is_closed(instance: usize) -> bool {
    INSTANCES.get(instance).is_none_or(|(name, _)| *name != "open")
}
