//! Opens sessions for owners, one for each, when the first request asks for it, and ends those that
//! nobody uses.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::{InstanceName, PersonKey};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use crate::credential::ReadyCredential;
use crate::product::{AskError, ProductDesk, SessionError};
use crate::wallet::Wallet;

/// Most requests that wait at once; the next is told so.
const QUEUE: usize = 1_000;
/// So many sessions are opened at once: an old Jira must not have to open those of all its people in the
/// moment in which a gate has started.
const OPENING: usize = 16;

const TOO_MANY: &str = "too many wait for one";

/// Whose session where.
type Key = (InstanceName, PersonKey);
/// A session, or why there is none.
type Opened = Result<Arc<ReadyCredential>, String>;

/// How long what is kept.
#[derive(Clone, Copy, Debug)]
pub struct SessionCare {
    /// How often is looked for sessions that nobody uses.
    pub look: Duration,
    /// After so many looks in a row without use a session is ended.
    pub idle_looks: u32,
    /// For so long a failure is told again, rather than that the product is asked again.
    pub failure: Duration,
}

/// 15 minutes without use: half of what Tomcat keeps a session for unless told otherwise, so that it is
/// ended here before it ends there.
impl Default for SessionCare {
    fn default() -> Self {
        Self { look: Duration::from_mins(1), idle_looks: 15, failure: Duration::from_secs(10) }
    }
}

struct Question {
    key: Key,
    answer: oneshot::Sender<Opened>,
}

/// By which a request asks for a session.
#[derive(Clone, Debug)]
pub(crate) struct SessionAsker(mpsc::Sender<Question>);

impl SessionAsker {
    pub(crate) async fn ask(&self, instance: &InstanceName, owner: &PersonKey) -> Opened {
        let (answer, opened) = oneshot::channel();
        let question = Question { key: (instance.clone(), owner.clone()), answer };
        if self.0.try_send(question).is_err() {
            return Err(TOO_MANY.to_owned());
        }
        opened.await.unwrap_or_else(|_| Err("nothing came of it".to_owned()))
    }
}

/// Opens and ends sessions. Nothing of them is stored.
#[derive(Debug)]
pub struct SessionKeeper {
    desk: ProductDesk,
    wallet: Arc<Wallet>,
    care: SessionCare,
    questions: mpsc::Receiver<Question>,
    /// Who waits for a session that is being opened.
    waiting: HashMap<Key, Vec<oneshot::Sender<Opened>>>,
    /// How many these are.
    waiters: usize,
    openings: Arc<Semaphore>,
    /// What failed lately.
    failed: HashMap<Key, (Instant, String)>,
    /// For how many looks a session was not used.
    idle: HashMap<Key, u32>,
}

impl SessionKeeper {
    /// For the owners of `wallet`, which asks here from now on.
    pub fn new(desk: ProductDesk, wallet: Arc<Wallet>, care: SessionCare) -> Self {
        let (asker, questions) = mpsc::channel(QUEUE);
        wallet.set_keeper(SessionAsker(asker));
        Self {
            desk,
            wallet,
            care,
            questions,
            waiting: HashMap::new(),
            waiters: 0,
            openings: Arc::new(Semaphore::new(OPENING)),
            failed: HashMap::new(),
            idle: HashMap::new(),
        }
    }

