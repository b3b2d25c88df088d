use crate::support::{LEAST, told};

#[test]
fn every_mistake_is_told_at_once_with_its_line_and_key() {
    let text = r#"[server]
lisen = ["127.0.0.1:80"]
threads = "many"
console_path = "gatepass"

[server.timeouts]
head = "15 seconds"
idle = "2h"

[[directories]]
name = "Main"
kind = "oidcc"

[[instances]]
name = "jira"
product = "gira"
base_url = "ftp://jira"
hosts = [
  "a",
  "b/c",
]

[[instances]]
product = "jira"
reads = ["rest"]
"#;
    let expected = [
        "gatepass.toml:2: server.lisen: there is no such key; the nearest is server.listen",
        "gatepass.toml:3: server.threads: it must be a whole number, 0 to 1024",
        "gatepass.toml:4: server.console_path: it must begin with /",
        "gatepass.toml:7: server.timeouts.head: \"15 seconds\" is not a duration",
        "gatepass.toml:8: server.timeouts.idle: 2h is out of bounds; it is a duration, 1s to 1h",
        "gatepass.toml:11: directories.Main.name: \"Main\" is no name of a directory",
        "gatepass.toml:12: directories.Main.kind: \"oidcc\" is not known; the nearest is \"oidc\"",
        "gatepass.toml:16: instances.jira.product: \"gira\" is not known; the nearest is \"jira\"",
        "gatepass.toml:17: instances.jira.base_url: \"ftp://jira\" is no base URL: its scheme must be http or https",
        "gatepass.toml:20: instances.jira.hosts: \"b/c\" is not a host name",
        "gatepass.toml:23: instances[2].name: it is missing",
        "gatepass.toml:23: instances[2].base_url: it is missing",
        "gatepass.toml:25: instances[2].reads: \"rest\" is not a pattern of requests",
    ];
    let told = told(text);
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\nwas to begin with\n{expected}");
    }
}

#[test]
fn every_mistake_of_toml_is_told_and_nothing_is_guessed_behind_it() {
    let told = told("[server\nlisten = [\"x\"]\nthreads = = 1\n");
    assert!(told.len() >= 2, "{told:#?}");
    assert!(told[0].starts_with("gatepass.toml:1: this is not TOML: "), "{told:#?}");
    assert!(told.iter().any(|line| line.starts_with("gatepass.toml:3: ")), "{told:#?}");
    assert!(told.iter().all(|line| line.contains("this is not TOML")), "{told:#?}");
}

#[test]
fn an_empty_file_lacks_a_directory_and_an_instance() {
    assert_eq!(
        told(""),
        [
            "gatepass.toml: directories: there is none; a [[directories]] says where people come from",
            "gatepass.toml: instances: there is none; an [[instances]] says what stands behind the gate",
        ]
    );
}

/// The only mistake of `text`, which follows the least configuration.
fn only(text: &str) -> String {
    let told = told(&format!("{LEAST}{text}"));
    let [one] = told.as_slice() else { panic!("{told:#?}") };
    one.split_once(": ").unwrap().1.to_owned()
}

#[test]
fn requests_that_could_belong_to_two_are_refused() {
    let second = |name: &str, rest: &str| {
        format!("[[instances]]\nname = \"{name}\"\nproduct = \"jira\"\n{rest}\n")
    };
    let same = "base_url = \"http://x/jira\"";
    assert!(
        only(&second("b", same)).starts_with("instances.b.hosts: it would answer for the same")
    );
    let named = format!("{same}\nhosts = [\"a\"]");
    assert!(
        only(&second("b", &named)).starts_with("instances.b.hosts: it would answer for the same")
    );
    let hosts = format!(
        "hosts = [\"a\", \"b\"]\n{}",
        second("b", "base_url = \"http://x/jira\"\nhosts = [\"B:81\"]")
    );
    assert!(only(&hosts).starts_with("instances.b.hosts: b:81 is a host of jira too"));
    let twice = second("jira", "base_url = \"http://x\"");
    assert!(only(&twice).starts_with("instances.jira.name: \"jira\" is taken"));
    assert!(
        only("hosts = [\"a\", \"A\"]")
            .starts_with("instances.jira.hosts: \"A\" stands there twice")
    );
}

#[test]
fn a_console_that_would_hide_an_instance_is_refused() {
    for path in ["/jira", "/"] {
        let told = told(&format!("[server]\nconsole_path = \"{path}\"\n{LEAST}"));
        assert_eq!(told.len(), 1, "{told:#?}");
    }
    assert!(
        crate::support::read(&format!("[server]\nconsole_path = \"/jira/gatepass\"\n{LEAST}"))
            .is_ok()
    );
    assert!(crate::support::read(&format!("[server]\nconsole_path = \"/jir\"\n{LEAST}")).is_ok());
    let own = "[server]\nconsole_host = \"g\"\nconsole_path = \"/jira\"\n";
    assert!(crate::support::read(&format!("{own}{LEAST}hosts = [\"jira\"]\n")).is_ok());
    let every = told(&format!("{own}{LEAST}"));
    assert!(every[0].contains("jira answers to every host, g too"), "{every:?}");
    let taken = told(&format!("{own}{LEAST}hosts = [\"G:80\"]\n"));
    assert!(
        taken[0].starts_with("gatepass.toml:2: server.console_host: g is a host of jira"),
        "{taken:?}"
    );
}

