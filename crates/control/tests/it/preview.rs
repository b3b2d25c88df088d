//! What would happen to many tokens.

use gatepass_control::{ControlError, MovePreview, WhyStuck};
use gatepass_model::{Actor, TokenId, TokenState};

use crate::desk::{Desk, actor};
use crate::support::problems;

fn names(rows: &[gatepass_control::TokenRow]) -> Vec<&str> {
    rows.iter().map(|row| row.view.token.name.as_str()).collect()
}

async fn preview(desk: &Desk, who: &Actor, ids: &[TokenId], to: TokenState) -> MovePreview {
    desk.control.preview_move(who, ids, to).await.unwrap()
}

fn stuck(preview: &MovePreview) -> Vec<(&str, &WhyStuck)> {
    preview.stuck.iter().map(|one| (one.row.view.token.name.as_str(), &one.why)).collect()
}

#[tokio::test]
async fn what_would_move_does_and_what_would_not_does_not() {
    let desk = Desk::new().await;
    let (ada, root) = (actor("ada"), Desk::root());
    let works = desk.issue_to("bob", "works").await;
    let stopped = desk.issue_to("bob", "stopped").await;
    let ended = desk.issue_to("carol", "ended").await;
    let other = desk.issue_to("carol", "other").await;
    desk.control.suspend_token(&root, stopped, None).await.unwrap();
    desk.control.revoke_token(&root, ended, None).await.unwrap();
    let nobody = TokenId::from_bytes([1; 16]);
    let ids = [works, ended, nobody, stopped, works, other];
    let told = preview(&desk, &ada, &ids, TokenState::Suspended).await;
    assert_eq!((names(&told.movable), told.people), (vec!["works", "other"], 2));
    let revoked = WhyStuck::Illegal { from: TokenState::Revoked };
    assert_eq!(stuck(&told), [("ended", &revoked), ("stopped", &WhyStuck::Already)]);
    assert_eq!(told.missing, [nobody]);
    assert_eq!(told.movable[0].owner_name, "bob of main");

    let told = preview(&desk, &ada, &ids, TokenState::Active).await;
    assert_eq!((names(&told.movable), told.people), (vec!["stopped"], 1));
    let told = preview(&desk, &ada, &ids, TokenState::Revoked).await;
    assert_eq!(names(&told.movable), ["works", "stopped", "other"]);

    // The deed itself agrees, token by token.
    for to in [TokenState::Suspended, TokenState::Active, TokenState::Revoked] {
        let told = preview(&desk, &ada, &ids, to).await;
        let movable: Vec<TokenId> = told.movable.iter().map(|row| row.view.token.id).collect();
        let unique = [works, ended, nobody, stopped, other];
        let results = match to {
            TokenState::Suspended => desk.control.suspend_tokens(&ada, &unique, None).await,
            TokenState::Active => desk.control.resume_tokens(&ada, &unique, None).await,
            _ => desk.control.revoke_tokens(&ada, &unique, None).await,
        };
        for (id, result) in unique.iter().zip(results) {
            let did = result.is_ok_and(|moved| moved.is_changed);
            assert_eq!(did, movable.contains(id), "{id} to {to}");
        }
    }
}

#[tokio::test]
async fn a_token_that_waits_is_not_resumed_and_a_widened_one_only_revoked() {
    let desk = Desk::new().await;
    let ada = actor("ada");
    let wide = desk.issue_to("bob", "wide").await;
    let stored = desk.test.store.find_token(wide).await.unwrap().unwrap();
    let mut token = stored.token.clone();
    (token.name, token.expires_at) = ("changed".to_owned(), None);
    let audit = gatepass_testkit::build::audit(desk.now());
    desk.test.store.change_token(&token, &stored.mac, stored.revision, &audit).await.unwrap();
    desk.apply(&format!("{}[[rules]]\nname='w'\napproval_required=true", crate::desk::POLICY))
        .await;
    let waits = desk.issue_to("bob", "waits").await;
    let told = preview(&desk, &ada, &[waits, wide], TokenState::Active).await;
    assert_eq!(
        stuck(&told),
        [("waits", &WhyStuck::WaitsForApproval), ("changed", &WhyStuck::Already)]
    );
    let told = preview(&desk, &ada, &[waits, wide], TokenState::Suspended).await;
    let pending = WhyStuck::Illegal { from: TokenState::Pending };
    assert_eq!(stuck(&told), [("waits", &pending), ("changed", &WhyStuck::NotGenuine)]);
    let told = preview(&desk, &ada, &[waits, wide], TokenState::Revoked).await;
    assert_eq!(names(&told.movable), ["waits", "changed"]);
}

#[tokio::test]
async fn what_somebody_may_not_see_is_missing_and_what_he_may_not_do_names_the_right() {
    let desk = Desk::new().await;
    let (bob, ada) = (actor("bob"), actor("ada"));
    let own = desk.issue_to("bob", "own").await;
    let stopped = desk.issue_to("bob", "stopped").await;
    let carols = desk.issue_to("carol", "carols").await;
    desk.control.suspend_token(&ada, stopped, None).await.unwrap();
    let told = preview(&desk, &bob, &[own, carols], TokenState::Revoked).await;
    assert_eq!((names(&told.movable), told.missing), (vec!["own"], vec![carols]));
    let told = preview(&desk, &bob, &[stopped], TokenState::Active).await;
    let WhyStuck::Forbidden(lacking) = &told.stuck[0].why else { panic!("{told:?}") };
    assert_eq!(lacking.right, "administer", "an administrator has suspended it");
    desk.control.suspend_token(&bob, own, None).await.unwrap();
    let told = preview(&desk, &bob, &[own], TokenState::Active).await;
    assert_eq!(names(&told.movable), ["own"], "he has suspended it himself");
    let nobody = preview(&desk, &actor("gone"), &[own], TokenState::Revoked).await;
    assert_eq!(nobody.missing, [own], "who is gone sees nothing");
}

#[tokio::test]
async fn more_than_a_thousand_tokens_are_not_looked_at() {
    let desk = Desk::new().await;
    let (ada, ids) = (actor("ada"), vec![TokenId::from_bytes([1; 16]); 1001]);
    let refused = desk.control.preview_move(&ada, &ids, TokenState::Revoked).await;
    assert_eq!(problems(refused), ["ids: there are 1001; there may be 1000 at once"]);
    let mut results = desk.control.revoke_tokens(&ada, &ids, None).await;
    assert_eq!(results.len(), 1);
    assert_eq!(problems(results.remove(0)).len(), 1);
    let to = desk.control.preview_move(&ada, &[], TokenState::Expired).await;
    assert!(matches!(to, Err(ControlError::Invalid(_))));
}
