//! A gate that runs, and commands beside it.

use std::time::{Duration, Instant};

use gatepass_sandbox::{Jira, JiraSettings};

use crate::support::{Installation, Running, send, text};

/// A stand-in Jira, on a runtime of its own.
pub(crate) struct StandIn {
    pub(crate) jira: Jira,
    _runtime: tokio::runtime::Runtime,
}

impl StandIn {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let jira = runtime.block_on(Jira::start(JiraSettings::demo())).unwrap();
        Self { jira, _runtime: runtime }
    }

    /// An installation before it, with alice's native token.
    fn installation(&self) -> Installation {
        self.installation_with("")
    }

    /// The same, with this before its configuration.
    pub(crate) fn installation_with(&self, config: &str) -> Installation {
        let here = Installation::before(&self.jira.base_url());
        here.prepend("gatepass.toml", config);
        let token = self.jira.issue_native_token("alice", "gate");
        let words = ["credential", "add", "--owner", "alice", "--instance", "jira", "--json"];
        let added = here.run_with(&words, &format!("{token}\n"));
        assert_eq!(added.code, 0, "{added:?}");
        assert_eq!(added.json()["proven"], true, "{added:?}");
        here
    }
}

pub(crate) fn serve(here: &Installation) -> (Running, String) {
    let running = Running::start(&here.path(""), &["serve"]);
    let address = text(&running.said["listen"][0]).to_owned();
    (running, address)
}

pub(crate) fn bearer(secret: &str) -> String {
    format!("Authorization: Bearer {secret}")
}

#[test]
fn a_token_issued_beside_a_running_gate_works_at_once_and_a_revoked_one_no_more() {
    let product = StandIn::start();
    let here = product.installation();
    let (running, gate) = serve(&here);
    let issued = here.issue(&["--read-only"]);
    assert_eq!(issued["in_effect"]["applied"], 1, "{issued}");
    let header = bearer(text(&issued["secret"]));
    let read = send(&gate, "GET /rest/api/2/myself", &[&header], "");
    assert_eq!(read.status, 200, "{read:?}");
    assert!(read.body.contains("\"name\":\"alice\""), "{read:?}");

    let id = text(&issued["id"]);
    let revoked = here.run(&["token", "revoke", id]);
    assert_eq!(revoked.code, 0, "{revoked:?}");
    assert!(revoked.err.contains("in effect on 1 of 1 node"), "{}", revoked.err);
    let refused = send(&gate, "GET /rest/api/2/myself", &[&header], "");
    assert_eq!((refused.status, refused.reason()), (401, Some("token_revoked")), "{refused:?}");

    let (code, log) = running.stop();
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("the gate is open") && log.contains(&gate), "{log}");
    assert!(!log.contains(text(&issued["secret"])), "{log}");
    // In order: nobody waits for this node any more, and what was counted is written.
    let shown = here.ask(&["token", "show", id]);
    assert_eq!(shown["activity"]["requests"], 2, "{shown}");
    assert_eq!(here.ask(&["token", "revoke", id])["in_effect"]["of"], 0);
}

#[test]
fn keys_that_were_added_beside_a_running_gate_come_into_force() {
    let product = StandIn::start();
    let here = product.installation();
    let (_running, gate) = serve(&here);
    here.ask(&["secrets", "rotate"]);
    let issued = here.issue(&[]);
    let header = bearer(text(&issued["secret"]));
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = send(&gate, "GET /rest/api/2/myself", &[&header], "");
        if answer.status == 200 {
            break;
        }
        assert!(Instant::now() < end, "{answer:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let whoami = here.run_with(
        &["whoami", "--url", &format!("http://{gate}"), "--json"],
        text(&issued["secret"]),
    );
    assert_eq!(whoami.code, 0, "{whoami:?}");
    assert_eq!(whoami.json()["id"], issued["id"]);
}

#[test]
fn readiness_and_metrics_are_told_to_those_who_run_the_gate() {
    let product = StandIn::start();
    let here = product.installation();
    let (running, gate) = serve(&here);
    let operations = text(&running.said["operations"]);
    let ready = send(operations, "GET /readyz", &[], "");
    assert_eq!(ready.status, 200, "{ready:?}");
    assert!(ready.body.contains("{\"ready\":true,\"reasons\":[]}"), "{ready:?}");
    let metrics = send(operations, "GET /metrics", &[], "");
    assert!(metrics.body.contains("\ngatepass_ready 1\n"), "{}", metrics.body);
    assert!(metrics.body.contains("gatepass_refusals_total{reason=\"read_only\"} 0"));
    for path in ["/gatepass/healthz", "/gatepass/readyz"] {
        assert_eq!(send(&gate, &format!("GET {path}"), &[], "").status, 200, "{path}");
    }
    assert_eq!(send(&gate, "GET /gatepass/metrics", &[], "").status, 404);
    let nobody = send(&gate, "GET /gatepass/api/v1/whoami", &[], "");
    assert_eq!((nobody.status, nobody.reason()), (401, Some("credential_required")));
}

