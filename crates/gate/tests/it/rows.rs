//! Rows of the table of hostile requests that are no bytes on one connection: each has a test of
//! its own, by name.

use std::collections::BTreeSet;
use std::path::Path;

use gatepass_testkit::hostile;

const TABLE: &str = include_str!("../data/hostile-requests.tsv");

/// Each row of `edges`, and the test that answers for it.
const TESTS: [(&str, &str); 18] = [
    ("G03", "a_window_that_overflows_ends_what_it_belongs_to"),
    ("G06", "data_behind_the_end_is_an_error"),
    ("G07", "a_head_without_end_ends_the_connection"),
    ("G10", "a_field_that_is_repeated_by_its_index_is_counted_each_time"),
    ("G12", "a_body_that_was_not_announced_is_no_request"),
    ("G13", "a_value_with_a_line_end_is_refused"),
    ("G15", "a_path_that_does_not_begin_with_a_slash_is_refused"),
    ("G16", "one_host_is_named_and_nothing_contradicts_it"),
    ("G17", "pseudo_headers_stand_once_and_first"),
    ("G19", "names_in_upper_case_and_fields_of_connections_are_refused"),
    ("G20", "the_preface_in_clear_text_is_refused"),
    ("G21", "crumbs_of_a_cookie_are_counted_each"),
    ("T01", "an_unfinished_head_is_refused_in_time_however_it_trickles"),
    ("T02", "a_body_that_drips_is_refused_and_the_product_never_hears_of_it"),
    ("T03", "a_client_that_takes_a_little_now_and_then_is_given_up"),
    ("T04", "at_the_limit_those_that_idle_the_longest_make_place"),
    ("T05", "limits_hold_at_n_and_n_plus_one"),
    ("T07", "what_is_compressed_stays_so"),
];

/// All source text of this crate and its tests.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_row_of_the_edges_has_a_test_of_its_name() {
    let rows = hostile::parse(TABLE).unwrap();
    let rows = rows.iter().filter(|row| row.since == "edges").map(|row| row.id.as_str());
    let named: BTreeSet<&str> = TESTS.iter().map(|(id, _)| *id).collect();
    assert_eq!(rows.collect::<BTreeSet<_>>(), named);
    let mut text = String::new();
    for folder in ["src", "tests"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    }
    for (id, test) in TESTS {
        assert!(text.contains(&format!("fn {test}()")), "{id}: {test}");
    }
}

/// Whatever the table has belongs to somebody.
#[test]
fn every_row_belongs_to_a_part_of_the_work_that_is_known() {
    for row in hostile::parse(TABLE).unwrap() {
        let known = ["gate", "edges", "products", "management"];
        assert!(known.contains(&row.since.as_str()), "{}: {}", row.id, row.since);
    }
}
