use std::collections::BTreeMap;
use std::ffi::OsString;

use gatepass_config::Environment;

use crate::support::{LEAST, read_with, told_with};

#[test]
fn a_variable_wins_over_the_file_and_over_the_preset() {
    let text = LEAST.replace("\"jira\"\nproduct", "\"jira-emea\"\nproduct");
    let config = read_with(
        &text,
        &[
            ("GATEPASS_SERVER__LISTEN", "127.0.0.1:1, [::1]:2"),
            ("GATEPASS_SERVER__THREADS", "3"),
            ("GATEPASS_SERVER__TIMEOUTS__HEAD", "9s"),
            ("GATEPASS_SERVER__LIMITS__FORM_BYTES", "1MiB"),
            ("GATEPASS_INSTANCES__JIRA_EMEA__BASE_URL", "http://other/"),
            ("GATEPASS_INSTANCES__JIRA_EMEA__READS", r#"["GET,HEAD /rest/a", "/rest/b"]"#),
            ("GATEPASS_INSTANCES__JIRA_EMEA__TIMEOUTS__CONNECT", "2s"),
            ("GATEPASS_DIRECTORIES__MAIN__PATH", "/p.toml"),
            ("GATEPASS_SERVER__TRUSTED_PROXIES", ""),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen.len(), 2);
    assert_eq!(config.server.threads.unwrap().get(), 3);
    assert_eq!(config.server.timeouts.head.as_secs(), 9);
    assert_eq!(config.server.limits.form_bytes, 1 << 20);
    assert!(config.server.trusted_proxies.is_empty());
    let instance = &config.instances[0];
    assert_eq!(instance.base_url.to_string(), "http://other");
    assert_eq!(instance.reads.len(), 2);
    assert_eq!(instance.timeouts.connect.as_secs(), 2);
}

#[test]
fn a_variable_can_bring_a_whole_section() {
    let config = read_with(
        LEAST,
        &[
            ("GATEPASS_INSTANCES__JIRA__IDENTITY", "service-account"),
            ("GATEPASS_INSTANCES__JIRA__SERVICE_ACCOUNT__TOKEN_FILE", "t"),
        ],
    );
    assert!(config.unwrap().instances[0].service_account.is_some());
}

#[test]
fn a_variable_that_is_wrong_is_named_beside_the_mistakes_of_the_file() {
    let told = told_with(
        &format!("[server]\nthread = 1\n{LEAST}"),
        &[
            ("GATEPASS_SERVER__LISEN", "x"),
            ("GATEPASS_STORE_URL", "sqlite:a"),
            ("GATEPASS_SERVER__THREADS", "many"),
            ("GATEPASS_SERVER__TLS__KEY", "k"),
            ("GATEPASS_INSTANCES__JIRRA__HOST", "upstream"),
            ("GATEPASS_INSTANCES__JIRA__NAME", "b"),
            ("GATEPASS_INSTANCES__JIRA__BASE_URL", "jira"),
            ("GATEPASS_INSTANCES", "x"),
        ],
    );
    let expected = [
        "gatepass.toml:2: server.thread: there is no such key; the nearest is server.threads",
        "GATEPASS_INSTANCES: instances: ",
        "GATEPASS_INSTANCES__JIRA__BASE_URL: instances.jira.base_url: \"jira\" is no base URL",
        "GATEPASS_INSTANCES__JIRA__NAME: instances.jira.name: a name stands in the file only",
        "GATEPASS_INSTANCES__JIRRA__HOST: instances: the file has no [[instances]] of the name \"jirra\"; the nearest is \"jira\"",
        "GATEPASS_SERVER__LISEN: server.lisen: there is no such key; the nearest is server.listen",
        "GATEPASS_SERVER__THREADS: server.threads: it must be a whole number, 0 to 1024",
        "GATEPASS_SERVER__TLS__KEY: server.tls: it needs both: certificate and key",
        "GATEPASS_STORE_URL: store_url: there is no such key; the nearest is store.url",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\nwas to begin with\n{expected}");
    }
}

#[test]
fn variables_of_others_and_of_kubernetes_are_left_alone() {
    let config = read_with(
        LEAST,
        &[
            ("PATH", "/bin"),
            ("GATEPASSX__A", "1"),
            ("GATEPASS_SERVICE_HOST", "10.0.0.1"),
            ("GATEPASS_SERVICE_PORT_HTTP", "80"),
            ("GATEPASS_PORT", "tcp://10.0.0.1:80"),
            ("GATEPASS_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("GATEPASS_PORT_80_TCP_ADDR", "10.0.0.1"),
        ],
    );
    assert!(config.is_ok(), "{config:?}");
}

struct Raw(Vec<(OsString, OsString)>);

impl Environment for Raw {
    fn variables(&self) -> Vec<(OsString, OsString)> {
        self.0.clone()
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let value = OsString::from_vec(vec![b'a', 0xff]);
    let environment = Raw(vec![("GATEPASS_SECRETS__KEY_FILE".into(), value)]);
    let path = std::path::Path::new("gatepass.toml");
    let errors = gatepass_config::read(path, LEAST, &environment).unwrap_err();
    assert!(errors[0].to_string().starts_with("GATEPASS_SECRETS__KEY_FILE: secrets.key_file: "));
    let none: BTreeMap<&str, &str> = BTreeMap::new();
    assert!(gatepass_config::read(path, LEAST, &none).is_ok());
}
