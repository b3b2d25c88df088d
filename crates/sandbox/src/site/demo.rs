//! The people of a demonstration: the same in all products, so that they can be tried together.

use super::settings::Account;

/// Username and display name. Carol administers.
const PEOPLE: [(&str, &str); 4] = [
    ("alice", "Alice Arden"),
    ("bob", "Bob Burton"),
    ("carol", "Carol Castle"),
    ("ci-bot", "Build Robot"),
];

/// Alice, Bob, Carol and the robot, with the groups of each in this order. Everybody's password is
/// `<username>-password`.
pub(crate) fn people(groups: [&[&str]; 4]) -> Vec<Account> {
    PEOPLE
        .into_iter()
        .zip(groups)
        .map(|((username, display_name), groups)| Account {
            username: username.to_owned(),
            password: format!("{username}-password"),
            display_name: display_name.to_owned(),
            email: format!("{username}@example.com"),
            groups: groups.iter().map(|name| (*name).to_owned()).collect(),
            active: true,
        })
        .collect()
}
