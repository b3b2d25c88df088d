//! Assertions that a thread has signed, kept for half of the time that they are good.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gatepass_identity::Asserter;
use gatepass_model::{Lifetime, Timestamp, TokenId, Username};

/// For how long one is sent: less than the minute that it is good, since clocks differ, and a request
/// may wait for a connection.
const KEPT: Lifetime = Lifetime::from_seconds(30);
/// Most that are kept; then all are signed anew.
const MOST: usize = 10_000;

/// By token and by the instance's place in the settings.
#[derive(Debug, Default)]
pub(crate) struct Assertions(RefCell<HashMap<(TokenId, usize), Signed>>);

/// When, and the header line.
type Signed = (Timestamp, Rc<[u8]>);

impl Assertions {
    /// The header line about `user` for a call with this token.
    pub(crate) fn line(
        &self,
        asserter: &Asserter,
        index: usize,
        token: TokenId,
        user: &Username,
        now: Timestamp,
    ) -> Rc<[u8]> {
        let mut kept = self.0.borrow_mut();
        if let Some((signed_at, line)) = kept.get(&(token, index))
            && *signed_at <= now
            && now.since(*signed_at) < KEPT
        {
            return Rc::clone(line);
        }
        if kept.len() >= MOST {
            kept.clear();
        }
        let assertion = asserter.assert(user, Some(token), now);
        let line: Rc<[u8]> = format!("{}: {assertion}\r\n", asserter.header).into_bytes().into();
        kept.insert((token, index), (now, Rc::clone(&line)));
        line
    }
}
