//! On the instance's host, where the product's cookie is seen: ask whose it is.

use gatepass_identity::{Account, AskError, Asker};
use gatepass_model::{
    Actor, InstanceName, KnownPerson, PersonKey, ProductRank, Timestamp, Username,
};
use gatepass_store::TicketKind;
use gatepass_vault::BearerSecret;

use super::{CODE, CONTEXT, Code, Purpose, SignInProblem, State, is_over, person_text};
use crate::control::Control;
use crate::error::ControlError;
use crate::native::NativeMade;
use crate::people::{Asked, AskedDirectory, PeopleSource};

/// What a browser brings to `<context path>/gatepass-sign-in`.
#[derive(Clone, Copy, Debug)]
pub struct SignInAsked<'a> {
    /// Of which instance the path is.
    pub instance: &'a InstanceName,
    /// What stands behind `to=` in the query.
    pub state: &'a str,
    /// Its `Cookie` line, without the gate's own; `None`: none.
    pub cookie: Option<&'a [u8]>,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Back to the console, with a code: the whole address.
    Back(String),
    /// Nobody is signed in to the product: to its login page, and then here again.
    NotSignedIn {
        /// The console that asked.
        console: String,
    },
    /// It ends here.
    Problem {
        /// The console that asked, where that can be read.
        console: Option<String>,
        /// Why.
        problem: SignInProblem,
    },
}

/// Whom a product takes a browser for, with as much as it tells.
enum Visitor {
    Known(Account),
    Named(Username),
}

impl Visitor {
    const fn rank(&self) -> ProductRank {
        match self {
            Self::Known(account) => account.rank,
            Self::Named(_) => ProductRank::Unknown,
        }
    }

    fn into_username(self) -> Username {
        match self {
            Self::Known(Account { username, .. }) | Self::Named(username) => username,
        }
    }
}

impl Control {
    /// Asks the product of this instance who it is that the browser is signed in as.
    pub async fn answer_sign_in(&self, asked: SignInAsked<'_>) -> Result<Answered, ControlError> {
        let now = self.clock.now();
        let state = match self.read_state(asked, now) {
            Ok(state) => state,
            Err(ended) => {
                let (console, problem) = *ended;
                return Ok(Answered::Problem { console, problem });
            }
        };
        let console = || state.console.clone();
        let not_signed_in = || Ok(Answered::NotSignedIn { console: console() });
        let ends = |problem| Ok(Answered::Problem { console: Some(console()), problem });
        let Some(cookie) = asked.cookie else { return not_signed_in() };
        let visitor = Asker::Session(cookie);
        let unanswered = |words: String| {
            let instance = asked.instance.clone();
            ends(SignInProblem::Unanswered { instance, words })
        };
        let Some(known) = self.find_instance(asked.instance) else {
            return ends(SignInProblem::OtherPlace);
        };
        let directory = self.asked_directory(&known.instance.directory);
        // Where people sign in elsewhere, a product says who somebody is for a native token only.
        let is_asked = |one: &&AskedDirectory| {
            state.purpose == Purpose::Native || self.signs_in(one, asked.instance)
        };
        let Some(directory) = directory.filter(is_asked) else {
            return ends(SignInProblem::OtherPlace);
        };
        let said = match self.visitor_at(asked.instance, visitor).await {
            Ok(Some(said)) => said,
            Ok(None) => return not_signed_in(),
            Err(error) => return unanswered(error.to_string()),
        };
        let key = match self.person_of(directory, asked.instance, said, now).await? {
            Ok(key) => key,
            Err(problem) => return ends(problem),
        };
        let problem = self.native_wanted(&state, &key, asked.instance, visitor).await?;
        self.code_for(&state, asked.instance, &key, problem, now).await.map(Answered::Back)
    }

    async fn visitor_at(
        &self,
        instance: &InstanceName,
        visitor: Asker<'_>,
    ) -> Result<Option<Visitor>, AskError> {
        let desk = &self.products.desk;
        Ok(if desk.has_accounts(instance) {
            desk.account(instance, visitor).await?.map(Visitor::Known)
        } else {
            desk.who_is(instance, visitor).await?.map(Visitor::Named)
        })
    }