#[test]
fn a_service_account_is_whole_and_wanted_or_refused() {
    let section = "[instances.service_account]\n";
    let wanted = format!("identity = [\"service-account\"]\n{section}");
    assert!(only(&format!("{section}token_file = \"t\"")).contains("nothing would use it"));
    assert!(only("identity = [\"service-account\"]").contains("needs either token_file"));
    assert!(only(&format!("{wanted}user = \"u\"")).contains("needs either token_file"));
    let both = format!("{wanted}token_file = \"t\"\nuser = \"u\"\npassword_file = \"p\"");
    assert!(only(&both).contains("needs either token_file"));
    let colon = format!("{wanted}user = \"u:v\"\npassword_file = \"p\"");
    assert!(only(&colon).contains("colon"));
    let told = only("identity = []");
    assert!(told.starts_with("instances.jira.identity: it is empty"), "{told}");
}

#[test]
fn a_trusted_header_is_whole_and_wanted_or_refused() {
    let section = "[instances.trusted_header]\n";
    let wanted = format!("identity = [\"trusted-header\"]\n{section}");
    assert!(only(&format!("{section}name = \"X-U\"")).contains("nothing would use it"));
    assert!(only("identity = [\"trusted-header\"]").contains("needs the name"));
    for name in [
        "User",
        "X-",
        "X-Our_User",
        "X-Our.User",
        "X-Our User",
        "X-Forwarded-For",
        "Authorization",
        "X-AUSERNAME",
        "X-Ü",
        "",
        "X-Our-User:",
        "X-Atlassian-Token",
    ] {
        let told = only(&format!("{wanted}name = \"{name}\""));
        assert!(told.contains("no header that can stand"), "{name}: {told}");
    }
    let both = format!("{wanted}name = \"X-U\"\nassertion = \"x-u\"");
    assert!(only(&both).contains("it is the header with the username"));
    let lost = format!("{wanted}name = \"X-U\"\nissuer = \"me\"");
    assert!(only(&lost).contains("there is none"));
    let config = crate::support::read(&format!(
        "{LEAST}{wanted}name = \"Remote-User\"\nassertion = \"X-Proof\"\n"
    ));
    let trusted = config.unwrap().instances[0].trusted_header.clone().unwrap();
    let assertion = trusted.assertion.unwrap();
    assert_eq!((trusted.name.as_str(), assertion.header.as_str()), ("Remote-User", "X-Proof"));
    assert_eq!((assertion.issuer.as_str(), assertion.audience.as_str()), ("gatepass", "jira"));
}

#[test]
fn an_application_link_is_whole_and_wanted_or_refused() {
    let section = "[instances.impersonation]\n";
    let wanted = format!("identity = [\"impersonation\"]\n{section}");
    assert!(only(&format!("{section}key_file = \"k\"")).contains("nothing would use it"));
    assert!(only("identity = [\"impersonation\"]").contains("it needs key_file"));
    let path = format!("{wanted}key_file = \"k\"\nsigned_url = \"https://jira.example.com\"");
    assert!(only(&path).contains("the context path"));
    assert!(only(&format!("{wanted}key_file = \"k\"\nconsumer_key = \"\"")).contains("255"));
}

#[test]
fn tls_towards_a_product_is_whole_and_wanted_or_refused() {
    let section = "[instances.tls]\n";
    assert!(only(&format!("{section}ca = \"c\"")).contains("nothing would use it"));
    let secure = LEAST.replace("http://", "https://");
    for (text, words) in [
        ("client_key = \"k\"", "go together"),
        ("client_certificate = \"k\"", "go together"),
        ("server_name = \"a b\"", "not a host name"),
        ("server_name = \"10.0.0.1\"", "not a host name"),
        ("server_name = \"[::1]\"", "not a host name"),
        ("server_name = \"a:443\"", "not a host name"),
        ("ca = \"\"", "must name a file"),
        ("verify = false", "there is no such key"),
    ] {
        let told = told(&format!("{secure}{section}{text}\n"));
        assert!(told.len() == 1 && told[0].contains(words), "{text}: {told:#?}");
    }
}

