//! LDAP, asked at a real server.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use gatepass_identity::{
    Account, Examined, InactiveSignal, LdapDesk, LdapKind, LdapProblem, LdapServer, LdapSettings,
    LookedUp, Sample,
};
use gatepass_testdb::{Ldif, SlapdOptions, TestSlapd};
use gatepass_testkit::ldap_settings;
use gatepass_testkit::tls::Authority;
use gatepass_vault::SecretText;

fn started(entries: Ldif) -> TestSlapd {
    TestSlapd::start(&SlapdOptions { entries, ..SlapdOptions::default() }).unwrap()
}

fn settings(server: &TestSlapd) -> LdapSettings {
    ldap_settings(&server.url(), TestSlapd::BIND_DN, TestSlapd::PASSWORD, None)
}

fn desk(server: &TestSlapd, change: impl FnOnce(&mut LdapSettings)) -> LdapDesk {
    let mut settings = settings(server);
    change(&mut settings);
    LdapDesk::new(settings).unwrap()
}

async fn ask(desk: &LdapDesk, username: &str) -> Result<LookedUp, LdapProblem> {
    desk.look_up(&username.parse().unwrap()).await
}

async fn found(desk: &LdapDesk, username: &str) -> Account {
    match ask(desk, username).await {
        Ok(LookedUp::Found(account)) => account,
        other => panic!("{username}: {other:?}"),
    }
}

