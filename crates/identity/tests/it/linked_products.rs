//! Application links of Confluence and Bitbucket, at stand-ins that have an OAuth of their own.

use std::sync::Arc;

use gatepass_identity::{
    ApplicationLink, AskError, Asker, MintError, ProductDesk, ReadyCredential, SessionError,
};
use gatepass_model::{Clock, Product, Timestamp, Username, Usernames};
use gatepass_sandbox::{
    Account, AfterSignedCall, Bitbucket, BitbucketSettings, Confluence, ConfluenceSettings,
    Identified, SeenRequest,
};
use gatepass_testkit::{application_link, asked_product, link_consumer};
use gatepass_vault::SecretText;

use super::support::instance;

const BOTH: [Product; 2] = [Product::Confluence, Product::Bitbucket];

#[derive(Clone)]
struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

enum Site {
    Confluence(Confluence),
    Bitbucket(Bitbucket),
}

/// The same of either.
macro_rules! of {
    ($site:expr, $one:ident => $value:expr) => {
        match $site {
            Site::Confluence($one) => $value,
            Site::Bitbucket($one) => $value,
        }
    };
}

/// What a stand-in is to be.
#[derive(Clone, Copy)]
struct Wanted {
    product: Product,
    context_path: &'static str,
    /// `None`: it has native tokens. Otherwise what a signed call leaves behind.
    old: Option<AfterSignedCall>,
}

impl Wanted {
    const fn new(product: Product) -> Self {
        Self { product, context_path: "", old: None }
    }
}

struct Bench {
    site: Site,
    desk: ProductDesk,
}

impl Bench {
    async fn new(wanted: Wanted) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Fixed(Timestamp::from_millis(1_795_428_000_000)));
        /// A stand-in that is as wanted.
        macro_rules! start {
            ($product:ident, $settings:ident) => {{
                let mut settings = $settings::demo();
                if let Some(after) = wanted.old {
                    settings = settings.before_native_tokens();
                    settings.after_signed_call = after;
                }
                settings.clock = Arc::clone(&clock);
                settings.context_path = wanted.context_path.to_owned();
                settings.application_links = vec![link_consumer("gatepass").unwrap()];
                Site::$product($product::start(settings).await.unwrap())
            }};
        }
        let site = match wanted.product {
            Product::Jira => panic!("it has tests of its own"),
            Product::Confluence => start!(Confluence, ConfluenceSettings),
            Product::Bitbucket => start!(Bitbucket, BitbucketSettings),
        };
        let url = of!(&site, one => one.base_url());
        let upstream = asked_product(wanted.product, &url).unwrap();
        let mut link = application_link("gatepass", &url, clock).unwrap();
        if wanted.old.is_some() {
            link = link.for_sessions();
        }
        let desk = ProductDesk::new([(instance("there"), upstream)]);
        let desk = desk.with_links([(instance("there"), link)]);
        Self { site, desk }
    }

    fn link(&self) -> &ApplicationLink {
        self.desk.link(&instance("there")).unwrap()
    }

    async fn who_is(&self, name: &str) -> Result<Option<String>, AskError> {
        let user = user(name);
        let asker = Asker::Impersonation { link: self.link(), user: &user };
        let said = self.desk.who_is(&instance("there"), asker).await?;
        Ok(said.map(|username| username.to_string()))
    }

    async fn mint(&self, name: &str) -> Result<gatepass_identity::MintedToken, MintError> {
        let user = user(name);
        let asker = Asker::Impersonation { link: self.link(), user: &user };
        self.desk.mint_native_token(&instance("there"), asker, "a name", Some(30)).await
    }

    fn token_count(&self, name: &str) -> usize {
        of!(&self.site, one => one.native_tokens(name).len())
    }

    fn requests(&self) -> Vec<SeenRequest> {
        of!(&self.site, one => one.requests())
    }
}

