//! What the console needs so that nothing is done twice, shown twice or lost: forms that were sent,
//! secrets that are to be shown once, and what somebody typed while he had to go elsewhere.

use gatepass_model::{Lifetime, SessionId, Timestamp, TokenId};
use gatepass_store::{StoreError, TicketKind};
use gatepass_vault::{
    BearerSecret, NewSecret, SealedCredential, SecretText, digest_of, open, seal,
};

use crate::control::Control;
use crate::error::ControlError;

/// How long it is known that a form was sent.
const FORM: Lifetime = Lifetime::from_days(1);
/// How long a secret waits to be shown.
const SECRET: Lifetime = Lifetime::from_seconds(1800);
/// How long a draft is kept.
const DRAFT: Lifetime = Lifetime::from_seconds(3600);
/// Who began a form and has not said anything since will not any more.
const ABANDONED: Lifetime = Lifetime::from_seconds(10);
const SECRET_CONTEXT: &[u8] = b"gatepass secret to show 1";
const DRAFT_CONTEXT: &[u8] = b"gatepass draft 1";

/// How a form stands that somebody sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormState {
    /// It comes for the first time, or what began it was abandoned: do it. A token that it makes gets
    /// this handle, so that it can't be made twice.
    New(TokenId),
    /// It is being done right now.
    Running,
    /// It was done; this is where its sender was sent then.
    Done(String),
}

impl Control {
    /// Takes note that a form is sent in this session. `form` is what the form carries.
    pub async fn begin_form(
        &self,
        session: SessionId,
        form: &str,
    ) -> Result<FormState, ControlError> {
        let (now, digest) = (self.clock.now(), form_digest(session, form));
        let mut random = [0; 10];
        self.entropy.fill(&mut random)?;
        let id = TokenId::new(now, random);
        let content = running(now, id);
        let put = self
            .store
            .put_ticket(TicketKind::Form, &digest, content.as_bytes(), now.plus(FORM), now)
            .await;
        match put {
            Ok(()) => return Ok(FormState::New(id)),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        let found = self.store.find_ticket(TicketKind::Form, &digest, now).await?;
        let found = found.and_then(|content| String::from_utf8(content).ok()).unwrap_or_default();
        let Some((since, id)) = parse_running(&found) else { return Ok(FormState::Done(found)) };
        if now.since(since) < ABANDONED {
            return Ok(FormState::Running);
        }
        let content = running(now, id);
        self.store.fill_ticket(TicketKind::Form, &digest, content.as_bytes()).await?;
        Ok(FormState::New(id))
    }

    /// Notes that the form was done, and where its sender is sent.
    pub async fn end_form(
        &self,
        session: SessionId,
        form: &str,
        location: &str,
    ) -> Result<(), ControlError> {
        let digest = form_digest(session, form);
        match self.store.fill_ticket(TicketKind::Form, &digest, location.as_bytes()).await {
            Ok(()) | Err(StoreError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets that the form was sent: nothing came of it, and it may be sent again.
    pub async fn forget_form(&self, session: SessionId, form: &str) -> Result<(), ControlError> {
        let digest = form_digest(session, form);
        self.store.take_ticket(TicketKind::Form, &digest, self.clock.now()).await?;
        Ok(())
    }

    /// Keeps a new secret, sealed, to be shown once in this session.
    pub async fn hand_out(
        &self,
        session: SessionId,
        token: TokenId,
        secret: &NewSecret,
    ) -> Result<(), ControlError> {
        let (now, digest) = (self.clock.now(), secret_digest(session, token));
        let text = SecretText::new(secret.reveal().to_owned());
        let sealed = seal(&self.keyring(), &*self.entropy, SECRET_CONTEXT, &text)?;
        // One that was not looked at before a rotation is of no use any more.
        self.store.take_ticket(TicketKind::Secret, &digest, now).await?;
        let ends = now.plus(SECRET);
        self.store.put_ticket(TicketKind::Secret, &digest, sealed.as_bytes(), ends, now).await?;
        Ok(())
    }

    /// The secret that waits to be shown in this session; `None` when it was shown, or is too old.
    pub async fn take_handed_out(
        &self,
        session: SessionId,
        token: TokenId,
    ) -> Result<Option<SecretText>, ControlError> {
        let digest = secret_digest(session, token);
        let now = self.clock.now();
        let found = self.store.take_ticket(TicketKind::Secret, &digest, now).await?;
        Ok(found.and_then(|bytes| {
            open(&self.keyring(), SECRET_CONTEXT, &SealedCredential::from_bytes(bytes)).ok()
        }))
    }

    /// Keeps what somebody typed, sealed; gives a name for it.
    pub async fn keep_draft(
        &self,
        session: SessionId,
        text: String,
    ) -> Result<String, ControlError> {
        let now = self.clock.now();
        let name = BearerSecret::mint(&*self.entropy)?;
        let sealed = seal(&self.keyring(), &*self.entropy, DRAFT_CONTEXT, &SecretText::new(text))?;
        let digest = draft_digest(session, name.expose());
        let ends = now.plus(DRAFT);
        self.store.put_ticket(TicketKind::Draft, &digest, sealed.as_bytes(), ends, now).await?;
        Ok(name.expose().to_owned())
    }

    /// What was kept under this name in this session.
    pub async fn find_draft(
        &self,
        session: SessionId,
        name: &str,
    ) -> Result<Option<SecretText>, ControlError> {
        let (now, digest) = (self.clock.now(), draft_digest(session, name));
        let found = self.store.find_ticket(TicketKind::Draft, &digest, now).await?;
        Ok(found.and_then(|bytes| {
            open(&self.keyring(), DRAFT_CONTEXT, &SealedCredential::from_bytes(bytes)).ok()
        }))
    }

    /// Something that names a form that is shown now.
    pub fn new_form_name(&self) -> Result<String, ControlError> {
        Ok(BearerSecret::mint(&*self.entropy)?.expose().to_owned())
    }
}

fn form_digest(session: SessionId, form: &str) -> [u8; 32] {
    digest_of(&[b"form", &session.0, form.as_bytes()])
}

fn secret_digest(session: SessionId, token: TokenId) -> [u8; 32] {
    digest_of(&[b"secret", &session.0, token.as_bytes()])
}

fn draft_digest(session: SessionId, name: &str) -> [u8; 32] {
    digest_of(&[b"draft", &session.0, name.as_bytes()])
}

/// A location begins with a slash, this does not.
fn running(since: Timestamp, id: TokenId) -> String {
    format!("running {} {id}", since.as_millis())
}

fn parse_running(content: &str) -> Option<(Timestamp, TokenId)> {
    let (since, id) = content.strip_prefix("running ")?.split_once(' ')?;
    Some((Timestamp::from_millis(since.parse().ok()?), id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_from_where_it_led() {
        let id = TokenId::new(Timestamp::from_millis(5), [1; 10]);
        let text = running(Timestamp::from_millis(7), id);
        assert_eq!(parse_running(&text), Some((Timestamp::from_millis(7), id)));
        assert_eq!(parse_running("/tokens/x"), None);
    }
}
