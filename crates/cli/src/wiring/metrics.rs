//! The page of metrics.

use gatepass_gate::{Count, Strained, Totals, UPSTREAM_BUCKETS_MS};
use gatepass_ledger::Status;
use gatepass_model::{Clock as _, Reason};
use gatepass_policy::limit::Scope;
use gatepass_snapshot::Condition;
use gatepass_telemetry::{Buckets, Labels, PrometheusText, metric};

use super::certificate::{self, CertificateState};
use super::clock::SystemClock;
use super::readiness::NodeReadiness;
use gatepass_api::Readiness as _;

/// What the numbers are taken from.
pub(crate) struct Numbers<'n> {
    pub(crate) node: &'n NodeReadiness,
    pub(crate) totals: &'n Totals,
    pub(crate) strained: &'n [Strained],
    pub(crate) activity: Status,
}

const NO_LABELS: Labels<'static> = &[];

/// The page, in Prometheus' text format.
pub(crate) fn page(numbers: &Numbers<'_>) -> String {
    let page = PrometheusText::new()
        .gauge(&metric::INFO, &[(&[("version", env!("CARGO_PKG_VERSION"))], 1.0)]);
    let page = traffic(page, numbers.totals);
    let page = state(page, numbers.node);
    let page = shedding(page, numbers.strained);
    let Status { dropped, failed, .. } = numbers.activity;
    page.counter(
        &metric::ACTIVITY_DROPPED,
        &[(NO_LABELS, dropped.requests.saturating_add(dropped.lines))],
    )
    .counter(&metric::ACTIVITY_FAILED, &[(NO_LABELS, failed)])
    .finish()
}