fn refused_with(answer: Result<LookedUp, LdapProblem>) -> u32 {
    match answer {
        Err(LdapProblem::Refused { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

fn unreached(answer: Result<LookedUp, LdapProblem>) -> String {
    match answer {
        Err(LdapProblem::Unreached(words)) => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn somebody_is_found_by_his_name_whatever_its_case_with_what_is_told_of_him() {
    let entries =
        Ldif::default().person("alice").person("bob").group("devs", &[&Ldif::dn_of("alice")]);
    let server = started(entries);
    let desk = desk(&server, |_| ());
    let alice = found(&desk, "ALICE").await;
    assert_eq!(alice.username.as_str(), "alice");
    assert_eq!(
        (alice.display_name.as_str(), alice.email.as_deref()),
        ("alice Example", Some("alice@example.com"))
    );
    assert_eq!((alice.groups.as_slice(), alice.active), (&["devs".to_owned()][..], true));
    let key = alice.native_key.unwrap();
    assert!(key.starts_with("ldap:entryuuid:") && key.len() == 51, "{key}");
    assert!(found(&desk, "bob").await.groups.is_empty());
    // Who comes after him has his name, and nothing else of him.
    server.delete(&Ldif::dn_of("alice")).unwrap();
    assert_eq!(ask(&desk, "alice").await, Ok(LookedUp::Gone));
    server
        .change(&format!(
            "dn: {}\nobjectClass: inetOrgPerson\nuid: alice\ncn: x\nsn: x\n",
            Ldif::dn_of("alice")
        ))
        .unwrap();
    assert_ne!(found(&desk, "alice").await.native_key.unwrap(), key);
}

#[tokio::test]
async fn tls_is_spoken_from_the_start_or_after_start_tls_and_to_nobody_else() {
    let (ours, theirs) = (Authority::new("ours").unwrap(), Authority::new("theirs").unwrap());
    let start = |names: &[&str]| {
        let certified = ours.certify(names).unwrap();
        let tls = Some((certified.certificate, certified.key));
        let entries = Ldif::default().person("alice");
        TestSlapd::start(&SlapdOptions { entries, tls, size_limit: None }).unwrap()
    };
    let server = start(&["127.0.0.1"]);
    let desk = |url: &str, authority: &Authority| {
        let tls = Some(authority.trusted().unwrap());
        let settings = ldap_settings(url, TestSlapd::BIND_DN, TestSlapd::PASSWORD, tls);
        LdapDesk::new(settings).unwrap()
    };
    for url in [server.url(), server.secure_url()] {
        assert_eq!(found(&desk(&url, &ours), "alice").await.username.as_str(), "alice");
        let words = unreached(ask(&desk(&url, &theirs), "alice").await);
        assert!(words.contains(&url) && words.contains("from no authority"), "{words}");
    }
    let elsewhere = start(&["ldap.example.com"]);
    for url in [elsewhere.url(), elsewhere.secure_url()] {
        let words = unreached(ask(&desk(&url, &ours), "alice").await);
        assert!(words.contains("for another name than that of url"), "{words}");
    }
    let plain = started(Ldif::default().person("alice"));
    let words = unreached(ask(&desk(&plain.url(), &ours), "alice").await);
    assert!(words.contains("it does not begin TLS"), "{words}");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown_again_at_once() {
    let server = started(Ldif::default().person("alice"));
    let wrong = desk(&server, |s| s.password = SecretText::new("s3cret".to_owned()));
    let problem = ask(&wrong, "alice").await.unwrap_err();
    assert!(
        matches!(&problem, LdapProblem::BindRefused(words) if words.contains("wrong name or password"))
    );
    assert!(!format!("{problem} {problem:?}").contains("s3cret"));
    // It would be right by now; but an account must not be locked by somebody who asks on and on.
    let change = "changetype: modify\nreplace: userPassword\nuserPassword: s3cret\n";
    server.change(&format!("dn: {}\n{change}", TestSlapd::BIND_DN)).unwrap();
    assert_eq!(ask(&wrong, "alice").await, Err(problem));
    let right = desk(&server, |s| s.password = SecretText::new("s3cret".to_owned()));
    found(&right, "alice").await;
}

#[tokio::test]
async fn groups_of_groups_count_three_deep_and_around_in_a_circle() {
    let (inner, middle, outer) =
        (Ldif::dn_of_group("inner"), Ldif::dn_of_group("middle"), Ldif::dn_of_group("outer"));
    let entries = Ldif::default()
        .person("alice")
        .person("bob")
        .group("inner", &[&Ldif::dn_of("alice"), &outer])
        .group("middle", &[&inner])
        .group("outer", &[&middle, &Ldif::dn_of("bob")])
        .group("others", &[&Ldif::dn_of("bob")]);
    let server = started(entries);
    let desk = desk(&server, |_| ());
    assert_eq!(found(&desk, "alice").await.groups, ["inner", "middle", "outer"]);
    assert_eq!(found(&desk, "bob").await.groups, ["inner", "middle", "others", "outer"]);
    server.take_out("middle", &inner).unwrap_err(); // groupOfNames is never empty
    server.take_out("inner", &Ldif::dn_of("alice")).unwrap();
    assert!(found(&desk, "alice").await.groups.is_empty());
}

#[tokio::test]
async fn groups_deeper_than_anybody_nests_them_are_a_problem_and_no_shorter_list() {
    let mut entries = Ldif::default().person("alice").group("g0", &[&Ldif::dn_of("alice")]);
    for depth in 1..33 {
        let below = Ldif::dn_of_group(&format!("g{}", depth - 1));
        entries = entries.group(&format!("g{depth}"), &[&below]);
    }
    let server = started(entries);
    let desk = desk(&server, |_| ());
    assert!(matches!(ask(&desk, "alice").await, Err(LdapProblem::TooMany(_))));
    server.delete(&Ldif::dn_of_group("g32")).unwrap();
    server.delete(&Ldif::dn_of_group("g31")).unwrap();
    assert_eq!(found(&desk, "alice").await.groups.len(), 31);
}

#[tokio::test]
async fn names_that_would_mean_something_in_a_filter_or_a_dn_mean_themselves() {
    let names = [
        "*",
        "a*",
        "a(b)c",
        "a\\b",
        "\\2a",
        "x)(uid=*",
        "zoë müller",
        "a,b+c=d",
        "#x",
        "a b",
        "a;b",
        "o'neil",
        "\"q\"",
        "a<b>",
        "日本",
        "a&b|c!d",
    ];
    let mut entries = Ldif::default().person("alice").group("devs", &[&Ldif::dn_of("alice")]);
    for name in names {
        entries = entries.person(name).group(&format!("of {name}"), &[&Ldif::dn_of(name)]);
    }
    let server = started(entries);
    let desk = desk(&server, |_| ());
    for name in names {
        let account = found(&desk, name).await;
        assert_eq!(account.username.as_str(), name);
        assert_eq!(account.groups, [format!("of {name}")], "{name}");
    }
    for name in ["**", "a**", "al*", "x)(uid=alice", "\\61lice", "(", "alice)(cn=*"] {
        assert_eq!(ask(&desk, name).await, Ok(LookedUp::Gone), "{name}");
    }
}

#[tokio::test]
async fn a_name_of_two_entries_is_nobodys() {
    let twin = "cn=twin,ou=people,dc=example,dc=com";
    let of_twin = [("objectClass", "inetOrgPerson"), ("uid", "ALICE"), ("cn", "twin"), ("sn", "x")];
    let server = started(Ldif::default().person("alice").entry(twin, &of_twin));
    let desk = desk(&server, |_| ());
    assert_eq!(ask(&desk, "alice").await, Err(LdapProblem::Ambiguous));
    server.delete(twin).unwrap();
    found(&desk, "alice").await;
}

#[tokio::test]
async fn nobody_is_gone_on_a_search_that_could_not_have_found_him() {
    let server = started(Ldif::default().person("alice").person("bob"));
    let ours = desk(&server, |_| ());
    assert_eq!(ask(&ours, "carol").await, Ok(LookedUp::Gone));
    let no_base = desk(&server, |s| s.base_dn = "ou=nowhere,dc=example,dc=com".to_owned());
    assert_eq!(refused_with(ask(&no_base, "carol").await), 32);
    let no_group_base =
        desk(&server, |s| s.groups.base_dn = "ou=nowhere,dc=example,dc=com".to_owned());
    assert_eq!(refused_with(ask(&no_group_base, "alice").await), 32);
    let no_filter = desk(&server, |s| s.people.filter = "(objectClass=nobody)".to_owned());
    assert_eq!(ask(&no_filter, "alice").await, Err(LdapProblem::ShowsNobody));
    // An account that may see nobody any more finds nobody, and the search succeeds.
    let of_nobody = desk(&server, |s| s.base_dn = TestSlapd::GROUPS.to_owned());
    assert_eq!(ask(&of_nobody, "alice").await, Err(LdapProblem::ShowsNobody));
    // A part that is on another server is not searched.
    let referral = "dn: ou=emea,ou=people,dc=example,dc=com\nobjectClass: referral\n\
                    objectClass: extensibleObject\nou: emea\nref: ldap://127.0.0.1:1/dc=example\n";
    server.change(referral).unwrap();
    found(&ours, "alice").await;
    assert!(matches!(ask(&ours, "carol").await, Err(LdapProblem::Elsewhere(_))));
}

#[tokio::test]
async fn what_does_not_tell_all_that_must_be_known_tells_nothing() {
    let server = started(Ldif::default().person("alice").group("devs", &[&Ldif::dn_of("alice")]));
    let nonsense = async |change: fn(&mut LdapSettings)| {
        let problem = ask(&desk(&server, change), "alice").await.unwrap_err();
        let LdapProblem::Nonsense(words) = problem else { panic!("{problem:?}") };
        words
    };
    let no_id = nonsense(|s| s.people.id = Some("employeeNumber".to_owned())).await;
    assert_eq!(no_id, "it does not tell employeeNumber");
    let no_name = nonsense(|s| s.groups.name = "ou".to_owned()).await;
    assert_eq!(no_name, "a group has no ou that the account may see");
    let no_control = nonsense(|s| s.kind = LdapKind::ActiveDirectory).await;
    assert_eq!(no_control, "it does not tell userAccountControl");
    let without = desk(&server, |s| s.people.id = None);
    assert_eq!(found(&without, "alice").await.native_key, None);
}

#[tokio::test]
async fn a_server_that_was_restarted_is_asked_on_and_one_that_is_down_says_nothing() {
    let mut server = started(Ldif::default().person("alice"));
    let desk = desk(&server, |_| ());
    found(&desk, "alice").await;
    server.stop().unwrap();
    server.start_again().unwrap();
    // By the connection that it had, which has ended without its knowing.
    found(&desk, "alice").await;
    server.stop().unwrap();
    let words = unreached(ask(&desk, "alice").await);
    assert!(words.contains("refused"), "{words}");
    server.start_again().unwrap();
    found(&desk, "alice").await;
}

#[tokio::test]
async fn those_who_ask_together_wait_for_one_attempt_to_connect() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]).unwrap();
        listener
    });
    let settings = ldap_settings(&url, TestSlapd::BIND_DN, TestSlapd::PASSWORD, None);
    let desk = LdapDesk::new(settings).unwrap();
    let (one, two, three) =
        tokio::join!(ask(&desk, "alice"), ask(&desk, "bob"), ask(&desk, "carol"));
    let words = unreached(one);
    assert_eq!((unreached(two), unreached(three)), (words.clone(), words));
    let listener = thread.join().unwrap();
    listener.set_nonblocking(true).unwrap();
    let came = listener.accept().unwrap_err();
    assert_eq!(came.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn another_server_is_asked_while_one_is_down() {
    let (mut one, mut two) =
        (started(Ldif::default().person("alice")), started(Ldif::default().person("alice")));
    let second = LdapServer { url: two.url(), start_tls: false };
    let desk = desk(&one, |s| s.servers.push(second));
    found(&desk, "alice").await;
    one.stop().unwrap();
    found(&desk, "alice").await;
    two.stop().unwrap();
    let words = unreached(ask(&desk, "alice").await);
    assert!(words.contains(&one.url()) && words.contains(&two.url()), "{words}");
    one.start_again().unwrap();
    found(&desk, "alice").await;
}

#[tokio::test]
async fn three_thousand_groups_come_in_pages_where_a_server_gives_a_hundred_at_once() {
    let mut entries = Ldif::default().person("alice");
    let people: Vec<String> = (0..3000).map(|number| Ldif::dn_of(&format!("p{number}"))).collect();
    let mut members: Vec<&str> = people.iter().map(String::as_str).collect();
    let alice = Ldif::dn_of("alice");
    members.push(&alice);
    entries = entries.group("everybody", &members);
    for number in 0..3000 {
        entries = entries.group(&format!("group {number}"), &[&alice]);
    }
    let everybody = Ldif::dn_of_group("everybody");
    entries = entries.group("above", &[&everybody]);
    let options = SlapdOptions { entries, tls: None, size_limit: Some(100) };
    let server = TestSlapd::start(&options).unwrap();
    let groups = found(&desk(&server, |_| ()), "alice").await.groups;
    assert_eq!(groups.len(), 3002);
    assert!(groups.contains(&"group 2999".to_owned()) && groups.contains(&"above".to_owned()));
}

#[tokio::test]
async fn who_is_deactivated_is_told_by_a_filter() {
    let entries = Ldif::default().person("alice").person("bob");
    let server = started(entries);
    let desk = desk(&server, |s| s.people.inactive_filter = Some("(employeeType=gone)".to_owned()));
    assert!(found(&desk, "alice").await.active);
    let change = "changetype: modify\nadd: employeeType\nemployeeType: gone\n";
    server.change(&format!("dn: {}\n{change}", Ldif::dn_of("alice"))).unwrap();
    assert!(!found(&desk, "alice").await.active);
    assert!(found(&desk, "bob").await.active);
}

#[tokio::test]
async fn active_directory_tells_by_its_own_attributes() {
    let person = |name: &str, control: &str| {
        let dn = format!("cn={name} Example,{}", TestSlapd::PEOPLE);
        let called = format!("{name} Example");
        let attributes = [
            ("objectClass", "user"),
            ("objectCategory", "person"),
            ("sAMAccountName", name),
            ("cn", &called),
            ("sn", "Example"),
            ("displayName", &called),
            ("objectGUID", "sixteen letters!"),
            ("userAccountControl", control),
        ];
        Ldif::default().entry(&dn, &attributes)
    };
    let server = started(person("Alice", "512"));
    server
        .change(
            "dn: cn=devs,ou=groups,dc=example,dc=com\nobjectClass: group\ncn: devs\n\
             member: cn=Alice Example,ou=people,dc=example,dc=com\n",
        )
        .unwrap();
    let desk = desk(&server, |s| {
        s.kind = LdapKind::ActiveDirectory;
        s.people.filter = "(&(objectCategory=person)(objectClass=user))".to_owned();
        s.people.username = "sAMAccountName".to_owned();
        s.people.display_name = "displayName".to_owned();
        s.people.id = Some("objectGUID".to_owned());
        s.groups.filter = "(objectClass=group)".to_owned();
    });
    let alice = found(&desk, "alice").await;
    assert_eq!((alice.username.as_str(), alice.display_name.as_str()), ("Alice", "Alice Example"));
    assert_eq!((alice.groups.as_slice(), alice.active), (&["devs".to_owned()][..], true));
    let key = alice.native_key.unwrap();
    assert_eq!(key, "ldap:objectguid:7369787465656e206c65747465727321");
    let disable = "changetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n";
    server.change(&format!("dn: cn=Alice Example,{}\n{disable}", TestSlapd::PEOPLE)).unwrap();
    assert!(!found(&desk, "alice").await.active);
}

#[tokio::test]
async fn groups_may_name_their_members_otherwise() {
    let unique = [
        ("objectClass", "groupOfUniqueNames"),
        ("cn", "unique"),
        ("uniqueMember", "uid=alice,ou=people,dc=example,dc=com"),
    ];
    let posix = [
        ("objectClass", "posixGroup"),
        ("cn", "posix"),
        ("gidNumber", "1"),
        ("memberUid", "alice"),
    ];
    let entries = Ldif::default()
        .person("alice")
        .entry(&Ldif::dn_of_group("unique"), &unique)
        .entry(&Ldif::dn_of_group("posix"), &posix);
    let server = started(entries);
    let by_name = desk(&server, |s| {
        s.groups.member = "memberuid".to_owned();
        s.groups.filter = "(objectClass=posixGroup)".to_owned();
    });
    assert_eq!(found(&by_name, "Alice").await.groups, ["posix"]);
    let by_unique = desk(&server, |s| {
        s.groups.member = "uniqueMember".to_owned();
        s.groups.filter = "(objectClass=groupOfUniqueNames)".to_owned();
    });
    assert_eq!(found(&by_unique, "alice").await.groups, ["unique"]);
}

#[tokio::test]
async fn what_speaks_no_ldap_is_not_believed_and_ends_nothing() {
    // A BindResponse without content, nothing at all, and an answer of HTTP.
    for (answer, words) in [
        (&b"\x30\x05\x02\x01\x01\x61\x00"[..], "speaks no LDAP"),
        (b"", "it ended the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it "),
    ] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("ldap://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer).unwrap();
        });
        let settings = ldap_settings(&url, TestSlapd::BIND_DN, TestSlapd::PASSWORD, None);
        let told = unreached(ask(&LdapDesk::new(settings).unwrap(), "alice").await);
        assert!(told.contains(words), "{told}");
        thread.join().unwrap();
    }
}

#[tokio::test]
async fn an_administrator_is_told_what_a_server_tells_and_what_it_does_not() {
    let server = started(Ldif::default().person("alice").group("devs", &[&Ldif::dn_of("alice")]));
    let examined = async |change: fn(&mut LdapSettings)| {
        let all = desk(&server, change).examine().await;
        let [(url, found)] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(*url, server.url());
        found.clone()
    };
    let sample = Sample {
        username: "alice".to_owned(),
        display_name: Some("alice Example".to_owned()),
        has_id: true,
        groups: 1,
    };
    let good =
        Examined { sample: sample.clone(), has_groups: true, inactive: InactiveSignal::None };
    assert_eq!(examined(|_| ()).await.unwrap(), good);
    let odd = examined(|s| {
        s.people.id = Some("employeeNumber".to_owned());
        s.people.display_name = "displayName".to_owned();
        s.people.inactive_filter = Some("(uid=nobody)".to_owned());
        s.groups.filter = "(objectClass=posixGroup)".to_owned();
    });
    let sample = Sample { display_name: None, has_id: false, groups: 0, ..sample };
    let inactive = InactiveSignal::FilterWithoutMatch;
    assert_eq!(odd.await.unwrap(), Examined { sample, has_groups: false, inactive });
    let by_filter = examined(|s| s.people.inactive_filter = Some("(uid=alice)".to_owned()));
    assert_eq!(by_filter.await.unwrap().inactive, InactiveSignal::Filter);
    let hidden = examined(|s| s.kind = LdapKind::ActiveDirectory);
    assert_eq!(hidden.await.unwrap().inactive, InactiveSignal::AccountControlHidden);
    let password = examined(|s| s.password = SecretText::new("wrong".to_owned())).await;
    assert!(matches!(password, Err(LdapProblem::BindRefused(_))), "{password:?}");
    let base = examined(|s| s.base_dn = "dc=elsewhere".to_owned()).await;
    assert!(
        matches!(base, Err(LdapProblem::Refused { what: "base_dn", code: 32, .. })),
        "{base:?}"
    );
    let groups = examined(|s| s.groups.base_dn = "dc=elsewhere".to_owned()).await;
    assert!(
        matches!(groups, Err(LdapProblem::Refused { what: "group_base_dn", .. })),
        "{groups:?}"
    );
    let nobody = examined(|s| s.people.filter = "(objectClass=nobody)".to_owned()).await;
    assert_eq!(nobody, Err(LdapProblem::ShowsNobody));
}
