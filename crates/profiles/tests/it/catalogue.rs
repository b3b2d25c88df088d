use std::borrow::Cow;

use gatepass_model::{Effect, Method};

use crate::sample::{fold, jira, of_row};

#[test]
fn every_line_of_the_catalogue_is_understood() {
    assert_eq!(jira().problems(), &[]);
    assert!(jira().rows().len() > 400, "{}", jira().rows().len());
}

#[test]
fn a_sample_of_every_row_finds_exactly_that_row() {
    for row in jira().rows() {
        let segments: Vec<Cow<'_, str>> = of_row(row).into_iter().map(Cow::Owned).collect();
        for method in Method::ALL.into_iter().filter(|&method| row.methods.contains(method)) {
            let found = jira().find_row(method, &segments).expect(row.path);
            assert!(std::ptr::eq(found, row), "{method} {}: {}", row.path, found.path);
        }
    }
}

#[test]
fn the_catalogue_is_written_folded() {
    for row in jira().rows() {
        let sample = of_row(row);
        assert_eq!(fold(&sample), sample, "{}", row.path);
    }
}

/// Unless somebody thought about it: a hole in what no token reaches is a row of its own.
#[test]
fn nothing_below_what_mints_is_less_than_that_but_what_is_named_here() {
    const HOLES: [&str; 6] = [
        "/rest/applinks/{version}/manifest",
        "/rest/plugins/**",
        "/rest/scriptrunner/latest/custom/**",
        "/rest/scriptrunner/latest/custom/disableUser",
        "/rest/scriptrunner/latest/custom/updateUserProperty",
        "/plugins/servlet/applinks/whoami",
    ];
    let rows = jira().rows();
    for wide in rows.iter().filter(|row| row.rest && row.effect == Some(Effect::Mint)) {
        let prefix = wide.path.trim_end_matches("**");
        for row in rows.iter().filter(|row| row.path.starts_with(prefix)) {
            if row.effect != Some(Effect::Mint) {
                assert!(HOLES.contains(&row.path), "{} in {}", row.path, wide.path);
            }
        }
    }
}

#[test]
fn every_password_door_mints_or_is_rpc() {
    for row in jira().rows().iter().filter(|row| row.door.is_some()) {
        let is_rpc = row.path.starts_with("/rpc/");
        assert!(is_rpc || row.effect == Some(Effect::Mint), "{}", row.path);
    }
}

#[test]
fn no_row_stands_for_all_of_rest_but_options() {
    for row in jira().rows().iter().filter(|row| row.rest && row.path.starts_with("/rest/")) {
        if row.path == "/rest/**" {
            assert!(!row.methods.contains(Method::Get) && row.methods.contains(Method::Options));
        }
    }
}

#[test]
fn of_two_methods_each_finds_its_own_row() {
    let segments: Vec<Cow<'_, str>> =
        ["rest", "api", "2", "project", "ABC", "avatar"].map(Cow::Borrowed).to_vec();
    let path = |method| jira().find_row(method, &segments).map(|row| row.path);
    assert_eq!(path(Method::Get), Some("/rest/api/2/project/{project}/**"));
    assert_eq!(path(Method::Put), Some("/rest/api/2/project/{project}/avatar/**"));
    assert_eq!(path(Method::Patch), None);
    assert_eq!(path(Method::Options), Some("/rest/**"));
}

#[test]
fn the_other_products_know_nothing_yet() {
    use gatepass_model::{Family, Product};
    use gatepass_profiles::profile;

    let segments: Vec<Cow<'_, str>> = ["scm", "abc", "r.git"].map(Cow::Borrowed).to_vec();
    let bitbucket = profile(Product::Bitbucket).operation(Method::Get, &segments);
    assert_eq!((bitbucket.family, bitbucket.effect), (Family::Git, None));
    let segments: Vec<Cow<'_, str>> = ["rest", "api", "content"].map(Cow::Borrowed).to_vec();
    let confluence = profile(Product::Confluence).operation(Method::Get, &segments);
    assert_eq!((confluence.family, confluence.effect), (Family::Rest, None));
    for product in Product::ALL {
        assert_eq!(profile(product).product(), product);
    }
}
