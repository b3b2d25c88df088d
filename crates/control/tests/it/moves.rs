use gatepass_control::ControlError;
use gatepass_model::{Grant, TokenId, TokenState};
use gatepass_store::{TokenFilter, TokenPage};

use crate::support::{World, problems, request};

async fn issued(world: &World) -> TokenId {
    world.issue(&request("alice")).await.unwrap().token.token.id
}

fn words<T: std::fmt::Debug>(result: Result<T, ControlError>) -> String {
    match result.unwrap_err() {
        ControlError::IllegalMove { words, .. } => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_is_suspended_resumed_and_revoked_and_each_is_recorded() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let id = issued(&world).await;
    let moved = control.suspend_token(actor, id, Some("odd traffic")).await.unwrap();
    assert_eq!((moved.token.state, moved.is_changed), (TokenState::Suspended, true));
    let moved = control.resume_token(actor, id, None).await.unwrap();
    assert_eq!(moved.token.state, TokenState::Active);
    let moved = control.revoke_token(actor, id, Some("leaked")).await.unwrap();
    assert_eq!(moved.token.state, TokenState::Revoked);
    assert!(moved.token.is_genuine);
    let lines: Vec<(String, String)> =
        world.audit().await.into_iter().map(|line| (line.action, line.detail)).collect();
    assert_eq!(lines[0].0, "token.revoked");
    assert_eq!(lines[0].1, "\"nightly\" of Alice (main); reason: leaked");
    assert_eq!(lines[1].0, "token.resumed");
    assert_eq!(lines[2].1, "\"nightly\" of Alice (main); reason: odd traffic");
}

#[tokio::test]
async fn nothing_comes_back_from_revoked_or_expired() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let id = issued(&world).await;
    control.revoke_token(actor, id, None).await.unwrap();
    let refused = control.resume_token(actor, id, None).await;
    assert_eq!(words(refused), "a token that is revoked can't become active");
    let refused = control.suspend_token(actor, id, None).await;
    assert_eq!(words(refused), "a token that is revoked can't become suspended");
    let id = issued(&world).await;
    world.pass("91d");
    let refused = control.suspend_token(actor, id, None).await;
    assert_eq!(words(refused), "a token that is expired can't become suspended");
    let refused = control.rotate_token(actor, id, None).await;
    assert_eq!(words(refused), "a token that is expired can't get a new secret");
    let moved = control.revoke_token(actor, id, None).await.unwrap();
    assert_eq!(moved.token.state, TokenState::Revoked);
}

#[tokio::test]
async fn a_token_that_waits_is_not_resumed_past_its_approval() {
    let world = World::new().await;
    let rule = "[[rules]]\nname='a'\nuse='allow'\ncreate='allow'\napproval_required=true";
    world.policy(rule).await;
    let id = issued(&world).await;
    let (control, actor) = (world.control(), &world.actor);
    assert!(words(control.resume_token(actor, id, None).await).contains("waits for approval"));
    let refused = control.rotate_token(actor, id, None).await;
    assert_eq!(words(refused), "a token that is pending can't get a new secret");
}

#[tokio::test]
async fn revoking_again_changes_nothing_and_records_nothing() {
    let world = World::new().await;
    let id = issued(&world).await;
    world.control.revoke_token(&world.actor, id, None).await.unwrap();
    let lines = world.audit().await.len();
    let again = world.control.revoke_token(&world.actor, id, None).await.unwrap();
    assert!(!again.is_changed);
    assert_eq!(again.effect.unwrap().to_string(), "in effect on 0 of 0 nodes");
    assert_eq!(world.audit().await.len(), lines);
}

#[tokio::test]
async fn without_grace_the_old_secret_ends_and_with_it_works_on() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let id = issued(&world).await;
    let before = world.store.find_token(id).await.unwrap().unwrap().token;
    let rotated = control.rotate_token(actor, id, Some("1h".parse().unwrap())).await.unwrap();
    let token = world.store.find_token(id).await.unwrap().unwrap().token;
    let former = token.former.unwrap();
    assert_eq!(former.secret, before.secret);
    assert_eq!(former.until.to_string(), "2027-01-15T09:00:00Z");
    assert_ne!(token.secret, before.secret);
    assert_eq!(token.secret.hint, rotated.secret.hint());
    assert_eq!((token.expires_at, rotated.token.is_genuine), (before.expires_at, true));
    control.rotate_token(actor, id, None).await.unwrap();
    assert_eq!(world.store.find_token(id).await.unwrap().unwrap().token.former, None);
    let long = control.rotate_token(actor, id, Some("31d".parse().unwrap())).await;
    assert_eq!(problems(long), ["grace: it is 30d at most"]);
}

