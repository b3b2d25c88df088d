//! Projects, issues, people: what a script does.

use anyhow::Result;
use gatepass_sandbox::{Jira, JiraSettings};
use serde_json::{Value, json};

use crate::{alice, client, header, jira, told};

#[tokio::test]
async fn an_issue_lives_from_creation_to_deletion() -> Result<()> {
    let jira = jira().await?;
    let api = format!("{}/rest/api/2", jira.base_url());
    let fields = json!({ "fields": {
        "project": { "key": "ABC" }, "issuetype": { "name": "Bug" }, "summary": "It leaks",
        "labels": ["a"], "assignee": { "name": "bob" }, "priority": { "name": "High" },
    }});
    let (status, made) = told(alice(client().post(format!("{api}/issue"))).json(&fields)).await?;
    assert_eq!((status, &made["key"]), (201, &json!("ABC-5")));
    let own = made["self"].as_str().unwrap().to_owned();
    assert!(own.starts_with(&api), "{own}");
    let (_, read) = told(alice(client().get(&own))).await?;
    assert_eq!(read["fields"]["assignee"]["name"], "bob");
    assert_eq!(read["fields"]["reporter"]["name"], "alice");
    let change = json!({
        "fields": { "summary": "It leaked" },
        "update": { "labels": [{ "add": "b" }, { "remove": "a" }],
                    "comment": [{ "add": { "body": "seen" } }] },
    });
    assert_eq!(alice(client().put(&own)).json(&change).send().await?.status(), 204);
    let done = json!({ "transition": { "id": "41" } });
    let moves = format!("{api}/issue/abc-5/transitions");
    assert_eq!(alice(client().post(&moves)).json(&done).send().await?.status(), 204);
    assert_eq!(alice(client().post(&moves)).json(&done).send().await?.status(), 400);
    let (_, read) = told(alice(client().get(&own))).await?;
    assert_eq!(read["fields"]["summary"], "It leaked");
    assert_eq!(read["fields"]["labels"], json!(["b"]));
    assert_eq!(read["fields"]["status"]["name"], "Done");
    assert_eq!(read["fields"]["resolution"]["name"], "Done");
    assert_eq!(read["fields"]["comment"]["comments"][0]["body"], "seen");
    let theirs = client().delete(&own).basic_auth("bob", Some("bob-password"));
    assert_eq!(theirs.send().await?.status(), 403);
    assert_eq!(alice(client().delete(&own)).send().await?.status(), 204);
    let (status, gone) = told(alice(client().get(&own))).await?;
    assert_eq!(status, 404);
    assert_eq!(gone, json!({ "errorMessages": ["Issue Does Not Exist"], "errors": {} }));
    Ok(())
}

#[tokio::test]
async fn wrong_fields_are_named_one_by_one_and_nothing_is_kept() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/issue", jira.base_url());
    for (fields, errors) in [
        (
            json!({}),
            json!({ "project": "project is required",
            "issuetype": "issue type is required",
            "summary": "You must specify a summary of the issue." }),
        ),
        (
            json!({ "project": { "key": "NO" }, "issuetype": { "name": "Bug" }, "summary": "a\nb",
                "labels": ["a b"], "assignee": { "name": "nobody" }, "colour": "red" }),
            json!({ "project": "valid project is required",
                "summary": "The summary is invalid because it contains newline characters.",
                "labels": "The label 'a b' contains spaces which is invalid.",
                "assignee": "User 'nobody' does not exist.",
                "colour": "Field 'colour' cannot be set. \
                           It is not on the appropriate screen, or unknown." }),
        ),
    ] {
        let body = json!({ "fields": fields });
        let (status, said) = told(alice(client().post(&url)).json(&body)).await?;
        assert_eq!((status, &said["errors"]), (400, &errors));
    }
    let search = format!("{}/rest/api/2/search?maxResults=0", jira.base_url());
    assert_eq!(told(alice(client().get(search))).await?.1["total"], 7);
    Ok(())
}