#[test]
fn names_at_an_instance_can_be_told_apart() {
    for (text, words) in [
        ("username_suffix = \"\"", "it must be the end of usernames"),
        ("username_suffix = \"@x \"", "it must be the end of usernames"),
        ("usernames = [\"alice adoe\"]", "write the directory's name, = and the product's"),
        ("usernames = [\"alice = \"]", "1 to 255 bytes"),
        ("usernames = [\"alice = a\", \"Alice = b\"]", "Alice has a name there already"),
        ("usernames = [\"alice = a\", \"bob = A\"]", "A is somebody's name there already"),
    ] {
        assert!(only(text).contains(words), "{text}: {}", only(text));
    }
    let of_jira = LEAST.replace(
        "kind = \"file\"\npath = \"people.toml\"\n",
        "kind = \"product\"\ninstance = \"jira\"\n",
    );
    for text in ["username_suffix = \"@x\"", "usernames = [\"alice = a\"]"] {
        let told = told(&format!("{of_jira}{text}\n"));
        assert!(told.len() == 1 && told[0].contains("says who its people are"), "{told:#?}");
    }
}

#[test]
fn a_directory_must_be_named_where_there_are_two_and_must_exist() {
    let second = "[[directories]]\nname = \"others\"\nkind = \"file\"\npath = \"o.toml\"\n";
    assert!(only(second).contains("there are several directories"));
    assert!(
        only("directory = \"man\"")
            .contains("there is no directory \"man\"; the nearest is \"main\"")
    );
    let told = told(
        "[[directories]]
name = \"a\"
kind = \"file\"
",
    );
    assert!(told[1].starts_with("gatepass.toml:1: directories.a.path: it is missing"), "{told:?}");
}

#[test]
fn numbers_out_of_bounds_and_addresses_that_are_none_are_refused() {
    for (text, key) in [
        ("[server]\nthreads = -1", "server.threads"),
        ("[server]\nthreads = 1025", "server.threads"),
        ("[server]\nlisten = []", "server.listen"),
        ("[server]\nlisten = [\"localhost:80\"]", "server.listen"),
        ("[server]\nlisten = \"127.0.0.1:80\"", "server.listen"),
        ("[server]\noperations_listen = \"127.0.0.1:8080\"", "server.operations_listen"),
        ("[server]\nlisten = [\"unix:\"]", "server.listen"),
        ("[server]\nsocket_mode = \"0999\"", "server.socket_mode"),
        ("[server]\nsocket_mode = \"+660\"", "server.socket_mode"),
        ("[server]\nproxy_protocol = [\"proxy\"]", "server.proxy_protocol"),
        ("[server.tls]\ncertificate = \"c\"", "server.tls"),
        ("[server.tls]\nkey = \"c\"", "server.tls"),
        ("[server.tls]", "server.tls"),
        ("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]", "server.trusted_proxies"),
        ("[server.limits]\nform_bytes = \"1GiB\"", "server.limits.form_bytes"),
        ("[server.limits]\ntarget_bytes = 16384", "server.limits.target_bytes"),
        ("[store]\nurl = \"sqlite::memory:\"", "store.url"),
        ("[secrets]\nkey_file = \"\"", "secrets.key_file"),
        ("[instances.limits]\nconnections = 0", "instances.jira.limits.connections"),
        ("server = 1", "instances.jira.server"),
        ("[log]\nlevel = \"verbose\"", "log.level"),
    ] {
        let told = only(&format!("{text}\n"));
        assert!(told.starts_with(&format!("{key}: ")), "{text}: {told}");
    }
}

#[test]
fn a_table_that_stands_once_or_often_is_written_so() {
    let told = told("server = 1\ninstances = 2\n[directories]\nname = \"x\"\n[[store]]\n");
    for expected in ["[server]", "[[instances]]", "[[directories]]", "[store]"] {
        let wanted = format!("it is a table; write it as {expected}");
        assert!(told.iter().any(|line| line.ends_with(&wanted)), "{expected}: {told:#?}");
    }
}

#[test]
fn a_directory_that_an_instance_stands_for_is_that_of_its_people() {
    let told_of = |kind: &str, more: &str| {
        let text = LEAST.replace("kind = \"file\"\npath = \"people.toml\"\n", kind);
        let told = told(&format!("{text}{more}"));
        let [one] = told.as_slice() else { panic!("{told:#?}") };
        one.split_once(": ").unwrap().1.to_owned()
    };
    let product = "kind = \"product\"\ninstance = ";
    assert!(told_of(&format!("{product}\"wiki\"\n"), "").contains("there is no instance wiki"));
    assert!(
        told_of("kind = \"product\"\n", "").contains("name the instance that says who somebody is")
    );
    let with_path = format!("{product}\"jira\"\npath = \"people.toml\"\n");
    assert!(told_of(&with_path, "").contains("for the kind \"file\" only"));
    let file = "kind = \"file\"\npath = \"people.toml\"\nrefresh = \"5m\"\n";
    assert!(told_of(file, "").contains("directories.main.refresh: it is for the kind \"product\""));
    let wiki =
        "[[instances]]\nname = \"wiki\"\nproduct = \"confluence\"\nbase_url = \"http://x\"\n";
    assert!(told_of(&format!("{product}\"wiki\"\n"), wiki).contains("wiki is no Jira"));
    let path = "public_url = \"https://jira.example.com/other\"\n";
    assert!(told_of("kind = \"file\"\npath = \"people.toml\"\n", path).contains("its path is not"));
}
