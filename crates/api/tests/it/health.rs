use std::sync::atomic::Ordering;

use crate::support::World;

#[tokio::test]
async fn whoever_can_answer_is_alive() {
    let world = World::new().await;
    world.ready.0.store(false, Ordering::SeqCst);
    let answer = world.ask(None, "GET /healthz").await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "ok"));
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    let answer = world.ask(None, "HEAD /healthz").await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn readiness_is_yes_or_no_and_no_more() {
    let world = World::new().await;
    let answer = world.ask(None, "GET /readyz").await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "yes"));
    world.ready.0.store(false, Ordering::SeqCst);
    let answer = world.ask(None, "GET /readyz").await;
    assert_eq!((answer.status(), answer.body.as_str()), (503, "no"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn an_unknown_path_is_a_problem() {
    let world = World::new().await;
    for path in ["/", "/healthz/", "/api", "/api/v1/", "/api/v2/whoami", "/api/v1/whoami/x"] {
        world.ask(None, &format!("GET {path}")).await.assert_problem(404, "not_found");
    }
}

#[tokio::test]
async fn another_method_is_a_problem_that_names_the_right_ones() {
    let world = World::new().await;
    for path in ["/healthz", "/readyz", "/api/v1/whoami"] {
        for method in ["POST", "DELETE", "OPTIONS"] {
            let answer = world.ask(None, &format!("{method} {path}")).await;
            answer.assert_problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method} {path}");
        }
    }
}