fn traffic(page: PrometheusText, totals: &Totals) -> PrometheusText {
    let one = |count| [(NO_LABELS, totals.count(count))];
    let open = totals.count(Count::Accepted).saturating_sub(totals.count(Count::Ended));
    let ended = totals.count(Count::UpgradesEnded);
    let upgrades = totals.count(Count::Upgraded).saturating_sub(ended);
    let labels: Vec<[(&str, &str); 1]> =
        Reason::ALL.iter().map(|reason| [("reason", reason.as_str())]).collect();
    let refusals: Vec<(Labels<'_>, u64)> = labels
        .iter()
        .zip(Reason::ALL)
        .map(|(label, &reason)| (label.as_slice(), totals.refused(reason)))
        .collect();
    let page = page
        .counter(&metric::REQUESTS, &one(Count::Requests))
        .counter(&metric::FORWARDED, &one(Count::Forwarded))
        .counter(&metric::REFUSALS, &refusals)
        .counter(&metric::OBSERVED, &one(Count::Observed))
        .counter(&metric::SESSIONS_OUTSIDE_PAGES, &one(Count::OutsidePage))
        .counter(&metric::BYTES_IN, &one(Count::BytesIn))
        .counter(&metric::BYTES_OUT, &one(Count::BytesOut))
        .counter(&metric::CONNECTIONS, &one(Count::Accepted))
        .gauge(&metric::OPEN_CONNECTIONS, &[(NO_LABELS, float(open))])
        .counter(&metric::UNADMITTED, &one(Count::Unadmitted))
        .counter(&metric::EVICTED, &one(Count::Evicted))
        .counter(&metric::BROKEN_ANSWERS, &one(Count::Broken))
        .counter(&metric::RETRIES, &one(Count::Retried))
        .counter(&metric::IDENTITY_SURPRISES, &one(Count::Surprised))
        .counter(&metric::IDENTITY_UNCONFIRMED, &one(Count::Unconfirmed))
        .counter(&metric::UNCLEAR_TARGETS, &one(Count::UnclearTargets))
        .counter(&metric::CUT, &one(Count::Cut))
        .counter(&metric::SHED, &one(Count::Shed))
        .counter(&metric::UPGRADES, &one(Count::Upgraded))
        .gauge(&metric::OPEN_UPGRADES, &[(NO_LABELS, float(upgrades))]);
    upstream_time(page, totals)
}

fn upstream_time(page: PrometheusText, totals: &Totals) -> PrometheusText {
    let bounds = UPSTREAM_BUCKETS_MS.map(|millis| float(millis) / 1e3);
    let mut counts = totals.upstream_buckets().to_vec();
    let within: u64 = counts.iter().sum();
    counts.push(totals.count(Count::Answers).saturating_sub(within));
    let sum = float(totals.count(Count::UpstreamMicros)) / 1e6;
    let buckets = Buckets { bounds: &bounds, counts: &counts, sum };
    page.histogram(&metric::UPSTREAM_SECONDS, &[(NO_LABELS, buckets)])
}

fn state(page: PrometheusText, node: &NodeReadiness) -> PrometheusText {
    let snapshot = &node.snapshot;
    let surprised: usize = node.wallet.count_surprised().iter().map(|(_, count)| count).sum();
    let gauge = |number: f64| [(NO_LABELS, number)];
    let page = match &node.certificate {
        Some(state) => certificate_page(page, &certificate::look(state)),
        None => page,
    };
    let ages = node.freshness.ages();
    let labels: Vec<[(&str, &str); 1]> =
        ages.iter().map(|(name, _)| [("directory", name.as_str())]).collect();
    let ages: Vec<(Labels<'_>, f64)> = labels
        .iter()
        .zip(&ages)
        .map(|(label, (_, age))| (label.as_slice(), age.as_duration().as_secs_f64()))
        .collect();
    page.gauge(&metric::PEOPLE_UNCONFIRMED, &ages)
        .gauge(&metric::READY, &gauge(f64::from(u8::from(node.is_ready()))))
        .gauge(&metric::SURPRISED_CREDENTIALS, &gauge(float(surprised as u64)))
        .gauge(&metric::TOKENS, &gauge(float(snapshot.count_tokens() as u64)))
        .counter(&metric::ROWS_REFUSED, &[(NO_LABELS, snapshot.rows_refused())])
        .gauge(&metric::REVISION, &gauge(float(snapshot.revision().get())))
        .gauge(&metric::STORE_AGE_SECONDS, &gauge(store_age(node)))
        .gauge(&metric::LIMIT_NODES, &gauge(limit_nodes(snapshot)))
        .gauge(&metric::DIRECTORY_PROBLEMS, &gauge(float(node.directories.problems().len() as u64)))
}

fn certificate_page(page: PrometheusText, state: &CertificateState) -> PrometheusText {
    let end = u64::try_from(state.ends().as_seconds()).unwrap_or_default();
    let problem = f64::from(u8::from(state.has_problem()));
    page.gauge(&metric::CERTIFICATE_END, &[(NO_LABELS, float(end))])
        .gauge(&metric::CERTIFICATE_PROBLEM, &[(NO_LABELS, problem)])
}

/// 0 where each node counts for itself; negative while they can't talk.
fn limit_nodes(snapshot: &gatepass_snapshot::Snapshot) -> f64 {
    match snapshot.sharing().scope() {
        Scope::Node => 0.0,
        Scope::Shared(nodes) => f64::from(nodes),
        Scope::Split(nodes) => -f64::from(nodes),
    }
}

/// Who is turned away at each instance.
fn shedding(page: PrometheusText, strained: &[Strained]) -> PrometheusText {
    let labels: Vec<[(&str, &str); 1]> =
        strained.iter().map(|one| [("instance", one.instance.as_str())]).collect();
    let levels = labels.iter().zip(strained);
    let levels: Vec<(Labels<'_>, f64)> =
        levels.map(|(label, one)| (label.as_slice(), f64::from(one.level))).collect();
    page.gauge(&metric::SHED_LEVEL, &levels)
}

/// Since the store was last read; less than a second counts as nothing.
fn store_age(node: &NodeReadiness) -> f64 {
    let now = SystemClock.now();
    let since = node.snapshot.conditions(now).into_iter().find_map(|condition| match condition {
        Condition::StoreLost(since) | Condition::TooOld(since) => Some(since),
        Condition::NotLoaded | Condition::DirectoryNotRead(_) => None,
    });
    since.map_or(0.0, |since| now.since(since).as_duration().as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus counts in floating point")]
const fn float(number: u64) -> f64 {
    number as f64
}
