//! A stand-in Jira to try things with: prints its address and runs until it is ended.
//!
//! `cargo run -p gatepass-sandbox --example jira -- [PORT] [CONTEXT_PATH]`

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use gatepass_sandbox::{Jira, JiraSettings};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the address is what a user of this example needs")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut settings = JiraSettings::demo();
    if let Some(port) = arguments.next() {
        let port: u16 = port.parse().context("the first argument is a port")?;
        settings.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    }
    settings.context_path = arguments.next().unwrap_or_default();
    let jira = Jira::start(settings).await.context("cannot listen")?;
    println!("{}", jira.base_url());
    println!("alice's native token: {}", jira.issue_native_token("alice", "example"));
    println!("people: alice, bob, carol (administrator), ci-bot; password: <name>-password");
    tokio::signal::ctrl_c().await.context("cannot wait for the end")
}
