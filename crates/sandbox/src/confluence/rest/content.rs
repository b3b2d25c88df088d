//! Spaces and pages: a few, so that there is something to read.

use super::may_use;
use crate::confluence::bean::{page, paged, space};
use crate::confluence::state::Call;
use crate::site::answer::Outcome;

/// Spaces or pages that are shown at once unless another number is asked for.
const PAGE: usize = 25;

pub(crate) async fn spaces(call: Call) -> Outcome {
    let world = call.shared.world();
    may_use(&call, &world)?;
    paged(&call, "/rest/api/space", PAGE, &world.spaces, |one| space(&call, one))
}

pub(crate) async fn contents(call: Call) -> Outcome {
    let world = call.shared.world();
    may_use(&call, &world)?;
    paged(&call, "/rest/api/content", PAGE, &world.pages, |one| page(&call, one))
}
