//! What was done with the tokens of a store, and by callers without one.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::Result;
use gatepass_model::{
    CredentialKind, CredentialSet, Family, InstanceName, Lifetime, Method, Operation, Reason,
    Timestamp, Token,
};
use gatepass_store::activity::{
    ActivityLocation, ActivityStore, JournalBuffer, RequestEvent, Retention, Subject, User,
};

use crate::INSTANCE;
use crate::random::Seeded;

/// Callers without a token.
const CALLERS: u64 = 3_000;
/// Requests of the first token, which is the one that pages are shown of.
const OF_FIRST: u64 = 1_500;
/// A buffer goes to the journal when it holds so much.
const BLOCK_BYTES: usize = 4 << 20;
const DAY: u64 = 86_400_000;

const AGENTS: &[&str] =
    &["python-requests/2.32.3", "curl/8.5.0", "atlassian-python-api", "Jenkins", "Go-http-client"];
const ACTIONS: &[&str] = &["read", "search", "create", "comment"];
const KINDS: &[CredentialKind] = &[
    CredentialKind::Password,
    CredentialKind::NativeToken,
    CredentialKind::Session,
    CredentialKind::Anonymous,
];

struct Recorder<'a> {
    store: &'a dyn ActivityStore,
    random: &'a Seeded,
    now: Timestamp,
    instance: InstanceName,
    buffer: JournalBuffer,
}

/// Most tokens were used, many of them lately; some were refused something this week.
pub(crate) async fn fill(
    random: &Seeded,
    now: Timestamp,
    tokens: &[Token],
    file: &Path,
) -> Result<()> {
    let location = ActivityLocation::File(file.to_owned());
    let store = gatepass_store::activity::open(&location, Retention::default()).await?;
    let (buffer, instance) = (JournalBuffer::default(), INSTANCE.parse()?);
    let mut recorder = Recorder { store: &*store, random, now, instance, buffer };
    for (at, token) in tokens.iter().enumerate() {
        recorder.token(at == 0, token).await?;
    }
    for number in 0..CALLERS {
        recorder.caller(number).await?;
    }
    recorder.flush().await?;
    while store.fold().await?.more {}
    Ok(store.close().await?)
}

impl Recorder<'_> {
    async fn token(&mut self, is_first: bool, token: &Token) -> Result<()> {
        let requests = match is_first {
            true => OF_FIRST,
            false if self.random.happens(150) => 0,
            false => 1 + self.random.below(5),
        };
        let age = self.now.since(token.created_at).as_millis();
        let age = u64::try_from(age).unwrap_or_default();
        // When it was used last.
        let lately = if is_first || self.random.happens(500) { 7 * DAY } else { age };
        let last = self.random.below(age.min(lately));
        let is_refused = self.random.happens(50);
        for _ in 0..requests {
            let ago = last + self.random.below(age.saturating_sub(last).min(20 * DAY));
            let refused = is_refused && ago < 7 * DAY;
            self.put(Subject::Token(token.id), ago, refused.then_some(Reason::ReadOnly));
        }
        self.make_room().await
    }

    async fn caller(&mut self, number: u64) -> Result<()> {
        let name = format!("person{:04}", number / 2);
        let place = usize::try_from(self.random.below(KINDS.len() as u64)).unwrap_or_default();
        let kind = KINDS.get(place).copied().unwrap_or(CredentialKind::Password);
        let user = match kind {
            CredentialKind::Anonymous => User::Nobody,
            CredentialKind::Password => User::Claimed(&name),
            _ => User::Verified(&name),
        };
        for _ in 0..=self.random.below(20) {
            self.put(Subject::Caller { kind, user, mark: "" }, self.random.below(7 * DAY), None);
        }
        self.make_room().await
    }

    /// A request that came so many milliseconds ago.
    fn put(&mut self, subject: Subject<'_>, ago: u64, refused: Option<Reason>) {
        let random = self.random;
        let ago = Lifetime::from_millis(i64::try_from(ago).unwrap_or_default());
        let observed = match subject {
            Subject::Caller { kind, .. } => CredentialSet::EMPTY.with(kind),
            _ => CredentialSet::EMPTY,
        };
        let operation = Operation {
            family: Family::Rest,
            resource: "issue",
            action: random.one_of(ACTIONS),
            effect: None,
            project: Some("ABC"),
            heavy: false,
            door: None,
        };
        self.buffer.put(&RequestEvent {
            at: self.now.minus(ago),
            instance: &self.instance,
            subject,
            refused,
            operation: &operation,
            method: Method::Get,
            status: refused.map_or(200, Reason::status),
            bytes_in: 0,
            bytes_out: random.below(20_000),
            upstream_micros: random.below(200_000),
            duration_micros: random.below(300_000),
            client: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
            user_agent: random.one_of(AGENTS).as_bytes(),
            request_id: u128::from(random.below(u64::MAX)),
            observed,
            outside_page: false,
        });
    }

    async fn make_room(&mut self) -> Result<()> {
        if self.buffer.size() > BLOCK_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<()> {
        self.store.append(&[self.buffer.seal(self.now)]).await?;
        self.buffer = self.buffer.successor();
        Ok(())
    }
}
