//! Every address that changes something, listed from the table of routes: who is refused, and that
//! nothing is changed by that.

use axum::http::header;
use gatepass_model::{TokenId, TokenState};
use gatepass_web::route::Verb;
use gatepass_web::{Need, ROUTES, Route};

use crate::world::{HOST, Visitor, World, form};

/// A path that the route answers to, about this token.
fn path_of(route: &Route, token: TokenId) -> String {
    let id = if route.path.starts_with("/sessions") {
        "ses_00000000000000000000000000000000".to_owned()
    } else {
        token.to_string()
    };
    let path = route.path.replace("{id}", &id);
    path.replace("{instance}", "jira").replace("{name}", "everybody")
}

fn changing() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.verb == Verb::Post)
}

/// Fields that would do something, were the form let in.
fn fields(token: TokenId) -> String {
    format!(
        "form_id=x&do=save&name=evil&action=revoke&id={token}&use=deny&passwords=block\
         &noncompliant=suspend&language=de&theme=dark&instance=jira"
    )
}

async fn snapshot(world: &World, token: TokenId) -> (TokenState, u64, usize) {
    let stored = world.test.store.find_token(token).await.unwrap().unwrap();
    let policy = world.test.store.load_policy().await.unwrap();
    let sessions = world.test.store.list_sessions(&crate::world::key("alice")).await.unwrap();
    (stored.token.state, policy.revision.get(), sessions.len())
}