#[tokio::test]
async fn search_answers_by_query_and_by_body_and_says_what_is_wrong() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/latest/search", jira.base_url());
    let query =
        "jql=project+%3D+ABC+order+by+key&startAt=1&maxResults=2&fields=summary&fields=labels";
    let (_, found) = told(alice(client().get(format!("{url}?{query}")))).await?;
    assert_eq!((&found["total"], &found["startAt"]), (&json!(4), &json!(1)));
    let keys: Vec<&Value> = found["issues"].as_array().unwrap().iter().map(|i| &i["key"]).collect();
    assert_eq!(keys, ["ABC-2", "ABC-3"]);
    let names: Vec<&String> = found["issues"][0]["fields"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["labels", "summary"]);
    let body = json!({ "jql": "assignee = currentUser()", "fields": ["summary"] });
    let (_, found) = told(alice(client().post(&url)).json(&body)).await?;
    assert_eq!(found["total"], 2);
    let (status, said) = told(alice(client().get(format!("{url}?jql=project=NO")))).await?;
    let expected = "The value 'NO' does not exist for the field 'project'.";
    assert_eq!((status, &said["errorMessages"][0]), (400, &json!(expected)));
    let (status, found) = told(client().get(&url)).await?;
    assert_eq!((status, &found["total"]), (200, &json!(0)), "nobody sees nothing");
    Ok(())
}

#[tokio::test]
async fn a_file_is_attached_downloaded_and_removed() -> Result<()> {
    let settings = JiraSettings { attachment_bound: 100_000, ..JiraSettings::demo() };
    let jira = Jira::start(settings).await?;
    let url = format!("{}/rest/api/2/issue/ABC-1/attachments", jira.base_url());
    let upload = |size: usize| {
        let mut body = b"--xx\r\nContent-Disposition: form-data; name=\"file\"; \
            filename*=utf-8''%C3%A4%20b.bin\r\nContent-Type: image/png\r\n\r\n"
            .to_vec();
        body.extend((0..size).map(|at| u8::try_from(at % 251).unwrap_or_default()));
        body.extend(b"\r\n--xx--\r\n");
        let kind = "multipart/form-data; boundary=xx";
        alice(client().post(&url)).header("content-type", kind).body(body)
    };
    let (status, said) = told(upload(10)).await?;
    assert_eq!((status, &said["message"]), (403, &json!("XSRF check failed")));
    assert_eq!(told(upload(200_000).header("X-Atlassian-Token", "no-check")).await?.0, 413);
    let (status, made) = told(upload(90_000).header("X-Atlassian-Token", "no-check")).await?;
    assert_eq!((status, &made[0]["filename"]), (200, &json!("ä b.bin")));
    for part in ["content", "thumbnail"] {
        let link = made[0][part].as_str().unwrap();
        let file = alice(client().get(link)).send().await?;
        assert_eq!(header(&file, "content-type"), "image/png");
        let bytes = file.bytes().await?;
        assert!(bytes.len() == 90_000 && bytes[251] == 0 && bytes[250] == 250);
    }
    let link = made[0]["content"].as_str().unwrap();
    assert_eq!(client().get(link).send().await?.status(), 302, "nobody must sign in");
    let own = made[0]["self"].as_str().unwrap();
    assert_eq!(alice(client().delete(own)).send().await?.status(), 204);
    assert_eq!(alice(client().get(link)).send().await?.status(), 404);
    Ok(())
}

#[tokio::test]
async fn comments_are_changed_by_their_authors_and_administrators() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/issue/EX-1/comment", jira.base_url());
    let (status, made) = told(alice(client().post(&url)).json(&json!({ "body": "one" }))).await?;
    assert_eq!(status, 201);
    let own = made["self"].as_str().unwrap();
    let two = json!({ "body": "two" });
    let bob = client().put(own).basic_auth("bob", Some("bob-password")).json(&two);
    assert_eq!(bob.send().await?.status(), 403);
    assert_eq!(told(alice(client().put(own)).json(&two)).await?.1["body"], "two");
    let carol = client().delete(own).basic_auth("carol", Some("carol-password"));
    assert_eq!(carol.send().await?.status(), 204);
    assert_eq!(told(alice(client().get(&url))).await?.1["total"], 0);
    assert_eq!(told(alice(client().post(&url)).json(&json!({ "body": " " }))).await?.0, 400);
    assert_eq!(told(client().post(&url).json(&two)).await?.0, 401);
    Ok(())
}

