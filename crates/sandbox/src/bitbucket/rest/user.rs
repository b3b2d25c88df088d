//! People: one by his slug, and some by a part of what is known of them.

use axum::extract::Path;

use super::signed_in;
use crate::bitbucket::bean::{paged, user};
use crate::bitbucket::fault;
use crate::bitbucket::state::Call;
use crate::site::answer::{Outcome, ok};
use crate::site::people::Person;

pub(crate) async fn read(call: Call, Path(slug): Path<String>) -> Outcome {
    let world = call.shared.world();
    signed_in(&call, &world)?;
    let person = world.people.with_key(&slug.to_lowercase());
    Ok(ok(&user(&call, person.ok_or_else(|| fault::no_user(&slug))?)))
}

/// `filter`: a part of name, display name or e-mail address, letter case ignored.
pub(crate) async fn find(call: Call) -> Outcome {
    let world = call.shared.world();
    signed_in(&call, &world)?;
    let wanted = call.params.first("filter").unwrap_or_default().to_lowercase();
    let has = |person: &&Person| {
        let account = &person.account;
        [&account.username, &account.display_name, &account.email]
            .iter()
            .any(|text| text.to_lowercase().contains(&wanted))
    };
    let found: Vec<&Person> = world.people.iter().filter(has).collect();
    paged(&call, &found, |person| user(&call, person))
}
