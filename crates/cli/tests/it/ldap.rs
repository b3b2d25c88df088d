//! The program with a directory of the kind `ldap`, at a real server.

use gatepass_testdb::{Ldif, SlapdOptions, TestSlapd};
use gatepass_testkit::tls::Authority;

use crate::serve::StandIn;
use crate::support::{Done, Installation, Running, send, text};

struct Here {
    installation: Installation,
    slapd: TestSlapd,
    config: String,
}

impl Here {
    fn new() -> Self {
        Self::with_tls(None)
    }

    fn with_tls(tls: Option<(String, String)>) -> Self {
        let entries = Ldif::default()
            .person("alice")
            .person("bob")
            .group("inner", &[&Ldif::dn_of("alice")])
            .group("outer", &[&Ldif::dn_of_group("inner")]);
        let slapd = TestSlapd::start(&SlapdOptions { entries, tls, size_limit: None }).unwrap();
        let installation = Installation::new();
        let file = "kind = \"file\"\npath = \"people.toml\"\n";
        let config = std::fs::read_to_string(installation.path("gatepass.toml")).unwrap();
        assert!(config.contains(file));
        let ldap = format!(
            "kind = \"ldap\"\nurl = [\"{}\"]\nbind_dn = \"{}\"\n\
             bind_password_file = \"ldap.password\"\nbase_dn = \"{}\"\n# more\n",
            slapd.url(),
            TestSlapd::BIND_DN,
            TestSlapd::BASE
        );
        let here = Self { installation, slapd, config: config.replace(file, &ldap) };
        here.installation.write("ldap.password", &format!("{}\n", TestSlapd::PASSWORD));
        here.configure("");
        here
    }

    fn configure(&self, more: &str) {
        self.installation.write("gatepass.toml", &self.config.replace("# more", more));
    }

    fn check(&self) -> Done {
        let done = self.installation.run(&["check"]);
        assert!(!done.out.contains(TestSlapd::PASSWORD) && !done.err.contains(TestSlapd::PASSWORD));
        done
    }

    /// The line of a check about the directory that has these words, with its mark.
    fn line(&self, words: &str) -> String {
        let out = self.check().out;
        let mut lines = out.lines().filter(|line| line.contains("directory main"));
        let found = lines.find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{words}: {out}")).to_owned()
    }
}

#[test]
fn check_says_what_a_server_tells_and_what_is_wrong_with_it() {
    let mut here = Here::new();
    let good = here.line("tells of people, such as alice (alice Example), in groups: 2");
    assert!(good.starts_with('✓'), "{good}");
    let warned = here.line("there is no inactive_filter");
    assert!(!warned.starts_with('✓') && !warned.starts_with('✗'), "{warned}");
    here.configure("inactive_filter = \"(uid=bob)\"");
    let certain = here.line("tells who is gone, and who is deactivated");
    assert!(certain.starts_with('✓'), "{certain}");
    for (more, words) in [
        ("group_base_dn = \"ou=nowhere,dc=example,dc=com\"", "the search for group_base_dn failed"),
        ("user_filter = \"(objectClass=nobody)\"", "it shows nobody at all"),
        ("id_attribute = \"employeeNumber\"", "what id_attribute names is not told"),
        (
            "flavour = \"active-directory\"\nuser_filter = \"(uid=*)\"\nusername_attribute = \"uid\"\n\
          id_attribute = \"entryUUID\"",
            "may not see userAccountControl",
        ),
    ] {
        here.configure(more);
        let told = here.line(words);
        assert!(told.starts_with('✗'), "{told}");
        assert_eq!(here.check().code, 1, "{more}");
    }
    here.configure("");
    here.installation.write("ldap.password", "s3cret");
    let told = here.line("wrong name or password");
    assert!(told.starts_with('✗') && !told.contains("s3cret"), "{told}");
    here.installation.write("ldap.password", TestSlapd::PASSWORD);
    here.slapd.stop().unwrap();
    let told = here.line("refused");
    assert!(told.starts_with('✗') && told.contains(&here.slapd.url()), "{told}");
}

