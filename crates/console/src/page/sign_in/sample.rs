//! Samples of the page.

use super::{SignIn, SignInWay};
use crate::part::Place;
use crate::sample::{HOSTILE, Sample, place};

const PAGE: &str = "sign_in";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, None, view).signed_out();
    let way = |name: &str| SignInWay {
        place: place(name),
        href: format!("/{name}/gatepass-sign-in?back=%2F"),
    };
    let hostile = SignIn {
        ways: vec![SignInWay {
            place: Place { title: HOSTILE.to_owned(), ..place("jira") },
            href: "https://jira.example.com/?\"><script>".to_owned(),
        }],
    };
    vec![
        sample("usual", SignIn { ways: vec![way("jira"), way("wiki"), way("git")] }),
        sample("one", SignIn { ways: vec![way("jira")] }),
        sample("none", SignIn { ways: Vec::new() }),
        sample("hostile", hostile),
    ]
}
