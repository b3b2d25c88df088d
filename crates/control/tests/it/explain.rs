use gatepass_control::{ControlError, ExplainRequest, Explained};
use gatepass_model::{CredentialKind, CredentialSet, Grant, Limits, TokenId};

use crate::support::{World, problems, request};

fn ask(method: &str, url: &str, token: Option<TokenId>) -> ExplainRequest {
    ExplainRequest {
        instance: "jira".parse().unwrap(),
        method: method.to_owned(),
        url: url.to_owned(),
        token,
        credentials: CredentialSet::EMPTY,
        from: "192.0.2.1".parse().unwrap(),
        headers: Vec::new(),
    }
}

async fn explain(world: &World, request: &ExplainRequest) -> Explained {
    world.control.explain(&world.actor, request).await.unwrap()
}

async fn reader(world: &World) -> TokenId {
    let mut asked = request("alice");
    asked.grant = Grant::read_only();
    world.issue(&asked).await.unwrap().token.token.id
}

#[tokio::test]
async fn a_read_passes_and_a_write_is_refused_by_the_named_check() {
    let world = World::new().await;
    let id = Some(reader(&world).await);
    for url in [
        "/rest/api/2/issue/EX-1",
        "/jira/rest/api/latest/issue/ex-1",
        "https://jira.example.com/jira/rest/api/2/issue/EX-1.json?fields=key",
    ] {
        let told = explain(&world, &ask("GET", url, id)).await;
        assert!(told.passes, "{told:#?}");
        assert_eq!(told.request, "GET /rest/api/2/issue/EX-1");
        assert!(told.operation.ends_with(": read, project EX"), "{}", told.operation);
    }
    let told = explain(&world, &ask("DELETE", "/rest/api/2/issue/EX-1", id)).await;
    assert_eq!((told.passes, told.reason), (false, Some("read_only")));
    let json = serde_json::to_value(&told).unwrap();
    let steps = json["steps"].as_array().unwrap();
    let refused: Vec<_> = steps.iter().filter(|step| step["outcome"] == "refused").collect();
    assert_eq!((refused.len(), &refused[0]["check"]), (1, &"access".into()));
}

#[tokio::test]
async fn a_get_that_the_catalogue_does_not_know_is_a_read_where_the_instance_says_so() {
    let world = World::new().await;
    let id = Some(reader(&world).await);
    let told = explain(&world, &ask("GET", "/rest/unheard/1/of", id)).await;
    assert_eq!(told.reason, Some("read_only"));
    assert_eq!(told.missing_row.as_deref(), Some("GET /rest/unheard/latest/of"));
    let told = explain(&world, &ask("GET", "/rest/tempo-x/1/of", id)).await;
    assert!(told.passes && told.missing_row.is_none(), "{told:#?}");
    let told = explain(&world, &ask("POST", "/rest/tempo-x/1/of", id)).await;
    assert_eq!(told.reason, Some("read_only"));
}

#[tokio::test]
async fn policy_in_force_is_what_counts() {
    let world = World::new().await;
    let id = reader(&world).await;
    world.policy("[instances.jira]\npasswords='block'\n[[rules]]\nname='no'\nuse='deny'\n").await;
    let told = explain(&world, &ask("GET", "/rest/api/2/myself", Some(id))).await;
    assert_eq!(told.reason, Some("use_not_permitted"));
    let mut password = ask("GET", "/rest/api/2/myself", None);
    password.credentials = CredentialSet::EMPTY.with(CredentialKind::Password);
    assert_eq!(explain(&world, &password).await.reason, Some("passwords_disabled"));
    assert!(explain(&world, &ask("GET", "/rest/api/2/myself", None)).await.passes);
    world.control.revoke_token(&world.actor, id, None).await.unwrap();
    let told = explain(&world, &ask("GET", "/rest/api/2/myself", Some(id))).await;
    assert_eq!(told.reason, Some("token_revoked"));
}