#[test]
fn a_server_is_trusted_by_the_authority_that_ca_names() {
    let authority = Authority::new("company").unwrap();
    let certified = authority.certify(&["127.0.0.1"]).unwrap();
    let here = Here::with_tls(Some((certified.certificate, certified.key)));
    here.installation.write("ldap-ca.pem", &authority.pem());
    here.installation.write("other-ca.pem", &Authority::new("another").unwrap().pem());
    let (plain, secure) = (here.slapd.url(), here.slapd.secure_url());
    for (url, start_tls) in [(&plain, "start_tls = true\n"), (&secure, "")] {
        let config = here.config.replace(&plain, url);
        for (ca, mark, words) in [
            ("ldap-ca.pem", '✓', "tells of people, such as alice"),
            ("other-ca.pem", '✗', "is from no authority that the system or ca knows"),
        ] {
            let more = format!("{start_tls}ca = \"{ca}\"");
            here.installation.write("gatepass.toml", &config.replace("# more", &more));
            let told = here.line(words);
            assert!(told.starts_with(mark) && told.contains(url.as_str()), "{told}");
        }
    }
}

#[test]
fn a_password_that_can_t_be_read_and_a_filter_that_is_none_are_told_at_their_keys() {
    let here = Here::new();
    let failed = |code: &str, key: &str| {
        let done =
            here.installation.run(&["token", "issue", "--owner", "alice", "--name", "n", "--json"]);
        assert_eq!(done.code, 1, "{done:?}");
        let error = done.json()["error"].clone();
        assert_eq!(error["code"], code, "{error}");
        assert!(error.to_string().contains(key), "{error}");
    };
    here.configure("user_filter = \"(uid)\"");
    failed("config_invalid", "directories.main.user_filter");
    here.configure("");
    here.installation.write("ldap.password", "\n");
    failed("bind_password_unreadable", "directories.main.bind_password_file");
}

#[test]
fn tokens_are_issued_for_people_of_ldap_who_are_there() {
    let here = Here::new();
    let issued = here.installation.issue(&[]);
    assert_eq!(
        (issued["owner"].as_str(), issued["directory"].as_str()),
        (Some("alice"), Some("main"))
    );
    let words = ["token", "issue", "--owner", "carol", "--name", "n", "--json"];
    let refused = here.installation.run(&words);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.json()["error"].to_string().contains("main knows no"), "{refused:?}");
}

#[test]
fn a_gate_that_runs_takes_tokens_of_people_of_ldap() {
    let here = Here::new();
    let product = StandIn::start();
    let config = here.config.replace("http://127.0.0.1:1", &product.jira.base_url());
    here.installation.write("gatepass.toml", &config);
    let native = product.jira.issue_native_token("alice", "gate");
    let words = ["credential", "add", "--owner", "alice", "--instance", "jira", "--json"];
    let added = here.installation.run_with(&words, &native);
    assert_eq!(added.code, 0, "{added:?}");
    let token = here.installation.issue(&[]);
    let gate = Running::start(here.installation.path("").as_path(), &["serve"]);
    let header = format!("Authorization: Bearer {}", text(&token["secret"]));
    let address = text(&gate.said["listen"][0]);
    let answer = send(address, "GET /rest/api/2/myself", &[&header], "");
    assert_eq!((answer.status, answer.reason()), (200, None), "{answer:?}");
    assert!(answer.body.contains("\"name\":\"alice\""), "{answer:?}");
    assert_eq!(gate.stop().0, 0);
}

#[test]
fn whoever_signs_in_with_a_product_of_an_ldap_directory_may_become_the_administrator() {
    let here = Here::new();
    // Others than a Jira must be named.
    for (product, named, may) in [
        ("jira", "", true),
        ("confluence", "", false),
        ("bitbucket", "", false),
        ("confluence", "instance = \"jira\"", true),
        ("bitbucket", "instance = \"jira\"", true),
    ] {
        let config = here.config.replace("product = \"jira\"", &format!("product = \"{product}\""));
        here.installation.write("gatepass.toml", &config.replace("# more", named));
        let made = here.installation.run(&["admin", "bootstrap", "--json"]).json();
        let is_made = made["url"].as_str().is_some_and(|url| url.contains("/bootstrap?key="));
        assert_eq!(is_made, may, "{product} {named}: {made}");
    }
    // Of people in a file nobody can say who sits at a browser.
    let nobody = Installation::new().run(&["admin", "bootstrap", "--json"]);
    assert_eq!(nobody.json()["error"]["code"], "no_sign_in", "{nobody:?}");
}
