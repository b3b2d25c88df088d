//! At the console again: take the code for a session.

use std::net::IpAddr;

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, InstanceName, PersonKey, Session, SessionId, SignedInBy, Timestamp};
use gatepass_store::{StoreError, TicketKind};
use gatepass_vault::BearerSecret;

use super::{Code, Purpose, SignInProblem, person_text};
use crate::control::{Control, audit_entry};
use crate::error::ControlError;

/// A sign-in that came back.
#[derive(Debug)]
pub struct Finished {
    /// For the browser's session cookie; `None`: the one that it has goes on.
    pub session: Option<BearerSecret>,
    /// Where to, below the console.
    pub back: String,
    /// What it was for.
    pub purpose: Purpose,
    /// By what.
    pub by: SignedInBy,
    /// Why the native token was not made, where it was to be.
    pub problem: Option<String>,
}

/// The browser that a code comes back with.
#[derive(Clone, Copy, Debug)]
pub struct Browser<'a> {
    /// What its sign-in cookie has.
    pub secret: Option<&'a BearerSecret>,
    /// What its session cookie has.
    pub session: Option<&'a BearerSecret>,
    /// Scheme, host, port and path of the console, as it reaches it.
    pub console: &'a str,
    /// From where it comes.
    pub address: IpAddr,
    /// What it calls itself.
    pub agent: &'a str,
}

impl Control {
    /// Takes a code for what it stands for. It is used up by that, whatever comes of it.
    pub async fn finish_sign_in(
        &self,
        code: &str,
        browser: Browser<'_>,
    ) -> Result<Result<Finished, SignInProblem>, ControlError> {
        let now = self.clock.now();
        let Some(code) = BearerSecret::parse(code) else {
            return Ok(Err(SignInProblem::Forged));
        };
        let found = self.store.take_ticket(TicketKind::SignIn, &code.digest(), now).await?;
        let Some(content) = found else { return Ok(Err(SignInProblem::TooLate)) };
        let Ok(code) = serde_json::from_slice::<Code>(&content) else {
            return Ok(Err(SignInProblem::Forged));
        };
        if !browser.has_begun(&code.browser) {
            return Ok(Err(SignInProblem::OtherBrowser));
        }
        if code.console != browser.console {
            return Ok(Err(SignInProblem::OtherPlace));
        }
        let (Ok(directory), Ok(username), Ok(instance)) =
            (code.directory.parse(), code.username.parse(), code.instance.parse())
        else {
            return Ok(Err(SignInProblem::Forged));
        };
        let person = PersonKey { directory, username };
        self.take_code(code, person, instance, browser, now).await
    }

    async fn take_code(
        &self,
        code: Code,
        person: PersonKey,
        instance: InstanceName,
        browser: Browser<'_>,
        now: Timestamp,
    ) -> Result<Result<Finished, SignInProblem>, ControlError> {
        let Code { purpose, person: expected, back, problem, .. } = code;
        let present = self.present_session(browser, now).await?;
        let directory = self.asked_directory(&person.directory);
        let signs_in = directory.is_some_and(|asked| self.signs_in(asked, &instance));
        let by = SignedInBy::Instance(instance);
        let session = match (purpose, present, browser.session) {
            (Purpose::Proof | Purpose::Native, Some(present), Some(secret)) => {
                if present.person != person {
                    let before = present.person;
                    return Ok(Err(SignInProblem::OtherPerson { before, now: person }));
                }
                // A product's word counts for its own native token, but proves nothing where people
                // sign in elsewhere.
                if signs_in {
                    self.prove(secret, &person, "by the product's session", now).await?;
                }
                None
            }
            _ if !signs_in || expected.is_some_and(|one| one != person_text(&person)) => {
                return Ok(Err(SignInProblem::TooLate));
            }
            // A session that ended meanwhile begins anew, as the same person.
            _ => Some(self.begin_session(&person, &by, browser, now, now).await?),
        };
        Ok(Ok(Finished { session, back, purpose, by, problem }))
    }

    pub(super) async fn prove(
        &self,
        secret: &BearerSecret,
        person: &PersonKey,
        words: &str,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let (actor, subject) =
            (Actor::Person(person.clone()), AuditSubject::Session(person.clone()));
        let audit = audit_entry(&actor, now, "session.proved", subject, words);
        match self.store.prove_session(&secret.digest(), now, &audit).await {
            Ok(()) | Err(StoreError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins a session of somebody who proved at `proved_at` who he is.
    pub(super) async fn begin_session(
        &self,
        person: &PersonKey,
        by: &SignedInBy,
        browser: Browser<'_>,
        proved_at: Timestamp,
        now: Timestamp,
    ) -> Result<BearerSecret, ControlError> {
        let secret = BearerSecret::mint(&*self.entropy)?;
        let mut id = [0; 16];
        self.entropy.fill(&mut id)?;
        let agent: String = browser
            .agent
            .chars()
            .filter(|c| !c.is_control())
            .take(Session::MAX_AGENT_CHARS)
            .collect();
        let session = Session {
            id: SessionId(id),
            person: person.clone(),
            by: by.clone(),
            created_at: now,
            seen_at: now,
            ends_at: now.plus(Session::LONGEST),
            proved_at,
            address: browser.address,
            agent,
        };
        let (actor, subject) =
            (Actor::Person(person.clone()), AuditSubject::Session(person.clone()));
        let with = match by {
            SignedInBy::Instance(instance) => instance.to_string(),
            SignedInBy::Provider => format!("the OpenID provider of {}", person.directory),
        };
        let words = format!("signed in with {with} from {}", browser.address);
        let audit = audit_entry(&actor, now, "session.begun", subject, words);
        self.store.begin_session(&secret.digest(), &session, &audit).await?;
        Ok(secret)
    }
}