#[tokio::test]
async fn what_a_page_sends_is_told_from_headers_and_the_whole_url() {
    let world = World::new().await;
    let whole = "https://jira.example.com/jira/rest/api/2/myself";
    let with = |url: &str, headers: &[(&str, &str)]| {
        let mut asked = ask("GET", url, None);
        asked.credentials = CredentialSet::EMPTY.with(CredentialKind::Session);
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        asked.headers = headers.iter().map(owned).collect();
        asked
    };
    let script = with(whole, &[]);
    let words = async |request: &ExplainRequest| {
        let told = explain(&world, request).await;
        (told.reason, told.steps.last().unwrap().words.clone())
    };
    let (reason, told) = words(&script).await;
    assert_eq!(reason, None);
    assert!(told.ends_with("which sessions = \"browser\" refuses"), "{told}");
    world.policy("[instances.jira]\nsessions='browser'\n").await;
    let (reason, told) = words(&script).await;
    assert_eq!(reason, Some("sessions_disabled"));
    assert!(told.contains("only with what a browser's page sends on jira"), "{told}");
    let referer = [("Referer", "https://jira.example.com/jira/browse/EX-1")];
    for (url, headers, passes) in [
        ("/rest/api/2/myself", &[("Sec-Fetch-Site", "same-origin")][..], true),
        ("/rest/api/2/myself", &[("Sec-Fetch-Site", "same-origin"); 2], false),
        (whole, &[("Origin", "https://jira.example.com")], true),
        (whole, &[("Origin", "https://jira.example.com:8443")], false),
        (whole, &referer, true),
        ("/rest/api/2/myself", &referer, false),
    ] {
        let told = explain(&world, &with(url, headers)).await;
        assert_eq!(told.passes, passes, "{url} {headers:?}: {told:#?}");
    }
}

#[tokio::test]
async fn a_required_header_must_be_given_once() {
    let world = World::new().await;
    let mut asked = request("alice");
    asked.grant.required_headers = vec!["X-Caller: build".parse().unwrap()];
    let id = world.issue(&asked).await.unwrap().token.token.id;
    let mut question = ask("GET", "/rest/api/2/myself", Some(id));
    assert_eq!(explain(&world, &question).await.reason, Some("header_required"));
    question.headers = vec![("x-CALLER".to_owned(), " build".to_owned())];
    assert!(explain(&world, &question).await.passes);
    question.headers.push(question.headers[0].clone());
    assert_eq!(explain(&world, &question).await.reason, Some("header_required"));
}

#[tokio::test]
async fn what_cannot_be_asked_is_said() {
    let world = World::new().await;
    let told = explain(&world, &ask("GET", "/rest/api/2/issue/..;/user", None)).await;
    assert_eq!((told.passes, told.reason), (false, Some("malformed_target")));
    let control = &world.control;
    let told = control.explain(&world.actor, &ask("PROPFIND", "/", None)).await;
    assert!(problems(told)[0].starts_with("method: \"PROPFIND\" is no method"));
    let unknown = ask("GET", "/", Some(TokenId::from_bytes([1; 16])));
    let missing = control.explain(&world.actor, &unknown).await;
    assert!(matches!(missing, Err(ControlError::NotFound(_))));
}

#[tokio::test]
async fn the_limits_of_a_request_are_named_and_the_strictest_counts() {
    let world = World::new().await;
    world
        .policy(
            "[instances.jira.limits]\nconcurrency = 40\n[[rules]]\nname='all'\nuse='allow'\n\
             create='allow'\ntoken_limits = { rate = '60/min' }\nowner_limits = { concurrency = 8 }",
        )
        .await;
    let mut asked = request("alice");
    asked.integration = Some("nightly".to_owned());
    asked.grant.limits =
        "30/min".parse().map(|rate| Limits { rate: Some(rate), ..Limits::NONE }).unwrap();
    let issued = world.issue(&asked).await.unwrap();
    let json = serde_json::to_value(&issued).unwrap();
    assert_eq!(json["grant"]["limits"]["rate"], "30/min");
    assert_eq!(json["grant"]["limits"]["concurrency"], serde_json::Value::Null);
    let id = issued.token.token.id;
    let told = explain(&world, &ask("GET", "/rest/api/2/search", Some(id))).await;
    assert!(told.operation.ends_with(": read, heavy"), "{}", told.operation);
    assert_eq!(
        told.limits,
        [
            format!("token {id}: 30/min"),
            "owner Alice: 8 on their way".to_owned(),
            "instance jira: 40 on their way".to_owned()
        ]
    );
    asked.grant.limits.rate = Some("2/s".parse().unwrap());
    let refused = world.issue(&asked).await.unwrap_err();
    assert!(matches!(refused, ControlError::Refused(ref why) if why.len() == 1), "{refused:?}");
}
