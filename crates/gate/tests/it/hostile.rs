//! Every row of the table of hostile requests that the gate answers for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gatepass_model::{Grant, Mode, Product};
use gatepass_sandbox::Recorder;
use gatepass_testkit::hostile::{self, Row, Secrets, World};
use gatepass_testkit::raw::Delivery;
use gatepass_testkit::{SeededEntropy, TestGate, TestGateOptions, TestInstance, build};

use crate::support::{ANSWER, answer_alice};

const TABLE: &str = include_str!("../data/hostile-requests.tsv");
/// Rows of the table that are the gate's. A row that comes or goes must be meant to.
const ROWS: usize = 146;
/// Rows of these that may be forwarded.
const FORWARDED: usize = 39;
const NATIVE: &str = "MDAwMDAwMDAwMDAyOmFsaWNlLWFub3RoZXItdG9rZW5z";

pub(crate) fn rows() -> Vec<Row> {
    hostile::parse(TABLE).unwrap().into_iter().filter(|row| row.since == "gate").collect()
}

fn row(id: &str) -> Row {
    rows().into_iter().find(|row| row.id == id).unwrap()
}

fn is_forwarded(row: &Row) -> bool {
    row.expected.split(' ').any(|word| word == "fwd")
}

async fn world() -> (TestGate, World) {
    world_with(|_| {}).await
}

/// Three products behind one gate, everything blocked, and the tokens of the table.
pub(crate) async fn world_with(set_up: impl FnOnce(&mut TestGateOptions)) -> (TestGate, World) {
    let mut products = BTreeMap::new();
    let mut instances = Vec::new();
    for product in Product::ALL {
        let recorder = Recorder::start(answer_alice).await.unwrap();
        instances.push(TestInstance::new(product, recorder.address()));
        products.insert(product.as_str().to_owned(), Arc::new(recorder));
    }
    let mut options = TestGateOptions::new(instances).unwrap();
    let names = Product::ALL.map(Product::as_str);
    options.policy = build::policy_with_mode(Mode::Block, &names).unwrap();
    set_up(&mut options);
    let gate = TestGate::start(options).await.unwrap();
    let denying = build::read_only_but(&["GET /rest/api/*/user"]).unwrap();
    let revoked = gate.issue("alice", Grant::read_write()).await.unwrap();
    gate.revoke(revoked.id).await.unwrap();
    let secrets = Secrets {
        read_only: gate.issue("alice", Grant::read_only()).await.unwrap().secret,
        denying: gate.issue("alice", denying).await.unwrap().secret,
        project: String::new(),
        read_write: gate.issue("alice", Grant::read_write()).await.unwrap().secret,
        revoked: revoked.secret,
        native: NATIVE.to_owned(),
    };
    let world = World {
        gate: gate.address(),
        secrets,
        products,
        authorization: format!("Bearer {}", TestGateOptions::ALICES_NATIVE_TOKEN),
        answer: ANSWER.to_owned(),
    };
    (gate, world)
}

/// Runs rows, each as `deliveries` says, and reports all that failed at once.
async fn run(rows: &[Row], deliveries: impl Fn(&World, &Row) -> Vec<Delivery>) -> usize {
    let (gate, world) = world().await;
    let (mut failed, mut count) = (Vec::new(), 0);
    for row in rows {
        for delivery in deliveries(&world, row) {
            count += 1;
            let wrong = world.run(row, &delivery).await;
            let wrong = wrong.unwrap_or_else(|error| vec![format!("{error:#}")]);
            if !wrong.is_empty() {
                let lines = wrong.join("\n    ");
                let Row { id, class, expected, why, .. } = row;
                failed.push(format!(
                    "{id} ({class}: {why}), {delivery:?}\n    expected: {expected}\n    {lines}"
                ));
            }
        }
    }
    gate.stop().await.unwrap();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    count
}

#[tokio::test]
async fn every_hostile_request_comes_to_what_the_table_says() {
    assert_eq!(run(&rows(), |_, _| vec![Delivery::Whole]).await, ROWS);
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_comes_to_the_same() {
    let rows: Vec<Row> = rows().into_iter().filter(is_forwarded).collect();
    let drip = |world: &World, row: &Row| {
        let sent = row.sent(&world.secrets).unwrap();
        vec![Delivery::Drip(sent.head_length())]
    };
    assert_eq!(run(&rows, drip).await, FORWARDED);
}

#[tokio::test]
async fn a_request_that_comes_in_any_pieces_comes_to_the_same() {
    const TIMES: usize = 2;
    let random = SeededEntropy::new(20_270_115);
    let cut = |world: &World, row: &Row| {
        let length = row.sent(&world.secrets).unwrap().bytes.len();
        let pieces = || {
            let mut cuts: Vec<usize> = (0..4).map(|_| random.below(length)).collect();
            cuts.sort_unstable();
            Delivery::Cut(cuts, Duration::from_millis(2))
        };
        (0..TIMES).map(|_| pieces()).collect()
    };
    assert_eq!(run(&rows(), cut).await, TIMES * ROWS);
}

#[test]
fn no_row_of_the_gate_is_skipped() {
    let rows = rows();
    assert_eq!(rows.len(), ROWS);
    assert_eq!(rows.iter().filter(|row| is_forwarded(row)).count(), FORWARDED);
    let lines = TABLE.lines().filter(|line| line.split('\t').nth(2) == Some("gate"));
    assert_eq!(lines.count(), ROWS);
    for row in rows {
        assert!(!row.alternatives().unwrap().is_empty(), "{}", row.id);
    }
}

/// A judge that never complains proves nothing.
#[tokio::test]
async fn a_wrong_expectation_is_reported() {
    let (gate, world) = world().await;
    for (id, expected, complaint) in [
        ("B01", "deny:403", "the status is 200"),
        ("B01", "deny:200", "it reached the product"),
        ("B01", "fwd target:/other", "the target is"),
        ("B01", "fwd same close", "stays open"),
        ("B01", "api:200", "something reached the product"),
        ("S42", "fwd same second:403", "the second answer is Some(401)"),
        ("B01", "fwd nohdr:X_Forwarded_For", "there is a header xforwardedfor"),
        ("B01", "fwd noval:jira.example", "is \"jira.example\""),
        ("B10", "fwd same", "requests reached the product"),
        ("B10", "deny:403 reason:path_not_allowed", "the reason is read_only"),
        ("B10", "deny:400,401", "the status is 403"),
        ("B10", "fwd same || deny:404", "the status is 403"),
        ("S42", "fwd same", "a body became a request"),
        ("K08", "deny:403", "the status is 404"),
    ] {
        let wrong = world.run(&row(id).expecting(expected), &Delivery::Whole).await.unwrap();
        let said = wrong.join("\n");
        assert!(said.contains(complaint), "{id} expecting {expected:?} said {said:?}");
    }
    gate.stop().await.unwrap();
}
