//! What people do, page by page.

use axum::http::{Request, header};
use gatepass_model::TokenState;
use gatepass_testdb::{Ldif, SlapdOptions, TestSlapd};
use gatepass_web::Target;

use crate::world::{HOST, World};

#[tokio::test]
async fn every_page_says_what_a_browser_must_hold_to() {
    let world = World::new(true).await;
    let carol = world.sign_in("carol").await;
    let token = world.token("carol", "nightly").await;
    for path in [
        "/".to_owned(),
        "/tokens/new".to_owned(),
        format!("/tokens/{token}"),
        format!("/tokens/{token}/revoke"),
        format!("/tokens/{token}/created"),
        "/all".to_owned(),
        "/settings".to_owned(),
        "/settings/rules/everybody".to_owned(),
        "/settings/rules/new".to_owned(),
        "/settings/rules/everybody/delete".to_owned(),
        "/audit".to_owned(),
        "/sessions".to_owned(),
        "/nothing".to_owned(),
    ] {
        let answer = world.get(Some(&carol), &path).await;
        let expected = if path == "/nothing" { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{path}: {}", answer.body);
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(answer.body.contains(nonce), "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn a_visitor_who_is_not_signed_in_is_sent_to_and_comes_back() {
    let world = World::new(true).await;
    let answer = world.get(None, "/tokens/new?name=x%20y").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location, "/gatepass/sign-in?back=%2Ftokens%2Fnew%3Fname%3Dx%2520y");
    let answer = world.get(None, "/sign-in?back=%2Fsessions").await;
    assert_eq!(answer.status, 303);
    assert!(answer.location.starts_with("https://jira.example.com/gatepass-sign-in?to="));
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-gatepass-sign-in=") && cookie.contains("HttpOnly"));
    for evil in ["//evil", "https://evil", "/\\evil", "javascript:alert(1)"] {
        let answer = world.get(None, &format!("/sign-in/jira?back={evil}")).await;
        assert_eq!(answer.status, 303, "{evil}");
        assert!(answer.location.starts_with("https://jira.example.com/"), "{}", answer.location);
    }
}

#[tokio::test]
async fn a_token_is_made_once_however_often_its_form_is_sent() {
    let world = World::new(true).await;
    let bob = world.sign_in("bob").await;
    let fields = "form_id=abc&do=create&name=nightly&access=read-only&expires=30d";
    let first = world.post(&bob, "/tokens/new", fields).await;
    assert_eq!(first.status, 303);
    // To Jira, where a native token is made, and back.
    assert!(first.location.starts_with("https://jira.example.com/gatepass-sign-in?to="));
    let again = world.post(&bob, "/tokens/new", fields).await;
    assert!(again.location.starts_with("/gatepass/tokens/tok_"), "{}", again.location);
    let page = again.location.strip_prefix("/gatepass").unwrap();
    let shown = world.get(Some(&bob), page).await;
    assert!(shown.body.contains("gpass_"), "{}", shown.body);
    let after = world.get(Some(&bob), page).await;
    let secret = shown.body.split("gpass_").nth(1).unwrap().get(..38).unwrap();
    assert!(!after.body.contains(secret));
    let actor = gatepass_model::Actor::Person(bob.key.clone());
    let own = world.test.control.own_tokens(&actor, &bob.key);
    assert_eq!(own.await.unwrap().len(), 1);
    // Somebody else does not see it even while it waits.
    let carol = world.sign_in("carol").await;
    let theirs = world.get(Some(&carol), page).await;
    assert!(!theirs.body.contains(secret));
}

#[tokio::test]
async fn hostile_names_are_shown_as_text() {
    let world = World::new(true).await;
    let bob = world.sign_in("bob").await;
    let name = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%E2%80%AE";
    let fields = format!("form_id=abc&do=create&name={name}&access=read-only&expires=30d");
    world.post(&bob, "/tokens/new", &fields).await;
    let page = world.get(Some(&bob), "/").await;
    assert!(!page.body.contains("<script>alert") && page.body.contains("&#60;script&#62;"));
    let long = "x".repeat(10_000);
    let fields = format!("form_id=abd&do=create&name={long}&access=read-only&expires=30d");
    let answer = world.post(&bob, "/tokens/new", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains(&long));
}

#[tokio::test]
async fn a_token_is_suspended_resumed_rotated_and_revoked() {
    let world = World::new(true).await;
    let bob = world.sign_in("bob").await;
    let token = world.token("bob", "nightly").await;
    let state = async || world.test.store.find_token(token).await.unwrap().unwrap().token.state;
    let answer = world.post(&bob, &format!("/tokens/{token}/suspend"), "reason=holiday").await;
    assert_eq!((answer.status, state().await), (303, TokenState::Suspended));
    let answer = world.post(&bob, &format!("/tokens/{token}/resume"), "").await;
    assert_eq!((answer.status, state().await), (303, TokenState::Active));
    let rotate = format!("/tokens/{token}/rotate");
    let answer = world.post(&bob, &rotate, "form_id=r1&grace=1h").await;
    assert_eq!(answer.location, format!("/gatepass/tokens/{token}/created"));
    let stored = world.test.store.find_token(token).await.unwrap().unwrap().token;
    assert!(stored.former.is_some());
    // The same form again makes no second secret.
    world.post(&bob, &rotate, "form_id=r1&grace=1h").await;
    let again = world.test.store.find_token(token).await.unwrap().unwrap().token;
    assert_eq!(again.secret, stored.secret);
    let answer = world.post(&bob, &format!("/tokens/{token}/revoke"), "").await;
    assert_eq!((answer.status, state().await), (303, TokenState::Revoked));
    // With a page from before.
    let answer = world.post(&bob, &format!("/tokens/{token}/resume"), "").await;
    assert_eq!(answer.status, 409);
}

#[tokio::test]
async fn what_was_typed_is_there_again_after_a_proof() {
    let world = World::new(false).await;
    let bob = world.sign_in("bob").await;
    world.test.clock.advance("11m".parse().unwrap());
    let fields = "form_id=abc&do=create&name=typed%20with%20care&access=read-only";
    let answer = world.post(&bob, "/tokens/new", fields).await;
    assert_eq!(answer.status, 303);
    let back = answer.location.strip_prefix("/gatepass/proof?back=").unwrap();
    let back = back.replace("%2F", "/").replace("%3F", "?").replace("%3D", "=");
    let draft = world.get(Some(&bob), &back).await;
    assert_eq!(draft.status, 200);
    assert!(draft.body.contains("typed with care"));
    // In another session it is nobody's.
    let carol = world.sign_in("carol").await;
    assert_eq!(world.get(Some(&carol), &back).await.status, 404);
}

#[tokio::test]
async fn many_are_ended_after_a_look_at_them() {
    let world = World::new(true).await;
    let carol = world.sign_in("carol").await;
    let ids = [world.token("alice", "one").await, world.token("bob", "two").await];
    let chosen = format!("action=revoke&id={}&id={}&back=%2Fall", ids[0], ids[1]);
    let preview = world.post(&carol, "/all/preview", &chosen).await;
    assert_eq!(preview.status, 200);
    assert!(preview.body.contains("one") && preview.body.contains("two"));
    let stored = world.test.store.find_token(ids[0]).await.unwrap().unwrap();
    assert_eq!(stored.token.state, TokenState::Active);
    let done = world.post(&carol, "/all/apply", &format!("{chosen}&form_id=x")).await;
    assert_eq!(done.status, 200, "{}", done.body);
    for id in ids {
        let stored = world.test.store.find_token(id).await.unwrap().unwrap();
        assert_eq!(stored.token.state, TokenState::Revoked);
    }
}

#[tokio::test]
async fn modes_and_rules_are_changed_after_a_look_at_what_that_does() {
    let world = World::new(true).await;
    let carol = world.sign_in("carol").await;
    let modes = "passwords=block&native_tokens=allow&sessions=browser&oauth=allow&anonymous=allow";
    let path = "/settings/modes/jira";
    let preview = world.post(&carol, path, &format!("{modes}&do=preview")).await;
    assert_eq!(preview.status, 200);
    assert!(preview.body.contains("name=\"sessions\" value=\"browser\""), "{}", preview.body);
    let before = world.test.store.load_policy().await.unwrap();
    assert!(before.document.instances.is_empty());
    let saved = world.post(&carol, path, &format!("{modes}&do=save&form_id=x")).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let after = world.test.store.load_policy().await.unwrap().document;
    let jira = &after.instances[&"jira".parse().unwrap()];
    assert_eq!(jira.modes.passwords, gatepass_model::Mode::Block);
    assert_eq!(jira.modes.sessions, gatepass_model::Mode::Browser);
    let wrong = modes.replace("oauth=allow", "oauth=browser");
    let wrong = world.post(&carol, path, &format!("{wrong}&do=preview")).await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);

    let rule = "name=short&groups=jira-software-users&longest_lifetime=30d&use=allow";
    let preview = world.post(&carol, "/settings/rules/new", &format!("{rule}&do=preview")).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    let wrong = world.post(&carol, "/settings/rules/new", "name=&longest_lifetime=soon&do=save");
    let wrong = wrong.await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("soon"));
    let saved = world.post(&carol, "/settings/rules/new", &format!("{rule}&do=save")).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let rules = world.test.store.load_policy().await.unwrap().document.rules;
    assert!(rules.iter().any(|rule| rule.name == "short"));
    let deleted = world.post(&carol, "/settings/rules/short/delete", "form_id=y").await;
    assert_eq!(deleted.status, 303, "{}", deleted.body);
    let rules = world.test.store.load_policy().await.unwrap().document.rules;
    assert!(rules.iter().all(|rule| rule.name != "short"));
}

