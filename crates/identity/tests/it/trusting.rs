//! A header that an authenticator in the product trusts.

use gatepass_http_client::{Client, Settings};
use gatepass_identity::{IdentityProblem, Prover, ReadyCredential, Upstream};
use gatepass_model::{IdentityMethod, Product};
use gatepass_profiles::ClaimedUser;
use gatepass_sandbox::{Account, Identified, Jira, JiraSettings};

use super::support::{instance, person, wallet};

#[tokio::test]
async fn the_product_takes_a_call_for_whom_the_header_names_and_for_nobody_else() {
    let settings =
        JiraSettings { trusted_header: Some("x-our-user".to_owned()), ..JiraSettings::demo() };
    let jira = Jira::start(settings).await.unwrap();
    let upstream = Upstream {
        product: Product::Jira,
        base_url: jira.base_url(),
        client: Client::new(Settings::default()).unwrap(),
        asserter: None,
    };
    let prover = Prover::new([(instance("jira"), upstream)]);
    for name in ["alice", "jörg", "a b", "x@y.example", "nosuch"] {
        let account = Account {
            username: name.to_owned(),
            password: "secret".to_owned(),
            display_name: name.to_owned(),
            email: String::new(),
            groups: Vec::new(),
            active: true,
        };
        let is_there = name != "nosuch";
        if is_there {
            // Who is there already stays.
            let _ = jira.add_user(account);
        }
        let ready = ReadyCredential::trusted_header("X-Our-User", name.parse().unwrap()).unwrap();
        let said = prover.prove(&instance("jira"), &ready).await.unwrap();
        assert_eq!(ready.expected_user().agrees_with(Some(&said)), is_there, "{name}");
        if !is_there {
            assert_eq!(said, ClaimedUser::Nobody);
        }
    }
    assert_eq!(jira.requests()[0].identified, Identified::TrustedHeader);
}

#[test]
fn owners_of_the_directory_need_nothing_else_and_a_surprise_is_remembered() {
    let wallet = wallet(&[IdentityMethod::NativeToken, IdentityMethod::TrustedHeader], None);
    let (jira, alice) = (instance("jira"), person("alice"));
    let ready = wallet.become_owner(&jira, &alice).unwrap();
    assert_eq!(ready.header(), ("X-Our-User", &b"alice"[..]));
    assert!(std::sync::Arc::ptr_eq(&ready, &wallet.become_owner(&jira, &alice).unwrap()));
    assert!(ready.mark_surprised(&jira, &alice, Some(&ClaimedUser::Nobody)));
    let refused = wallet.become_owner(&jira, &alice).unwrap_err();
    assert!(matches!(refused, IdentityProblem::Surprised { .. }), "{refused}");
    let surprised = wallet.surprised();
    assert_eq!((surprised.len(), surprised[0].owner.as_ref()), (1, Some(&alice)));
    assert_eq!(wallet.count_surprised(), [(jira, 1)]);
    let other =
        gatepass_model::PersonKey { directory: "others".parse().unwrap(), ..person("alice") };
    let refused = wallet.become_owner(&instance("jira"), &other).unwrap_err();
    assert!(matches!(refused, IdentityProblem::OtherDirectory { .. }), "{refused}");
}
