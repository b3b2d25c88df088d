//! A stand-in Confluence, over a real socket.

mod bean;
mod fault;
mod manners;
mod page;
mod rest;
mod router;
pub(crate) mod settings;
mod state;

use settings::ConfluenceSettings;
use state::World;

use crate::site::running::Running;

/// A stand-in Confluence, listening. Dropping it ends it.
///
/// It needs a tokio runtime with I/O and time. Connections that are open when it ends are cut.
pub struct Confluence {
    running: Running<World>,
}

stand_in!(Confluence);

impl Confluence {
    /// Listens and answers from now on.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(settings: ConfluenceSettings) -> std::io::Result<Self> {
        let shared = manners::share(&settings);
        let running = Running::start(settings.listen, shared, router::inside).await?;
        Ok(Self { running })
    }
}
