//! People, by slug and by a part of what is known of them.

use anyhow::Result;
use gatepass_sandbox::Account;
use serde_json::{Value, json};

use super::{bitbucket, by, exception, get};
use crate::browser::account;
use crate::told;

fn slugs(page: &Value) -> Vec<&str> {
    page["values"].as_array().unwrap().iter().filter_map(|one| one["slug"].as_str()).collect()
}

#[tokio::test]
async fn somebody_is_found_by_his_slug_and_nobody_is_404() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let base = bitbucket.base_url();
    for api in ["latest", "1.0"] {
        let path = format!("/rest/api/{api}/users/alice");
        let (status, bean) = told(by("bob", get(&bitbucket, &path))).await?;
        assert!(bean["id"].is_u64(), "{bean}");
        let expected = json!({
            "name": "alice", "emailAddress": "alice@example.com", "active": true,
            "displayName": "Alice Arden", "id": bean["id"], "slug": "alice", "type": "NORMAL",
            "links": { "self": [{ "href": format!("{base}/users/alice") }] },
        });
        assert_eq!((status, bean), (200, expected));
    }
    let (status, said) = told(by("bob", get(&bitbucket, "/rest/api/1.0/users/eve"))).await?;
    assert_eq!((status, exception(&said)), (404, "user.NoSuchUserException"));
    assert!(bitbucket.set_user_active("alice", false));
    let (_, bean) = told(by("bob", get(&bitbucket, "/rest/api/1.0/users/alice"))).await?;
    assert_eq!(bean["active"], false);
    Ok(())
}

#[tokio::test]
async fn a_slug_is_a_name_for_paths_that_one_person_has() -> Result<()> {
    let bitbucket = bitbucket().await?;
    for name in ["Dora@example.com", "dora+example.com", "dora_example.com"] {
        assert!(bitbucket.add_user(account(name)));
    }
    for (slug, name) in [
        ("dora_example.com", "dora@example.com"),
        ("dora_example.com1", "dora+example.com"),
        ("dora_example.com2", "dora_example.com"),
    ] {
        let path = format!("/rest/api/latest/users/{slug}");
        let (status, bean) = told(by("bob", get(&bitbucket, &path))).await?;
        assert_eq!((status, &bean["name"]), (200, &json!(name)));
    }
    assert_eq!(
        told(by("bob", get(&bitbucket, "/rest/api/1.0/users/dora%40example.com"))).await?.0,
        404
    );
    Ok(())
}

#[tokio::test]
async fn people_are_filtered_by_name_display_name_and_mail() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let mail = "of-dora@example.net".to_owned();
    assert!(bitbucket.add_user(Account { email: mail, ..account("dora") }));
    for (filter, expected) in [
        ("ALI", &["alice"][..]),
        ("castle", &["carol"]),
        ("example.NET", &["dora"]),
        ("bot", &["ci-bot"]),
        ("nobody", &[]),
        ("", &["alice", "bob", "carol", "ci-bot", "dora"]),
    ] {
        let path = format!("/rest/api/latest/users?filter={filter}");
        let (status, page) = told(by("bob", get(&bitbucket, &path))).await?;
        assert_eq!((status, slugs(&page)), (200, expected.to_vec()), "{filter}");
    }
    let (status, said) = told(get(&bitbucket, "/rest/api/latest/users")).await?;
    assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    Ok(())
}

#[tokio::test]
async fn lists_come_in_pages() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let path = "/rest/api/latest/users?start=1&limit=2";
    let (_, page) = told(by("bob", get(&bitbucket, path))).await?;
    assert_eq!(slugs(&page), ["bob", "carol"]);
    let marks = |page: &Value| {
        ["size", "limit", "start", "isLastPage", "nextPageStart"].map(|name| page[name].clone())
    };
    assert_eq!(marks(&page), [json!(2), json!(2), json!(1), json!(false), json!(3)]);
    let path = "/rest/api/latest/users?start=3&limit=2000";
    let (_, page) = told(by("bob", get(&bitbucket, path))).await?;
    assert_eq!(slugs(&page), ["ci-bot"]);
    assert_eq!(marks(&page), [json!(1), json!(1000), json!(3), json!(true), json!(null)]);
    let (_, page) = told(by("bob", get(&bitbucket, "/rest/api/latest/users"))).await?;
    assert_eq!(page["limit"], 25);
    let (status, said) = told(by("bob", get(&bitbucket, "/rest/api/1.0/users?start=-1"))).await?;
    assert_eq!((status, exception(&said)), (400, "validation.ArgumentValidationException"));
    Ok(())
}
