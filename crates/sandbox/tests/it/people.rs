//! Many people and many groups.

use std::collections::BTreeSet;

use anyhow::Result;
use gatepass_sandbox::{Jira, JiraSettings};
use serde_json::{Value, json};

use crate::browser::account;
use crate::{alice, client, jira, told};

#[tokio::test]
async fn a_group_of_fifty_thousand_is_paged_through() -> Result<()> {
    let mut settings = JiraSettings::demo();
    settings.people.extend((0..50_000).map(|number| {
        let mut account = account(&format!("member-{number:05}"));
        account.groups = vec!["everybody".to_owned()];
        account.active = number % 10 != 0;
        account
    }));
    let jira = Jira::start(settings).await?;
    let token = jira.issue_native_token("carol", "pager");
    let (client, mut seen) = (client(), BTreeSet::new());
    let url = format!("{}/rest/api/2/group/member", jira.base_url());
    let mut next = Some(format!("{url}?groupname=everybody&includeInactiveUsers=true"));
    while let Some(url) = next {
        let (status, page) = told(client.get(url).bearer_auth(&token)).await?;
        assert_eq!((status, &page["total"]), (200, &json!(50_000)));
        let names = page["values"].as_array().unwrap().iter();
        seen.extend(names.map(|person| person["name"].as_str().unwrap().to_owned()));
        next = page["nextPage"].as_str().map(str::to_owned);
        assert_eq!(page["isLast"], next.is_none());
    }
    assert_eq!(seen.len(), 50_000);
    let last = format!("{url}?groupname=everybody&startAt=44999&maxResults=1000");
    let (_, page) = told(client.get(last).bearer_auth(&token)).await?;
    assert_eq!((&page["total"], &page["maxResults"]), (&json!(45_000), &json!(50)));
    assert_eq!(page["values"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["isLast"], true);
    Ok(())
}

#[tokio::test]
async fn only_administrators_see_members_and_of_what_is_no_group_nobody_does() -> Result<()> {
    let jira = jira().await?;
    let token = jira.issue_native_token("carol", "t");
    let members = |group: &str| {
        client().get(format!("{}/rest/api/2/group/member?groupname={group}", jira.base_url()))
    };
    assert_eq!(told(members("developers")).await?.0, 401);
    assert_eq!(told(alice(members("developers"))).await?.0, 403);
    assert_eq!(told(members("none").bearer_auth(&token)).await?.0, 404);
    assert!(jira.set_groups("alice", &["a b&c"]) && jira.set_groups("bob", &[]));
    let (status, page) = told(members("developers").bearer_auth(&token)).await?;
    assert_eq!((status, &page["total"]), (200, &json!(0)), "a group outlives its members");
    let (_, page) = told(members("a%20b%26c").bearer_auth(&token)).await?;
    assert_eq!(page["values"][0]["name"], "alice");
    let link = page["self"].as_str().unwrap();
    assert_eq!(told(client().get(link).bearer_auth(&token)).await?.1["total"], 1);
    Ok(())
}

#[tokio::test]
async fn somebody_in_five_hundred_groups_is_shown_with_all_of_them() -> Result<()> {
    let jira = jira().await?;
    let groups: Vec<String> = (0..500).map(|number| format!("group {number:03}")).collect();
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    assert!(jira.set_groups("ALICE", &names));
    let api = format!("{}/rest/api/2", jira.base_url());
    let expand = "expand=groups,applicationRoles";
    let (_, me) = told(alice(client().get(format!("{api}/myself?{expand}")))).await?;
    assert_eq!((&me["groups"]["size"], &me["applicationRoles"]["size"]), (&json!(500), &json!(1)));
    let items = me["groups"]["items"].as_array().unwrap();
    let found: Vec<&str> = items.iter().filter_map(|group| group["name"].as_str()).collect();
    assert_eq!(found, names);
    let other = format!("{api}/user?username=Alice&expand=groups");
    let bob = client().get(&other).basic_auth("bob", Some("bob-password"));
    let (status, seen) = told(bob).await?;
    assert_eq!((status, seen["groups"]["items"].as_array().map(Vec::len)), (200, Some(500)));
    assert_eq!(told(client().get(other)).await?.0, 401, "who did not sign in may not browse");
    Ok(())
}

#[tokio::test]
async fn two_names_that_differ_in_case_only_are_one_person() -> Result<()> {
    let jira = jira().await?;
    assert!(!jira.add_user(account("ALICE")));
    assert!(jira.add_user(account("Dora")) && !jira.add_user(account("dORA")));
    let url = format!("{}/rest/api/2/user?username=DORA", jira.base_url());
    let (_, found): (u16, Value) = told(alice(client().get(url))).await?;
    assert_eq!(found["name"], "dora");
    Ok(())
}
