//! `gatepass demo`

mod files;
mod script;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use files::Files;
use gatepass_control::{AddCredential, Control, IssueRequest, Issued};
use gatepass_gate::Parting;
use gatepass_model::{Actor, Expiry, Grant, InstanceName, Lifetime, PersonKey};
use gatepass_sandbox::{Jira, JiraSettings};
use gatepass_vault::{Entropy as _, SecretText, SystemEntropy};

use super::serve::until_stopped;
use crate::call::{Call, Outcome};
use crate::failure::Failure;
use crate::wiring::clock::SystemClock;
use crate::wiring::gate::RunningGate;
use crate::wiring::given::Given;
use crate::wiring::signals::Signals;
use crate::wiring::{config, log, system_user};

/// Try it: a stand-in Jira, a gate before it, people, tokens, and what to type
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the gate listens [default: the first free port from 8080]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Keep store and keys in this folder [default: a new one, deleted at the end]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Where ports are looked for, and how far.
const FIRST_PORT: u16 = 8080;
const PORTS: u16 = 200;

/// Everything that a demonstration consists of.
struct Stage {
    jira: Jira,
    people: Vec<(String, String)>,
    files: Files,
    gate: RunningGate,
    url: String,
    read_only: Issued,
    read_write: Issued,
    is_again: bool,
}

impl Demo {
    pub(crate) async fn run(self, call: &Call) -> Outcome {
        log::init(quiet());
        let mut signals = Signals::listen()?;
        let stage = Stage::set(&self).await?;
        call.output.document(&script::document(&stage))?;
        if !call.output.is_json() {
            call.output.show(script::text(&stage))?;
        }
        signals.next().await;
        let Stage { gate, jira, files, .. } = stage;
        let outcome = until_stopped(gate, &mut signals, Parting::Alone).await;
        jira.stop();
        files.clear_away();
        outcome
    }
}

impl Stage {
    async fn set(demo: &Demo) -> Result<Self, Failure> {
        let port = free_port(demo.port)?;
        let mut settings = JiraSettings::demo();
        settings.seed = seed()?;
        settings.clock = Arc::new(SystemClock);
        let people = settings.people.iter().map(|one| (one.username.clone(), one.password.clone()));
        let people: Vec<(String, String)> = people.collect();
        let jira = Jira::start(settings)
            .await
            .map_err(|error| Failure::io("the stand-in Jira can't be started", &error))?;
        let lookup = jira.issue_native_token(ADMINISTRATOR, "Gatepass, to look people up");
        let files = Files::write(demo.data.as_deref(), port, &jira.base_url(), &lookup)?;
        let is_again = files.has_store();
        let gate =
            RunningGate::start(&config::load_plain(&files.config)?, Given::default()).await?;
        let url = format!("http://127.0.0.1:{port}");
        let control = gate.control();
        let actor = system_user::actor();
        add_credential(control, &actor, &jira, script::OWNER).await?;
        make_administrator(control, &actor).await?;
        let read_only = issue(control, &actor, "Reads only", Grant::read_only()).await?;
        let read_write = issue(control, &actor, "Reads and writes", Grant::read_write()).await?;
        Ok(Self { jira, people, files, gate, url, read_only, read_write, is_again })
    }
}

/// The administrator of the stand-in; of Gatepass too.
const ADMINISTRATOR: &str = "carol";

async fn make_administrator(control: &Control, actor: &Actor) -> Result<(), Failure> {
    let link = control.begin_bootstrap(actor).await?;
    let directory = files::DIRECTORY.parse();
    let (Ok(directory), Ok(username)) = (directory, ADMINISTRATOR.parse()) else {
        return Err(Failure::new("invalid", "the demonstration has no administrator"));
    };
    let person = PersonKey { directory, username };
    Ok(control.finish_bootstrap(link.key.expose(), &person).await?)
}

/// Warnings only: people are to read the script, not the log.
const fn quiet() -> gatepass_config::LogConfig {
    gatepass_config::LogConfig {
        format: gatepass_config::LogFormat::Text,
        level: gatepass_config::LogLevel::Warn,
    }
}

fn seed() -> Result<u64, Failure> {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}

/// The port that was asked for, or the first that is free.
fn free_port(wanted: Option<u16>) -> Result<u16, Failure> {
    let try_one = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    if let Some(port) = wanted {
        let bound = try_one(port).and_then(|listener| listener.local_addr());
        return bound
            .map(|address| address.port())
            .map_err(|error| Failure::io(format_args!("--port {port} can't be had"), &error));
    }
    let mut ports = FIRST_PORT..FIRST_PORT + PORTS;
    ports.find(|&port| try_one(port).is_ok()).ok_or_else(|| {
        let last = FIRST_PORT + PORTS - 1;
        let words = format!("no port from {FIRST_PORT} to {last} is free; name one with --port");
        Failure::new("start_failed", words)
    })
}

/// Has the stand-in make a native token, and puts it where the gate finds it.
async fn add_credential(
    control: &Control,
    actor: &Actor,
    jira: &Jira,
    username: &str,
) -> Result<(), Failure> {
    let secret = SecretText::new(jira.issue_native_token(username, "Gatepass"));
    let instance = instance()?;
    let request = AddCredential { owner: username.to_owned(), directory: None, instance, secret };
    control.add_credential(actor, &request).await?;
    Ok(())
}

fn instance() -> Result<InstanceName, Failure> {
    files::INSTANCE.parse().map_err(|error| Failure::new("invalid", format!("{error}")))
}

async fn issue(
    control: &Control,
    actor: &Actor,
    name: &str,
    grant: Grant,
) -> Result<Issued, Failure> {
    let request = IssueRequest {
        id: None,
        owner: script::OWNER.to_owned(),
        directory: None,
        name: name.to_owned(),
        purpose: Some("to try Gatepass".to_owned()),
        integration: None,
        grant,
        expires: Some(Expiry::After(Lifetime::from_days(7))),
        override_reason: None,
        on_behalf_of_reason: None,
    };
    Ok(control.issue_token(actor, &request).await?)
}
