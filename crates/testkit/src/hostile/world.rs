//! A gate with its products, and a row sent to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use gatepass_sandbox::{RecordedRequest, Recorder};

use super::judge::{self, Outcome};
use super::{Row, expect};
use crate::raw::{self, Delivery, Exchange};

/// What stands for itself in a table.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// A read-only token of alice's.
    pub read_only: String,
    /// The same, but for `GET /rest/api/*/user`.
    pub denying: String,
    /// The same, limited to the project ABC.
    pub project: String,
    /// A read-write token of hers.
    pub read_write: String,
    /// A revoked one.
    pub revoked: String,
    /// A native token of hers.
    pub native: String,
}

impl Secrets {
    /// The token that a row names as its default.
    pub fn of(&self, name: &str) -> anyhow::Result<&str> {
        let token = match name {
            "RO" => &self.read_only,
            "DENY" => &self.denying,
            "PROJECT" => &self.project,
            other => bail!("there is no token {other:?}"),
        };
        if token.is_empty() {
            bail!("no token {name} was issued");
        }
        Ok(token)
    }

    /// All that no product may ever see.
    pub(super) fn of_the_gate(&self) -> impl Iterator<Item = &str> {
        [&self.read_only, &self.denying, &self.project, &self.read_write, &self.revoked]
            .into_iter()
            .filter(|secret| !secret.is_empty())
            .map(String::as_str)
    }
}

/// A gate with its products.
pub struct World {
    /// Where the gate listens.
    pub gate: SocketAddr,
    /// The tokens of the table.
    pub secrets: Secrets,
    /// What stands in the place of each product, by its name.
    pub products: BTreeMap<String, Arc<Recorder>>,
    /// The `Authorization` by which the gate becomes alice upstream.
    pub authorization: String,
    /// The body that the products answer with.
    pub answer: String,
}

/// What is sent behind each row, to know that what the row caused has arrived.
const FENCE: &str = "/rest/api/2/issue/FENCE-1";

impl World {
    /// Sends a row, and says what is wrong with what came of it; nothing when all is as expected.
    pub async fn run(&self, row: &Row, delivery: &Delivery) -> anyhow::Result<Vec<String>> {
        let alternatives = row.alternatives()?;
        let sent = row.sent(&self.secrets)?;
        let has = |word: &expect::Word| alternatives.iter().any(|words| words.contains(word));
        let patience = Duration::from_secs(if has(&expect::Word::Slow) { 22 } else { 10 });
        let answers = alternatives.iter().flatten().any(|w| matches!(w, expect::Word::Second(_)));
        self.products.values().for_each(|product| product.forget_requests());
        let exchange =
            raw::exchange(self.gate, &sent.bytes, delivery, 1 + usize::from(answers), patience);
        let exchange = exchange.await.with_context(|| format!("row {}", row.id))?;
        let mut arrived = BTreeMap::new();
        for (name, product) in &self.products {
            arrived.insert(name.clone(), self.arrived(name, product).await?);
        }
        self.judge(row, exchange, arrived)
    }

    /// Says what is wrong with what came of a row that was sent in another way: what came back,
    /// and what arrived, by product.
    pub fn judge(
        &self,
        row: &Row,
        exchange: Exchange,
        arrived: BTreeMap<String, Vec<RecordedRequest>>,
    ) -> anyhow::Result<Vec<String>> {
        let (alternatives, sent) = (row.alternatives()?, row.sent(&self.secrets)?);
        let outcome = Outcome { row, sent: &sent, exchange, arrived, world: self };
        Ok(judge::judge(&outcome, &alternatives))
    }

    /// What reached a product, looked at once a last request through the gate has come there.
    /// That comes after all of it where the gate has one thread. Where it has several, something
    /// late would be seen with the next row: it can't be missed, but misplaced.
    async fn arrived(
        &self,
        name: &str,
        product: &Recorder,
    ) -> anyhow::Result<Vec<RecordedRequest>> {
        let fence = format!(
            "GET {FENCE} HTTP/1.1\r\nHost: {name}.example\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            self.secrets.read_write
        );
        let mut client = raw::Client::connect(self.gate).await?;
        client.send(fence).await?;
        let answer = client.answer().await.with_context(|| format!("the fence of {name}"))?;
        if answer.status != 200 {
            bail!("the fence of {name} got {}: {}", answer.status, answer.text());
        }
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        let requests = product.requests();
        Ok(requests.into_iter().filter(|request| request.target() != FENCE).collect())
    }
}