#[tokio::test]
async fn people_and_groups_are_shown_to_those_who_may_see_them() -> Result<()> {
    let jira = jira().await?;
    let api = format!("{}/rest/api/2", jira.base_url());
    let (_, me) = told(alice(client().get(format!("{api}/myself?expand=groups")))).await?;
    assert_eq!(me["groups"]["items"][0]["name"], "jira-software-users");
    let (_, me) = told(alice(client().get(format!("{api}/myself")))).await?;
    assert_eq!((&me["groups"]["size"], &me["groups"]["items"]), (&json!(2), &json!([])));
    let (_, found) = told(alice(client().get(format!("{api}/user/search?username=burt")))).await?;
    assert_eq!(found[0]["name"], "bob");
    let members = format!("{api}/group/member?groupname=developers");
    assert_eq!(told(alice(client().get(&members))).await?.0, 403);
    let carol = client().get(&members).basic_auth("carol", Some("carol-password"));
    let (_, page) = told(carol).await?;
    assert_eq!((&page["total"], &page["isLast"]), (&json!(2), &json!(true)));
    let (_, own) = told(alice(client().get(format!("{api}/mypermissions")))).await?;
    assert_eq!(own["permissions"]["ADMINISTER"]["havePermission"], false);
    assert_eq!(own["permissions"]["BROWSE_PROJECTS"]["havePermission"], true);
    Ok(())
}

#[tokio::test]
async fn nobody_reads_only_where_that_is_allowed() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/issue/ABC-1", jira.base_url());
    assert_eq!(told(client().get(&url)).await?.0, 401);
    jira.set_anonymous_may_read(true);
    let (status, read) = told(client().get(&url)).await?;
    assert_eq!((status, &read["key"]), (200, &json!("ABC-1")));
    assert_eq!(told(client().delete(&url)).await?.0, 401);
    Ok(())
}

#[tokio::test]
async fn links_lead_where_the_settings_or_the_host_say() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/issue/ABC-1?fields=summary", jira.base_url());
    let (_, read) = told(alice(client().get(&url)).header("host", "gate.example")).await?;
    assert!(read["self"].as_str().unwrap().starts_with("http://gate.example/rest/api/2/issue/"));
    let base = Some("https://jira.example/x".to_owned());
    let settings = JiraSettings { base_url_as_seen: base, ..JiraSettings::demo() };
    let jira = Jira::start(settings).await?;
    let url = format!("{}/rest/api/2/issue/ABC-1?fields=summary", jira.base_url());
    let (_, read) = told(alice(client().get(&url))).await?;
    assert!(read["self"].as_str().unwrap().starts_with("https://jira.example/x/rest/api/2/"));
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_404_in_json_below_rest_and_html_elsewhere() -> Result<()> {
    let jira = jira().await?;
    let (status, said) = told(alice(client().get(format!("{}/rest/x/y", jira.base_url())))).await?;
    assert_eq!((status, &said["status-code"]), (404, &json!(404)));
    assert!(said["message"].as_str().unwrap().starts_with("null for uri: "));
    let page = client().get(format!("{}/x/y", jira.base_url())).send().await?;
    assert_eq!(page.status(), 404);
    assert_eq!(header(&page, "content-type"), "text/html;charset=UTF-8");
    Ok(())
}

#[tokio::test]
async fn what_tomcat_refuses_is_remembered_too() -> Result<()> {
    let jira = jira().await?;
    let url = format!("{}/rest/api/2/issue%2FABC-1", jira.base_url());
    assert_eq!(alice(client().get(url)).send().await?.status(), 400);
    let seen = jira.requests();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].target, "/rest/api/2/issue%2FABC-1");
    Ok(())
}

#[tokio::test]
async fn spellings_of_one_resource_get_one_answer() -> Result<()> {
    let jira = jira().await?;
    for path in [
        "/rest/api/2/issue/ABC-1/comment",
        "/rest/api/latest/issue/abc-1/comment.json",
        "/rest/api/2/issue;a=b/ABC-1/comment/",
        "/s/x/_/rest/api/2/%69ssue/ABC-1/comment",
    ] {
        let url = format!("{}{path}", jira.base_url());
        assert_eq!(told(alice(client().get(url))).await?.1["total"], 2, "{path}");
    }
    Ok(())
}