    /// Goes on until it is dropped, which ends no session at a product: they end there unused.
    pub async fn run(mut self) {
        let mut opening: JoinSet<(Key, Opened)> = JoinSet::new();
        let mut looks = tokio::time::interval(self.care.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                question = self.questions.recv() => match question {
                    Some(question) => self.take(question, &mut opening),
                    None => return,
                },
                Some(opened) = opening.join_next() => match opened {
                    Ok((key, opened)) => self.tell(&key, &opened),
                    // Nobody knows which: whoever waits hears that nothing came of it.
                    Err(error) => {
                        tracing::error!(%error, "opening a session has failed");
                        self.waiting.clear();
                        self.waiters = 0;
                    }
                },
                _ = looks.tick() => self.look(),
            }
        }
    }

    fn take(&mut self, question: Question, opening: &mut JoinSet<(Key, Opened)>) {
        let Question { key, answer } = question;
        if self.waiters >= QUEUE {
            let _ = answer.send(Err(TOO_MANY.to_owned()));
            return;
        }
        if let Some(waiting) = self.waiting.get_mut(&key) {
            waiting.push(answer);
            self.waiters += 1;
            return;
        }
        let (instance, owner) = &key;
        // Somebody may have waited for it just before.
        if let Ok(session) = self.wallet.become_owner(instance, owner) {
            let _ = answer.send(Ok(session));
            return;
        }
        if let Some((at, words)) = self.failed.get(&key)
            && at.elapsed() < self.care.failure
        {
            let _ = answer.send(Err(words.clone()));
            return;
        }
        self.failed.retain(|_, (at, _)| at.elapsed() < self.care.failure);
        self.waiting.insert(key.clone(), vec![answer]);
        self.waiters += 1;
        let before = self.wallet.session(owner, instance);
        let (desk, openings) = (self.desk.clone(), Arc::clone(&self.openings));
        opening.spawn(async move {
            // It is never closed.
            let _turn = openings.acquire().await;
            let opened = open(&desk, &key, before).await;
            (key, opened)
        });
    }

    fn tell(&mut self, key: &Key, opened: &Opened) {
        let (instance, owner) = key;
        match opened {
            Ok(session) => {
                self.wallet.put_session(owner.clone(), instance, Arc::clone(session));
                self.failed.remove(key);
                self.idle.remove(key);
            }
            Err(words) => {
                self.failed.insert(key.clone(), (Instant::now(), words.clone()));
            }
        }
        let waiting = self.waiting.remove(key).unwrap_or_default();
        self.waiters = self.waiters.saturating_sub(waiting.len());
        for waiting in waiting {
            let _ = waiting.send(opened.clone());
        }
    }

    /// Forgets sessions that nobody uses, and those that have ended, and ends them at the product.
    fn look(&mut self) {
        let mut idle = HashMap::new();
        for (instance, owner, session) in self.wallet.sessions() {
            let key = (instance, owner);
            let looks = if session.take_use() {
                0
            } else {
                self.idle.get(&key).copied().unwrap_or_default() + 1
            };
            if looks < self.care.idle_looks && !session.is_surprised() {
                idle.insert(key, looks);
                continue;
            }
            let (instance, owner) = key;
            self.wallet.remove_session(&owner, &instance, &session);
            let desk = self.desk.clone();
            tokio::spawn(async move {
                if let Err(error) = desk.end_session(&instance, &session).await {
                    tracing::debug!(%instance, %error, "a session was left to end by itself");
                }
            });
        }
        self.idle = idle;
    }
}

/// Another session, or the one of before where the product takes it for its owner's after all: an answer
/// that came before the product's own code looks as if nobody had asked.
async fn open(
    desk: &ProductDesk,
    (instance, owner): &Key,
    before: Option<Arc<ReadyCredential>>,
) -> Opened {
    if let Some(before) = before
        && desk.is_session_of(instance, &before, &owner.username).await.unwrap_or(false)
    {
        before.mark_right(instance, Some(owner));
        return Ok(before);
    }
    desk.open_session(instance, &owner.username).await.map(Arc::new).map_err(|error| {
        tracing::warn!(%instance, %owner, %error, "no session could be opened");
        words_for_callers(&error)
    })
}

/// Where the product stands, and what is wrong with its certificate, is for administrators.
fn words_for_callers(error: &SessionError) -> String {
    match error {
        SessionError::Unanswered(AskError::Unasked(_)) => "it could not be asked".to_owned(),
        error => error.to_string(),
    }
}
