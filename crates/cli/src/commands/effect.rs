//! How far a change has come, for people and programs.

use gatepass_control::InEffect;

use crate::call::{Call, Ending};

/// Says how far a change has come. One that ends something must be in effect everywhere before
/// it counts as done: `Wrong` until then.
pub(crate) fn tell(call: &Call, effect: Option<InEffect>) -> Ending {
    let output = call.output;
    match effect {
        Some(InEffect { of: 0, .. }) => {
            output.say("stored; no gate is running on this store");
            Ending::Done
        }
        Some(effect) if effect.is_everywhere() => {
            output.say(effect);
            Ending::Done
        }
        Some(effect) => {
            output.say(format_args!(
                "stored, but not confirmed: {effect}; ask again, or look at the other nodes"
            ));
            Ending::Wrong
        }
        None => {
            output.say("stored, but not confirmed: the store did not say which nodes have it");
            Ending::Wrong
        }
    }
}