    /// Who that is, whom the product at `instance` takes the browser for; or why nobody can say.
    async fn person_of(
        &self,
        directory: &AskedDirectory,
        instance: &InstanceName,
        visitor: Visitor,
        now: Timestamp,
    ) -> Result<Result<PersonKey, SignInProblem>, ControlError> {
        match &directory.source {
            PeopleSource::Product(product) if product.instance == *instance => {
                let unanswered = SignInProblem::Unanswered {
                    instance: instance.clone(),
                    words: "nobody".to_owned(),
                };
                let Visitor::Known(account) = visitor else { return Ok(Err(unanswered)) };
                Ok(match self.take_account(directory, account, now).await? {
                    Asked::Confirmed(known) => Ok(known.person.key),
                    Asked::Gone | Asked::Unanswered(_) => Err(unanswered),
                })
            }
            // The other instances of the directory know the same people, but only one says who they are.
            PeopleSource::Product(_) | PeopleSource::OpenId(_) => {
                let (directory, username) = (directory.name.clone(), visitor.into_username());
                Ok(Ok(PersonKey { directory, username }))
            }
            PeopleSource::Ldap(_) => self.vouched_for(directory, instance, visitor, now).await,
        }
    }

    /// The product says the username; whether somebody of that name is there, and active, is for the
    /// LDAP server to say. While that does not answer, what it said last counts, as it does for
    /// tokens.
    async fn vouched_for(
        &self,
        directory: &AskedDirectory,
        instance: &InstanceName,
        visitor: Visitor,
        now: Timestamp,
    ) -> Result<Result<PersonKey, SignInProblem>, ControlError> {
        let rank = visitor.rank();
        let key =
            PersonKey { directory: directory.name.clone(), username: visitor.into_username() };
        let (name, username) = (&key.directory, &key.username);
        let known = match self.ask_about(&key).await? {
            Asked::Confirmed(known) => known,
            Asked::Gone => {
                let words = format!("the directory {name} knows no {username}");
                return Ok(Err(SignInProblem::NotInDirectory(words)));
            }
            Asked::Unanswered(words) => {
                let known = self.store.find_person(&key).await?;
                let is_believed =
                    |known: &KnownPerson| known.confirmed_at.plus(directory.stale_limit) > now;
                let Some(known) = known.filter(is_believed) else {
                    let words = format!("the directory {name}: {words}");
                    let instance = instance.clone();
                    return Ok(Err(SignInProblem::Unanswered { instance, words }));
                };
                known
            }
        };
        if !known.person.active {
            let words = format!("in the directory {name} {username} is deactivated");
            return Ok(Err(SignInProblem::NotInDirectory(words)));
        }
        if self.tells_rank(directory) == Some(instance) {
            self.take_rank(&key, rank).await?;
        }
        Ok(Ok(known.person.key))
    }

    fn read_state(
        &self,
        asked: SignInAsked<'_>,
        now: Timestamp,
    ) -> Result<State, Box<(Option<String>, SignInProblem)>> {
        let ends = |console, problem| Box::new((console, problem));
        let forged = || ends(None, SignInProblem::Forged);
        let state: State = self.open_state(CONTEXT, asked.state).ok_or_else(forged)?;
        if is_over(state.ends, now) {
            return Err(ends(Some(state.console), SignInProblem::TooLate));
        }
        if state.instance != asked.instance.as_str() {
            return Err(ends(None, SignInProblem::OtherPlace));
        }
        Ok(state)
    }

    /// Makes a native token, if that is what the browser came for. Why it was not made.
    async fn native_wanted(
        &self,
        state: &State,
        key: &PersonKey,
        instance: &InstanceName,
        asker: Asker<'_>,
    ) -> Result<Option<String>, ControlError> {
        let is_expected = state.person.as_deref().is_none_or(|one| one == person_text(key));
        // For somebody else nothing is made: the console will say who it is.
        if state.purpose != Purpose::Native || !is_expected {
            return Ok(None);
        }
        let actor = Actor::Person(key.clone());
        Ok(match self.make_native(&actor, key, instance, asker).await? {
            NativeMade::Made(_) => None,
            NativeMade::Refused(words) | NativeMade::Unanswered(words) => Some(words),
        })
    }

    async fn code_for(
        &self,
        state: &State,
        instance: &InstanceName,
        key: &PersonKey,
        problem: Option<String>,
        now: Timestamp,
    ) -> Result<String, ControlError> {
        let code = BearerSecret::mint(&*self.entropy)?;
        let content = Code {
            browser: state.browser.clone(),
            console: state.console.clone(),
            instance: instance.to_string(),
            directory: key.directory.to_string(),
            username: key.username.to_string(),
            purpose: state.purpose,
            person: state.person.clone(),
            back: state.back.clone(),
            problem,
        };
        let content = serde_json::to_vec(&content).unwrap_or_default();
        let (digest, ends) = (code.digest(), now.plus(CODE));
        self.store.put_ticket(TicketKind::SignIn, &digest, &content, ends, now).await?;
        Ok(format!("{}/signed-in?code={}", state.console, code.expose()))
    }
}
