//! Samples of the page.

use super::{Bootstrap, BootstrapState};
use crate::sample::{HOSTILE, RIGHT_TO_LEFT, Sample, who};

const PAGE: &str = "bootstrap";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, state| Sample::new(PAGE, name, None, Bootstrap { state });
    let ready = |person, key: &str| BootstrapState::Ready {
        person,
        key: key.to_owned(),
        form_id: "f1".to_owned(),
    };
    let first = BootstrapState::SignInFirst { href: "/sign-in?back=%2Fbootstrap".to_owned() };
    vec![
        sample("usual", ready(who("alice", "Alice Adams"), "k1")),
        sample("sign_in_first", first).signed_out(),
        sample("used", BootstrapState::Used),
        sample("expired", BootstrapState::Expired),
        sample("unknown", BootstrapState::Unknown),
        sample("hostile", ready(who("mallory", RIGHT_TO_LEFT), HOSTILE)),
    ]
}
