//! Who somebody is, who is in which group, and what there is to read.

use anyhow::Result;
use gatepass_sandbox::Confluence;
use serde_json::{Value, json};

use super::{confluence, current};
use crate::browser::account;
use crate::{alice, client, told};

fn get(confluence: &Confluence, path: &str) -> reqwest::RequestBuilder {
    alice(client().get(format!("{}/rest/api{path}", confluence.base_url())))
}

fn names<'a>(page: &'a Value, field: &str) -> Vec<&'a str> {
    page["results"].as_array().unwrap().iter().filter_map(|one| one[field].as_str()).collect()
}

#[tokio::test]
async fn the_current_user_is_a_person() -> Result<()> {
    let confluence = confluence().await?;
    let (status, person) = told(alice(current(&confluence))).await?;
    let key = person["userKey"].as_str().unwrap();
    assert_eq!((status, key.len()), (200, 32));
    let base = confluence.base_url();
    let expected = json!({
        "type": "known", "username": "alice", "userKey": key, "displayName": "Alice Arden",
        "profilePicture": {
            "path": "/confluence/images/icons/profilepics/default.svg", "width": 48, "height": 48,
            "isDefault": true,
        },
        "_links": {
            "base": base, "context": "/confluence",
            "self": format!("{base}/rest/api/user?key={key}"),
        },
        "_expandable": { "status": "" },
    });
    assert_eq!(person, expected);
    Ok(())
}

#[tokio::test]
async fn nobody_is_anonymous_while_that_is_allowed_and_else_refused() -> Result<()> {
    let confluence = confluence().await?;
    let (status, said) = told(current(&confluence)).await?;
    assert_eq!((status, &said["statusCode"]), (403, &json!(403)));
    assert!(said["data"].is_object() && said["message"].is_string(), "{said}");
    let user = format!("{}/rest/api/user?username=alice", confluence.base_url());
    let space = format!("{}/rest/api/space", confluence.base_url());
    assert_eq!(told(client().get(&user)).await?.0, 403);
    assert_eq!(told(client().get(&space)).await?.0, 403);
    confluence.set_anonymous_may_use(true);
    let (status, person) = told(current(&confluence)).await?;
    assert_eq!((status, &person["type"]), (200, &json!("anonymous")));
    assert!(person.get("username").is_none() && person.get("userKey").is_none());
    assert_eq!(told(client().get(&space)).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn somebody_is_found_by_name_and_by_key_and_nobody_is_404() -> Result<()> {
    let confluence = confluence().await?;
    let (status, bob) = told(get(&confluence, "/user?username=BOB")).await?;
    assert_eq!((status, &bob["username"]), (200, &json!("bob")));
    let by_key = format!("/user?key={}", bob["userKey"].as_str().unwrap());
    assert_eq!(told(get(&confluence, &by_key)).await?, (200, bob));
    for path in ["/user?username=eve", "/user?key=bob", "/user/memberof?username=eve"] {
        let (status, said) = told(get(&confluence, path)).await?;
        assert_eq!((status, &said["statusCode"]), (404, &json!(404)), "{path}");
        assert!(said["message"].as_str().unwrap().starts_with("No user found"), "{said}");
    }
    assert_eq!(told(get(&confluence, "/user")).await?.0, 400);
    Ok(())
}

#[tokio::test]
async fn the_groups_of_somebody_come_in_pages_of_at_most_200() -> Result<()> {
    let confluence = confluence().await?;
    let all: Vec<String> = (0..201).map(|number| format!("g{number:03}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(confluence.set_groups("bob", &all) && !confluence.set_groups("eve", &all));
    let (status, page) = told(get(&confluence, "/user/memberof?username=bob")).await?;
    assert_eq!((status, &page["start"], &page["limit"]), (200, &json!(0), &json!(200)));
    assert_eq!((&page["size"], names(&page, "name").as_slice()), (&json!(200), &all[..200]));
    assert_eq!(page["results"][0]["type"], "group");
    let next = page["_links"]["next"].as_str().unwrap().strip_prefix("/rest/api").unwrap();
    let (_, page) = told(get(&confluence, next)).await?;
    assert_eq!(names(&page, "name"), ["g200"]);
    assert!(page["_links"].get("next").is_none());
    let most = told(get(&confluence, "/user/memberof?username=bob&limit=500")).await?.1;
    assert_eq!(most["limit"], 200);
    let few = told(get(&confluence, "/user/memberof?username=bob&start=3&limit=2")).await?.1;
    assert_eq!(names(&few, "name"), ["g003", "g004"]);
    let bad = told(get(&confluence, "/user/memberof?username=bob&start=-1")).await?;
    assert_eq!(bad.0, 400);
    Ok(())
}

#[tokio::test]
async fn the_active_members_of_a_group_come_in_pages() -> Result<()> {
    let confluence = confluence().await?;
    assert!(confluence.set_user_active("bob", false));
    let (status, page) = told(get(&confluence, "/group/confluence-users/member")).await?;
    assert_eq!((status, names(&page, "username")), (200, vec!["alice", "carol", "ci-bot"]));
    assert_eq!(page["results"][0]["type"], "known");
    let path = "/group/confluence-users/member?start=1&limit=1";
    let (_, page) = told(get(&confluence, path)).await?;
    assert_eq!(names(&page, "username"), ["carol"]);
    let next = "/rest/api/group/confluence%2Dusers/member?limit=1&start=2";
    assert_eq!(page["_links"]["next"], next);
    let (status, said) = told(get(&confluence, "/group/no%20such/member")).await?;
    assert_eq!((status, &said["statusCode"]), (404, &json!(404)));
    let mut odd = account("dora");
    odd.groups = vec!["of us".to_owned()];
    assert!(confluence.add_user(odd));
    let (_, page) = told(get(&confluence, "/group/of%20us/member")).await?;
    assert_eq!(names(&page, "username"), ["dora"]);
    Ok(())
}

#[tokio::test]
async fn there_is_a_space_and_something_in_it() -> Result<()> {
    let confluence = confluence().await?;
    let (status, spaces) = told(get(&confluence, "/space")).await?;
    assert_eq!((status, names(&spaces, "key")), (200, vec!["ABC"]));
    let (status, contents) = told(get(&confluence, "/content?limit=1")).await?;
    assert_eq!((status, names(&contents, "type")), (200, vec!["page"]));
    assert_eq!(contents["_links"]["next"], "/rest/api/content?limit=1&start=1");
    Ok(())
}
