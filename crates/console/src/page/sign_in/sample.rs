//! Samples of the page.

use super::{SignIn, SignInKind, SignInWay};
use crate::sample::{HOSTILE, Sample, place};

const PAGE: &str = "sign_in";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, None, view).signed_out();
    let way = |name: &str| SignInWay {
        title: place(name).title,
        kind: SignInKind::Product,
        href: format!("/{name}/gatepass-sign-in?back=%2F"),
    };
    let hostile = SignIn {
        ways: vec![SignInWay {
            title: HOSTILE.to_owned(),
            kind: SignInKind::Product,
            href: "https://jira.example.com/?\"><script>".to_owned(),
        }],
    };
    let provider = SignInWay {
        title: "Company account".to_owned(),
        kind: SignInKind::Provider,
        href: "/gatepass/sign-in/provider/main?back=%2F".to_owned(),
    };
    vec![
        sample("provider", SignIn { ways: vec![provider.clone()] }),
        sample("both", SignIn { ways: vec![provider, way("jira")] }),
        sample("usual", SignIn { ways: vec![way("jira"), way("wiki"), way("git")] }),
        sample("one", SignIn { ways: vec![way("jira")] }),
        sample("none", SignIn { ways: Vec::new() }),
        sample("hostile", hostile),
    ]
}
