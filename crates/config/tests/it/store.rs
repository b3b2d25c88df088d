use gatepass_config::StoreLocation;

use crate::support::{LEAST, read, read_with, told, told_with};

const URL: &str = "postgres://gate:hidden@db.example.com/gatepass";

fn with_store(text: &str) -> String {
    format!("[store]\n{text}\n{LEAST}")
}

#[test]
fn a_store_in_postgresql_has_its_password_in_the_url_a_file_or_a_variable() {
    let config = read(&with_store(&format!("url = \"{URL}\"\nnotify = false"))).unwrap();
    assert!(!config.store.notify);
    let StoreLocation::Postgres { url, password_file: None } = &config.store.location else {
        panic!("{config:?}")
    };
    assert_eq!(url.reveal(None), URL);

    let config =
        read_with(LEAST, &[("GATEPASS_STORE__URL", URL), ("GATEPASS_STORE__NOTIFY", "false")]);
    let config = config.unwrap();
    assert!(!config.store.notify);
    let StoreLocation::Postgres { url, .. } = &config.store.location else { panic!("{config:?}") };
    assert_eq!(url.reveal(None), URL);

    let text = with_store("url = \"postgres://gate@db/g\"\npassword_file = \"db.password\"");
    let config = read(&text).unwrap();
    assert!(config.store.notify);
    let StoreLocation::Postgres { password_file, .. } = config.store.location else { panic!() };
    assert_eq!(password_file, Some("/etc/gatepass/db.password".into()));
}

#[test]
fn two_passwords_and_one_for_a_file_are_mistakes() {
    let both = format!("url = \"{URL}\"\npassword_file = \"p\"");
    assert!(told(&with_store(&both))[0].contains("store.url has a password already"));
    let none = "password_file = \"p\"";
    assert!(told(&with_store(none))[0].contains("store.password_file: nothing would use it"));
    let odd = "notify = \"maybe\"";
    assert!(told(&with_store(odd))[0].contains("store.notify: it must be true or false"));
}

#[test]
fn a_password_is_never_told() {
    let config = read_with(LEAST, &[("GATEPASS_STORE__URL", URL)]).unwrap();
    for told in [format!("{config:?}"), format!("{config:#?}")] {
        assert!(told.contains("gate@db.example.com") && !told.contains("hidden"), "{told}");
    }
    for url in [
        "postgres://gate:hid@den@db/g",
        "Postgres://gate:hidden@db/g",
        "postgresql:gate:hidden@db/g",
        "postgress://gate:hidden@db/g",
    ] {
        let mistakes = told_with(LEAST, &[("GATEPASS_STORE__URL", url)]);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].contains("store.url: "), "{mistakes:?}");
        assert!(!mistakes[0].contains("hid"), "{mistakes:?}");
    }
}
