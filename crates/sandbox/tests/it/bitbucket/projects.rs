//! The project, and what a token must be for to make a repository in it.

use anyhow::Result;
use gatepass_sandbox::{Bitbucket, BitbucketSettings};
use reqwest::RequestBuilder;
use serde_json::json;

use super::{bitbucket, by, exception, get};
use crate::{client, told};

fn post(bitbucket: &Bitbucket, key: &str, name: &str) -> RequestBuilder {
    let url = format!("{}/rest/api/latest/projects/{key}/repos", bitbucket.base_url());
    client().post(url).json(&json!({ "name": name, "scmId": "git" }))
}

#[tokio::test]
async fn there_is_a_project_for_who_signed_in_and_for_all_where_that_is_allowed() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let (status, page) = told(by("alice", get(&bitbucket, "/rest/api/1.0/projects"))).await?;
    assert_eq!((status, page["values"].as_array().map(Vec::len)), (200, Some(1)));
    assert_eq!(
        (&page["values"][0]["key"], &page["values"][0]["public"]),
        (&json!("ABC"), &json!(false))
    );
    let (status, said) = told(get(&bitbucket, "/rest/api/1.0/projects")).await?;
    assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    bitbucket.set_anonymous_may_use(true);
    let (status, page) = told(get(&bitbucket, "/rest/api/1.0/projects")).await?;
    assert_eq!((status, &page["values"][0]["public"]), (200, &json!(true)));
    assert_eq!(told(get(&bitbucket, "/rest/api/1.0/users/alice")).await?.0, 401);
    Ok(())
}

#[tokio::test]
async fn a_repository_is_made_once_by_who_may_administer_the_project() -> Result<()> {
    let bitbucket = bitbucket().await?;
    let (status, made) = told(by("alice", post(&bitbucket, "abc", "My Tools"))).await?;
    assert_eq!(
        (status, &made["slug"], &made["project"]["key"]),
        (201, &json!("my-tools"), &json!("ABC"))
    );
    for (request, expected) in [
        (
            by("alice", post(&bitbucket, "ABC", "my tools")),
            (409, "repository.DuplicateRepositoryNameException"),
        ),
        (
            by("alice", post(&bitbucket, "ABC", " ")),
            (400, "validation.ArgumentValidationException"),
        ),
        (by("alice", post(&bitbucket, "NO", "x")), (404, "project.NoSuchProjectException")),
        (post(&bitbucket, "ABC", "x"), (401, "AuthorisationException")),
    ] {
        let (status, said) = told(request).await?;
        assert_eq!((status, exception(&said)), expected);
    }
    assert!(bitbucket.set_groups("alice", &[]));
    let (status, said) = told(by("alice", post(&bitbucket, "ABC", "x"))).await?;
    assert_eq!((status, exception(&said)), (401, "AuthorisationException"));
    assert!(bitbucket.set_groups("alice", &["stash-administrators"]));
    assert_eq!(told(by("alice", post(&bitbucket, "ABC", "x"))).await?.0, 201);
    Ok(())
}

#[tokio::test]
async fn a_token_makes_a_repository_only_with_the_permission_to_administer_projects() -> Result<()>
{
    let bitbucket = bitbucket().await?;
    let url = format!("{}/rest/access-tokens/latest/users/alice", bitbucket.base_url());
    for (at, (permissions, expected)) in [
        (json!(["PROJECT_READ"]), 401),
        (json!(["REPO_ADMIN"]), 401),
        (json!(["PROJECT_WRITE", "REPO_ADMIN"]), 401),
        (json!(["PROJECT_ADMIN", "REPO_ADMIN"]), 201),
        (json!(["PROJECT_READ", "PROJECT_ADMIN", "REPO_ADMIN"]), 201),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({ "name": "t", "permissions": permissions });
        let (_, made) = told(by("alice", client().put(&url)).json(&body)).await?;
        let raw = made["token"].as_str().unwrap();
        let name = format!("r{at}");
        let bearer = told(post(&bitbucket, "ABC", &name).bearer_auth(raw)).await?.0;
        assert_eq!(bearer, expected, "{permissions}");
        let name = format!("s{at}");
        let basic = told(post(&bitbucket, "ABC", &name).basic_auth("alice", Some(raw))).await?.0;
        assert_eq!(basic, expected, "{permissions}");
        let projects = get(&bitbucket, "/rest/api/1.0/projects").bearer_auth(raw);
        assert_eq!(told(projects).await?.0, 200, "{permissions}");
    }
    let issued = bitbucket.issue_native_token("alice", "all");
    assert_eq!(told(post(&bitbucket, "ABC", "of all").bearer_auth(issued)).await?.0, 201);
    Ok(())
}

#[tokio::test]
async fn it_says_its_version_to_nobody_too() -> Result<()> {
    let settings = BitbucketSettings::demo();
    for (settings, version) in
        [(settings.clone(), "9.4.5"), (settings.before_native_tokens(), "5.4.1")]
    {
        let bitbucket = Bitbucket::start(settings).await?;
        for api in ["latest", "1.0"] {
            let path = format!("/rest/api/{api}/application-properties");
            let (status, said) = told(get(&bitbucket, &path)).await?;
            assert_eq!((status, &said["version"]), (200, &json!(version)));
            assert_eq!(said["displayName"], "Bitbucket");
        }
    }
    Ok(())
}
