use std::time::Duration;

use gatepass_model::Limits;
use gatepass_policy::limit::Scope;

use crate::world::{Node, Server, until};

fn rate(text: &str) -> Limits {
    Limits { rate: Some(text.parse().unwrap()), ..Limits::NONE }
}

async fn two(server: &Server, limits: Limits) -> (Node, Node) {
    let one = Node::start(server, "one", limits).await;
    let other = Node::start(server, "other", limits).await;
    one.shares_with(2).await;
    other.shares_with(2).await;
    (one, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gates_let_exactly_n_pass_between_them() {
    let server = Server::start().await;
    let (one, other) = two(&server, rate("40/h")).await;
    let (here, there) = tokio::join!(one.ask(300), other.ask(300));
    assert_eq!(here + there, 40, "{here} and {there}");
    assert!(here > 0 && there > 0, "{here} and {there}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_that_is_idle_leaves_its_part_to_the_other() {
    let server = Server::start().await;
    let (one, other) = two(&server, rate("40/h")).await;
    assert_eq!(one.ask(300).await, 40);
    // Who comes later spends before he could ask what is documented, and not more.
    let late = other.ask(100).await;
    assert!(late <= 2, "{late}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(one.ask(50).await + other.ask(50).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_of_all_gates_add_up() {
    let server = Server::start().await;
    let limits = Limits { bytes_per_day: Some("20000".parse().unwrap()), ..Limits::NONE };
    let (one, other) = two(&server, limits).await;
    let first = one.ask(10).await;
    assert_eq!(first, 10);
    let cell =
        other.gate.snapshot().find_person(&gatepass_testkit::build::person_key("alice").unwrap());
    let cell = cell.unwrap().limits().clone();
    let passed = other.ask(1).await;
    let at = gatepass_policy::limit::Moment { nanos: 0, wall_seconds: 1_800_000_000 };
    let left = || cell.left(&limits, at, Scope::Node).bytes_today.unwrap();
    until("the other's bytes are known", || left() <= 9_000).await;
    let passed = passed + other.ask(30).await;
    assert!((9..=11).contains(&passed), "{passed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_server_each_gate_has_its_part_and_says_so() {
    let mut server = Server::start().await;
    let (one, other) = two(&server, rate("40/h")).await;
    server.stop().await;
    until("it is missed", || one.scope() == Scope::Split(2) && other.scope() == Scope::Split(2))
        .await;
    let (here, there) = tokio::join!(one.ask(50), other.ask(50));
    assert_eq!((here, there), (20, 20));
    server.start_again().await;
    one.shares_with(2).await;
    other.shares_with(2).await;
}
