//! What a stand-in has seen, for whoever looks at it from outside: no product has this.

use serde_json::{Value, json};

use crate::site::Product;
use crate::site::answer::{Outcome, ok};
use crate::site::call::Call;

/// `GET /stand-in/log`: the calls that it took, oldest first, with whom each was taken for and how
/// he was identified. Without their headers, in which secrets stand.
pub(crate) async fn read<W: Product>(call: Call<W>) -> Outcome {
    let world = call.shared.world();
    let seen: Vec<Value> = world
        .seen
        .iter()
        .map(|one| {
            json!({
                "method": one.method,
                "target": one.target,
                "user": one.user,
                "identified": format!("{:?}", one.identified),
                "userAgent": one.user_agent,
            })
        })
        .collect();
    Ok(ok(&seen.into()))
}
