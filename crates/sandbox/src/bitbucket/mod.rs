//! A stand-in Bitbucket, over a real socket.

mod bean;
mod fault;
mod manners;
mod page;
mod permission;
mod rest;
mod router;
pub(crate) mod settings;
mod slug;
mod state;

use settings::BitbucketSettings;
use state::World;

use crate::site::running::Running;

/// A stand-in Bitbucket, listening. Dropping it ends it.
///
/// It needs a tokio runtime with I/O and time. Connections that are open when it ends are cut. Its
/// native tokens are HTTP access tokens.
pub struct Bitbucket {
    running: Running<World>,
}

stand_in!(Bitbucket);

impl Bitbucket {
    /// Listens and answers from now on.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(settings: BitbucketSettings) -> std::io::Result<Self> {
        let shared = manners::share(&settings);
        let running = Running::start(settings.listen, shared, router::inside).await?;
        Ok(Self { running })
    }
}
