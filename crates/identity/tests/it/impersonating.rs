//! An application link, at the stand-in Jira, which has an OAuth of its own.

use std::sync::Arc;

use gatepass_http_client::{Client, Settings};
use gatepass_identity::{
    ApplicationLink, AskError, Asker, LinkKey, LinkKeyError, MintError, ProductDesk, Upstream,
};
use gatepass_model::{Clock, Product, Timestamp, Username, Usernames};
use gatepass_sandbox::{ConsumerSeed, Identified, Jira, JiraSettings};
use gatepass_testkit::{application_link, link_consumer, link_key};

use super::support::instance;

#[derive(Clone)]
struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

struct Bench {
    jira: Jira,
    desk: ProductDesk,
    clock: Arc<dyn Clock>,
}

impl Bench {
    async fn new(context_path: &str) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Fixed(Timestamp::from_millis(1_795_428_000_000)));
        let settings = JiraSettings {
            context_path: context_path.to_owned(),
            clock: Arc::clone(&clock),
            application_links: vec![link_consumer("gatepass").unwrap()],
            ..JiraSettings::demo()
        };
        let jira = Jira::start(settings).await.unwrap();
        let client = Client::new(Settings::default()).unwrap();
        let upstream =
            Upstream { product: Product::Jira, base_url: jira.base_url(), client, asserter: None };
        let desk = ProductDesk::new([(instance("jira"), upstream)]);
        Self { jira, desk, clock }
    }

    fn link(&self) -> ApplicationLink {
        application_link("gatepass", &self.jira.base_url(), Arc::clone(&self.clock)).unwrap()
    }

    async fn who_is(&self, link: &ApplicationLink, name: &str) -> Result<Option<String>, AskError> {
        let user: Username = name.parse().unwrap();
        let asker = Asker::Impersonation { link, user: &user };
        let said = self.desk.who_is(&instance("jira"), asker).await?;
        Ok(said.map(|username| username.to_string()))
    }
}

fn link_of(consumer: &str, url: &str, clock: Arc<dyn Clock>) -> ApplicationLink {
    application_link(consumer, url, clock).unwrap()
}

#[tokio::test]
async fn a_link_becomes_somebody_who_is_not_there_and_makes_his_native_token() {
    for context_path in ["", "/jira"] {
        let bench = Bench::new(context_path).await;
        let link = bench.link();
        assert_eq!(bench.who_is(&link, "alice").await.unwrap().as_deref(), Some("alice"));
        let user: Username = "bob".parse().unwrap();
        let asker = Asker::Impersonation { link: &link, user: &user };
        let jira = instance("jira");
        let minted = bench.desk.mint_native_token(&jira, asker, "a b", Some(30)).await.unwrap();
        let listed = bench.desk.list_native_tokens(&jira, asker).await.unwrap();
        assert_eq!((listed.len(), &listed[0].id), (1, &minted.id));
        bench.desk.delete_native_token(&jira, asker, &minted.id).await.unwrap();
        assert!(bench.jira.native_tokens("bob").is_empty());
        for seen in bench.jira.requests() {
            assert_eq!(seen.identified, Identified::ApplicationLink, "{}", seen.target);
            let name = if seen.target.contains("tokens") { "bob" } else { "alice" };
            assert_eq!(seen.user.as_deref(), Some(name));
            let query = seen.target.split_once('?').unwrap().1;
            assert!(query.starts_with("xoauth_requestor_id="), "it must stand first: {query}");
        }
    }
}

#[tokio::test]
async fn people_go_by_the_names_of_their_directory() {
    let mut bench = Bench::new("").await;
    let pair = ("bob.b".parse().unwrap(), "bob".parse().unwrap());
    let usernames = Usernames::new(Some("@example.com"), [pair]).unwrap();
    bench.desk = bench.desk.with_usernames([(instance("jira"), usernames)]);
    let link = bench.link();
    for (name, there) in [("alice@example.com", "alice"), ("Bob.B", "bob")] {
        let said = bench.who_is(&link, name).await.unwrap();
        assert!(said.is_some_and(|said| said.eq_ignore_ascii_case(name)), "{name}");
        let user: Username = name.parse().unwrap();
        let asker = Asker::Impersonation { link: &link, user: &user };
        let jira = instance("jira");
        let minted = bench.desk.mint_native_token(&jira, asker, "x", Some(30)).await.unwrap();
        assert_eq!(bench.jira.native_tokens(there).len(), 1);
        let listed = bench.desk.list_native_tokens(&jira, asker).await.unwrap();
        assert_eq!(listed.len(), 1);
        bench.desk.delete_native_token(&jira, asker, &minted.id).await.unwrap();
        assert_eq!(bench.jira.requests().pop().unwrap().user.as_deref(), Some(there));
    }
    let before = bench.jira.requests().len();
    for name in ["alice", "bob@example.com", "alice@example.org"] {
        let refused = bench.who_is(&link, name).await.unwrap_err();
        assert!(matches!(refused, AskError::Nameless(_)), "{name}: {refused}");
    }
    assert_eq!(bench.jira.requests().len(), before, "nobody was asked about them");
}

