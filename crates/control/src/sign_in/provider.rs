//! Signing in at an OpenID provider.
//!
//! The browser carries the whole of a sign-in there and back, sealed, as `state`: so nothing is
//! stored for somebody who only knocks. It counts once, for ten minutes, in the browser that began,
//! at the console and for the directory that it was made for.

use gatepass_identity::{OpenIdAnswer, OpenIdAttempt, OpenIdDesk, OpenIdPerson, OpenIdProblem};
use gatepass_model::{DirectoryName, Lifetime, PersonKey, SignedInBy, Timestamp};
use gatepass_store::{StoreError, TicketKind};
use gatepass_vault::BearerSecret;
use serde::{Deserialize, Serialize};

use super::begin::is_plain_path;
use super::{Browser, Finished, Purpose, SignInProblem, hexadecimal, is_over};
use crate::control::Control;
use crate::error::{ControlError, Problem};
use crate::people::{Asked, AskedDirectory, is_another};

/// How long a sign-in at a provider may take.
const PATIENCE: Lifetime = Lifetime::from_seconds(600);
/// For what the state of one is sealed.
const CONTEXT: &[u8] = b"gatepass sign-in at a provider 1";
/// Longest address below the console that one comes back to, in bytes: all of the state stands in an
/// address of the provider's.
const LONGEST_BACK: usize = 500;
/// Longest text of a provider's that is repeated, in characters.
const LONGEST_WORDS: usize = 100;

/// Where a sign-in at a provider is wanted.
#[derive(Clone, Copy, Debug)]
pub struct AtProvider<'a> {
    /// Scheme, host, port and path of the console, as the browser reaches it.
    pub console: &'a str,
    /// Which directory is to say who it is.
    pub directory: &'a DirectoryName,
    /// Where to come back to, below the console: `/tokens/new`.
    pub back: &'a str,
}

/// A sign-in at a provider that was begun.
#[derive(Debug)]
pub struct ProviderBegun {
    /// For a cookie of the browser's, by which it is known again.
    pub browser: BearerSecret,
    /// Where to send it: an address of the provider's.
    pub address: String,
}

/// What a browser came back with from a provider.
#[derive(Clone, Copy, Debug)]
pub struct FromProvider<'a> {
    /// For which directory, by the address that it came to.
    pub directory: &'a DirectoryName,
    /// What was sent along.
    pub state: &'a str,
    /// The provider's code.
    pub code: Option<&'a str>,
    /// The provider's error, in the protocol's words.
    pub error: Option<&'a str>,
    /// Which provider says that it sent it (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// Where a provider sends browsers back to: what an administrator registers there. One for each
/// directory, so that no provider's answer is taken for another's (RFC 9700 4.4.2).
pub fn provider_redirect(console: &str, directory: &DirectoryName) -> String {
    format!("{console}/signed-in/{directory}")
}

/// What the browser carries to the provider and back, sealed.
#[derive(Serialize, Deserialize)]
struct State {
    /// SHA-256 of what the browser's cookie has, in hexadecimal.
    browser: String,
    console: String,
    directory: String,
    purpose: Purpose,
    back: String,
    nonce: String,
    verifier: String,
    began: i64,
}

impl State {
    fn attempt<'a>(&'a self, state: &'a str, redirect_uri: &'a str) -> OpenIdAttempt<'a> {
        let anew = self.purpose == Purpose::Proof;
        OpenIdAttempt {
            redirect_uri,
            state,
            nonce: &self.nonce,
            verifier: &self.verifier,
            anew_since: anew.then(|| Timestamp::from_millis(self.began)),
        }
    }

    fn ends(&self) -> Timestamp {
        Timestamp::from_millis(self.began).plus(PATIENCE)
    }
}

