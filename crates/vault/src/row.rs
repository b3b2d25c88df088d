//! The MAC of a token's row: whoever writes to the database without the keys makes no token and
//! widens none.
//!
//! It does not stop somebody from putting back a whole older row of the same token; that takes
//! more than one row to notice (the audit record, the change log).

use gatepass_model::token::{FormerSecret, StoredSecret};
use gatepass_model::{Actor, Grant, LimitName, Limits, PersonKey, RowMac, Token};
use subtle::ConstantTimeEq;

use crate::keyring::{Key, KeyPurpose, KeyRing};
use crate::mac::Encoder;

/// Says what the bytes after it mean. Another meaning, or another order, is another version.
const VERSION: &[u8] = b"gatepass token row 1";

/// The MAC of `token` under the newest `mac` key.
pub fn row_mac(ring: &KeyRing, token: &Token) -> RowMac {
    let key = ring.newest(KeyPurpose::Mac);
    RowMac { key: key.id(), tag: tag(key, token) }
}

/// What was found of the MAC of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCheck {
    /// It was made over this very token with a key of the ring.
    Genuine,
    /// It was not.
    Forged,
    /// The ring has no such key, so nothing can be said: the key file may be older than the row.
    UnknownKey,
}

/// Looks at the MAC of a row. In constant time, but for whether the key is known.
pub fn check_row(ring: &KeyRing, token: &Token, mac: &RowMac) -> RowCheck {
    let Some(key) = ring.find(KeyPurpose::Mac, mac.key) else { return RowCheck::UnknownKey };
    if tag(key, token).ct_eq(&mac.tag).into() { RowCheck::Genuine } else { RowCheck::Forged }
}

/// Whether `mac` was made over this very token with a key of the ring. A row for which this is
/// `false` is refused and reported.
pub fn verify_row(ring: &KeyRing, token: &Token, mac: &RowMac) -> bool {
    check_row(ring, token, mac) == RowCheck::Genuine
}

/// Over id, digests, owner, creator, grant, state and expiry. Name, purpose and integration are
/// words for people, and so are hints and the time of creation.
fn tag(key: &Key, token: &Token) -> [u8; 32] {
    // Without `..`: a new field must be thought of here.
    let Token {
        id,
        name: _,
        owner,
        creator,
        integration: _,
        purpose: _,
        grant,
        state,
        created_at: _,
        expires_at,
        secret,
        former,
    } = token;
    let mut row = Encoder::new(key, VERSION);
    row.bytes(id.as_bytes());
    row.secret(secret);
    row.option(former.as_ref(), |row, former| {
        let FormerSecret { secret, until } = former;
        row.secret(secret);
        row.number(until.as_millis());
    });
    row.person(owner);
    row.actor(creator);
    row.grant(grant);
    row.bytes(state.as_str().as_bytes());
    row.option(expires_at.as_ref(), |row, moment| row.number(moment.as_millis()));
    row.tag()
}

/// The parts of a token's row.
impl Encoder {
    fn list<T: ToString>(&mut self, values: &[T]) {
        self.length(values.len());
        for value in values {
            self.bytes(value.to_string().as_bytes());
        }
    }

    fn secret(&mut self, secret: &StoredSecret) {
        let StoredSecret { key, digest, hint: _ } = secret;
        self.number(i64::from(*key));
        self.bytes(&digest.0);
    }

    fn person(&mut self, person: &PersonKey) {
        let PersonKey { directory, username } = person;
        self.bytes(directory.as_str().as_bytes());
        self.bytes(username.as_str().as_bytes());
    }

    fn actor(&mut self, actor: &Actor) {
        match actor {
            Actor::CommandLine(user) => {
                self.bytes(b"cli");
                self.bytes(user.as_bytes());
            }
            Actor::Person(person) => {
                self.bytes(b"person");
                self.person(person);
            }
            Actor::System(part) => {
                self.bytes(b"system");
                self.bytes(part.as_bytes());
            }
        }
    }

    fn grant(&mut self, grant: &Grant) {
        let Grant { access, admin, instances, networks, allow, deny, required_headers, limits } =
            grant;
        self.bytes(access.as_str().as_bytes());
        self.number(i64::from(*admin));
        self.list(instances);
        self.list(networks);
        self.list(allow);
        self.list(deny);
        self.list(required_headers);
        self.limits(limits);
    }

    /// Nothing where there are none, as in rows from before there were any. What follows a grant
    /// is a state, and none is called `limits`: so no row with limits is like one without.
    fn limits(&mut self, limits: &Limits) {
        if *limits == Limits::NONE {
            return;
        }
        self.bytes(b"limits");
        for name in LimitName::ALL {
            self.option(limits.text(name), |row, text| row.bytes(text.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests;
