//! What only the writer has, and how rows become entries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gatepass_model::token::FormerSecret;
use gatepass_model::{
    DirectoryName, Person, PersonKey, Product, Timestamp, Token, TokenId, TokenState,
};
use gatepass_policy::{CompiledGrant, PersonFacts, TokenFacts};
use gatepass_profiles::profile;

use crate::entry::{Origin, TokenEntry};
use crate::intern::Interner;
use crate::person::PersonCell;
use crate::policy::{PublishedPolicy, RightsCache};
use crate::tokens::{DigestMap, HandleIndex};

/// People by key, read by all threads.
pub(crate) type People = papaya::HashMap<PersonKey, Arc<PersonCell>>;

/// What only one may change at a time.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) index: HandleIndex,
    grants: Interner<CompiledGrant>,
    integrations: Interner<str>,
    rights: RightsCache,
    directories: HashMap<DirectoryName, HashSet<PersonKey>>,
    /// Revocations that the store does not have.
    pub(crate) held: HashSet<TokenId>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            index: HandleIndex::default(),
            grants: Interner::new(),
            integrations: Interner::new(),
            rights: RightsCache::default(),
            directories: HashMap::new(),
            held: HashSet::new(),
        }
    }

    /// Puts an honest token where requests find it. What it may no longer do holds first: the
    /// state goes before the entries.
    pub(crate) fn put_token(&mut self, tokens: &DigestMap, people: &People, token: &Token) {
        if token.state == TokenState::Revoked {
            self.held.remove(&token.id);
        }
        let is_held = self.held.contains(&token.id);
        let state = if is_held { TokenState::Revoked } else { token.state };
        let before = self.index.find(token.id).cloned();
        let origin = match &before {
            None => Origin::This(state),
            Some(entry) => {
                if entry.set_state(state) != state {
                    tracing::error!(token = %token.id, "a revoked token is alive in the store; it stays revoked here");
                }
                Origin::Entry(entry.origin())
            }
        };
        let owner = cell(people, &token.owner);
        let facts = self.facts_of(token, &owner);
        let former = token.former.as_ref().map(|former| former.secret.digest);
        let entry = Arc::new(TokenEntry::new(facts, owner, token.secret.digest, former, origin));
        tokens.put(entry.clone());
        if let Some(former) = &token.former {
            tokens.put(Arc::new(former_entry(&entry, former)));
        }
        if let Some(before) = before {
            for digest in before.digests().filter(|&digest| !entry.digests().any(|d| d == digest)) {
                tokens.remove(digest);
            }
        }
        self.index.put(entry);
    }

    /// Whether the entry of `token` is what this row would make of it, state and secrets too. Of a row
    /// whose MAC can't be checked nothing else may be believed, not even that there is less to it.
    pub(crate) fn says_nothing_new(&mut self, people: &People, token: &Token) -> bool {
        let Some(entry) = self.index.find(token.id).cloned() else { return false };
        let owner = cell(people, &token.owner);
        let former = token.former.as_ref().map(|former| former.secret.digest);
        let digests = std::iter::once(&token.secret.digest).chain(&former);
        entry.state() == token.state
            && entry.digests().eq(digests)
            && *entry.facts() == self.facts_of(token, &owner)
    }

    fn facts_of(&mut self, token: &Token, owner: &PersonCell) -> TokenFacts {
        let grant = CompiledGrant::compile(&token.grant, |product: Product, pattern| {
            profile(product).fold_pattern(pattern)
        });
        let integration =
            token.integration.as_deref().map(|name| self.integrations.share_text(name));
        let grant = grant.for_integration(integration);
        TokenFacts {
            id: token.id,
            name: token.name.as_str().into(),
            owner: owner.key().clone(),
            grant: self.grants.share(grant),
            expires_at: token.expires_at,
        }
    }

    /// Takes a token away: its row is gone, or can't be trusted. Requests that hold it end.
    pub(crate) fn remove_token(&mut self, tokens: &DigestMap, id: TokenId) {
        if let Some(entry) = self.index.remove(id) {
            entry.set_state(TokenState::Revoked);
            entry.digests().for_each(|digest| tokens.remove(digest));
        }
    }

    /// Takes away all tokens but `kept`.
    pub(crate) fn keep_tokens(&mut self, tokens: &DigestMap, kept: &HashSet<TokenId>) {
        let gone: Vec<TokenId> = self.index.ids().filter(|id| !kept.contains(id)).collect();
        for id in gone {
            self.remove_token(tokens, id);
        }
        self.grants.sweep();
        self.integrations.sweep();
    }

    /// Makes the people of `directory` these. Who is not among them is gone.
    pub(crate) fn replace_people(
        &mut self,
        people: &People,
        policy: &PublishedPolicy,
        directory: &DirectoryName,
        present: Vec<Person>,
    ) {
        let mut keys = HashSet::with_capacity(present.len());
        for person in present.into_iter().filter(|person| person.key.directory == *directory) {
            keys.insert(person.key.clone());
            self.publish(&cell(people, &person.key), policy, person, Timestamp::MAX);
        }
        let before = self.directories.insert(directory.clone(), keys);
        let now = self.directories.get(directory);
        for key in before.into_iter().flatten() {
            if now.is_some_and(|now| !now.contains(&key)) {
                cell(people, &key).publish(None);
            }
        }
    }

    /// Takes these people of a directory as it last confirmed them; others of it stay.
    pub(crate) fn put_people(
        &mut self,
        people: &People,
        policy: &PublishedPolicy,
        directory: &DirectoryName,
        present: Vec<(Person, Timestamp)>,
    ) {
        for (person, good_until) in present {
            if person.key.directory != *directory {
                continue;
            }
            let cell = cell(people, &person.key);
            let known = self.directories.entry(directory.clone()).or_default();
            known.insert(person.key.clone());
            self.publish(&cell, policy, person, good_until);
        }
        self.directories.entry(directory.clone()).or_default();
    }

    /// Computes everybody's rights anew: the policy is another.
    pub(crate) fn recompute_rights(&mut self, people: &People, policy: &PublishedPolicy) {
        self.rights.clear();
        for cell in people.pin().values() {
            let guard = cell.load();
            if let Some(facts) = guard.as_deref() {
                self.publish(cell, policy, facts.person().clone(), facts.believed_until());
            }
        }
    }

    fn publish(
        &mut self,
        cell: &PersonCell,
        policy: &PublishedPolicy,
        person: Person,
        good_until: Timestamp,
    ) {
        let rights = self.rights.rights_of(policy.document(), &person);
        let facts = PersonFacts::new(person, rights).good_until(good_until);
        cell.publish(Some(Arc::new(facts)));
    }

    pub(crate) fn has_read(&self, directory: &DirectoryName) -> bool {
        self.directories.contains_key(directory)
    }
}

/// The entry of the secret before: the same token, until the grace ends.
fn former_entry(entry: &Arc<TokenEntry>, former: &FormerSecret) -> TokenEntry {
    let facts = entry.facts();
    let ends = facts.expires_at.map_or(former.until, |end| end.min(former.until));
    let facts = TokenFacts { expires_at: Some(ends), ..facts.clone() };
    let origin = Origin::Entry(entry.origin());
    TokenEntry::new(facts, entry.owner().clone(), former.secret.digest, None, origin)
}

/// The cell of a person, made when there is none: a token may come before its owner's directory
/// was read.
fn cell(people: &People, key: &PersonKey) -> Arc<PersonCell> {
    let map = people.pin();
    if let Some(cell) = map.get(key) {
        return cell.clone();
    }
    map.get_or_insert_with(key.clone(), || Arc::new(PersonCell::unknown(key.clone()))).clone()
}
