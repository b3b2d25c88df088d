use gatepass_config::keys::{KEYS, Kind, Preset};
use gatepass_config::reference;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/configuration.md");

#[test]
fn the_reference_page_is_the_one_that_the_table_of_keys_makes() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    assert!(
        page == reference::page(),
        "docs/reference/configuration.md is out of date: \
         cargo run -p gatepass-config --example reference > docs/reference/configuration.md"
    );
}

#[test]
fn the_example_has_every_key_of_this_version() {
    for key in KEYS.iter().filter(|key| key.available) {
        let name = format!("{} = ", key.name());
        // Of keys that exclude each other all but one are comments.
        let mut lines = reference::EXAMPLE.lines().map(|line| line.trim_start_matches("# "));
        let found = lines.any(|line| line.starts_with(&name));
        assert!(found, "{} is not in the example", key.path);
    }
}

#[test]
fn every_preset_is_a_value_that_the_key_takes() {
    for key in KEYS {
        let Preset::Value(value) = key.preset else { continue };
        let (section, name) = key.path.rsplit_once('.').unwrap();
        if section == "directories" {
            let product = |more: &str| {
                let kind = format!("kind = \"product\"\ninstance = \"jira\"\n{more}");
                crate::support::read(
                    &crate::support::LEAST
                        .replace("kind = \"file\"\n", &kind)
                        .replace("path = \"people.toml\"\n", ""),
                )
            };
            let read = product(&format!("{name} = {value}\n"));
            assert!(read.is_ok() && read == product(""), "{}: {read:?}", key.path);
            continue;
        }
        // An empty list of addresses or words is refused, but no preset is one.
        let text = if section.starts_with("instances") {
            let header =
                if section == "instances" { String::new() } else { format!("[{section}]\n") };
            format!("{}{header}{name} = {value}\n", crate::support::LEAST)
        } else {
            format!("[{section}]\n{name} = {value}\n{}", crate::support::LEAST)
        };
        let read = crate::support::read(&text);
        assert_eq!(read, crate::support::read(crate::support::LEAST), "{}", key.path);
    }
    assert!(KEYS.iter().any(|key| matches!(key.kind, Kind::Size(..))));
}
