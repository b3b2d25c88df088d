//! Fills a new store for the benchmark: people, each with a native token at the instance `jira`,
//! and tokens of theirs, with real digests, MACs and seals. Through the store's own methods, but
//! without waiting for the disk.
//!
//! Writes into the folder, which must be there: `gatepass.db`, `gatepass.key`, `people.toml`, and
//! `tokens.tsv`, a line for each token: its secret, its owner, the owner's native token, and `rw`
//! or `ro`. A seed decides secrets and native tokens, so that all runs ask for the same; nothing
//! made here may be used anywhere else.
//!
//! With `--console` it is filled as the console's pages need it, see `console.rs`; then
//! `tokens.tsv` has the secret of each token, its owner and its handle.

mod activity;
mod console;
mod random;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use gatepass_model::audit::AuditSubject;
use gatepass_model::{
    Actor, AuditEvent, Grant, InstanceName, PersonKey, Timestamp, Token, TokenId, TokenState,
};
use gatepass_store::{
    AuditEntry, Durability, Store, StoreOptions, UpstreamCredential, UpstreamKind,
};
use gatepass_vault::{
    Digester, Entropy, KeyFile, KeyRing, NewSecret, SecretText, SystemEntropy, credential_context,
    row_mac, seal,
};

use crate::random::Seeded;

const INSTANCE: &str = "jira";
const DIRECTORY: &str = "main";

/// Fills a new store for the benchmark.
#[derive(Parser)]
struct Arguments {
    /// Where the files go
    folder: PathBuf,
    /// How many people
    #[arg(long, default_value_t = 50)]
    people: u32,
    /// How many tokens, given to the people in turn
    #[arg(long, default_value_t = 10_000)]
    tokens: u32,
    /// Decides secrets and native tokens
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For the pages of the console: tokens of all kinds and ages, people of a product, and what
    /// was done; without `people.toml` and native tokens
    #[arg(long)]
    console: bool,
}

struct Owner {
    key: PersonKey,
    native: String,
}

struct Seeder {
    store: std::sync::Arc<dyn Store>,
    ring: KeyRing,
    random: Seeded,
    now: Timestamp,
    actor: Actor,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody reads what can't be written.
            let _ = writeln!(std::io::stderr(), "seed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let folder = &arguments.folder;
    let now = now();
    let url = format!("sqlite:{}", folder.join("gatepass.db").display());
    let options = StoreOptions { durability: Durability::Off, ..StoreOptions::default() };
    let store = gatepass_store::open(&url, options, now).await?;
    let ring = KeyFile::new(folder.join("gatepass.key"), None).create(&SystemEntropy)?;
    store.seal_audit_with(std::sync::Arc::new(ring.clone()));
    let seeder = Seeder {
        store,
        ring,
        random: Seeded::new(arguments.seed),
        now,
        actor: Actor::CommandLine("bench".to_owned()),
    };
    if arguments.console {
        console::fill(&seeder, arguments.people, arguments.tokens, folder).await?;
        return Ok(seeder.store.close().await?);
    }
    let owners = seeder.owners(arguments.people)?;
    write_people(&owners, &folder.join("people.toml"))?;
    for owner in &owners {
        seeder.put_credential(owner).await?;
    }
    seeder.issue_all(&owners, arguments.tokens, &folder.join("tokens.tsv")).await?;
    Ok(seeder.store.close().await?)
}

impl Seeder {
    fn owners(&self, count: u32) -> Result<Vec<Owner>> {
        let owner = |number| {
            let username = format!("person{number:03}").parse()?;
            let mut random = [0; 8];
            self.random.fill(&mut random)?;
            // The shape of a native token: twelve digits, a colon, twenty bytes; in base64.
            let tail = u64::from_be_bytes(random);
            let native = STANDARD.encode(format!("{number:012}:{tail:020}"));
            Ok(Owner { key: PersonKey { directory: DIRECTORY.parse()?, username }, native })
        };
        (0..count).map(owner).collect()
    }

    async fn put_credential(&self, owner: &Owner) -> Result<()> {
        let instance: InstanceName = INSTANCE.parse()?;
        let context = credential_context(&owner.key, &instance);
        let text = SecretText::new(owner.native.clone());
        let sealed = seal(&self.ring, &SystemEntropy, &context, &text)?;
        let credential = UpstreamCredential {
            owner: owner.key.clone(),
            instance: instance.clone(),
            kind: UpstreamKind::NativeToken,
            sealed: sealed.into_bytes(),
            native_id: None,
            hint: None,
            expires_at: None,
            problem: None,
            former: None,
            created_at: self.now,
            created_by: self.actor.clone(),
        };
        let subject = AuditSubject::Credential(owner.key.clone(), instance);
        let audit = self.audit("credential.added", subject);
        self.store.put_credential(&credential, &audit).await?;
        Ok(())
    }

    /// The last two tokens are read-only.
    async fn issue_all(&self, owners: &[Owner], count: u32, list: &Path) -> Result<()> {
        let mut list = BufWriter::new(File::create(list).context("tokens.tsv")?);
        let digester = Digester::new(&self.ring);
        for (number, owner) in (0..count).zip(owners.iter().cycle()) {
            let is_read_only = number + 2 >= count;
            let secret = NewSecret::mint(&self.random)?;
            let grant = if is_read_only { Grant::read_only() } else { Grant::read_write() };
            let token = self.token(number, owner, grant, &digester, &secret)?;
            let mac = row_mac(&self.ring, &token);
            let audit = self.audit("token.issued", AuditSubject::Token(token.id));
            self.store.create_token(&token, &mac, &audit).await?;
            let (username, native) = (&owner.key.username, &owner.native);
            let access = if is_read_only { "ro" } else { "rw" };
            let handle = token.id;
            writeln!(
                list,
                "{}\t{}\t{native}\t{access}\t{handle}",
                secret.reveal(),
                username.as_str()
            )?;
        }
        Ok(list.flush()?)
    }

    fn token(
        &self,
        number: u32,
        owner: &Owner,
        grant: Grant,
        digester: &Digester,
        secret: &NewSecret,
    ) -> Result<Token> {
        let mut random = [0; 10];
        self.random.fill(&mut random)?;
        Ok(Token {
            id: TokenId::new(self.now, random),
            name: format!("job {number}"),
            owner: owner.key.clone(),
            creator: self.actor.clone(),
            integration: Some("nightly report".to_owned()),
            purpose: Some("a benchmark".to_owned()),
            grant,
            state: TokenState::Active,
            created_at: self.now,
            expires_at: Some(Timestamp::from_millis(self.now.as_millis() + 90 * 86_400_000)),
            secret: digester.stored(secret.as_presented()),
            former: None,
        })
    }

    fn audit(&self, action: &'static str, subject: AuditSubject) -> AuditEntry {
        let detail = "by the benchmark".to_owned();
        let event = AuditEvent { actor: self.actor.clone(), action, subject, detail };
        AuditEntry { at: self.now, event }
    }
}

fn write_people(owners: &[Owner], path: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(path).context("people.toml")?);
    for owner in owners {
        let name = owner.key.username.as_str();
        writeln!(file, "[[people]]\nname = \"{name}\"\ngroups = [\"jira-users\"]")?;
    }
    Ok(file.flush()?)
}

#[expect(clippy::disallowed_methods, reason = "tokens must be made before they are used")]
fn now() -> Timestamp {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
}
