use std::path::PathBuf;
use std::time::Duration;

use gatepass_config::{
    ClientCertificate, DirectorySource, HostHeader, InstanceTls, LogFormat, LogLevel,
    ServiceAccount, StoreLocation, TargetStrictness, reference,
};
use gatepass_model::time::Lifetime;
use gatepass_model::{IdentityMethod, Product};

use crate::support::{LEAST, read};

#[test]
fn what_is_left_out_has_its_preset() {
    let config = read(LEAST).unwrap();
    let server = &config.server;
    assert_eq!(server.listen, ["127.0.0.1:8080".parse().unwrap()]);
    assert_eq!((server.threads, server.console_host.as_ref()), (None, None));
    assert_eq!(server.console_path, "/gatepass");
    assert!(server.tls.is_none() && server.proxy_protocol.is_empty());
    assert_eq!(server.handover_socket, Some("/etc/gatepass/gatepass.handover".into()));
    assert_eq!(server.operations_listen, "127.0.0.1:9180".parse().ok());
    assert_eq!(server.timeouts.head, Duration::from_secs(15));
    assert_eq!((server.limits.head_bytes, server.limits.target_bytes), (16_384, 8_192));
    assert_eq!(server.limits.form_bytes, 2 << 20);
    let store = PathBuf::from("/etc/gatepass/gatepass.db");
    assert_eq!(config.store.location, StoreLocation::Sqlite(store));
    assert_eq!(config.store.stale_limit, Lifetime::from_seconds(900));
    assert_eq!(config.secrets.key_file, PathBuf::from("/etc/gatepass/gatepass.key"));
    assert_eq!((config.log.format, config.log.level), (LogFormat::Auto, LogLevel::Info));
    let jira = &config.instances[0];
    assert_eq!((jira.instance.product, jira.host), (Product::Jira, HostHeader::Preserve));
    assert_eq!(
        (jira.identity.as_slice(), jira.targets),
        (&[IdentityMethod::NativeToken][..], TargetStrictness::Observe)
    );
    assert_eq!(
        (jira.instance.directory.as_str(), jira.instance.context_path.as_str()),
        ("main", "/jira")
    );
}

