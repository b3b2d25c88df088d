use gatepass_config::{
    DirectorySource, LdapDirectoryConfig, LdapFlavour, LdapGroups, LdapPeople, LdapTls,
};
use gatepass_model::time::Lifetime;

use crate::support::{LEAST, read, told};

/// The least that is a directory of LDAP.
const LDAP: &str = "kind = \"ldap\"\nurl = [\"ldaps://ldap.example.com\"]\n\
    bind_dn = \"cn=gatepass,dc=example\"\nbind_password_file = \"ldap.password\"\n\
    base_dn = \"dc=example\"\n";

fn with(directory: &str) -> String {
    LEAST.replace("kind = \"file\"\npath = \"people.toml\"\n", directory)
}

fn taken(directory: &str) -> LdapDirectoryConfig {
    let config = read(&with(directory)).unwrap();
    let DirectorySource::Ldap(ldap) = &config.directories[0].source else { panic!("LDAP") };
    (**ldap).clone()
}

/// The only mistake of [`LDAP`] with these changes.
fn only(changes: &[(&str, &str)], more: &str) -> String {
    let ldap = changes.iter().fold(LDAP.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let told = told(&with(&format!("{ldap}{more}\n")));
    let [one] = told.as_slice() else { panic!("{changes:?} {more}: {told:#?}") };
    one.split_once(": ").unwrap().1.to_owned()
}

#[test]
fn what_is_left_out_is_as_ldap_servers_have_it() {
    let ldap = taken(LDAP);
    assert_eq!(ldap.servers[0].to_string(), "ldaps://ldap.example.com:636");
    assert_eq!(ldap.tls, LdapTls::default());
    assert_eq!((ldap.flavour, ldap.requests_per_second), (LdapFlavour::Ldap, 20));
    assert_eq!(
        (ldap.refresh, ldap.stale_limit),
        (Lifetime::from_seconds(300), Lifetime::from_days(1))
    );
    assert_eq!(ldap.bind_password_file, std::path::PathBuf::from("/etc/gatepass/ldap.password"));
    let people = LdapPeople {
        filter: "(objectClass=person)".to_owned(),
        username: "uid".to_owned(),
        display_name: "cn".to_owned(),
        email: "mail".to_owned(),
        id: Some("entryUUID".to_owned()),
        inactive_filter: None,
    };
    assert_eq!(ldap.people, people);
    let groups = LdapGroups {
        base_dn: "dc=example".to_owned(),
        filter: "(objectClass=groupOfNames)".to_owned(),
        name: "cn".to_owned(),
        member: "member".to_owned(),
    };
    assert_eq!(ldap.groups, groups);
    for (member, filter) in [
        ("uniqueMember", "(objectClass=groupOfUniqueNames)"),
        ("memberuid", "(objectClass=posixGroup)"),
    ] {
        let ldap = taken(&format!("{LDAP}member_attribute = \"{member}\"\n"));
        assert_eq!(ldap.groups.filter, filter);
    }
    assert_eq!(taken(&format!("{LDAP}id_attribute = \"\"\n")).people.id, None);
}

#[test]
fn active_directory_has_names_of_its_own() {
    let account = LDAP.replace("cn=gatepass,dc=example", "gatepass@example.com");
    let ldap = taken(&format!("{account}flavour = \"active-directory\"\n"));
    assert_eq!(ldap.flavour, LdapFlavour::ActiveDirectory);
    assert_eq!(ldap.people.username, "sAMAccountName");
    assert_eq!(ldap.people.display_name, "displayName");
    assert_eq!(ldap.people.id.as_deref(), Some("objectGUID"));
    assert_eq!(ldap.people.filter, "(&(objectCategory=person)(objectClass=user))");
    assert_eq!(ldap.groups.filter, "(objectClass=group)");
}

#[test]
fn no_password_goes_over_a_wire_without_tls() {
    let secure = "ldaps://ldap.example.com";
    for (urls, more) in [
        ("ldap://ldap.example.com", ""),
        ("ldap://ldap.example.com", "start_tls = false"),
        ("ldaps://a\", \"ldap://10.0.0.1", ""),
    ] {
        let told = only(&[(secure, urls)], more);
        assert!(told.starts_with("directories.main.url: ldap://"), "{told}");
        assert!(told.contains("would be told a password"), "{told}");
    }
    for url in ["ldap://127.0.0.1:3890", "ldap://localhost", "ldap://[::1]"] {
        assert_eq!(taken(&LDAP.replace(secure, url)).servers.len(), 1);
    }
    let started = taken(&format!("{}start_tls = true\n", LDAP.replace("ldaps://", "ldap://")));
    assert!(started.tls.start_tls);
}

#[test]
fn what_can_mean_nothing_is_refused() {
    let secure = "ldaps://ldap.example.com";
    for (changes, more, expected) in [
        (&[][..], "start_tls = true", "start_tls: it is for ldap:// only"),
        (&[(secure, "ldap://localhost")], "ca = \"ca.pem\"", "ca: no connection has TLS"),
        (&[(secure, "ldaps://[::1]")], "", "url: TLS to ldaps://[::1]:636 needs the name"),
        (&[(secure, "ldap.example.com")], "", "url: this is no address of an LDAP server"),
        (&[("[\"ldaps://ldap.example.com\"]", "[]")], "", "url: it is missing"),
        (&[("url = [\"ldaps://ldap.example.com\"]\n", "")], "", "url: it is missing"),
        (&[("bind_dn = \"cn=gatepass,dc=example\"\n", "")], "", "bind_dn: it is missing"),
        (&[("cn=gatepass,dc=example", "gatepass")], "", "bind_dn: it is no distinguished name"),
        (
            &[("bind_password_file = \"ldap.password\"\n", "")],
            "",
            "bind_password_file: it is missing",
        ),
        (&[("base_dn = \"dc=example\"\n", "")], "", "base_dn: it is missing"),
        (&[("base_dn = \"dc=example\"", "base_dn = \"\"")], "", "base_dn: it is no distinguished"),
        (
            &[("base_dn = \"dc=example\"", "base_dn = \"a@b\"")],
            "",
            "base_dn: it is no distinguished",
        ),
        (&[], "flavour = \"novell\"", "flavour: \"novell\" is not known"),
        (&[], "user_filter = \"uid=*\"", "user_filter: it is no filter in parentheses"),
        (&[], "group_filter = \"(a=b)(c=d)\"", "group_filter: it is no filter in parentheses"),
        (&[], "inactive_filter = \"\"", "inactive_filter: it is no filter in parentheses"),
        (&[], "username_attribute = \"uid)(x\"", "username_attribute: it is the name"),
        (&[], "email_attribute = \"0.9.2342\"", "email_attribute: it is the name"),
        (&[], "member_attribute = \"\"", "member_attribute: it is the name"),
        (&[], "group_base_dn = \"groups\"", "group_base_dn: it is no distinguished name"),
        (&[], "instance = \"wiki\"", "instance: there is no instance wiki"),
        (
            &[],
            "lookup_token_file = \"t\"",
            "lookup_token_file: it is for the kind \"product\" only",
        ),
        (&[], "path = \"people.toml\"", "path: it is for the kind \"file\" only"),
        (&[], "issuer = \"https://a\"", "issuer: it is for the kind \"oidc\" only"),
        (&[], "stale_limit = \"91d\"", "stale_limit: 91d is out of bounds"),
    ] {
        let told = only(changes, more);
        assert!(
            told.starts_with(&format!("directories.main.{expected}")),
            "{told}\nwas to be\n{expected}"
        );
    }
}

#[test]
fn keys_of_ldap_are_for_ldap() {
    for kind in ["kind = \"file\"\npath = \"p\"\n", "kind = \"product\"\ninstance = \"jira\"\n"] {
        for key in
            ["base_dn = \"dc=example\"", "start_tls = false", "url = []", "flavour = \"ldap\""]
        {
            let told = told(&with(&format!("{kind}{key}\n")));
            let [one] = told.as_slice() else { panic!("{key}: {told:#?}") };
            assert!(one.ends_with("it is for the kind \"ldap\" only"), "{one}");
        }
    }
}