#[tokio::test]
async fn assets_are_kept_and_preferences_remembered() {
    let world = World::new(true).await;
    let page = world.get(None, "/sign-in?out=1").await;
    assert_eq!(page.status, 200);
    let asset = page.body.split("href=\"/gatepass").find(|part| part.contains("console.css\""));
    let asset = asset.unwrap().split('"').next().unwrap().to_owned();
    let css = world.get(None, &asset).await;
    assert_eq!((css.status, css.body.is_empty()), (200, false));
    assert!(css.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    let request =
        crate::world::form("/preferences").header(header::ORIGIN, format!("https://{HOST}"));
    let answer = world.ask(request, "language=de&theme=dark&back=%2Fsign-in%3Fout%3D1").await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/gatepass/sign-in?out=1"));
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let page = world.ask(Request::get("/sign-in?out=1").header(header::COOKIE, cookie), "").await;
    assert!(page.body.contains("lang=\"de\"") && page.body.contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn people_of_ldap_sign_in_by_jira_and_nobody_else_does() {
    let entries = Ldif::default().person("carol").group("staff", &[&Ldif::dn_of("carol")]);
    let server = TestSlapd::start(&SlapdOptions { entries, ..SlapdOptions::default() }).unwrap();
    let world = World::of_ldap(&server).await;
    let bounced = async |username: &str| {
        let begun = world.get(None, "/sign-in?back=%2Fsessions").await;
        let to = begun.location.strip_prefix("https://jira.example.com").unwrap();
        let browser = begun.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        let cookie = format!("JSESSIONID={}", world.jira.open_session(username));
        let request = Request::get(to).header(header::COOKIE, cookie);
        let answer = world.ask_at(Target::SignIn("jira".parse().unwrap()), request, "").await;
        let back = answer.location.strip_prefix("https://gatepass.example.com/gatepass").unwrap();
        let browser = browser.split(';').next().unwrap().to_owned();
        world.ask(Request::get(back).header(header::COOKIE, browser), "").await
    };
    let carol = bounced("carol").await;
    assert_eq!((carol.status, carol.location.as_str()), (303, "/gatepass/sessions"));
    let cookies = carol.headers.get_all(header::SET_COOKIE);
    let begins = |name: &str| cookies.iter().any(|one| one.as_bytes().starts_with(name.as_bytes()));
    assert!(begins("__Host-gatepass-session="));
    // Jira knows her; LDAP does not.
    let alice = bounced("alice").await;
    assert_eq!(alice.status, 403, "{}", alice.body);
    assert!(alice.body.contains("the directory that Gatepass asks has no active person"));
    assert!(!alice.headers.contains_key(header::SET_COOKIE));
}
