//! Sends requests through the gate, several on a connection at once, and compares each that
//! reaches Tomcat.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use gatepass_model::CanonicalTarget;
use gatepass_testkit::raw::{Answer, Client};

use crate::compare::{Difference, compare, compare_record};
use crate::dice::Dice;
use crate::echo::Reading;
use crate::generate;
use crate::plan::Plan;
use crate::report::Report;
use crate::tap::Tap;
use crate::world::Secrets;

/// Requests on a connection before their answers are read.
const AT_ONCE: usize = 16;
/// How long one step of a connection may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// One client: a connection, and what it found.
pub(crate) struct Driver {
    pub(crate) gate: SocketAddr,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) tap: Arc<Tap>,
    pub(crate) report: Report,
}

impl Driver {
    /// Sends requests of this seed until `left` of all clients is used up.
    pub(crate) async fn run(&mut self, seed: u64, left: &AtomicU64) -> Result<()> {
        let dice = Dice::new(seed);
        let mut client = None;
        loop {
            let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left > 0).then(|| left.saturating_sub(AT_ONCE as u64))
            });
            let Ok(before) = taken else { return Ok(()) };
            let count = AT_ONCE.min(usize::try_from(before).unwrap_or(AT_ONCE));
            let make = |place: usize| generate::request(&dice, &self.secrets, place + 1 == count);
            let plans: Vec<Plan> = (0..count).map(make).collect();
            self.report.generated += plans.len() as u64;
            client = self.send_all(client, &plans).await?;
            self.compare_records();
        }
    }

    /// Sends them in order, on a new connection where the gate ended one, and gives the last
    /// connection back if it still stands.
    async fn send_all(
        &mut self,
        mut client: Option<Client>,
        plans: &[Plan],
    ) -> Result<Option<Client>> {
        let mut rest = plans;
        while !rest.is_empty() {
            let was_fresh = client.is_none();
            let mut line = match client.take() {
                Some(line) => line,
                None => Client::connect(self.gate).await?.with_patience(PATIENCE),
            };
            let bytes: Vec<u8> = rest.iter().flat_map(Plan::bytes).collect();
            // Where the gate has ended the connection, its answer says why.
            let _ = line.send(&bytes).await;
            let is_open_ended = rest.last().is_some_and(|plan| plan.is_open_ended);
            if is_open_ended {
                line.finish_sending().await;
            }
            let before = rest.len();
            let stands = self.read_all(&mut line, &mut rest).await?;
            if rest.is_empty() && is_open_ended {
                self.read_extra(&mut line, plans).await?;
            } else if stands {
                client = Some(line);
            } else if rest.len() == before && was_fresh {
                // Not even the first had an answer: it was cut short.
                self.report.unanswered += 1;
                self.report.cut.extend(rest.first().cloned());
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        Ok(client)
    }

    /// Reads answers as long as they come; takes what was answered off `rest`. Whether the
    /// connection still stands.
    async fn read_all(&mut self, line: &mut Client, rest: &mut &[Plan]) -> Result<bool> {
        while let Some((plan, others)) = rest.split_first() {
            let Ok(Some(answer)) = line.answer_to(plan.method.trim_start()).await else {
                return Ok(false);
            };
            *rest = others;
            self.judge(plan, &answer)?;
            if answer.closes() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What else the gate made of a request whose end is in doubt: requests of their own, by its
    /// reading. None may go up as anybody.
    async fn read_extra(&mut self, line: &mut Client, plans: &[Plan]) -> Result<()> {
        while let Ok(Some(answer)) = line.answer_to("GET").await {
            self.report.extra += 1;
            let Some(read) = self.classify(&answer)? else { continue };
            let id = answer.header("x-gatepass-request-id").unwrap_or_default();
            let has_identity = read.all("authorization").next().is_some();
            if read.all("x-gatepass-request-id").ne([id]) || has_identity {
                let text = format!("an inner request went up as {read:?}");
                let found = vec![Difference { class: "smuggled", text }];
                plans.last().into_iter().for_each(|plan| self.report.add(found.clone(), plan));
            }
        }
        Ok(())
    }

    /// Counts an answer; gives Tomcat's reading if it is the servlet's.
    fn classify(&mut self, answer: &Answer) -> Result<Option<Reading>> {
        if let Some(reason) = answer.reason() {
            *self.report.refused.entry(reason.to_owned()).or_default() += 1;
            return Ok(None);
        }
        if let Some(read) = Reading::of(answer)? {
            self.report.echoed += 1;
            return Ok(Some(read));
        }
        if answer.header("x-gatepass-request-id").is_some()
            && answer.status == 404
            && answer.header("content-language").is_none()
        {
            self.report.local += 1;
        } else {
            *self.report.refused_by_tomcat.entry(answer.status).or_default() += 1;
        }
        Ok(None)
    }

    fn judge(&mut self, plan: &Plan, answer: &Answer) -> Result<()> {
        let Some(read) = self.classify(answer)? else { return Ok(()) };
        let id = answer.header("x-gatepass-request-id").unwrap_or_default();
        let (found, expected) = compare(plan, &read, id);
        self.report.unclear += u64::from(CanonicalTarget::parse(plan.origin_form()).is_err());
        self.report.add(found, plan);
        self.tap.expect(u128::from_str_radix(id, 16).unwrap_or_default(), expected);
        Ok(())
    }

    /// Compares what the gate has recorded in the meantime.
    pub(crate) fn compare_records(&mut self) {
        for (record, expected) in self.tap.take_pairs() {
            self.report.recorded += 1;
            self.report.add(compare_record(&record, &expected), &expected.plan);
        }
    }

    /// Sends one request alone. The classes of what differs, those of the gate's record too.
    pub(crate) async fn classes_of(&mut self, plan: &Plan) -> Result<Vec<Difference>> {
        self.report = Report::default();
        self.send_all(None, std::slice::from_ref(plan)).await?;
        let until = Instant::now() + Duration::from_secs(2);
        while self.report.echoed > self.report.recorded && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.compare_records();
        }
        let found = std::mem::take(&mut self.report.differences);
        Ok(found.into_iter().map(|(difference, _)| difference).collect())
    }

    /// The smallest request that still shows a difference of this class.
    pub(crate) async fn shrink(&mut self, class: &str, plan: Plan) -> Result<Plan> {
        let mut smallest = plan;
        let until = Instant::now() + Duration::from_secs(20);
        'again: while Instant::now() < until {
            for smaller in smallest.smaller() {
                let found = self.classes_of(&smaller).await?;
                if found.iter().any(|difference| difference.class == class) {
                    smallest = smaller;
                    continue 'again;
                }
            }
            break;
        }
        Ok(smallest)
    }
}
