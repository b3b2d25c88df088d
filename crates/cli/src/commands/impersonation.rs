//! `gatepass impersonation …`: the application link by which the gate becomes people who are not
//! there.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use gatepass_config::{Config, InstanceConfig};
use gatepass_identity::{LinkKey, NoKey};
use gatepass_model::InstanceName;
use serde::Serialize;

use crate::call::{Call, Ending, Outcome};
use crate::failure::Failure;
use crate::wiring;

/// What is entered in the product where the configuration says nothing else.
const CONSUMER: &str = "gatepass";

/// The application link that makes native tokens for people who never sign in
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Keygen(Keygen),
    Show(Show),
}

impl Command {
    pub(crate) fn run(self, call: &Call) -> Outcome {
        match self {
            Self::Keygen(keygen) => keygen.run(call),
            Self::Show(show) => show.run(call),
        }
    }
}

/// Make a key pair, and say step by step what to enter in the product
#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// At which instance; may be left out where there is one only
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
    /// Where the private key goes; by default where the configuration has it, or beside the
    /// configuration
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Say again what to enter in the product, with the public key
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// At which instance; may be left out where there is one only
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
}

#[derive(Serialize)]
struct Document<'a> {
    instance: &'a str,
    key_file: &'a str,
    consumer_key: &'a str,
    public_key: &'a str,
}

impl Keygen {
    fn run(self, call: &Call) -> Outcome {
        let config = call.config()?;
        let instance = instance(&config, self.instance.as_ref())?;
        let path = match (self.out, &instance.impersonation) {
            (Some(out), _) => out,
            (None, Some(link)) => link.key_file.clone(),
            (None, None) => beside_config(call, &instance.instance.name)?,
        };
        // As the configuration is to have it, wherever the command was run.
        let path = std::path::absolute(&path).unwrap_or(path);
        let key = LinkKey::generate().map_err(no_key)?;
        let private = key.to_private_pem().map_err(no_key)?;
        write_new(&path, private.expose())?;
        call.output.say(format_args!("made the private key {}", path.display()));
        tell(call, instance, &path, &key)
    }
}

impl Show {
    fn run(self, call: &Call) -> Outcome {
        let config = call.config()?;
        let instance = instance(&config, self.instance.as_ref())?;
        let Some(link) = &instance.impersonation else {
            let words = format!(
                "{} has no application link; gatepass impersonation keygen begins one",
                instance.instance.name
            );
            return Err(Failure::new("not_found", words));
        };
        let key = LinkKey::read(&link.key_file)
            .map_err(|error| Failure::new("link_key_unreadable", error.to_string()))?;
        tell(call, instance, &link.key_file, &key)
    }
}

fn no_key(error: NoKey) -> Failure {
    Failure::new("no_entropy", error.to_string())
}

/// The one that is meant.
fn instance<'c>(
    config: &'c Config,
    name: Option<&InstanceName>,
) -> Result<&'c InstanceConfig, Failure> {
    let found = match (name, config.instances.as_slice()) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), all) => all.iter().find(|one| one.instance.name == *name),
    };
    let Some(found) = found else {
        let names: Vec<&str> =
            config.instances.iter().map(|one| one.instance.name.as_str()).collect();
        let words = format!("name one of them with --instance: {}", names.join(", "));
        return Err(Failure::new("invalid", words));
    };
    Ok(found)
}

fn beside_config(call: &Call, instance: &InstanceName) -> Result<PathBuf, Failure> {
    let config = wiring::config::path(call.config_file.as_deref())?;
    Ok(config.with_file_name(format!("{instance}-link.pem")))
}

/// For its owner's eyes, and never over another one.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut open = OpenOptions::new();
    let file = open.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(
            "occupied",
            format!(
                "{} is there already, and a product may know its public key; write to another file \
                 with --out, or see it with gatepass impersonation show",
                path.display()
            ),
        ),
        _ => Failure::file(path, &error),
    })
}

fn tell(call: &Call, instance: &InstanceConfig, path: &Path, key: &LinkKey) -> Outcome {
    let public_key = key.to_public_pem().map_err(no_key)?;
    let configured = instance.impersonation.as_ref();
    let consumer_key = configured.map_or(CONSUMER, |link| link.consumer_key.as_str());
    let key_file = path.display().to_string();
    let name = instance.instance.name.as_str();
    call.output.document(&Document {
        instance: name,
        key_file: &key_file,
        consumer_key,
        public_key: &public_key,
    })?;
    if !call.output.is_json() {
        call.output.show(steps(instance, &key_file, consumer_key, &public_key))?;
    }
    Ok(Ending::Done)
}

/// By the names of Jira 10's pages, which the other products share; older ones have the same under
/// "Incoming Authentication".
fn steps(
    instance: &InstanceConfig,
    key_file: &str,
    consumer_key: &str,
    public_key: &str,
) -> String {
    let name = &instance.instance.name;
    let title = instance.instance.product.title();
    let place = match &instance.public_url {
        Some(url) => url.clone(),
        None => wiring::identity::base_url(instance),
    };
    let configured = if instance.impersonation.is_some() {
        format!("3. The configuration of Gatepass names this link already ({key_file}).\n")
    } else {
        format!(
            "3. In the configuration of Gatepass, at the instance {name}:\n\n\
             \x20      identity = [\"native-token\", \"impersonation\"]\n\n\
             \x20      [instances.impersonation]\n\
             \x20      consumer_key = \"{consumer_key}\"\n\
             \x20      key_file = \"{key_file}\"\n\n"
        )
    };
    format!(
        "\n1. In {title}, as an administrator: {place}/plugins/servlet/applinks/listApplicationLinks\n\
         \x20  Create link, Direct application link; as the URL that of Gatepass. {title} says that\n\
         \x20  nobody answers there as an application: go on. Type: Generic Application, name:\n\
         \x20  Gatepass. Leave all else empty.\n\
         2. Edit the link, Incoming Authentication:\n\n\
         \x20      Consumer Key                  {consumer_key}\n\
         \x20      Consumer Name                 Gatepass\n\
         \x20      Public Key                    the text below, with its first and last line\n\
         \x20      Allow 2-Legged OAuth          on\n\
         \x20      Execute as                    empty\n\
         \x20      Allow user impersonation      on\n\n\
         {public_key}\n\
         {configured}\
         4. gatepass check --person NAME proves it: it becomes this person, and asks {title} who that is.\n\n\
         Whoever has the private key can act as every user of this {title}: keep it as you keep the\n\
         password of an administrator.\n"
    )
}
