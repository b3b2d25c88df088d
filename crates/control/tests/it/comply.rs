//! Which tokens keep to the policy in force, looked at again and again.

use gatepass_control::IssueRequest;
use gatepass_model::TokenId;

use crate::desk::{Desk, POLICY, actor, known, person};
use crate::support::request;

async fn not_keeping(desk: &Desk) -> Vec<TokenId> {
    let told = desk.control.noncompliant_now(&actor("ada")).await.unwrap();
    assert_eq!(told.count, told.tokens.len());
    told.tokens.iter().map(|one| one.token).collect()
}

#[tokio::test]
async fn what_does_not_comply_is_told_as_it_is_after_each_change() {
    let desk = Desk::new().await;
    let tight = "[[rules]]\nname = 'tight'\ngroups = ['users']\nlongest_lifetime = '30d'\n";
    desk.apply(&format!("{POLICY}{tight}")).await;
    assert_eq!(not_keeping(&desk).await, []);

    let root = Desk::root();
    let of_bob = desk.issue(&lasting("bob", "main", "30d")).await;
    let sams = desk.issue(&lasting("sam", "shop", "30d")).await;
    let traders = desk.issue(&lasting("Bob", "shop", "90d")).await;
    assert_eq!(not_keeping(&desk).await, []);
    // The rights of somebody in the store change, and those of others stay.
    let shop = "shop".parse().unwrap();
    let users = known(person("shop", "Bob", &["users"]));
    desk.test.store.put_people(&shop, &[users]).await.unwrap();
    assert_eq!(not_keeping(&desk).await, [traders]);
    // A policy of another change counts from the first.
    desk.apply(&format!("{POLICY}{}", tight.replace("30d", "7d"))).await;
    assert_eq!(not_keeping(&desk).await, [of_bob, sams, traders]);
    desk.control.suspend_token(&root, of_bob, None).await.unwrap();
    desk.control.revoke_token(&root, sams, None).await.unwrap();
    assert_eq!(not_keeping(&desk).await, [of_bob, traders]);
    desk.pass("31d");
    assert_eq!(not_keeping(&desk).await, [traders]);
    desk.pass("60d");
    assert_eq!(not_keeping(&desk).await, []);
}

#[tokio::test]
async fn who_has_too_many_tokens_complies_when_enough_of_them_have_ended() {
    let desk = Desk::new().await;
    let mut made = Vec::new();
    for life in ["7d", "30d", "30d"] {
        made.push(desk.issue(&lasting("sam", "shop", life)).await);
    }
    desk.apply(&format!("{POLICY}[[rules]]\nname = 'few'\nmost_tokens = 2\n")).await;
    assert_eq!(not_keeping(&desk).await, made);
    desk.pass("8d");
    assert_eq!(not_keeping(&desk).await, []);
    desk.pass("30d");
    assert_eq!(not_keeping(&desk).await, []);
}

fn lasting(owner: &str, directory: &str, life: &str) -> IssueRequest {
    IssueRequest {
        directory: Some(directory.parse().unwrap()),
        expires: Some(life.parse().unwrap()),
        ..request(owner)
    }
}
