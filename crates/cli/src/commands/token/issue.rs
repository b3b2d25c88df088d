//! `gatepass token issue`

use clap::Args;
use gatepass_control::{InEffect, IssueRequest, Issued, words};
use gatepass_model::{
    Access, ByteCount, DirectoryName, Expiry, Grant, InstanceName, Limits, Network, Pattern, Rate,
    RequiredHeader,
};
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::commands::effect;
use crate::wiring::desk::{Needs, at_desk};

/// Make a token; its secret is printed once
#[derive(Debug, Args)]
pub(crate) struct Issue {
    /// The username of the person that it acts as
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// The owner's directory; needed where there are several
    #[arg(long, value_name = "NAME")]
    directory: Option<DirectoryName>,
    /// Why it exists
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// The script or third party that it is for
    #[arg(long, value_name = "TEXT")]
    integration: Option<String>,
    /// It reads, and changes nothing
    #[arg(long)]
    read_only: bool,
    /// Administration is within it; policy forbids that by default
    #[arg(long)]
    admin: bool,
    /// A network that it may be used from (10.1.0.0/16); none: from anywhere
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<Network>,
    /// An instance that it works on; none: all of the owner's directory
    #[arg(long = "instance", value_name = "NAME")]
    instances: Vec<InstanceName>,
    /// What it may reach, nothing else then: "GET /rest/api/2/issue/**"
    #[arg(long = "allow", value_name = "PATTERN")]
    allow: Vec<Pattern>,
    /// What it may not reach, whatever else allows it
    #[arg(long = "deny", value_name = "PATTERN")]
    deny: Vec<Pattern>,
    /// A header that must come with it: "X-Caller: build"
    #[arg(long = "require-header", value_name = "NAME: VALUE")]
    required_headers: Vec<RequiredHeader>,
    /// Requests in a time: 60/min, 10/s or 1000/h
    #[arg(long, value_name = "RATE")]
    rate: Option<Rate>,
    /// How many requests of the rate may come at once after a pause [default: as many as it counts]
    #[arg(long, value_name = "N", requires = "rate")]
    burst: Option<u32>,
    /// Requests on their way at once
    #[arg(long, value_name = "N")]
    concurrency: Option<u32>,
    /// Bytes of requests' and answers' bodies in a day of UTC: 200MiB, 2GiB
    #[arg(long, value_name = "BYTES")]
    bytes_per_day: Option<ByteCount>,
    /// Searches, exports and bulk requests in a time
    #[arg(long, value_name = "RATE")]
    heavy_rate: Option<Rate>,
    /// Searches, exports and bulk requests on their way at once
    #[arg(long, value_name = "N")]
    heavy_concurrency: Option<u32>,
    /// When it ends: 90d, 2027-01-31 or never [default: 90d, or what policy allows]
    #[arg(long, value_name = "WHEN")]
    expires: Option<Expiry>,
    /// Why somebody else than the owner makes it; recorded
    #[arg(long, value_name = "REASON")]
    on_behalf_of_reason: Option<String>,
    /// Make it although policy forbids it; the reason is recorded
    #[arg(long = "override", value_name = "REASON")]
    override_reason: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    issued: &'a Issued,
    notes: &'a [String],
    overridden: Vec<String>,
    in_effect: Option<InEffect>,
}

impl Issue {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        let request = self.into_request();
        at_desk(call, Needs::People, async |desk| {
            let issued = desk.control.issue_token(&desk.actor, &request).await?;
            print(call, &issued)?;
            // It is made, whoever has heard of it so far: what matters is that its secret is out.
            effect::tell(call, issued.effect);
            Ok(Ending::Done)
        })
        .await
    }

    fn into_request(self) -> IssueRequest {
        let access = if self.read_only { Access::ReadOnly } else { Access::ReadWrite };
        IssueRequest {
            id: None,
            owner: self.owner,
            directory: self.directory,
            name: self.name,
            purpose: self.purpose,
            integration: self.integration,
            grant: Grant {
                access,
                admin: self.admin,
                instances: self.instances,
                networks: self.networks,
                allow: self.allow,
                deny: self.deny,
                required_headers: self.required_headers,
                limits: Limits {
                    rate: self.rate,
                    burst: self.burst,
                    concurrency: self.concurrency,
                    bytes_per_day: self.bytes_per_day,
                    heavy_rate: self.heavy_rate,
                    heavy_concurrency: self.heavy_concurrency,
                },
            },
            expires: self.expires,
            override_reason: self.override_reason,
            on_behalf_of_reason: self.on_behalf_of_reason,
        }
    }
}

fn print(call: &Call, issued: &Issued) -> std::io::Result<()> {
    let output = call.output;
    let token = &issued.token.token;
    let overridden: Vec<String> = issued.overridden.iter().map(ToString::to_string).collect();
    let notes = &issued.notes;
    let in_effect = issued.effect;
    output.document(&Document { issued, notes, overridden: overridden.clone(), in_effect })?;
    output.show(format_args!("token   {}", token.id))?;
    output.show(format_args!("owner   {}", token.owner))?;
    let end = token.expires_at.map_or_else(|| "never".to_owned(), words::moment);
    output.show(format_args!("expires {end}"))?;
    output.show(format_args!("secret  {}", issued.secret.reveal()))?;
    for note in notes {
        output.say(format_args!("note: {note}"));
    }
    for violation in overridden {
        output.say(format_args!("set aside by the override: {violation}"));
    }
    if !output.is_json() {
        output
            .say("This is the only time that the secret is shown. Put it where it is needed now.");
    }
    Ok(())
}
