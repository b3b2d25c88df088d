//! `gatepass check`

mod finding;
mod identity;
mod impersonation;
mod ldap;
mod limits;
mod local;
mod openid;
mod outside;
mod people;
mod tls;
mod upstream;

use std::net::IpAddr;

use clap::Args;
use finding::{Findings, State};
use gatepass_model::Username;
use outside::OutsidePlace;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::wiring::trust::Trust;

/// Read the configuration, reach the store and every instance, prove every upstream credential
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Whom to become by an application link or a trusted header, to see what the product says; without
    /// it the owner of a living token
    #[arg(long, value_name = "NAME")]
    person: Option<Username>,
    /// Instead of all that: whether a product can be reached past the gate, asked from a machine that
    /// must not get there, without a configuration. An address such as `http://jira.internal:8080/jira`,
    /// or a host, whose usual ports are all tried
    #[arg(long, value_name = "URL", conflicts_with = "person")]
    from_outside: Vec<OutsidePlace>,
    /// The gate's own address: who claims in `X-Forwarded-For` to come from there must get no further.
    /// Without it, what refuses everybody is a warning: a valve may believe that claim
    #[arg(long, value_name = "ADDRESS", requires = "from_outside")]
    gate: Vec<IpAddr>,
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    checks: &'a [finding::Finding],
}

impl Check {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let mut findings = Findings::default();
        if !self.from_outside.is_empty() {
            outside::probe(&self.from_outside, &self.gate, &mut findings).await;
            return report(call, &findings);
        }
        let config = call.config()?;
        let instances = config.instances.len();
        findings.add("configuration", State::Ok, format!("read; instances: {instances}"));
        tls::certificate(&config, &mut findings);
        local::directories(&config, &mut findings);
        let opened = local::store(&config, &mut findings).await;
        limits::reach(&config, &mut findings).await;
        match Trust::of(&config) {
            Ok(trust) => {
                upstream::reach(&config, &trust, &mut findings).await?;
                people::look_up(&config, &trust, &mut findings).await;
                let person = self.person.as_ref();
                identity::prove(&config, &trust, opened.as_ref(), person, &mut findings).await?;
                impersonation::prove(&config, &trust, opened.as_ref(), person, &mut findings)
                    .await?;
            }
            // Nobody can be asked, for the gate would not start.
            Err(failure) => findings.add("tls", State::Failed, failure.message),
        }
        if let Some(opened) = opened {
            let _ = opened.store.close().await;
        }
        report(call, &findings)
    }
}

fn report(call: &Call, findings: &Findings) -> Outcome {
    let ok = findings.are_good();
    call.output.document(&Document { ok, checks: findings.all() })?;
    if !call.output.is_json() {
        call.output.show(findings.text())?;
    }
    if ok {
        return Ok(Ending::Done);
    }
    call.output.say("something is wrong; a line with ✗ says what");
    Ok(Ending::Wrong)
}
