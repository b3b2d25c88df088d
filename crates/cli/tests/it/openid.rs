//! The program with a directory of the kind `oidc`, whose provider is not there.

use crate::support::{Done, Installation};

const SECRET: &str = "s3cret of the client";

struct Here {
    installation: Installation,
    config: String,
}

impl Here {
    fn new() -> Self {
        let installation = Installation::new();
        let file = "kind = \"file\"\npath = \"people.toml\"\n";
        let config = std::fs::read_to_string(installation.path("gatepass.toml")).unwrap();
        assert!(config.contains(file) && config.contains("[server]\n"));
        // Nobody listens on port 1.
        let openid = "kind = \"oidc\"\nissuer = \"http://127.0.0.1:1\"\nclient_id = \"gate\"\n\
             client_secret_file = \"openid.secret\"\n";
        let here = Self { installation, config: config.replace(file, openid) };
        here.installation.write("openid.secret", &format!("{SECRET}\n"));
        here.configure("", "");
        here
    }

    /// With more in the tables of the server and of the instance.
    fn configure(&self, server: &str, instance: &str) {
        let config = self.config.replace("[server]\n", &format!("[server]\n{server}\n"));
        let config = config.replace("[[instances]]\n", &format!("[[instances]]\n{instance}\n"));
        self.installation.write("gatepass.toml", &config);
    }

    fn run(&self, words: &[&str]) -> Done {
        let done = self.installation.run(words);
        assert!(!done.out.contains(SECRET) && !done.err.contains(SECRET));
        done
    }
}

#[test]
fn check_prints_each_address_that_must_be_registered_and_says_that_nobody_answers() {
    let here = Here::new();
    let lines = |server: &str, instance: &str| {
        here.configure(server, instance);
        let out = here.run(&["check"]).out;
        out.lines().filter(|line| line.contains("directory main")).map(str::to_owned).collect()
    };
    let told: Vec<String> =
        lines("console_host = \"gate.example.com:8443\"", "hosts = [\"a.example.com\"]");
    let redirect = "back to http://gate.example.com:8443/gatepass/signed-in/main;";
    assert!(told[0].starts_with('✓') && told[0].contains(redirect), "{told:#?}");
    assert!(told[1].starts_with('✗') && told[1].contains("can't be reached"), "{told:#?}");
    assert!(told[2].contains("does not say who is gone"), "{told:#?}");
    assert_eq!(told.len(), 3, "{told:#?}");
    let told: Vec<String> = lines(
        "trusted_proxies = [\"10.0.0.0/8\"]",
        "hosts = [\"a.example.com\", \"b.example.com\"]",
    );
    let both = "back to https://a.example.com/gatepass/signed-in/main and \
                https://b.example.com/gatepass/signed-in/main;";
    assert!(told[0].contains(both), "{told:#?}");
}

#[test]
fn a_secret_that_is_not_there_is_named_by_its_key_and_keeps_the_gate_from_starting() {
    let here = Here::new();
    std::fs::remove_file(here.installation.path("openid.secret")).unwrap();
    let done = here.run(&["token", "issue", "--owner", "a", "--name", "n", "--json"]);
    assert!(done.out.contains("client_secret_unreadable"), "{} {}", done.out, done.err);
    assert!(done.out.contains("directories.main.client_secret_file"), "{}", done.out);
}

#[test]
fn an_administrator_can_be_made_and_nobody_unknown_is_let_go_or_given_a_token() {
    let here = Here::new();
    let made = here.run(&["admin", "bootstrap"]);
    assert!(made.out.contains("/gatepass/bootstrap?key="), "{} {}", made.out, made.err);
    let done = here.run(&["token", "issue", "--owner", "alice", "--name", "n"]);
    assert!(done.err.contains("\"alice\" has not signed in yet"), "{}", done.err);
    let done = here.run(&["admin", "release", "--owner", "alice", "--json"]);
    assert!(done.out.contains("\"code\":\"not_found\""), "{} {}", done.out, done.err);
    let other = Installation::new();
    let done = other.run(&["admin", "release", "--owner", "alice", "--json"]);
    assert!(done.out.contains("is no OpenID provider"), "{} {}", done.out, done.err);
}
