//! What is told of one request when it has ended, however it ended.

use std::time::Instant;

use gatepass_ledger::{RequestEvent, Subject, User};
use gatepass_model::{
    CredentialKind, CredentialSet, Method, Operation, Reason, Timestamp, TokenId,
};
use gatepass_policy::Observed;

use super::meter::Count;
use crate::account::Account;
use crate::read::credential::Mark;
use crate::request_id::RequestId;
use crate::thread::Thread;

/// Whose request it is.
#[derive(Clone, Debug)]
pub(crate) enum Whose {
    Token(TokenId),
    /// Something in the shape of a token; and the name that stands beside it.
    UnknownToken(Option<String>),
    /// Somebody without one.
    Caller(Caller),
}

/// What is known of a caller without a token before the product answers.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The kind that says most of him.
    pub(crate) kind: CredentialKind,
    /// Which one of that kind.
    pub(crate) mark: Option<Mark>,
    /// The name that he claims.
    pub(crate) claimed: Option<String>,
}

/// Gathers what is told of a request, and tells it when dropped: a request whose connection was
/// cut is one, too.
pub(crate) struct Tally<'a> {
    pub(crate) thread: &'a Thread,
    pub(crate) at: Timestamp,
    pub(crate) started: Instant,
    /// When the product's answer began.
    pub(crate) answered: Option<Instant>,
    pub(crate) instance: usize,
    pub(crate) whose: Whose,
    /// The user for whom the product says it took the call.
    pub(crate) verified: Option<String>,
    pub(crate) refused: Option<Reason>,
    pub(crate) operation: Operation<'a>,
    pub(crate) method: Method,
    pub(crate) status: u16,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) upstream_micros: u64,
    pub(crate) client: std::net::IpAddr,
    pub(crate) user_agent: &'a [u8],
    pub(crate) id: RequestId,
    /// What is counted of it, since another mode would have refused it.
    pub(crate) observed: Observed,
    /// What it uses up until it has ended.
    pub(crate) account: Account<'a>,
}

/// The kind that says most of who a caller is.
pub(crate) fn leading_kind(presented: CredentialSet) -> CredentialKind {
    presented.iter().next().unwrap_or(CredentialKind::Anonymous)
}

impl Tally<'_> {
    /// Charges so many bytes of the answer, beside those of the request.
    pub(crate) fn moved(&self, bytes_in: u64, bytes_out: u64) {
        self.account.moved(bytes_in.saturating_add(bytes_out), self.at);
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        self.moved(self.bytes_in, self.bytes_out);
        let meter = &self.thread.meter;
        meter.add_many(Count::BytesIn, self.bytes_in);
        meter.add_many(Count::BytesOut, self.bytes_out);
        if !self.observed.credentials.is_empty() {
            meter.add(Count::Observed);
        }
        if self.observed.outside_page {
            meter.add(Count::OutsidePage);
        }
        let Some(room) = self.thread.shared.instances.get(self.instance) else { return };
        let subject = match &self.whose {
            Whose::Token(id) => Subject::Token(*id),
            Whose::UnknownToken(claimed) => Subject::UnknownToken {
                user: claimed.as_deref().map_or(User::Nobody, User::Claimed),
            },
            Whose::Caller(Caller { kind, mark, claimed }) => Subject::Caller {
                kind: *kind,
                mark: mark.as_ref().map_or("", Mark::as_str),
                user: match (&self.verified, claimed) {
                    (Some(name), _) => User::Verified(name),
                    (None, Some(name)) => User::Claimed(name),
                    (None, None) => User::Nobody,
                },
            },
        };
        let micros = self.started.elapsed().as_micros();
        self.thread.ledger.borrow_mut().record(&RequestEvent {
            at: self.at,
            instance: &room.settings.instance.name,
            subject,
            refused: self.refused,
            operation: &self.operation,
            method: self.method,
            status: self.status,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            upstream_micros: self.upstream_micros,
            duration_micros: u64::try_from(micros).unwrap_or(u64::MAX),
            client: self.client,
            user_agent: self.user_agent,
            request_id: self.id.as_u128(),
            observed: self.observed.credentials,
            outside_page: self.observed.outside_page,
        });
    }
}