impl Control {
    /// Begins a sign-in at the provider that a directory is, or a proof that is given there.
    /// `Invalid` where the directory is none. `browser`: what its cookie has already.
    pub async fn begin_at_provider(
        &self,
        purpose: Purpose,
        place: AtProvider<'_>,
        browser: Option<BearerSecret>,
    ) -> Result<Result<ProviderBegun, SignInProblem>, ControlError> {
        let (_, desk) = self.provider_of(place.directory)?;
        if purpose == Purpose::Native {
            let words = "an OpenID provider makes no native tokens";
            return Err(ControlError::Invalid(vec![Problem::new("directory", words)]));
        }
        let browser = match browser {
            Some(browser) => browser,
            None => BearerSecret::mint(&*self.entropy)?,
        };
        let is_fit = is_plain_path(place.back) && place.back.len() <= LONGEST_BACK;
        let state = State {
            browser: hexadecimal(&browser.digest()),
            console: place.console.to_owned(),
            directory: place.directory.to_string(),
            purpose,
            back: if is_fit { place.back } else { "/" }.to_owned(),
            nonce: BearerSecret::mint(&*self.entropy)?.expose().to_owned(),
            verifier: BearerSecret::mint(&*self.entropy)?.expose().to_owned(),
            began: self.clock.now().as_millis(),
        };
        let sealed = self.seal_state(CONTEXT, &state)?;
        let redirect_uri = provider_redirect(place.console, place.directory);
        Ok(match desk.begin(&state.attempt(&sealed, &redirect_uri)).await {
            Ok(address) => Ok(ProviderBegun { browser, address }),
            Err(problem) => Err(problem_of(place.directory, problem)),
        })
    }

    /// Takes what a browser came back with for a session, or for a proof in the one that it has. A
    /// sign-in is used up by that, whatever comes of it.
    pub async fn finish_at_provider(
        &self,
        answer: FromProvider<'_>,
        browser: Browser<'_>,
    ) -> Result<Result<Finished, SignInProblem>, ControlError> {
        let now = self.clock.now();
        let state = match self.returned_state(answer, browser, now) {
            Ok(state) => state,
            Err(problem) => return Ok(Err(problem)),
        };
        let (directory, desk) = self.provider_of(answer.directory)?;
        if !self.is_first_return(&state, now).await? {
            return Ok(Err(SignInProblem::TooLate));
        }
        let code = match (answer.error, answer.code) {
            (Some(error), _) => return Ok(Err(declined(&directory.name, error))),
            (None, Some(code)) => code,
            (None, None) => return Ok(Err(SignInProblem::Forged)),
        };
        let redirect_uri = provider_redirect(&state.console, &directory.name);
        let attempt = state.attempt(answer.state, &redirect_uri);
        let asked = OpenIdAnswer { code, issuer: answer.issuer };
        match desk.finish(&attempt, asked).await {
            Ok(person) => self.take_person(directory, state, person, browser).await,
            Err(problem) => Ok(Err(problem_of(&directory.name, problem))),
        }
    }

