//! Samples of the page.

use super::{SessionRow, Sessions};
use crate::chrome::NavEntry;
use crate::sample::{HOSTILE, Sample, ago, read};

const PAGE: &str = "sessions";

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

pub(crate) fn samples() -> Vec<Sample> {
    let sample = |name, view| Sample::new(PAGE, name, Some(NavEntry::Sessions), view);
    let row = |id: &str, agent: &str, is_this| SessionRow {
        id: id.to_owned(),
        since: ago("5d"),
        last_seen: ago(if is_this { "0s" } else { "26h" }),
        address: read("203.0.113.7"),
        agent: agent.to_owned(),
        is_this,
    };
    let one = Sessions { sessions: vec![row("a1", FIREFOX, true)] };
    let usual = Sessions {
        sessions: vec![
            row(
                "b2",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
                false,
            ),
            row("a1", FIREFOX, true),
        ],
    };
    let hostile = Sessions {
        sessions: vec![
            row(HOSTILE, HOSTILE, false),
            row("c3", "", false),
            row("a1", FIREFOX, true),
        ],
    };
    vec![sample("usual", usual), sample("one", one), sample("hostile", hostile)]
}
