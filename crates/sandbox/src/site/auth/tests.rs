use super::*;
use crate::jira::manners::{MANNERS, share};
use crate::jira::settings::JiraSettings;
use crate::jira::state::Shared;

fn offer(headers: &[(&str, &str)], query: &str) -> Offer {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: header::HeaderName = name.parse().unwrap();
        map.append(name, value.parse().unwrap());
    }
    let mut params = Params::default();
    params.add(query);
    Offer::read(&map, &params, &MANNERS)
}

fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))
}

fn shared() -> Shared {
    share(&JiraSettings::demo())
}

#[test]
fn basic_signs_in_in_any_case_and_opens_a_session() {
    let shared = shared();
    let right = basic("Alice", "alice-password").replace("Basic", "bAsIc");
    let caller = shared.world().identify(&offer(&[("authorization", &right)], ""), 0);
    assert_eq!(caller.username.as_deref(), Some("alice"));
    assert_eq!(caller.how, Identified::Basic);
    let cookie = format!("a=b; JSESSIONID={}", caller.session.unwrap());
    let caller = shared.world().identify(&offer(&[("cookie", &cookie)], ""), 0);
    assert_eq!((caller.username.as_deref(), caller.how), (Some("alice"), Identified::Session));
}

#[test]
fn a_wrong_basic_password_stops_the_call_and_the_third_asks_for_a_captcha() {
    let shared = shared();
    let (wrong, right) = (basic("bob", "x"), basic("bob", "bob-password"));
    for _ in 0..3 {
        let caller = shared.world().identify(&offer(&[("authorization", &wrong)], ""), 0);
        assert_eq!((caller.is_stopped, caller.reason), (true, Some(LoginReason::Failed)));
    }
    let caller = shared.world().identify(&offer(&[("authorization", &right)], ""), 0);
    assert_eq!((caller.is_stopped, caller.reason), (true, Some(LoginReason::Denied)));
}

#[test]
fn os_username_is_believed_and_a_wrong_one_becomes_nobody() {
    let shared = shared();
    let right = offer(&[], "os_username=alice&os_password=alice-password");
    let caller = shared.world().identify(&right, 0);
    assert_eq!((caller.username.as_deref(), caller.how), (Some("alice"), Identified::OsUsername));
    let caller = shared.world().identify(&offer(&[], "os_username=alice&os_password=x"), 0);
    assert_eq!((caller.username, caller.is_stopped), (None, false));
    assert_eq!(caller.reason, Some(LoginReason::Failed));
}

#[test]
fn a_bad_cookie_and_a_bad_bearer_become_nobody() {
    let shared = shared();
    let bad = [("cookie", "JSESSIONID=00"), ("authorization", "Bearer nonsense")];
    let caller = shared.world().identify(&offer(&bad, ""), 0);
    assert_eq!((caller.username, caller.how), (None, Identified::Anonymous));
    assert!(!caller.is_stopped);
}

#[test]
fn a_bad_bearer_falls_back_to_the_cookies_user() {
    let shared = shared();
    let id = shared.world().open_session("bob");
    let cookie = format!("JSESSIONID={id}");
    let both = [("cookie", cookie.as_str()), ("authorization", "Bearer nonsense")];
    let caller = shared.world().identify(&offer(&both, ""), 0);
    assert_eq!(caller.username.as_deref(), Some("bob"));
}

#[test]
fn a_native_token_works_with_the_exact_scheme_only_and_ends_the_session() {
    let shared = shared();
    let raw = shared.world().mint_native_token("alice", "t", Some(1), 0).1;
    let id = shared.world().open_session("bob");
    let cookie = format!("JSESSIONID={id}");
    for scheme in ["bearer", "BEARER", "Token"] {
        let value = format!("{scheme} {raw}");
        let caller = shared.world().identify(&offer(&[("authorization", &value)], ""), 0);
        assert_eq!(caller.username, None, "{scheme}");
    }
    let three = format!("Bearer {raw} x");
    assert_eq!(shared.world().identify(&offer(&[("authorization", &three)], ""), 0).username, None);
    let value = format!("Bearer {raw}");
    let both = offer(&[("authorization", &value), ("cookie", &cookie)], "");
    let caller = shared.world().identify(&both, 0);
    assert_eq!((caller.username.as_deref(), caller.how), (Some("alice"), Identified::NativeToken));
    assert_eq!(caller.session, None);
    assert!(shared.world().sessions.is_empty());
}

#[test]
fn a_native_token_ends_with_its_day_its_revocation_and_its_owner() {
    let shared = shared();
    let mut world = shared.world();
    let (token, raw) = world.mint_native_token("alice", "t", Some(1), 0);
    let used = world.use_native_token(&raw, 86_399_999);
    assert_eq!(used.map(|token| token.owner).as_deref(), Some("alice"));
    assert!(world.use_native_token(&raw, 86_400_000).is_none());
    assert!(world.people.change("alice", |person| person.account.active = false));
    assert!(world.use_native_token(&raw, 0).is_none());
    assert!(world.people.change("alice", |person| person.account.active = true));
    world.native_tokens.remove(&token.id);
    assert!(world.use_native_token(&raw, 0).is_none());
}

#[test]
fn somebody_who_is_not_active_cannot_sign_in_nor_go_on() {
    let shared = shared();
    let id = shared.world().open_session("alice");
    assert!(shared.world().people.change("alice", |person| person.account.active = false));
    let cookie = format!("JSESSIONID={id}");
    assert_eq!(shared.world().identify(&offer(&[("cookie", &cookie)], ""), 0).username, None);
    let right = basic("alice", "alice-password");
    let caller = shared.world().identify(&offer(&[("authorization", &right)], ""), 0);
    assert_eq!(caller.reason, Some(LoginReason::Failed));
}
