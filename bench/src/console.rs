//! A store for the pages of the console: tokens of all kinds, states and ages, and people as a
//! product said who they are.
//!
//! The first of the people is called like the administrator of the stand-in Jira, so that somebody
//! can sign in who has as many tokens as the others.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Actor, Grant, InstanceName, KnownPerson, Lifetime, Person, PersonKey, ProductRank, Timestamp,
    Token, TokenId, TokenState,
};
use gatepass_vault::{Digester, Entropy, NewSecret, row_mac};

use crate::random::Seeded;
use crate::{DIRECTORY, INSTANCE, Seeder, activity};

/// Who can sign in at the stand-in Jira, and administers it.
const ADMINISTRATOR: &str = "carol";
/// The other instance.
pub(crate) const WIKI: &str = "wiki";
/// How old the oldest token is, in days.
const OLDEST: u64 = 500;
const TEAMS: u64 = 40;
const INTEGRATIONS: u64 = 60;
/// People that are written at once.
const PORTION: usize = 500;

const GIVEN: &[&str] = &["Ada", "Boris", "Chloé", "Deniz", "Emil", "Fatma", "Grace", "Hugo"];
const FAMILY: &[&str] = &["Arden", "Burton", "Çelik", "Dubois", "Ekström", "Fischer", "García"];
const JOBS: &[&str] =
    &["Nightly report", "Release notes", "Backup", "Sync", "Dashboard", "Import", "Triage"];
const PURPOSES: &[&str] = &["counts open issues", "copies pages", "comments on builds"];

/// Fills the store, and the activity beside it.
pub(crate) async fn fill(seeder: &Seeder, people: u32, tokens: u32, folder: &Path) -> Result<()> {
    let owners: Vec<PersonKey> = (0..people).map(key).collect::<Result<_>>()?;
    put_people(seeder, &owners).await?;
    let made = issue_all(seeder, &owners, tokens, &folder.join("tokens.tsv")).await?;
    activity::fill(&seeder.random, seeder.now, &made, &folder.join("gatepass.activity.db")).await
}

fn key(number: u32) -> Result<PersonKey> {
    let username = match number {
        0 => ADMINISTRATOR.parse()?,
        _ => format!("person{number:04}").parse()?,
    };
    Ok(PersonKey { directory: DIRECTORY.parse()?, username })
}

async fn put_people(seeder: &Seeder, owners: &[PersonKey]) -> Result<()> {
    let known: Vec<KnownPerson> = owners.iter().map(|key| person(seeder, key)).collect();
    for portion in known.chunks(PORTION) {
        seeder.store.put_people(&DIRECTORY.parse()?, portion).await?;
    }
    Ok(())
}

fn person(seeder: &Seeder, key: &PersonKey) -> KnownPerson {
    let random = &seeder.random;
    let team = format!("team-{:02}", random.below(TEAMS));
    let is_administrator = key.username.as_str() == ADMINISTRATOR;
    let native_key = (!is_administrator).then(|| format!("JIRAUSER-{}", key.username));
    KnownPerson {
        person: Person {
            key: key.clone(),
            display_name: format!("{} {}", random.one_of(GIVEN), random.one_of(FAMILY)),
            email: Some(format!("{}@example.com", key.username)),
            groups: vec!["jira-users".to_owned(), team],
            active: is_administrator || !random.happens(20),
        },
        native_key,
        rank: ProductRank::User,
        confirmed_at: seeder.now,
        asked_at: seeder.now,
        problem: None,
    }
}

async fn issue_all(
    seeder: &Seeder,
    owners: &[PersonKey],
    count: u32,
    list: &Path,
) -> Result<Vec<Token>> {
    let mut list = BufWriter::new(File::create(list).context("tokens.tsv")?);
    let digester = Digester::new(&seeder.ring);
    let mut made = Vec::new();
    for (number, owner) in (0..count).zip(owners.iter().cycle()) {
        let secret = NewSecret::mint(&seeder.random)?;
        let token = token(seeder, number, owner, &digester, &secret)?;
        let mac = row_mac(&seeder.ring, &token);
        let mut audit = seeder.audit("token.issued", AuditSubject::Token(token.id));
        audit.at = token.created_at;
        audit.event.actor = token.creator.clone();
        audit.event.detail = format!("{} for {}", token.name, owner.username);
        seeder.store.create_token(&token, &mac, &audit).await?;
        writeln!(list, "{}\t{}\t{}", secret.reveal(), owner.username.as_str(), token.id)?;
        made.push(token);
    }
    list.flush()?;
    Ok(made)
}

fn token(
    seeder: &Seeder,
    number: u32,
    owner: &PersonKey,
    digester: &Digester,
    secret: &NewSecret,
) -> Result<Token> {
    let random = &seeder.random;
    let created_at = seeder.now.minus(days(random.below(OLDEST), random.below(86_400_000)));
    let (state, expires_at) = life(random, created_at, seeder.now);
    let mut bytes = [0; 10];
    random.fill(&mut bytes)?;
    let purpose = random.happens(600).then(|| random.one_of(PURPOSES).to_owned());
    let is_own = random.happens(950);
    Ok(Token {
        id: TokenId::new(created_at, bytes),
        name: format!("{} {number}", random.one_of(JOBS)),
        owner: owner.clone(),
        creator: if is_own { Actor::Person(owner.clone()) } else { seeder.actor.clone() },
        integration: random
            .happens(500)
            .then(|| format!("integration {:02}", random.below(INTEGRATIONS))),
        purpose,
        grant: grant(random)?,
        state,
        created_at,
        expires_at,
        secret: digester.stored(secret.as_presented()),
        former: None,
    })
}

/// A third has ended, by itself or for good. Of the others a few wait or are stopped, and a few have
/// no end.
fn life(random: &Seeded, created: Timestamp, now: Timestamp) -> (TokenState, Option<Timestamp>) {
    let later = now.plus(days(random.below(365), 60_000));
    let age = u64::try_from(now.since(created).as_millis()).unwrap_or_default();
    let (hundredth, stopped) = (random.below(100), random.below(100));
    match hundredth {
        0..17 => {
            let lived = i64::try_from(random.below(age)).unwrap_or_default();
            (TokenState::Active, Some(created.plus(Lifetime::from_millis(lived))))
        }
        17..34 => (TokenState::Revoked, Some(later)),
        34..36 => (TokenState::Active, None),
        _ if stopped < 2 => (TokenState::Pending, Some(later)),
        _ if stopped < 5 => (TokenState::Suspended, Some(later)),
        _ => (TokenState::Active, Some(later)),
    }
}

fn grant(random: &Seeded) -> Result<Grant> {
    let mut grant = if random.happens(600) { Grant::read_only() } else { Grant::read_write() };
    let named: Option<InstanceName> = match random.below(10) {
        0..4 => Some(INSTANCE.parse()?),
        4..6 => Some(WIKI.parse()?),
        _ => None,
    };
    grant.instances = named.into_iter().collect();
    Ok(grant)
}

fn days(days: u64, millis: u64) -> Lifetime {
    let all = days * 86_400_000 + millis;
    Lifetime::from_millis(i64::try_from(all).unwrap_or(i64::MAX))
}