fn user(name: &str) -> Username {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_link_becomes_somebody_and_makes_lists_and_deletes_his_native_token() {
    for (product, context_path) in BOTH.into_iter().flat_map(|one| [(one, ""), (one, "/ctx")]) {
        let bench = Bench::new(Wanted { context_path, ..Wanted::new(product) }).await;
        assert_eq!(bench.who_is("alice").await.unwrap().as_deref(), Some("alice"));
        let minted = bench.mint("bob").await.unwrap();
        let end = Timestamp::from_millis(1_795_428_000_000 + 30 * 86_400_000);
        assert_eq!(minted.expires_at, Some(end), "{product}");
        let bob = user("bob");
        let asker = Asker::Impersonation { link: bench.link(), user: &bob };
        let there = instance("there");
        let listed = bench.desk.list_native_tokens(&there, asker).await.unwrap();
        let [only] = listed.as_slice() else { panic!("{listed:?}") };
        assert_eq!((&only.id, only.name.as_str()), (&minted.id, "a name"));
        let own = ReadyCredential::native_token(user("bob"), &minted.secret).unwrap();
        let said = bench.desk.who_is(&there, Asker::Credential(&own)).await.unwrap();
        assert_eq!(said, Some(user("bob")), "{product}");
        bench.desk.delete_native_token(&there, asker, &minted.id).await.unwrap();
        assert_eq!(bench.token_count("bob"), 0);
        assert_eq!(bench.desk.who_is(&there, Asker::Credential(&own)).await.unwrap(), None);
        for seen in bench.requests() {
            if seen.identified == Identified::ApplicationLink {
                let query = seen.target.split_once('?').unwrap().1;
                assert!(query.starts_with("xoauth_requestor_id="), "it must stand first: {query}");
            }
        }
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_nobodys_and_makes_nothing() {
    for product in BOTH {
        let bench = Bench::new(Wanted::new(product)).await;
        assert_eq!(bench.who_is("nosuch").await.unwrap(), None, "{product}");
        assert!(matches!(bench.mint("nosuch").await, Err(MintError::Nobody)), "{product}");
        of!(&bench.site, one => one.set_anonymous_may_use(false));
        assert_eq!(bench.who_is("nosuch").await.unwrap(), None, "{product}");
        assert!(matches!(bench.mint("nosuch").await, Err(MintError::Nobody)), "{product}");
    }
}

#[tokio::test]
async fn what_was_done_for_somebody_else_is_not_believed() {
    for product in BOTH {
        let bench = Bench::new(Wanted::new(product)).await;
        of!(&bench.site, one => one.mistake_everybody_for(Some("carol")));
        assert!(matches!(bench.who_is("alice").await, Err(AskError::Mistaken)), "{product}");
        let minted = bench.mint("alice").await;
        let is_mistaken = matches!(minted, Err(MintError::Unasked(AskError::Mistaken)));
        assert!(is_mistaken, "{product}");
    }
}

#[tokio::test]
async fn a_link_that_is_refused_and_a_product_that_says_nothing_are_told_apart_from_nobody() {
    for product in BOTH {
        let bench = Bench::new(Wanted::new(product)).await;
        of!(&bench.site, one => one.set_user_active("bob", false));
        let Err(AskError::LinkRefused(words)) = bench.who_is("bob").await else {
            panic!("{product}")
        };
        assert_eq!(words, "permission_denied");
        of!(&bench.site, one => one.set_nonsense(true));
        assert!(bench.who_is("alice").await.is_err(), "{product}");
        of!(&bench.site, one => { one.set_nonsense(false); one.set_down(true) });
        assert!(bench.who_is("alice").await.is_err(), "{product}");
        of!(&bench.site, one => { one.set_down(false); one.remove_application_link("gatepass") });
        let Err(AskError::LinkRefused(words)) = bench.who_is("alice").await else {
            panic!("{product}")
        };
        assert_eq!(words, "consumer_key_unknown");
    }
}

#[tokio::test]
async fn names_of_all_kinds_are_signed_as_they_are_sent_and_stand_where_their_product_has_them() {
    let names = ["a b", "jörg", "x@y.example", "a+b", "50%2f", "o'neil", "a&b=c", "a_b", "~me*"];
    for product in BOTH {
        let bench = Bench::new(Wanted::new(product)).await;
        for name in names {
            let account = Account {
                username: name.to_owned(),
                password: "x".to_owned(),
                display_name: name.to_owned(),
                email: String::new(),
                groups: Vec::new(),
                active: true,
            };
            of!(&bench.site, one => assert!(one.add_user(account)));
        }
        for name in names {
            assert_eq!(bench.who_is(name).await.unwrap().as_deref(), Some(name), "{product}");
            bench.mint(name).await.unwrap();
            assert_eq!(bench.token_count(name), 1, "{product} {name}");
        }
    }
}

#[tokio::test]
async fn people_go_by_the_names_of_their_directory() {
    for product in BOTH {
        let mut bench = Bench::new(Wanted::new(product)).await;
        let usernames = Usernames::new(Some("@example.com"), []).unwrap();
        bench.desk = bench.desk.with_usernames([(instance("there"), usernames)]);
        let said = bench.who_is("alice@example.com").await.unwrap();
        assert_eq!(said.as_deref(), Some("alice@example.com"));
        bench.mint("alice@example.com").await.unwrap();
        assert_eq!(bench.token_count("alice"), 1);
        assert!(matches!(bench.who_is("alice").await, Err(AskError::Nameless(_))), "{product}");
    }
}

#[tokio::test]
async fn a_native_token_makes_another_at_confluence_and_none_at_bitbucket() {
    for (product, may) in [(Product::Confluence, true), (Product::Bitbucket, false)] {
        let bench = Bench::new(Wanted::new(product)).await;
        let there = instance("there");
        assert_eq!(bench.desk.has_tokens_that_make_tokens(&there), may);
        let token = of!(&bench.site, one => one.issue_native_token("alice", "first"));
        let own = ReadyCredential::native_token(user("alice"), &SecretText::new(token)).unwrap();
        let asker = Asker::Credential(&own);
        let minted = bench.desk.mint_native_token(&there, asker, "second", Some(7)).await;
        match minted {
            Ok(_) => assert!(may),
            Err(MintError::Refused(_)) => assert!(!may),
            Err(error) => panic!("{product}: {error}"),
        }
        assert_eq!(bench.token_count("alice"), 1 + usize::from(may));
        let listed = bench.desk.list_native_tokens(&there, asker).await;
        assert!(matches!(listed, Err(AskError::Forbidden(401))) != may, "{product}");
    }
}

#[tokio::test]
async fn whom_a_browsers_session_is_of_is_told_and_it_makes_a_native_token() {
    for (product, name) in
        [(Product::Confluence, "JSESSIONID"), (Product::Bitbucket, "BITBUCKETSESSIONID")]
    {
        let bench = Bench::new(Wanted::new(product)).await;
        let session = of!(&bench.site, one => one.open_session("alice"));
        let cookie = format!("other=1; {name}={session}");
        let asker = Asker::Session(cookie.as_bytes());
        let there = instance("there");
        assert_eq!(bench.desk.who_is(&there, asker).await.unwrap(), Some(user("alice")));
        bench.desk.mint_native_token(&there, asker, "by session", Some(7)).await.unwrap();
        assert_eq!(bench.token_count("alice"), 1);
        of!(&bench.site, one => one.end_sessions());
        assert_eq!(bench.desk.who_is(&there, asker).await.unwrap(), None, "{product}");
        let minted = bench.desk.mint_native_token(&there, asker, "too late", Some(7)).await;
        assert!(matches!(minted, Err(MintError::Nobody)), "{product}: {minted:?}");
        let account = bench.desk.account(&there, asker).await;
        assert!(matches!(account, Err(AskError::Unaskable(_))), "groups are a Jira's to tell");
    }
}

#[tokio::test]
async fn before_native_tokens_a_session_is_opened_tried_and_ended() {
    for product in BOTH {
        let old = Some(AfterSignedCall::Session);
        let bench = Bench::new(Wanted { old, ..Wanted::new(product) }).await;
        let there = instance("there");
        let session = bench.desk.open_session(&there, &user("alice")).await.unwrap();
        let said = bench.desk.who_is(&there, Asker::Credential(&session)).await.unwrap();
        assert_eq!(said, Some(user("alice")), "{product}");
        assert_eq!(bench.requests().pop().unwrap().identified, Identified::Session);
        let nobody = bench.desk.open_session(&there, &user("nosuch")).await;
        assert!(matches!(nobody, Err(SessionError::Nobody)), "{product}: {nobody:?}");
        bench.desk.end_session(&there, &session).await.unwrap();
        let said = bench.desk.who_is(&there, Asker::Credential(&session)).await.unwrap();
        assert_eq!(said, None, "{product}");
        bench.desk.end_session(&there, &session).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_that_does_not_outlive_its_call_is_none() {
    for product in BOTH {
        for (after, ended) in [(AfterSignedCall::Cookie, true), (AfterSignedCall::Nothing, false)] {
            let bench = Bench::new(Wanted { old: Some(after), ..Wanted::new(product) }).await;
            match bench.desk.open_session(&instance("there"), &user("alice")).await {
                Err(SessionError::Ended) => assert!(ended, "{product}"),
                Err(SessionError::NotOpened) => assert!(!ended, "{product}"),
                other => panic!("{product}: {other:?}"),
            }
        }
    }
}
