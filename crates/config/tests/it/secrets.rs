use std::path::PathBuf;

use gatepass_config::MasterKeySource;

use crate::support::{LEAST, read_with, told, told_with};

fn source(section: &str) -> Option<MasterKeySource> {
    let config = read_with(&format!("[secrets]\n{section}\n{LEAST}"), &[]);
    config.unwrap().secrets.master_key
}

#[test]
fn a_master_key_comes_from_one_place_or_none() {
    assert_eq!(source(""), None);
    let file = MasterKeySource::File(PathBuf::from("/etc/gatepass/master.key"));
    assert_eq!(source("master_key_file = \"master.key\""), Some(file));
    for name in ["GATEPASS_MASTER_KEY", "MASTER_KEY", "_x1"] {
        let variable = MasterKeySource::Variable(name.to_owned());
        assert_eq!(source(&format!("master_key_env = \"{name}\"")), Some(variable));
    }
    let command = MasterKeySource::Command {
        program: PathBuf::from("/usr/bin/pass"),
        // As they stand: a shell would take the quotes away, and two equal ones are two.
        arguments: ["show", "-v", "-v", "a 'b' $c"].map(str::to_owned).to_vec(),
    };
    let written = r#"master_key_command = ["/usr/bin/pass", "show", "-v", "-v", "a 'b' $c"]"#;
    assert_eq!(source(written), Some(command));
}

#[test]
fn two_places_for_one_master_key_are_a_mistake() {
    let text = format!(
        "[secrets]\nmaster_key_file = \"m\"\nmaster_key_env = \"M\"\n\
         master_key_command = [\"/bin/m\"]\n{LEAST}"
    );
    let words = "secrets.master_key_file is there too; one of the two must go";
    let expected = [
        format!("gatepass.toml:3: secrets.master_key_env: {words}"),
        format!("gatepass.toml:4: secrets.master_key_command: {words}"),
    ];
    assert_eq!(told(&text), expected);
    let file = format!("[secrets]\nmaster_key_file = \"m\"\n{LEAST}");
    let told = told_with(&file, &[("GATEPASS_SECRETS__MASTER_KEY_ENV", "M")]);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("one of the two must go"), "{told:#?}");
}

#[test]
fn what_can_be_no_place_of_a_master_key_is_refused_and_a_key_is_not_quoted() {
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    for (written, words) in [
        ("master_key_file = \"\"".to_owned(), "it must name a file"),
        ("key_file = \"k\"\nmaster_key_file = \"k\"".to_owned(), "which is what it seals"),
        ("master_key_env = \"\"".to_owned(), "the name of an environment variable"),
        ("master_key_env = \"A=B\"".to_owned(), "the name of an environment variable"),
        (format!("master_key_env = \"{key}\""), "not the key itself"),
        ("master_key_env = \"GATEPASS_KEY\"".to_owned(), "GATEPASS_MASTER_KEY is free"),
        ("master_key_command = []".to_owned(), "its whole path"),
        ("master_key_command = [\"\"]".to_owned(), "its whole path"),
        ("master_key_command = [\"pass\", \"show\"]".to_owned(), "its whole path"),
    ] {
        let told = told(&format!("[secrets]\n{written}\n{LEAST}"));
        assert_eq!(told.len(), 1, "{written}: {told:#?}");
        assert!(told[0].contains(words), "{written}: {told:#?}");
        assert!(!told[0].contains(&key[..16]), "{told:#?}");
    }
}

#[test]
fn the_variable_of_the_master_key_is_no_setting_and_must_be_named() {
    let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let variable = [("GATEPASS_MASTER_KEY", key)];
    let named = format!("[secrets]\nmaster_key_env = \"GATEPASS_MASTER_KEY\"\n{LEAST}");
    assert!(read_with(&named, &variable).is_ok());
    let other = format!("[secrets]\nmaster_key_env = \"OTHER\"\n{LEAST}");
    for text in [LEAST, &other] {
        let told = told_with(text, &variable);
        assert_eq!(told.len(), 1, "{told:#?}");
        let expected = "GATEPASS_MASTER_KEY: secrets.master_key_env: the variable is set, but";
        assert!(told[0].starts_with(expected), "{told:#?}");
        assert!(!told[0].contains(&key[..16]), "{told:#?}");
    }
}