    /// Whether it is the first time that this sign-in comes back, at whichever node.
    async fn is_first_return(&self, state: &State, now: Timestamp) -> Result<bool, ControlError> {
        let Some(nonce) = BearerSecret::parse(&state.nonce) else { return Ok(false) };
        let (digest, ends) = (nonce.digest(), state.ends());
        match self.store.put_ticket(TicketKind::Provider, &digest, b"", ends, now).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn provider_of(
        &self,
        name: &DirectoryName,
    ) -> Result<(&AskedDirectory, &OpenIdDesk), ControlError> {
        let directory = self.asked_directory(name);
        directory.and_then(|one| Some((one, one.provider()?))).ok_or_else(|| {
            let words = format!("{name} is no OpenID provider");
            ControlError::Invalid(vec![Problem::new("directory", words)])
        })
    }

    fn returned_state(
        &self,
        answer: FromProvider<'_>,
        browser: Browser<'_>,
        now: Timestamp,
    ) -> Result<State, SignInProblem> {
        let state: State = self.open_state(CONTEXT, answer.state).ok_or(SignInProblem::Forged)?;
        if is_over(state.ends().as_millis(), now) {
            return Err(SignInProblem::TooLate);
        }
        if !browser.has_begun(&state.browser) {
            return Err(SignInProblem::OtherBrowser);
        }
        let is_here = state.console == browser.console;
        if !is_here || state.directory != answer.directory.as_str() {
            return Err(SignInProblem::OtherPlace);
        }
        Ok(state)
    }

    /// Writes down who it is, and lets him in.
    async fn take_person(
        &self,
        directory: &AskedDirectory,
        state: State,
        told: OpenIdPerson,
        browser: Browser<'_>,
    ) -> Result<Result<Finished, SignInProblem>, ControlError> {
        let now = self.clock.now();
        let key = PersonKey {
            directory: directory.name.clone(),
            username: told.account.username.clone(),
        };
        let present = self.present_session(browser, now).await?;
        if state.purpose != Purpose::SignIn {
            // Before anything is written: he may have come back as somebody else.
            match &present {
                Some(session) if session.person == key => {}
                Some(session) => {
                    let before = session.person.clone();
                    return Ok(Err(SignInProblem::OtherPerson { before, now: key }));
                }
                None => return Ok(Err(SignInProblem::TooLate)),
            }
        }
        let key = match self.take_subject(directory, told.account, key, now).await? {
            Ok(key) => key,
            Err(problem) => return Ok(Err(problem)),
        };
        let State { purpose, back, .. } = state;
        let by = SignedInBy::Provider;
        let proven = browser.session.filter(|_| purpose != Purpose::SignIn);
        let session = if let Some(secret) = proven {
            self.prove(secret, &key, "at the OpenID provider", now).await?;
            None
        } else {
            // Where it is not told, it may have been long ago: then nothing is proved.
            let proved_at = told.proved_at.unwrap_or(Timestamp::EPOCH);
            Some(self.begin_session(&key, &by, browser, proved_at, now).await?)
        };
        Ok(Ok(Finished { session, back, purpose, by, problem: None }))
    }

    /// The person of this subject. At many providers people can choose their names: so one that
    /// another subject has here already is refused, or it would do to be called as an administrator.
    async fn take_subject(
        &self,
        directory: &AskedDirectory,
        account: gatepass_identity::Account,
        key: PersonKey,
        now: Timestamp,
    ) -> Result<Result<PersonKey, SignInProblem>, ControlError> {
        let native_key = account.native_key.clone();
        if let Some(before) = self.store.find_person(&key).await?
            && is_another(directory, &before, native_key.as_deref())
        {
            return Ok(Err(SignInProblem::NameOfAnother(key)));
        }
        if let Some(subject) = &native_key
            && let Some(before) =
                self.store.find_person_by_native_key(&directory.name, subject).await?
            && before.person.key != key
            && before.person.active
        {
            let words = format!("he has another name now: {}", key.username);
            self.note_gone(before, &words, now).await?;
        }
        Ok(match self.take_account(directory, account, now).await? {
            // Of two who come with one name at the same moment, the name is whose it is afterwards.
            Asked::Confirmed(known)
                if self.has_name(&known.person.key, native_key.as_deref()).await? =>
            {
                Ok(known.person.key)
            }
            Asked::Confirmed(_) | Asked::Gone | Asked::Unanswered(_) => {
                Err(SignInProblem::NameOfAnother(key))
            }
        })
    }

    async fn has_name(
        &self,
        key: &PersonKey,
        native_key: Option<&str>,
    ) -> Result<bool, ControlError> {
        let written = self.store.find_person(key).await?;
        Ok(written.is_some_and(|written| written.native_key.as_deref() == native_key))
    }
}

fn declined(directory: &DirectoryName, error: &str) -> SignInProblem {
    let words = error.chars().filter(char::is_ascii_graphic).take(LONGEST_WORDS).collect();
    SignInProblem::ProviderDeclined { directory: directory.clone(), words }
}

fn problem_of(directory: &DirectoryName, problem: OpenIdProblem) -> SignInProblem {
    let directory = directory.clone();
    match problem {
        OpenIdProblem::Unanswered(words) | OpenIdProblem::Unfit(words) => {
            SignInProblem::ProviderUnanswered { directory, words }
        }
        OpenIdProblem::NotAnew(words) => SignInProblem::NotAnew { directory, words },
        problem @ (OpenIdProblem::OtherIssuer(_)
        | OpenIdProblem::CodeRefused(_)
        | OpenIdProblem::NotBelieved(_)
        | OpenIdProblem::Nonsense(_)) => {
            SignInProblem::ProviderNotBelieved { directory, words: problem.to_string() }
        }
    }
}
