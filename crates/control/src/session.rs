//! Who is signed in to the console.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, Lifetime, PersonKey, Session, SessionId};
use gatepass_store::StoreError;
use gatepass_vault::BearerSecret;

use crate::authorise::Standing;
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// That a session is used is noted at most so often.
const TOUCH: Lifetime = Lifetime::from_seconds(60);

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// His session.
    pub session: Session,
    /// Who he is now, and what he may do.
    pub standing: Standing,
    /// Whether he proved within the last minutes who he is.
    pub is_proved: bool,
}

impl SignedIn {
    /// As whom he does what he does.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.standing.person.key.clone())
    }

    /// Who he is.
    pub const fn key(&self) -> &PersonKey {
        &self.standing.person.key
    }
}

/// A session as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl Control {
    /// Who presents this; `None` when the session has ended, or its person is not active any more.
    pub async fn signed_in(&self, secret: &BearerSecret) -> Result<Option<SignedIn>, ControlError> {
        let (now, digest) = (self.clock.now(), secret.digest());
        let found = self.store.find_session(&digest).await?;
        let Some(session) = found.filter(|session| session.is_alive(now)) else {
            return Ok(None);
        };
        let Some(standing) = self.standing(&session.person).await? else { return Ok(None) };
        if now.since(session.seen_at) >= TOUCH
            && let Err(error) = self.store.touch_session(&digest, now).await
        {
            // He is who he is; that his session may end earlier is no reason to stop him.
            tracing::warn!(%error, "the use of a session could not be noted");
        }
        let is_proved = session.is_proved(now);
        Ok(Some(SignedIn { session, standing, is_proved }))
    }

    /// His own sessions that are alive, the newest first.
    pub async fn own_sessions(&self, who: &SignedIn) -> Result<Vec<SessionView>, ControlError> {
        let now = self.clock.now();
        let all = self.store.list_sessions(who.key()).await?;
        let alive = all.into_iter().filter(|session| session.is_alive(now));
        let view =
            |session: Session| SessionView { is_this: session.id == who.session.id, session };
        Ok(alive.map(view).collect())
    }

    /// Ends one of his own sessions; `NotFound` for another's.
    pub async fn end_own_session(&self, who: &SignedIn, id: SessionId) -> Result<(), ControlError> {
        let audit = self.session_ended(who, "ended");
        match self.store.end_session(who.key(), id, &audit).await {
            Err(StoreError::NotFound) => Err(ControlError::NotFound(format!("session {id}"))),
            other => Ok(other?),
        }
    }

    /// Ends all of his own sessions but this one. How many there were.
    pub async fn end_own_other_sessions(&self, who: &SignedIn) -> Result<u64, ControlError> {
        let audit = self.session_ended(who, "all others ended");
        Ok(self.store.end_other_sessions(who.key(), Some(who.session.id), &audit).await?)
    }

    fn session_ended(&self, who: &SignedIn, words: &str) -> gatepass_store::AuditEntry {
        let subject = AuditSubject::Session(who.key().clone());
        audit_entry(&who.actor(), self.clock.now(), "session.ended", subject, words)
    }
}