#[test]
fn the_complete_example_loads_and_says_what_it_says() {
    let config = read(reference::EXAMPLE).unwrap();
    assert_eq!(config.server.console_host.as_ref().unwrap().to_string(), "gatepass.example.com");
    let server = &config.server;
    assert_eq!((server.trusted_proxies.networks.len(), server.trusted_proxies.unix), (1, true));
    assert_eq!((server.proxy_protocol.networks.len(), server.proxy_protocol.unix), (1, false));
    assert_eq!(server.listen[2].to_string(), "unix:/run/gatepass/gate.sock");
    assert_eq!(server.socket_mode, 0o660);
    let tls = server.tls.as_ref().unwrap();
    assert_eq!(tls.certificate, PathBuf::from("/etc/gatepass/gatepass.crt"));
    assert_eq!(tls.key, PathBuf::from("/etc/gatepass/gatepass-tls.key"));
    let people = PathBuf::from("/etc/gatepass/people.toml");
    assert_eq!(config.directories[1].source, DirectorySource::File(people));
    let DirectorySource::Product(main) = &config.directories[0].source else { panic!("product") };
    assert_eq!((main.instance.as_str(), main.requests_per_second), ("jira", 2));
    assert_eq!(main.refresh, Lifetime::from_seconds(300));
    assert_eq!(main.stale_limit, Lifetime::from_days(1));
    let DirectorySource::Ldap(staff) = &config.directories[2].source else { panic!("LDAP") };
    let servers: Vec<String> = staff.servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["ldaps://ldap-1.example.com:636", "ldap://ldap-2.example.com:389"]);
    assert_eq!(staff.tls.ca, Some(PathBuf::from("/etc/gatepass/ldap-ca.pem")));
    assert!(staff.tls.start_tls);
    assert_eq!(staff.groups.base_dn, "ou=groups,dc=example,dc=com");
    let DirectorySource::OpenId(partners) = &config.directories[3].source else { panic!("OpenID") };
    assert_eq!(partners.issuer.as_str(), "https://login.example.com/realms/partners");
    assert_eq!(partners.scopes, ["profile", "email"]);
    assert_eq!(partners.stale_limit, Lifetime::from_days(30));
    let [jira, wiki] = config.instances.as_slice() else { panic!("two instances") };
    assert_eq!(jira.identity, IdentityMethod::ALL);
    let link = jira.impersonation.as_ref().unwrap();
    assert_eq!(link.consumer_key, "gatepass");
    assert_eq!(link.key_file, PathBuf::from("/etc/gatepass/jira-link.pem"));
    assert_eq!(link.signed_url.as_ref().unwrap().to_string(), "https://jira.example.com/jira");
    assert_eq!(wiki.impersonation, None);
    let trusted = jira.trusted_header.as_ref().unwrap();
    let assertion = trusted.assertion.as_ref().unwrap();
    assert_eq!(
        (trusted.name.as_str(), assertion.issuer.as_str()),
        ("X-Gatepass-User", "https://gatepass.example.com")
    );
    assert_eq!(assertion.audience, "https://jira.example.com/jira");
    assert_eq!(wiki.trusted_header, None);
    assert_eq!(jira.reads.len(), 1);
    assert_eq!(
        jira.service_account,
        Some(ServiceAccount::Token { file: "/etc/gatepass/jira-service.token".into(), user: None })
    );
    assert_eq!(
        wiki.service_account,
        Some(ServiceAccount::Password {
            user: "gatepass".parse().unwrap(),
            file: "/etc/gatepass/wiki-service.password".into()
        })
    );
    assert_eq!((wiki.base_url.port(), wiki.instance.context_path.as_str()), (8443, ""));
    assert_eq!(jira.tls, None);
    let tls = wiki.tls.as_ref().unwrap();
    assert_eq!(tls.ca, Some("/etc/gatepass/company-ca.pem".into()));
    assert_eq!(tls.server_name.as_deref(), Some("wiki.internal"));
    assert_eq!(
        tls.client,
        Some(ClientCertificate {
            certificate: "/etc/gatepass/gatepass-client.pem".into(),
            key: "/etc/gatepass/gatepass-client.key".into()
        })
    );
}

#[test]
fn https_needs_no_table_of_its_own() {
    let config = read(&LEAST.replace("http://", "https://")).unwrap();
    assert_eq!(config.instances[0].tls, Some(InstanceTls::default()));
}

#[test]
fn an_absolute_path_stays_and_a_store_url_may_be_one() {
    let text =
        format!("[store]\nurl = \"sqlite:///var/lib/g.db\"\n[secrets]\nkey_file = \"/k\"\n{LEAST}");
    let config = read(&text).unwrap();
    assert_eq!(config.store.location, StoreLocation::Sqlite("/var/lib/g.db".into()));
    assert_eq!(config.secrets.key_file, PathBuf::from("/k"));
}

#[test]
fn context_paths_that_overlap_and_one_host_for_each_are_fine() {
    let second = |rest: &str| {
        format!("{LEAST}\n[[instances]]\nname = \"wiki\"\nproduct = \"confluence\"\n{rest}\n")
    };
    for rest in [
        "base_url = \"http://w\"",
        "base_url = \"http://w/jira/wiki\"",
        "base_url = \"http://w/jirax\"",
    ] {
        assert!(read(&second(rest)).is_ok(), "{rest}");
    }
    let hosts = LEAST.to_owned() + "hosts = [\"a:80\"]\n";
    let text = hosts
        + "[[instances]]\nname = \"b\"\nproduct = \"jira\"\n\
        base_url = \"http://w/jira\"\nhosts = [\"a:81\", \"b\"]\n";
    assert!(read(&text).is_ok());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let path = std::path::Path::new("/nowhere/gatepass.toml");
    let none = std::collections::BTreeMap::<&str, &str>::new();
    let errors = gatepass_config::load(path, &none).unwrap_err();
    let [error] = errors.as_slice() else { panic!("one mistake") };
    assert!(error.to_string().starts_with("/nowhere/gatepass.toml: this file can't be read"));
}
