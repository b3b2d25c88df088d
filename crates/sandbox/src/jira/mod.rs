//! A stand-in Jira, over a real socket.

mod bean;
mod call;
mod catalogue;
mod demo;
mod fault;
mod jql;
pub(crate) mod manners;
mod page;
mod rest;
mod router;
pub(crate) mod settings;
mod staff;
pub(crate) mod state;
mod target;

use settings::JiraSettings;
use state::World;

use crate::site::running::Running;

/// A stand-in Jira, listening. Dropping it ends it.
///
/// It needs a tokio runtime with I/O and time. Connections that are open when it ends are cut.
pub struct Jira {
    running: Running<World>,
}

stand_in!(Jira);

impl Jira {
    /// Listens and answers from now on.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(settings: JiraSettings) -> std::io::Result<Self> {
        let shared = manners::share(&settings);
        let running = Running::start(settings.listen, shared, router::inside).await?;
        Ok(Self { running })
    }

    /// Gives somebody another name. His user key, sessions, native tokens and issues stay his.
    /// False when there is no such person or the name is taken.
    pub fn rename_user(&self, old: &str, new: &str) -> bool {
        self.running.shared.world().rename_person(old, new)
    }

    /// Whether nobody in particular may read.
    pub fn set_anonymous_may_read(&self, may: bool) {
        self.set_anonymous_may_use(may);
    }
}
