//! What Bitbucket says about itself, to nobody too.

use serde_json::json;

use crate::bitbucket::state::Call;
use crate::site::answer::{Outcome, ok};

pub(crate) async fn application_properties(call: Call) -> Outcome {
    let [major, minor, patch] = call.shared.setup.version;
    Ok(ok(&json!({
        "version": format!("{major}.{minor}.{patch}"),
        "buildNumber": format!("{major}{minor:03}{patch:03}"),
        "buildDate": "1780272000000",
        "displayName": "Bitbucket",
    })))
}
