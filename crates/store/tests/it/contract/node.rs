use gatepass_store::{Node, NodeId, Revision, StoreError};

use crate::backend::{Backend, START, open};
use crate::sample::after;

pub(crate) async fn nodes_live_as_long_as_they_are_heard_of(backend: &dyn Backend) {
    let store = open(backend).await;
    let (one, two) = (NodeId([1; 16]), NodeId([2; 16]));
    store.register_node(one, "B:8080", Revision::START, START).await.unwrap();
    store.register_node(two, "a:8080", Revision::new(3), after(1)).await.unwrap();
    let first = Node {
        id: one,
        name: "B:8080".to_owned(),
        applied: Revision::START,
        keys: 0,
        seen_at: START,
    };
    let second = Node {
        id: two,
        name: "a:8080".to_owned(),
        applied: Revision::new(3),
        keys: 0,
        seen_at: after(1),
    };
    // By their bytes, as no language sorts.
    assert_eq!(store.live_nodes(after(10_000)).await.unwrap(), [first, second.clone()]);
    let later = store.live_nodes(after(10_001)).await.unwrap();
    assert_eq!(later, std::slice::from_ref(&second));

    store.record_applied(one, Revision::new(4), after(10_001)).await.unwrap();
    let nodes = store.live_nodes(after(10_001)).await.unwrap();
    assert_eq!((nodes.len(), nodes[0].applied), (2, Revision::new(4)));

    store.forget_node(one).await.unwrap();
    assert_eq!(store.live_nodes(after(10_001)).await.unwrap(), [second]);
    let forgotten = store.record_applied(one, Revision::new(5), after(10_002)).await;
    assert!(matches!(forgotten, Err(StoreError::NotFound)));

    // A day later the other is swept away by whoever comes.
    let next_day = after(86_400_002);
    store.register_node(one, "B:8080", Revision::new(5), next_day).await.unwrap();
    let swept = store.record_applied(two, Revision::new(5), next_day).await;
    assert!(matches!(swept, Err(StoreError::NotFound)));
    // What nodes say of themselves is no change.
    assert_eq!(store.revision().await.unwrap(), Revision::START);
}

pub(crate) async fn a_node_says_which_keys_it_has(backend: &dyn Backend) {
    let store = open(backend).await;
    let node = NodeId([1; 16]);
    let unknown = store.record_keys(node, 6).await;
    assert!(matches!(unknown, Err(StoreError::NotFound)));
    let keys = async || store.live_nodes(START).await.unwrap()[0].keys;
    store.register_node(node, "a", Revision::START, START).await.unwrap();
    assert_eq!(keys().await, 0, "it has not said so yet");
    store.record_keys(node, u64::MAX).await.unwrap();
    assert_eq!(keys().await, u64::MAX);
    // How far it is says nothing about its keys.
    store.record_applied(node, Revision::new(1), START).await.unwrap();
    store.register_node(node, "b", Revision::new(1), START).await.unwrap();
    assert_eq!(keys().await, u64::MAX);
}
