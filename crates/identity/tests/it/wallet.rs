use gatepass_identity::{IdentityProblem, ReadyCredential};
use gatepass_model::IdentityMethod::{NativeToken, ServiceAccount};
use gatepass_model::PersonKey;
use gatepass_profiles::ClaimedUser;

use crate::support::{account, instance, person, ring, secret, stored, wallet};

#[test]
fn the_first_way_that_has_what_it_needs_is_taken() {
    let (ring, jira) = (ring(), instance("jira"));
    let taken = |methods: &[_], owner: &str| {
        let wallet = wallet(methods, Some(account()));
        wallet.put(&ring, &stored(&ring, "alice", "own")).unwrap();
        wallet.become_owner(&jira, &person(owner)).map(|found| found.header().1.to_vec())
    };
    let own_first = [NativeToken, ServiceAccount];
    assert_eq!(taken(&own_first, "alice").unwrap(), b"Bearer own");
    assert_eq!(taken(&own_first, "ALICE").unwrap(), b"Bearer own");
    assert_eq!(taken(&own_first, "bob").unwrap(), b"Bearer service");
    assert_eq!(taken(&[ServiceAccount, NativeToken], "alice").unwrap(), b"Bearer service");
    assert_eq!(taken(&[NativeToken], "alice").unwrap(), b"Bearer own");
    let problem = taken(&[NativeToken], "bob").unwrap_err();
    assert!(matches!(problem, IdentityProblem::NoCredential { .. }));
    assert!(problem.to_string().contains("credential add --owner bob --instance jira"));
}

#[test]
fn an_equal_name_of_another_directory_is_somebody_else() {
    let ring = ring();
    let wallet = wallet(&[NativeToken, ServiceAccount], Some(account()));
    wallet.put(&ring, &stored(&ring, "alice", "own")).unwrap();
    let other = PersonKey { directory: "others".parse().unwrap(), ..person("alice") };
    let problem = wallet.become_owner(&instance("jira"), &other).unwrap_err();
    assert!(matches!(problem, IdentityProblem::OtherDirectory { .. }), "{problem}");
    let problem = wallet.become_owner(&instance("wiki"), &person("alice")).unwrap_err();
    assert!(matches!(problem, IdentityProblem::UnknownInstance(_)), "{problem}");
}

#[test]
fn after_a_surprise_it_is_refused_and_no_service_account_steps_in() {
    let (ring, jira, alice) = (ring(), instance("jira"), person("alice"));
    let wallet = wallet(&[NativeToken, ServiceAccount], Some(account()));
    let own = stored(&ring, "alice", "own");
    wallet.put(&ring, &own).unwrap();
    let credential = wallet.become_owner(&jira, &alice).unwrap();
    assert_eq!(wallet.count_surprised(), [(jira.clone(), 0)]);

    let bob = ClaimedUser::Somebody("bob".to_owned());
    assert!(credential.mark_surprised(&jira, &alice, Some(&bob)));
    assert!(!credential.mark_surprised(&jira, &alice, None), "told twice");
    let problem = wallet.become_owner(&jira, &alice).unwrap_err();
    assert!(matches!(problem, IdentityProblem::Surprised { .. }), "{problem}");
    assert_eq!(wallet.count_surprised(), [(jira.clone(), 1)]);
    assert_eq!(wallet.surprised()[0].owner.as_ref(), Some(&alice));
    assert!(wallet.become_owner(&jira, &person("carol")).is_ok(), "others go on");

    // Sealed anew it is the same: reading the store again does not make it right.
    wallet.put(&ring, &stored(&ring, "alice", "own")).unwrap();
    assert!(wallet.become_owner(&jira, &alice).is_err());
    wallet.put(&ring, &stored(&ring, "alice", "another")).unwrap();
    assert_eq!(wallet.become_owner(&jira, &alice).unwrap().header().1, b"Bearer another");
}

#[test]
fn a_service_account_that_surprised_is_refused_to_everybody() {
    let jira = instance("jira");
    let user = Some("svc".parse().unwrap());
    let account = ReadyCredential::service_token(user, &secret("x")).unwrap();
    let wallet = wallet(&[ServiceAccount], Some(account));
    let credential = wallet.become_owner(&jira, &person("alice")).unwrap();
    credential.mark_surprised(&jira, &person("alice"), Some(&ClaimedUser::Nobody));
    assert!(wallet.become_owner(&jira, &person("bob")).is_err());
    assert_eq!(wallet.surprised()[0].owner, None);
}
