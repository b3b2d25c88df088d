//! What a stand-in Confluence starts with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use gatepass_model::Clock;

use crate::site::consumer::ConsumerSeed;
use crate::site::demo;
use crate::site::settings::{Account, AfterSignedCall, NativeTokenLimits, RunningClock};

/// How a stand-in Confluence listens, and who is in it.
#[derive(Clone)]
pub struct ConfluenceSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `""`, or like `"/confluence"`: with a leading and without a final slash.
    pub context_path: String,
    /// The clock that everything is dated by.
    pub clock: Arc<dyn Clock>,
    /// Who may sign in. `confluence-administrators` makes somebody an administrator.
    pub users: Vec<Account>,
    /// The application links that there are.
    pub application_links: Vec<ConsumerSeed>,
    /// What people may make as native tokens.
    pub native_token_limits: NativeTokenLimits,
    /// Its version. Before 7.9 it knows no native tokens.
    pub version: [u16; 3],
    /// What is left of the session of a signed call.
    pub after_signed_call: AfterSignedCall,
}

impl ConfluenceSettings {
    /// A version from before there were native tokens, in which a signed call opens a session.
    pub fn before_native_tokens(self) -> Self {
        let after_signed_call = AfterSignedCall::Session;
        Self { version: [7, 8, 5], after_signed_call, ..self }
    }

    /// The people of [`JiraSettings::demo`](crate::JiraSettings::demo), with the same passwords:
    /// `alice`, `bob`, `carol` (an administrator) and `ci-bot`.
    ///
    /// Listens on a free port of 127.0.0.1. Its clock starts at 2026-11-23T10:00Z and runs.
    pub fn demo() -> Self {
        let users = demo::people([
            &["confluence-users"],
            &["confluence-users"],
            &["confluence-users", "confluence-administrators"],
            &["confluence-users"],
        ]);
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            context_path: String::new(),
            clock: Arc::new(RunningClock::start()),
            users,
            application_links: Vec::new(),
            native_token_limits: NativeTokenLimits::default(),
            version: [10, 0, 3],
            after_signed_call: AfterSignedCall::Nothing,
        }
    }
}
