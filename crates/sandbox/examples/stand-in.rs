//! A stand-in product to try things with: prints its base URL and runs until it is ended.
//!
//! `cargo run -p gatepass-sandbox --example stand-in -- jira|confluence|bitbucket [PORT]
//! [CONTEXT_PATH] [before-native-tokens]`
//!
//! Port 0 is a free one, as is none. The context path is like `/jira`, or empty. With
//! `before-native-tokens` it is of a version that knows no native tokens.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use gatepass_model::{Clock, Timestamp};
use gatepass_sandbox::{
    Bitbucket, BitbucketSettings, Confluence, ConfluenceSettings, Jira, JiraSettings,
};

const USAGE: &str =
    "stand-in jira|confluence|bitbucket [PORT] [CONTEXT_PATH] [before-native-tokens]";

/// The clock of the programs that talk to it, who sign calls by it.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "here the system is asked, and nowhere else")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What a product is started with.
struct Wanted {
    listen: SocketAddr,
    context_path: String,
    is_old: bool,
}

/// Starts a product of these types, says where it is, and waits.
macro_rules! run {
    ($product:ident, $settings:ident, $wanted:expr) => {{
        let Wanted { listen, context_path, is_old } = $wanted;
        let clock = Arc::new(SystemClock);
        let settings = $settings { listen, context_path, clock, ..$settings::demo() };
        let settings = if is_old { settings.before_native_tokens() } else { settings };
        let product = $product::start(settings).await.context("cannot listen")?;
        let token = (!is_old).then(|| product.issue_native_token("alice", "example"));
        tell(&product.base_url(), token.as_deref())?;
        tokio::signal::ctrl_c().await.context("cannot wait for the end")
    }};
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let wanted = read(argument(1), argument(2), argument(3))?;
    match argument(0) {
        Some("jira") => run!(Jira, JiraSettings, wanted),
        Some("confluence") => run!(Confluence, ConfluenceSettings, wanted),
        Some("bitbucket") => run!(Bitbucket, BitbucketSettings, wanted),
        _ => bail!("usage: {USAGE}"),
    }
}

fn read(port: Option<&str>, context_path: Option<&str>, age: Option<&str>) -> Result<Wanted> {
    let port: u16 = port.unwrap_or("0").parse().context("the second argument is a port")?;
    let context_path = context_path.unwrap_or_default();
    let is_one = context_path.starts_with('/') && !context_path.ends_with('/');
    if !context_path.is_empty() && !is_one {
        bail!("the third argument is a context path, like /jira, or empty");
    }
    let is_old = match age {
        None => false,
        Some("before-native-tokens") => true,
        Some(_) => bail!("usage: {USAGE}"),
    };
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok(Wanted { listen, context_path: context_path.to_owned(), is_old })
}

/// The base URL stands alone in the first line, for programs that read it.
fn tell(base_url: &str, token: Option<&str>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{base_url}")?;
    if let Some(token) = token {
        writeln!(out, "alice's native token: {token}")?;
    }
    writeln!(out, "people: alice, bob, carol (administrator), ci-bot; password: <name>-password")?;
    out.flush()?;
    Ok(())
}
