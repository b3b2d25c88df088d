use std::path::PathBuf;

use gatepass_config::{DirectorySource, OpenIdClaims, OpenIdDirectoryConfig};
use gatepass_model::time::Lifetime;

use crate::support::{LEAST, read, told};

/// The least that is a directory of OpenID.
const OIDC: &str =
    "kind = \"oidc\"\nissuer = \"https://login.example.com/\"\nclient_id = \"gate\"\n";

fn with(directory: &str) -> String {
    LEAST.replace("kind = \"file\"\npath = \"people.toml\"\n", directory)
}

fn taken(directory: &str) -> OpenIdDirectoryConfig {
    let config = read(&with(directory)).unwrap();
    let DirectorySource::OpenId(provider) = &config.directories[0].source else { panic!("OpenID") };
    (**provider).clone()
}

/// The only mistake of [`OIDC`] with this change.
fn only((from, to): (&str, &str), more: &str) -> String {
    assert!(OIDC.contains(from), "{from}");
    let told = told(&with(&format!("{}{more}\n", OIDC.replace(from, to))));
    let [one] = told.as_slice() else { panic!("{from} {to} {more}: {told:#?}") };
    one.split_once(": ").unwrap().1.to_owned()
}

#[test]
fn what_is_left_out_is_as_providers_have_it() {
    let provider = taken(OIDC);
    let claims = OpenIdClaims {
        username: "preferred_username".to_owned(),
        display_name: "name".to_owned(),
        email: "email".to_owned(),
        groups: "groups".to_owned(),
        groups_required: true,
    };
    let expected = OpenIdDirectoryConfig {
        issuer: "https://login.example.com/".parse().unwrap(),
        client_id: "gate".to_owned(),
        client_secret_file: None,
        ca: None,
        title: None,
        scopes: vec!["profile".to_owned(), "email".to_owned()],
        claims,
        instance: None,
        stale_limit: Lifetime::from_days(30),
    };
    assert_eq!(provider, expected);
}

#[test]
fn what_is_said_holds() {
    let provider = taken(&format!(
        "{OIDC}client_secret_file = \"s\"\ntitle = \"Company account\"\nca = \"ca.pem\"\n\
         scopes = [\"groups\", \"openid\"]\nusername_claim = \"https://example.com/name\"\n\
         instance = \"jira\"\nstale_limit = \"90d\"\n"
    ));
    assert_eq!(provider.client_secret_file, Some(PathBuf::from("/etc/gatepass/s")));
    assert_eq!(provider.ca, Some(PathBuf::from("/etc/gatepass/ca.pem")));
    assert_eq!(provider.title.as_deref(), Some("Company account"));
    assert_eq!(provider.scopes, ["groups"]);
    assert_eq!(provider.claims.username, "https://example.com/name");
    assert_eq!(provider.instance, Some("jira".parse().unwrap()));
    assert_eq!(provider.stale_limit, Lifetime::from_days(90));
    assert_eq!(taken(&format!("{OIDC}scopes = []\n")).scopes, Vec::<String>::new());
}

#[test]
fn what_can_mean_nothing_is_refused() {
    let same = ("oidc", "oidc");
    let issuer = "https://login.example.com/";
    for (change, more, expected) in [
        ((issuer, "http://login.example.com/"), "", "issuer: this is no issuer: by http everybody"),
        ((issuer, "login.example.com"), "", "issuer: this is no issuer: it does not begin with"),
        (("issuer = \"https://login.example.com/\"\n", ""), "", "issuer: it is missing"),
        (("client_id = \"gate\"\n", ""), "", "client_id: it is missing"),
        (("\"gate\"", "\"\""), "", "client_id: it is missing"),
        ((issuer, "http://localhost"), "ca = \"ca.pem\"", "ca: the provider is reached by http"),
        (same, "title = \" \"", "title: it is what people call"),
        (same, "scopes = [\"a b\"]", "scopes: a scope is one word"),
        (same, "scopes = [\"\"]", "scopes: a scope is one word"),
        (same, "groups_claim = \"\"", "groups_claim: it is the name of a claim"),
        (same, "instance = \"wiki\"", "instance: there is no instance wiki"),
        (same, "stale_limit = \"91d\"", "stale_limit: 91d is out of bounds"),
        (same, "refresh = \"5m\"", "refresh: it is for the kind \"product\" or \"ldap\" only"),
        (same, "path = \"people.toml\"", "path: it is for the kind \"file\" only"),
        (same, "base_dn = \"dc=example\"", "base_dn: it is for the kind \"ldap\" only"),
        (same, "lookup_token_file = \"t\"", "lookup_token_file: it is for the kind \"product\""),
    ] {
        let told = only(change, more);
        assert!(
            told.starts_with(&format!("directories.main.{expected}")),
            "{told}\nwas to be\n{expected}"
        );
    }
}

#[test]
fn keys_of_openid_are_for_openid() {
    for kind in ["kind = \"file\"\npath = \"p\"\n", "kind = \"product\"\ninstance = \"jira\"\n"] {
        for (key, of) in [
            ("issuer = \"https://a\"", "\"oidc\""),
            ("client_secret_file = \"s\"", "\"oidc\""),
            ("groups_claim = \"g\"", "\"oidc\""),
            ("ca = \"ca.pem\"", "\"ldap\" or \"oidc\""),
        ] {
            let told = told(&with(&format!("{kind}{key}\n")));
            let [one] = told.as_slice() else { panic!("{key}: {told:#?}") };
            assert!(one.ends_with(&format!("it is for the kind {of} only")), "{one}");
        }
    }
}