#[tokio::test]
async fn names_of_all_kinds_are_signed_as_they_are_sent() {
    let bench = Bench::new("/jira").await;
    let link = bench.link();
    for name in ["a b", "jörg", "x@y.example", "a+b", "50%2F", "o'neil", "a&b=c", "ÅSA", "~me*"] {
        let account = gatepass_sandbox::Account {
            username: name.to_owned(),
            password: "secret".to_owned(),
            display_name: name.to_owned(),
            email: String::new(),
            groups: vec!["jira-users".to_owned()],
            active: true,
        };
        assert!(bench.jira.add_user(account));
        let user: Username = name.parse().unwrap();
        let said = bench.who_is(&link, name).await.unwrap().unwrap();
        assert!(user.is_same_as(&said), "{name}: {said}");
    }
}

#[tokio::test]
async fn somebody_whom_the_product_does_not_know_is_nobody_and_gets_nothing() {
    let bench = Bench::new("").await;
    let link = bench.link();
    assert_eq!(bench.who_is(&link, "nosuch").await.unwrap(), None);
    let user: Username = "nosuch".parse().unwrap();
    let asker = Asker::Impersonation { link: &link, user: &user };
    let refused = bench.desk.mint_native_token(&instance("jira"), asker, "x", None).await;
    assert!(matches!(refused, Err(MintError::Nobody)), "{refused:?}");
    // Who may not sign in is refused by the link, which is not to say that he is nobody.
    bench.jira.set_user_active("bob", false);
    let refused = bench.who_is(&link, "bob").await.unwrap_err();
    assert!(refused.to_string().contains("permission_denied"), "{refused}");
}

#[tokio::test]
async fn an_answer_for_somebody_else_is_not_believed() {
    let bench = Bench::new("").await;
    let link = bench.link();
    bench.jira.mistake_everybody_for(Some("carol"));
    for name in ["alice", "bob"] {
        assert!(matches!(bench.who_is(&link, name).await, Err(AskError::Mistaken)));
    }
    let user: Username = "alice".parse().unwrap();
    let asker = Asker::Impersonation { link: &link, user: &user };
    let minted = bench.desk.mint_native_token(&instance("jira"), asker, "x", None).await;
    assert!(matches!(minted, Err(MintError::Unasked(AskError::Mistaken))), "{minted:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_link_is_told_in_the_protocols_words() {
    let bench = Bench::new("/jira").await;
    let (url, clock) = (bench.jira.base_url(), Arc::clone(&bench.clock));
    let late = Arc::new(Fixed(Timestamp::from_millis(bench.clock.now().as_millis() + 400_000)));
    let other = ConsumerSeed { may_impersonate: false, ..link_consumer("other").unwrap() };
    bench.jira.put_application_link(other);
    for (link, problem) in [
        (link_of("unknown", &url, Arc::clone(&clock)), "consumer_key_unknown"),
        (link_of("gatepass", &url.replace("http", "https"), clock.clone()), "signature_invalid"),
        (link_of("gatepass", &url.replace("/jira", ""), clock.clone()), "signature_invalid"),
        (link_of("gatepass", &url, late), "timestamp_refused"),
        (link_of("other", &url, clock), "permission_denied"),
    ] {
        match bench.who_is(&link, "alice").await {
            Err(AskError::LinkRefused(words)) => assert_eq!(words, problem),
            other => panic!("{problem}: {other:?}"),
        }
    }
}

#[test]
fn a_key_file_that_is_none_is_refused_without_quoting_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("link.pem");
    assert!(matches!(LinkKey::read(&path), Err(LinkKeyError::Unreadable { .. })));
    let key = link_key().unwrap();
    let cut = &key.private[..key.private.len() / 2];
    for text in ["", "s3cret", cut, &key.public, &"s3cret".repeat(10_000)] {
        std::fs::write(&path, text).unwrap();
        let error = LinkKey::read(&path).unwrap_err();
        assert!(matches!(error, LinkKeyError::NotAKey { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
    std::fs::write(&path, &key.private).unwrap();
    assert_eq!(format!("{:?}", LinkKey::read(&path).unwrap()), "LinkKey(…)");
}
