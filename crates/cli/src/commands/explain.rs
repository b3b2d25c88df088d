//! `gatepass explain`

use std::net::{IpAddr, Ipv4Addr};

use clap::Args;
use gatepass_control::{ExplainRequest, Explained};
use gatepass_model::{CredentialKind, CredentialSet, InstanceName, TokenId};
use gatepass_policy::StepOutcome;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::output::{CROSS, TICK, plain};
use crate::wiring::desk::{Needs, at_desk};

/// Say check by check why a request passes or not
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// On which instance
    #[arg(long, value_name = "NAME")]
    instance: InstanceName,
    /// By which method
    #[arg(long, default_value = "GET", value_name = "METHOD")]
    method: String,
    /// The path and query, or the whole URL
    #[arg(long, value_name = "URL")]
    url: String,
    /// With which token, by its handle [default: without one]
    #[arg(long, value_name = "TOKEN")]
    token: Option<TokenId>,
    /// With which other credential
    #[arg(
        long = "credential",
        value_parser = ["password", "native_token", "session", "oauth", "anonymous"]
    )]
    credentials: Vec<String>,
    /// From which address
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    from: IpAddr,
    /// With which header: "X-Caller: build"
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
}

impl Explain {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let request = self.into_request()?;
        at_desk(call, Needs::People, async |desk| {
            let explained = desk.control.explain(&desk.actor, &request).await?;
            call.output.document(&explained)?;
            if !call.output.is_json() {
                call.output.show(text(&explained))?;
            }
            Ok(Ending::Done)
        })
        .await
    }

    fn into_request(self) -> Result<ExplainRequest, Failure> {
        let headers = self.headers.iter().map(|header| {
            let parts = header.split_once(':');
            parts.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).ok_or_else(
                || {
                    let words =
                        format!("--header: {header:?} is none; write it as \"Name: value\"");
                    Failure { is_usage: true, ..Failure::new("usage", words) }
                },
            )
        });
        let headers = headers.collect::<Result<_, _>>()?;
        let kinds = CredentialKind::ALL
            .into_iter()
            .filter(|kind| self.credentials.iter().any(|given| given == kind.as_str()));
        // Whoever presents nothing at all is anonymous, also when nobody says so.
        let mut credentials = kinds.fold(CredentialSet::EMPTY, CredentialSet::with);
        if credentials.is_empty() && self.token.is_none() {
            credentials = credentials.with(CredentialKind::Anonymous);
        }
        Ok(ExplainRequest {
            instance: self.instance,
            method: self.method,
            url: self.url,
            token: self.token,
            credentials,
            from: self.from,
            headers,
        })
    }
}

fn text(explained: &Explained) -> String {
    let mut lines = vec![
        format!("request    {}", plain(&explained.request)),
        format!("operation  {}", plain(&explained.operation)),
        String::new(),
    ];
    let width = explained.steps.iter().map(|step| step.check.len()).max().unwrap_or(0);
    for step in &explained.steps {
        let mark = match &step.outcome {
            StepOutcome::Passed => TICK,
            StepOutcome::Refused(_) => CROSS,
            StepOutcome::NotAsked => "-",
        };
        lines.push(format!("{mark} {:<width$}  {}", step.check, plain(&step.words)));
    }
    for limit in &explained.limits {
        lines.push(format!("limit      {}", plain(limit)));
    }
    lines.push(String::new());
    lines.push(match explained.reason {
        None => format!("{TICK} It passes."),
        Some(reason) => format!("{CROSS} It is refused: {reason}."),
    });
    if let Some(row) = &explained.missing_row {
        lines.push(format!(
            "The catalogue does not know {}. If it is a read, add it to the instance's `reads`.",
            plain(row)
        ));
    }
    lines.join("\n")
}
