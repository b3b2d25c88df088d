use gatepass_model::Say;

use super::*;
use crate::policy_file::{PolicyFile, parse};

fn policy(text: &str) -> PolicyDocument {
    let known = ["jira".parse().unwrap(), "wiki".parse().unwrap()];
    parse(PolicyFile { name: "p", text }, &known).unwrap()
}

fn told(old: &str, new: &str) -> String {
    PolicyDiff::between(&policy(old), &policy(new)).to_string()
}

#[test]
fn equal_policies_differ_in_nothing() {
    let document = PolicyDocument::default();
    assert!(PolicyDiff::between(&document, &document).is_empty());
}

#[test]
fn each_difference_is_a_line_in_the_words_of_the_file() {
    let old = "[instances.jira]\npasswords = 'allow'\n[[instances.jira.exempt]]\n\
               credentials = ['password']\npeople = ['ci']\n\
               [[rules]]\nname = 'all'\nuse = 'allow'\nlongest_lifetime = '365d'\n\
               [[rules]]\nname = 'gone'\n";
    let new = "[instances.jira]\npasswords = 'block'\n[instances.wiki]\n\
               [[rules]]\nname = 'all'\nuse = 'allow'\nread_only = true\nlongest_lifetime = '90d'\n\
               [[rules]]\nname = 'new'\ncreate = 'deny'\n";
    let expected = "\
~ instances.jira: passwords allow -> block
- instances.jira: exempt credentials = [\"password\"], people = [\"ci\"]
+ instances.wiki, with the defaults
- rule \"gone\": instances = [\"*\"]
~ rule \"all\": longest_lifetime \"1y\" -> \"90d\"
~ rule \"all\": read_only left out -> true
+ rule \"new\": create = \"deny\", instances = [\"*\"]
";
    assert_eq!(told(old, new), expected);
}

#[test]
fn a_value_that_is_taken_away_is_left_out() {
    let old = "[[rules]]\nname = 'all'\nuse = 'allow'\n";
    let new = "[[rules]]\nname = 'all'\n";
    assert_eq!(told(old, new), "~ rule \"all\": use \"allow\" -> left out\n");
}

#[test]
fn another_order_is_told_though_it_means_nothing() {
    let mut old = PolicyDocument::default();
    let mut other = old.rules[0].clone();
    other.name = "other".to_owned();
    other.approve = Say::Allow;
    old.rules.push(other);
    let mut new = old.clone();
    new.rules.reverse();
    assert!(PolicyDiff::between(&old, &new).to_string().starts_with("~ the order"));
}
