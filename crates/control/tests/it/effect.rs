use std::time::Duration;

use gatepass_model::Clock;
use gatepass_store::{NodeId, Revision};

use crate::support::{World, request};

#[tokio::test]
async fn a_revocation_waits_until_every_node_has_it() {
    let world = World::new().await;
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    let now = world.clock.now();
    let before = world.store.revision().await.unwrap();
    for node in [NodeId([1; 16]), NodeId([2; 16])] {
        world.store.register_node(node, "n", before, now).await.unwrap();
    }
    // A node that has been silent for a while is not waited for.
    let long_ago = now.minus("1m".parse().unwrap());
    world.store.register_node(NodeId([3; 16]), "dead", Revision::START, long_ago).await.unwrap();
    let store = world.store.clone();
    let nodes = tokio::spawn(async move {
        loop {
            let revision = store.revision().await.unwrap();
            if revision > before {
                for node in [NodeId([1; 16]), NodeId([2; 16])] {
                    store.record_applied(node, revision, now).await.unwrap();
                }
                return;
            }
            tokio::task::yield_now().await;
        }
    });
    let moved = world.control.revoke_token(&world.actor, id, None).await.unwrap();
    // However slow the machine is: the nodes come, and waiting for them ends.
    let patience = Duration::from_mins(1);
    let waiting = world.control.wait_until_in_effect(moved.token.revision, patience);
    assert_eq!(waiting.await.unwrap().to_string(), "in effect on 2 of 2 nodes");
    nodes.await.unwrap();
}

#[tokio::test]
async fn a_node_that_does_not_follow_is_told_apart() {
    let world = World::new().await;
    let id = world.issue(&request("alice")).await.unwrap().token.token.id;
    let now = world.clock.now();
    world.store.register_node(NodeId([1; 16]), "a", Revision::new(1_000), now).await.unwrap();
    world.store.register_node(NodeId([2; 16]), "b", Revision::START, now).await.unwrap();
    let moved = world.control.revoke_token(&world.actor, id, None).await.unwrap();
    let effect = moved.effect.unwrap();
    assert!(!effect.is_everywhere());
    assert_eq!(effect.to_string(), "in effect on 1 of 2 nodes");
}
