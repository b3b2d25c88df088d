//! `gatepass token show`

use clap::Args;
use gatepass_control::{TokenShown, TokenView, words};
use gatepass_model::TokenId;
use gatepass_store::activity::{Counts, LastUse, RecentRequest, TokenUsage};
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::output::{plain, table};
use crate::wiring::desk::{Needs, at_desk};

/// Show a token, and what was done with it
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The token's handle: tok_…
    #[arg(value_name = "TOKEN")]
    token: TokenId,
    /// How many of its newest requests to show, 1000 at most
    #[arg(long, value_name = "N", default_value_t = 10)]
    recent: u32,
}

impl Show {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        at_desk(call, Needs::Activity, async |desk| {
            let shown = desk.control.show_token(&desk.actor, self.token, self.recent).await?;
            call.output.document(&Document::of(&shown))?;
            if !call.output.is_json() {
                call.output.show(text(&shown))?;
            }
            Ok(Ending::Done)
        })
        .await
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    token: &'a TokenView,
    summary: &'a str,
    activity: Option<Activity<'a>>,
    recent: Vec<Recent<'a>>,
}

/// The last 30 days; `last_use` ever.
#[derive(Serialize)]
struct Activity<'a> {
    #[serde(flatten)]
    counts: Numbers,
    refusals: serde_json::Map<String, serde_json::Value>,
    last_use: Option<Last<'a>>,
}

#[derive(Serialize)]
struct Numbers {
    requests: u64,
    refused: u64,
    bytes_in: u64,
    bytes_out: u64,
    upstream_ms: u64,
}

#[derive(Serialize)]
struct Last<'a> {
    at: String,
    instance: &'a str,
    address: String,
    user_agent: &'a str,
}

#[derive(Serialize)]
struct Recent<'a> {
    at: String,
    instance: &'a str,
    method: &'a str,
    family: &'a str,
    resource: &'a str,
    action: &'a str,
    project: Option<&'a str>,
    status: u16,
    reason: Option<&'a str>,
    bytes_in: u64,
    bytes_out: u64,
    duration_ms: f64,
    request_id: String,
}

impl<'a> Document<'a> {
    fn of(shown: &'a TokenShown) -> Self {
        Self {
            token: &shown.token,
            summary: &shown.in_words,
            activity: shown.usage.as_ref().map(Activity::of),
            recent: shown.recent.iter().map(Recent::of).collect(),
        }
    }
}

impl<'a> Activity<'a> {
    fn of(usage: &'a TokenUsage) -> Self {
        let refusals = usage.refusals.iter();
        let Counts { requests, refused, bytes_in, bytes_out, upstream_micros } = usage.total;
        Self {
            counts: Numbers {
                requests,
                refused,
                bytes_in,
                bytes_out,
                upstream_ms: upstream_micros / 1000,
            },
            refusals: refusals.map(|(reason, count)| (reason.clone(), (*count).into())).collect(),
            last_use: usage.last.as_ref().map(|last| Last {
                at: last.at.to_string(),
                instance: last.instance.as_str(),
                address: last.address.to_string(),
                user_agent: &last.agent,
            }),
        }
    }
}

impl<'a> Recent<'a> {
    fn of(request: &'a RecentRequest) -> Self {
        Self {
            at: request.at.to_string(),
            instance: &request.instance,
            method: &request.method,
            family: &request.family,
            resource: &request.resource,
            action: &request.action,
            project: request.project.as_deref(),
            status: request.status,
            reason: request.reason.as_deref(),
            bytes_in: request.bytes_in,
            bytes_out: request.bytes_out,
            duration_ms: millis(request.duration_micros),
            request_id: format!("{:032x}", request.request_id),
        }
    }
}

/// To the tenth.
#[expect(clippy::cast_precision_loss, reason = "no request takes 2⁵³ microseconds")]
fn millis(micros: u64) -> f64 {
    (micros as f64 / 100.0).round() / 10.0
}

fn text(shown: &TokenShown) -> String {
    let token = &shown.token.token;
    let mut lines = vec![
        format!("{}  {}", token.id, plain(&token.name)),
        shown.in_words.clone(),
        String::new(),
        format!("state        {}", shown.token.state),
        format!("owner        {}", token.owner),
        format!("made         {} by {}", words::moment(token.created_at), token.creator),
        format!("secret       {}…", token.secret.hint),
    ];
    if let Some(former) = &token.former {
        let until = words::moment(former.until);
        lines.push(format!("old secret   {}… works until {until}", former.secret.hint));
    }
    let optional = [("purpose", &token.purpose), ("integration", &token.integration)];
    for (name, text) in optional {
        lines.extend(text.as_ref().map(|text| format!("{name:<12} {}", plain(text))));
    }
    if !shown.token.is_genuine {
        lines.push("This row was not written with the keys of this store: it is refused.".into());
    }
    match &shown.usage {
        Some(usage) => lines.extend(usage_lines(usage)),
        None => lines.push("What was done with it can't be read.".to_owned()),
    }
    if !shown.recent.is_empty() {
        lines.push(String::new());
        lines.push(recent_table(&shown.recent));
    }
    lines.join("\n")
}

fn usage_lines(usage: &TokenUsage) -> Vec<String> {
    let Counts { requests, refused, bytes_in, bytes_out, upstream_micros } = usage.total;
    let last = usage.last.as_ref().map_or_else(|| "never".to_owned(), last_words);
    let mut lines = vec![
        format!("last use     {last}"),
        format!("in 30 days   {requests} requests, {refused} of them refused"),
        format!("             {bytes_in} bytes in, {bytes_out} bytes out"),
        format!("             {} s of the products' time", millis(upstream_micros) / 1000.0),
    ];
    for (reason, count) in &usage.refusals {
        lines.push(format!("             {count} refused as {}", plain(reason)));
    }
    lines
}

fn last_words(last: &LastUse) -> String {
    let agent = if last.agent.is_empty() { "no user agent" } else { &last.agent };
    format!("{} on {} from {} ({})", last.at, last.instance, last.address, plain(agent))
}

fn recent_table(recent: &[RecentRequest]) -> String {
    let header = ["TIME", "INSTANCE", "METHOD", "OPERATION", "PROJECT", "STATUS", "REASON", "MS"];
    table(
        &header,
        recent.iter().map(|request| {
            let mut operation = request.family.clone();
            for part in [&request.resource, &request.action] {
                if !part.is_empty() {
                    operation.push(' ');
                    operation.push_str(part);
                }
            }
            vec![
                request.at.to_string(),
                request.instance.clone(),
                request.method.clone(),
                operation,
                request.project.clone().unwrap_or_default(),
                request.status.to_string(),
                request.reason.clone().unwrap_or_default(),
                millis(request.duration_micros).to_string(),
            ]
        }),
    )
}