#[test]
fn a_gate_that_loses_its_store_goes_on_and_says_so() {
    let product = StandIn::start();
    let here = product.installation();
    let (running, gate) = serve(&here);
    let issued = here.issue(&[]);
    std::fs::rename(here.path("gatepass.db"), here.path("elsewhere.db")).unwrap();
    let operations = text(&running.said["operations"]);
    let end = Instant::now() + Duration::from_secs(15);
    while !send(operations, "GET /readyz", &[], "").body.contains("store can't be reached") {
        assert!(Instant::now() < end, "readiness does not tell");
        std::thread::sleep(Duration::from_millis(20));
    }
    let header = bearer(text(&issued["secret"]));
    let read = send(&gate, "GET /rest/api/2/myself", &[&header], "");
    assert_eq!(read.status, 200, "{read:?}");
    // What is known is good for a while: the node stays ready.
    assert_eq!(send(&gate, "GET /gatepass/readyz", &[], "").status, 200);
}

#[test]
fn an_address_that_is_taken_is_named_with_its_key() {
    let here = Installation::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let config = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    let config = config.replacen("127.0.0.1:0", &address, 1);
    here.write("gatepass.toml", &config);
    let done = here.run(&["serve", "--json"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("server.listen") && done.err.contains(&address), "{}", done.err);
    assert!(!here.path("gatepass.db").exists());
}

#[test]
fn check_proves_what_the_gate_will_need() {
    let product = StandIn::start();
    let here = product.installation();
    let good = here.run(&["check"]);
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.out.contains("jira takes it for alice"), "{}", good.out);
    for token in product.jira.native_tokens("alice") {
        assert!(product.jira.revoke_native_token(token.id));
    }
    let bad = here.run(&["check", "--json"]);
    assert_eq!(bad.code, 1, "{bad:?}");
    assert_eq!(bad.json()["ok"], false);
    assert!(bad.out.contains("takes it for nobody"), "{}", bad.out);
}

#[test]
fn a_native_token_of_somebody_else_is_not_taken() {
    let product = StandIn::start();
    let here = product.installation();
    let token = product.jira.issue_native_token("bob", "his");
    let words = ["credential", "add", "--owner", "alice", "--instance", "jira", "--json"];
    let refused = here.run_with(&words, &token);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(refused.json()["error"]["code"], "credential_of_another");
    assert!(!refused.err.contains(&token) && !refused.out.contains(&token));
}

#[test]
fn check_asks_a_product_whether_it_may_be_asked_about_people() {
    let product = StandIn::start();
    let here = Installation::before(&product.jira.base_url());
    let file = "kind = \"file\"\npath = \"people.toml\"";
    let config = std::fs::read_to_string(here.path("gatepass.toml")).unwrap();
    let configure = |more: &str| {
        let by_product = format!("kind = \"product\"\ninstance = \"jira\"\n{more}");
        assert!(config.contains(file));
        here.write("gatepass.toml", &config.replace(file, &by_product));
    };
    configure("");
    let without = here.run(&["check"]);
    assert!(without.out.contains("without a lookup_token_file"), "{}", without.out);
    assert!(without.out.contains("that somebody has left is not told"), "{}", without.out);
    configure("lookup_token_file = \"lookup.token\"\n");
    let missing = here.run(&["check"]);
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(missing.out.contains("lookup.token"), "{}", missing.out);
    for (username, code, words) in [
        ("alice", 1, "does not take the look-up token for an administrator's"),
        (
            "carol",
            0,
            "jira takes the look-up token for an administrator's, and tells it who is gone or",
        ),
    ] {
        let token = product.jira.issue_native_token(username, "look people up");
        here.write("lookup.token", &token);
        let checked = here.run(&["check"]);
        assert!(checked.out.contains(words), "{}", checked.out);
        assert_eq!(checked.code, code, "{checked:?}");
        assert!(!checked.out.contains(&token) && !checked.err.contains(&token));
    }
}
