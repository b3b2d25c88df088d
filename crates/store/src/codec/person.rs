//! A person's row, and a session's.

use gatepass_model::{
    InstanceName, KnownPerson, Person, PersonKey, Session, SessionId, SignedInBy,
};

use super::{Problem, bytes, moment, parse, person};
use crate::Corruption;

/// The columns of a person.
#[derive(sqlx::FromRow)]
pub(crate) struct PersonRow {
    directory: String,
    username: String,
    display_name: String,
    email: Option<String>,
    groups_json: String,
    is_active: i64,
    native_key: Option<String>,
    rank: String,
    confirmed_at: i64,
    asked_at: i64,
    problem: Option<String>,
}

/// The person of a row.
pub(crate) fn decode_person(row: PersonRow) -> Result<KnownPerson, Corruption> {
    let what = format!("person {:?} of {:?}", row.username, row.directory);
    decode(row).map_err(|problem| Corruption { what, problem })
}

fn decode(row: PersonRow) -> Result<KnownPerson, Problem> {
    let groups: Vec<String> =
        serde_json::from_str(&row.groups_json).map_err(|_| "its groups are none".to_owned())?;
    Ok(KnownPerson {
        person: Person {
            key: person(&row.directory, &row.username)?,
            display_name: row.display_name,
            email: row.email,
            groups,
            active: row.is_active == 1,
        },
        native_key: row.native_key,
        rank: parse(&row.rank, "rank")?,
        confirmed_at: moment(row.confirmed_at, "confirmation")?,
        asked_at: moment(row.asked_at, "last question")?,
        problem: row.problem,
    })
}

/// The groups as they are stored.
pub(crate) fn groups_json(groups: &[String]) -> String {
    // A list of strings can't fail to be written; an empty text would be refused on reading.
    serde_json::to_string(groups).unwrap_or_default()
}

/// Where the text filter looks.
pub(crate) fn person_search(person: &Person) -> String {
    let email = person.email.as_deref().unwrap_or_default();
    format!("{}\n{}\n{email}", person.key.username, person.display_name).to_lowercase()
}

/// The columns of a session.
#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    id: Vec<u8>,
    directory: String,
    username: String,
    instance: String,
    created_at: i64,
    seen_at: i64,
    ends_at: i64,
    proved_at: i64,
    address: String,
    agent: String,
}

/// The session of a row.
pub(crate) fn decode_session(row: SessionRow) -> Result<Session, Corruption> {
    let what = format!("a session of {:?}", row.username);
    session(row).map_err(|problem| Corruption { what, problem })
}

fn session(row: SessionRow) -> Result<Session, Problem> {
    let person: PersonKey = person(&row.directory, &row.username)?;
    let by = match row.instance.as_str() {
        "" => SignedInBy::Provider,
        name => SignedInBy::Instance(parse::<InstanceName>(name, "instance")?),
    };
    Ok(Session {
        id: SessionId(bytes(&row.id, "id")?),
        person,
        by,
        created_at: moment(row.created_at, "beginning")?,
        seen_at: moment(row.seen_at, "last use")?,
        ends_at: moment(row.ends_at, "end")?,
        proved_at: moment(row.proved_at, "proof")?,
        address: parse(&row.address, "address")?,
        agent: row.agent,
    })
}