#[tokio::test]
async fn a_form_without_this_sessions_mark_changes_nothing() {
    let world = World::new(true).await;
    let token = world.token("alice", "nightly").await;
    let visitors = [world.sign_in("alice").await, world.sign_in("carol").await];
    let before = snapshot(&world, token).await;
    let mut tried = 0;
    for route in changing().filter(|route| route.need != Need::Nobody) {
        let path = path_of(route, token);
        for visitor in &visitors {
            let other = &visitors[usize::from(visitor.key == visitors[0].key)];
            for csrf in ["", "csrf=", "csrf=x", &format!("csrf={}", other.csrf())] {
                let request = form(&path)
                    .header(header::COOKIE, visitor.cookie())
                    .header(header::ORIGIN, format!("https://{HOST}"));
                let answer = world.ask(request, &format!("{csrf}&{}", fields(token))).await;
                assert_eq!(answer.status, 403, "{route:?} {csrf} {}", answer.body);
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
    assert_eq!(snapshot(&world, token).await, before);
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let world = World::new(true).await;
    let token = world.token("alice", "nightly").await;
    let visitor = world.sign_in("carol").await;
    let before = snapshot(&world, token).await;
    let own = format!("https://{HOST}");
    let elsewhere: [&[(&str, &str)]; 8] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        // By http anybody could have put it there.
        &[("origin", "http://gatepass.example.com")],
        &[("origin", "https://gatepass.example.com.evil")],
        &[("origin", &own), ("sec-fetch-site", "cross-site")],
        &[("origin", &own), ("sec-fetch-site", "same-site")],
        &[("referer", "https://evil.example/https://gatepass.example.com/")],
        // Every browser says something.
        &[],
    ];
    for route in changing() {
        let path = path_of(route, token);
        for headers in elsewhere {
            let mut request = form(&path).header(header::COOKIE, visitor.cookie());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let body = format!("csrf={}&{}", visitor.csrf(), fields(token));
            let answer = world.ask(request, &body).await;
            assert_eq!(answer.status, 400, "{route:?} {headers:?}");
            // It is not offered to be sent again.
            assert!(!answer.body.contains("evil\""), "{route:?}");
        }
        let request = axum::http::Request::post(&path)
            .header(header::CONTENT_TYPE, "text/plain")
            .header(header::COOKIE, visitor.cookie())
            .header(header::ORIGIN, &own);
        let body = format!("csrf={}&{}", visitor.csrf(), fields(token));
        assert_eq!(world.ask(request, &body).await.status, 400, "{route:?}");
    }
    assert_eq!(snapshot(&world, token).await, before);
}

#[tokio::test]
async fn nobody_changes_anything_without_a_session() {
    let world = World::new(true).await;
    let token = world.token("alice", "nightly").await;
    let before = snapshot(&world, token).await;
    let stranger = format!("__Host-gatepass-session={}", "A".repeat(43));
    for route in changing().filter(|route| route.need != Need::Nobody) {
        for cookie in [None, Some(stranger.as_str()), Some("gatepass-session=x")] {
            let mut request =
                form(&path_of(route, token)).header(header::ORIGIN, format!("https://{HOST}"));
            if let Some(cookie) = cookie {
                request = request.header(header::COOKIE, cookie);
            }
            let answer = world.ask(request, &fields(token)).await;
            assert_eq!(answer.status, 401, "{route:?}");
        }
    }
    assert_eq!(snapshot(&world, token).await, before);
}

#[tokio::test]
async fn who_does_not_administer_sees_and_changes_nothing_of_it() {
    let world = World::new(true).await;
    let token = world.token("alice", "nightly").await;
    let alice = world.sign_in("alice").await;
    let before = snapshot(&world, token).await;
    let mut tried = 0;
    for route in ROUTES.iter().filter(|route| route.need == Need::Administrator) {
        let path = path_of(route, token);
        let answer = match route.verb {
            Verb::Get => world.get(Some(&alice), &path).await,
            Verb::Post => world.post(&alice, &path, &fields(token)).await,
        };
        assert_eq!(answer.status, 403, "{route:?}");
        assert!(answer.body.contains("dministrat"), "{route:?}: {}", answer.body);
        tried += 1;
    }
    assert!(tried >= 12, "{tried}");
    assert_eq!(snapshot(&world, token).await, before);
}

#[tokio::test]
async fn nobody_sees_or_changes_what_is_somebody_elses() {
    let world = World::new(true).await;
    let token = world.token("alice", "nightly").await;
    let bob = world.sign_in("bob").await;
    let before = snapshot(&world, token).await;
    let about_a_token = |route: &&Route| route.path.starts_with("/tokens/{id}");
    let mut tried = 0;
    for route in ROUTES.iter().filter(about_a_token) {
        let path = path_of(route, token);
        let answer = match route.verb {
            Verb::Get => world.get(Some(&bob), &path).await,
            Verb::Post => world.post(&bob, &path, &fields(token)).await,
        };
        assert_eq!(answer.status, 404, "{route:?}: {}", answer.body);
        assert!(!answer.body.contains("nightly"), "{route:?}");
        tried += 1;
    }
    assert!(tried >= 10, "{tried}");
    // Nor a session of hers.
    let alice = world.sign_in("alice").await;
    let hers = world.test.control.signed_in(&alice.secret).await.unwrap().unwrap().session.id;
    let answer = world.post(&bob, &format!("/sessions/{hers}/end"), "").await;
    assert_eq!(answer.status, 404);
    assert!(world.test.control.signed_in(&alice.secret).await.unwrap().is_some());
    assert_eq!(snapshot(&world, token).await.0, before.0);
}

#[tokio::test]
async fn beside_a_product_secrets_and_administration_want_a_fresh_proof() {
    let world = World::new(false).await;
    let token = world.token("carol", "nightly").await;
    let carol = world.sign_in("carol").await;
    let wanting: Vec<&Route> = ROUTES.iter().filter(|route| route.wants_proof).collect();
    for administered in ROUTES.iter().filter(|route| route.need == Need::Administrator) {
        assert!(administered.wants_proof, "{administered:?}");
    }
    world.test.clock.advance("10m".parse().unwrap());
    let before = snapshot(&world, token).await;
    for route in wanting {
        let path = path_of(route, token);
        let answer = match route.verb {
            Verb::Get => world.get(Some(&carol), &path).await,
            Verb::Post => world.post(&carol, &path, &fields(token)).await,
        };
        assert_eq!(answer.status, 303, "{route:?}: {}", answer.body);
        assert!(answer.location.starts_with("/gatepass/proof?back="), "{}", answer.location);
    }
    assert_eq!(snapshot(&world, token).await, before);
    // On a host of its own nothing but the session is asked for.
    let apart = World::new(true).await;
    let carol: Visitor = apart.sign_in("carol").await;
    apart.test.clock.advance("10m".parse().unwrap());
    assert_eq!(apart.get(Some(&carol), "/settings").await.status, 200);
}
