//! What a stand-in Bitbucket starts with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use gatepass_model::Clock;

use crate::site::consumer::ConsumerSeed;
use crate::site::demo;
use crate::site::settings::{Account, AfterSignedCall, NativeTokenLimits, RunningClock};

/// How a stand-in Bitbucket listens, and who is in it.
#[derive(Clone)]
pub struct BitbucketSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `""`, or like `"/bitbucket"`: with a leading and without a final slash.
    pub context_path: String,
    /// The clock that everything is dated by.
    pub clock: Arc<dyn Clock>,
    /// Who may sign in. `stash-administrators` makes somebody an administrator, and `stash-users`
    /// lets somebody administer the project.
    pub users: Vec<Account>,
    /// The application links that there are.
    pub application_links: Vec<ConsumerSeed>,
    /// What people may make as HTTP access tokens. In [`demo`](Self::demo) 100 at a time, with
    /// names of 255 characters and no bound on their lives: `longest_days` is `u32::MAX`.
    pub native_token_limits: NativeTokenLimits,
    /// Its version. Before 5.5 it knows no access tokens.
    pub version: [u16; 3],
    /// What is left of the session of a signed call.
    pub after_signed_call: AfterSignedCall,
}

impl BitbucketSettings {
    /// A version from before there were access tokens, in which a signed call opens a session.
    pub fn before_native_tokens(self) -> Self {
        let after_signed_call = AfterSignedCall::Session;
        Self { version: [5, 4, 1], after_signed_call, ..self }
    }

    /// The people of [`JiraSettings::demo`](crate::JiraSettings::demo), with the same passwords:
    /// `alice`, `bob`, `carol` (an administrator) and `ci-bot`.
    ///
    /// Listens on a free port of 127.0.0.1. Its clock starts at 2026-11-23T10:00Z and runs.
    pub fn demo() -> Self {
        let users = demo::people([
            &["stash-users"],
            &["stash-users"],
            &["stash-users", "stash-administrators"],
            &["stash-users"],
        ]);
        let native_token_limits = NativeTokenLimits {
            most_per_person: 100,
            longest_days: u32::MAX,
            may_be_eternal: true,
            longest_name: 255,
        };
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            context_path: String::new(),
            clock: Arc::new(RunningClock::start()),
            users,
            application_links: Vec::new(),
            native_token_limits,
            version: [9, 4, 5],
            after_signed_call: AfterSignedCall::Nothing,
        }
    }
}