#[tokio::test]
async fn a_token_that_does_not_exist_is_not_found() {
    let world = World::new().await;
    let id = TokenId::from_bytes([1; 16]);
    let missing = world.control.revoke_token(&world.actor, id, None).await.unwrap_err();
    assert_eq!(missing.to_string(), format!("there is no token {id}"));
    assert!(matches!(
        world.control.show_token(&world.actor, id, 10).await,
        Err(ControlError::NotFound(_))
    ));
    assert!(matches!(world.control.whoami(id).await, Err(ControlError::NotFound(_))));
}

#[tokio::test]
async fn a_row_that_somebody_widened_is_never_signed_but_can_be_revoked() {
    let world = World::new().await;
    let (control, actor) = (world.control(), &world.actor);
    let mut narrow = request("alice");
    narrow.grant = Grant::read_only();
    let id = world.issue(&narrow).await.unwrap().token.token.id;
    // As somebody would who writes to the database and has no keys: the old MAC on a new grant.
    let stored = world.store.find_token(id).await.unwrap().unwrap();
    let mut wide = stored.token.clone();
    wide.grant = Grant::read_write();
    let audit = gatepass_store::AuditEntry {
        at: wide.created_at,
        event: gatepass_model::AuditEvent {
            actor: actor.clone(),
            action: "test",
            subject: gatepass_model::audit::AuditSubject::Token(id),
            detail: String::new(),
        },
    };
    world.store.change_token(&wide, &stored.mac, stored.revision, &audit).await.unwrap();
    assert!(!control.show_token(actor, id, 0).await.unwrap().token.is_genuine);
    assert!(matches!(
        control.suspend_token(actor, id, None).await,
        Err(ControlError::NotGenuine(_))
    ));
    assert!(matches!(
        control.rotate_token(actor, id, None).await,
        Err(ControlError::NotGenuine(_))
    ));
    assert!(matches!(control.whoami(id).await, Err(ControlError::NotFound(_))));
    let moved = control.revoke_token(actor, id, None).await.unwrap();
    assert!(moved.token.is_genuine && moved.token.state == TokenState::Revoked);
}

#[tokio::test]
async fn many_at_once_change_one_token_and_none_is_lost() {
    let world = World::new().await;
    let id = issued(&world).await;
    let (control, actor) = (world.control(), &world.actor);
    let (a, b, c) = tokio::join!(
        control.rotate_token(actor, id, None),
        control.suspend_token(actor, id, None),
        control.revoke_token(actor, id, None),
    );
    c.unwrap();
    let changes = 2 + usize::from(a.is_ok()) + usize::from(b.is_ok());
    assert_eq!(world.audit().await.len(), changes);
    let token = world.store.find_token(id).await.unwrap().unwrap().token;
    assert_eq!(token.state, TokenState::Revoked);
}

#[tokio::test]
async fn a_list_has_the_state_that_holds_now() {
    let world = World::new().await;
    let id = issued(&world).await;
    world.pass("91d");
    let page = TokenPage { after: None, limit: 10 };
    let list =
        world.control.list_tokens(&world.actor, &TokenFilter::default(), page).await.unwrap();
    assert_eq!((list.tokens[0].token.id, list.tokens[0].state), (id, TokenState::Expired));
    assert_eq!(list.next, None);
}

#[tokio::test]
async fn several_tokens_are_revoked_and_what_can_not_be_is_told_apart() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(world.issue(&request("alice")).await.unwrap().token.token.id);
    }
    world.control.revoke_token(&world.actor, ids[1], None).await.unwrap();
    let nobody = TokenId::from_bytes([1; 16]);
    ids.insert(2, nobody);
    let results = world.control.revoke_tokens(&world.actor, &ids, Some("leaked")).await;
    assert_eq!(results.len(), 4);
    let changed: Vec<Option<bool>> =
        results.iter().map(|one| one.as_ref().ok().map(|moved| moved.is_changed)).collect();
    assert_eq!(changed, [Some(true), Some(false), None, Some(true)]);
    assert!(matches!(results[2], Err(ControlError::NotFound(_))));
    for moved in results.iter().flatten() {
        assert_eq!(moved.token.state, TokenState::Revoked);
        assert!(moved.effect.unwrap().is_everywhere(), "no node is running");
    }
}
