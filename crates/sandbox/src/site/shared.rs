//! What every product knows, and what handlers share. All that can change is behind one lock: it
//! is small and short-lived.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatepass_model::Clock;

use super::consumer::{ConsumerSeed, Consumers};
use super::entropy::Entropy;
use super::native_token::NativeToken;
use super::people::{People, Person};
use super::seen::SeenRequest;
use super::session::Session;
use super::settings::{Account, AfterSignedCall, NativeTokenLimits};
use super::trouble::Trouble;
use super::{Manners, Product};

/// Calls that are remembered; older ones are forgotten.
const SEEN_BOUND: usize = 10_000;

/// What does not change while a product runs, as far as every product has it.
pub(crate) struct Setup {
    pub(crate) manners: &'static Manners,
    pub(crate) version: [u16; 3],
    pub(crate) context_path: String,
    pub(crate) base_url_as_seen: Option<String>,
    pub(crate) secure_cookies: bool,
    pub(crate) trusted_header: Option<String>,
    pub(crate) native_token_limits: NativeTokenLimits,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What handlers share.
pub(crate) struct Shared<W: Product> {
    pub(crate) setup: Setup,
    /// What only this product has.
    pub(crate) own: W::Fixed,
    world: Mutex<W>,
}

/// What can change, as far as every product has it.
pub(crate) struct Site {
    pub(crate) manners: &'static Manners,
    pub(crate) people: People,
    /// By id.
    pub(crate) sessions: HashMap<String, Session>,
    /// By id.
    pub(crate) native_tokens: BTreeMap<u64, NativeToken>,
    pub(crate) consumers: Consumers,
    pub(crate) after_signed_calls: AfterSignedCall,
    /// Whether somebody who did not sign in may use it.
    pub(crate) anonymous_may_use: bool,
    /// Takes every call that signed in for this person's: a fault that tests ask for.
    pub(crate) mistaken_for: Option<String>,
    pub(crate) trouble: Trouble,
    pub(crate) entropy: Entropy,
    pub(crate) requests_taken: u64,
    pub(crate) seen: VecDeque<SeenRequest>,
    last_id: u64,
}

impl<W: Product> Shared<W> {
    pub(crate) fn new(setup: Setup, own: W::Fixed, world: W) -> Self {
        Self { setup, own, world: Mutex::new(world) }
    }

    /// The lock; never held across an `await`.
    pub(crate) fn world(&self) -> MutexGuard<'_, W> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unix milliseconds.
    pub(crate) fn now(&self) -> i64 {
        self.setup.clock.now().as_millis()
    }

    /// Whether this version has native tokens.
    pub(crate) fn knows_native_tokens(&self) -> bool {
        self.setup.version >= self.setup.manners.native_tokens_since
    }
}

impl Site {
    /// One with nobody in it. The same seed gives the same secrets.
    pub(crate) fn new(manners: &'static Manners, seed: u64) -> Self {
        Self {
            manners,
            people: People::default(),
            sessions: HashMap::new(),
            native_tokens: BTreeMap::new(),
            consumers: Consumers::default(),
            after_signed_calls: AfterSignedCall::Nothing,
            anonymous_may_use: false,
            mistaken_for: None,
            trouble: Trouble::default(),
            entropy: Entropy::new(seed),
            requests_taken: 0,
            seen: VecDeque::new(),
            last_id: 10_099,
        }
    }

    /// Enters links and people, in this order: a person has the same number each time.
    pub(crate) fn populate(&mut self, links: &[ConsumerSeed], people: &[Account]) {
        for link in links {
            self.consumers.put(link.clone());
        }
        for account in people {
            self.add_person(account.clone());
        }
    }

    /// The next free id, for whatever needs one.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The person with this name, case ignored.
    pub(crate) fn person(&self, username: &str) -> Option<&Person> {
        self.people.get(username)
    }

    /// Somebody new; false when the name is taken.
    pub(crate) fn add_person(&mut self, account: Account) -> bool {
        let id = self.next_id();
        let key = (self.manners.key)(id, self, &account.username);
        self.people.add(account, id, key)
    }

    /// Takes somebody out, with his sessions and native tokens: whoever gets the name next is
    /// somebody else. What he wrote keeps his name.
    pub(crate) fn remove_person(&mut self, username: &str) -> bool {
        let name = username.to_lowercase();
        self.sessions.retain(|_, session| session.username != name);
        self.native_tokens.retain(|_, token| token.owner != name);
        self.people.remove(&name)
    }

    /// Remembers a call, and forgets the oldest beyond the bound.
    pub(crate) fn remember(&mut self, request: SeenRequest) {
        if self.seen.len() >= SEEN_BOUND {
            self.seen.pop_front();
        }
        self.seen.push_back(request);
    }
}
