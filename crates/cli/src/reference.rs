//! The reference page of the command line, written from what clap knows.

use std::fmt::Write as _;

use clap::{Arg, Command};

const HEAD: &str = "\
# Command line

<!-- Written by `cargo run -p gatepass-cli --example reference`; change the doc comments in
     `crates/cli/src/commands` instead. -->

Every command takes `--config FILE` (default: `gatepass.toml`, then `/etc/gatepass/gatepass.toml`) and
`--json`: one JSON document on standard output, and nothing else there. Words for people go to standard
error. Colours end at a pipe, and where `NO_COLOR` is set.

Exit codes: 0 done, 1 failed, 2 not understood. With `--json` a failure is a document too:
`{\"error\":{\"code\":\"policy_refused\",\"message\":\"…\",\"problems\":[…]}}`.

Commands work on the store, whether or not a gate is running, and run as the user who owns its files;
any other is refused. The first on a new store makes the key file. `token suspend`, `token revoke` and
`credential remove` wait up to 3 s until the change is in effect on every running gate, else they exit
with 1: stored, but not confirmed.
";

/// The codes of a failure, and what they mean.
const CODES: &[(&str, &str)] = &[
    ("usage", "the command line was not understood"),
    ("config_missing", "there is no configuration"),
    ("config_invalid", "the configuration has mistakes; `problems` has each with its line"),
    ("wrong_user", "the store's files belong to another user of the system"),
    ("store_unavailable", "the store can't be reached, or did not take the change"),
    ("keys_missing", "the key file is not there, and the store is not new"),
    (
        "keys_unusable",
        "the key file can't be read, others can read it too, or it is sealed otherwise than configured",
    ),
    (
        "keys_differ",
        "a node, or whoever wrote to the store, has other keys than the key file here, which may be an old copy",
    ),
    (
        "master_key_unusable",
        "the master key can't be had from where the configuration says, or is none",
    ),
    ("directory_unreadable", "a directory of people can't be read"),
    ("lookup_token_unreadable", "the token that asks a product about people can't be read"),
    ("bind_password_unreadable", "the password by which an LDAP server is asked can't be read"),
    ("client_secret_unreadable", "the secret for an OpenID provider can't be read"),
    ("tls_unusable", "the files of TLS can't be used, or nobody is trusted"),
    (
        "no_sign_in",
        "nobody can sign in to the console: no instance has a directory that is asked, and none is `oidc`",
    ),
    ("link_key_unreadable", "the key of an application link can't be read"),
    ("service_account_unreadable", "the secret of a service account can't be read"),
    ("invalid", "what was asked for can't be; `problems` has each part"),
    ("policy_refused", "policy does not allow it; `problems` has each rule"),
    ("policy_invalid", "the policy file has mistakes; `problems` has each with its line"),
    ("not_found", "there is no such thing"),
    ("occupied", "there is something already where something was to be made"),
    ("in_use", "gates are running on the store that is to be copied"),
    ("illegal_move", "a token can't get from the state that it is in to that one"),
    ("not_genuine", "the token's row was not written with the keys of this store"),
    ("conflict", "somebody else changed the same thing at the same time"),
    ("forbidden", "this actor may not do it"),
    ("credential_of_another", "the product says that the native token is somebody else's"),
    ("refused", "the gate refuses the token that asks"),
    ("unreachable", "no gate answers there"),
    ("start_failed", "the gate can't be started"),
    ("interrupted", "it was told to stop twice, and did not finish what it had accepted"),
    ("no_entropy", "the system gives no random bytes"),
    ("io", "the system refused something; the message says what"),
];

/// The whole page, in Markdown.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut command = crate::command();
    command.build();
    for child in command.get_subcommands() {
        command_text(&mut page, child, "gatepass");
    }
    page.push_str("\n## Codes of failures\n\n| code | meaning |\n| --- | --- |\n");
    for (code, meaning) in CODES {
        // Writing to a text can't fail.
        let _ = writeln!(page, "| `{code}` | {meaning} |");
    }
    page
}

fn command_text(page: &mut String, command: &Command, above: &str) {
    let name = format!("{above} {}", command.get_name());
    if command.has_subcommands() {
        for child in command.get_subcommands() {
            command_text(page, child, &name);
        }
        return;
    }
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "\n## `{name}`\n\n{about}.\n");
    let is_own = |argument: &&Arg| {
        !argument.is_global_set() && !["help", "version"].contains(&argument.get_id().as_str())
    };
    let arguments: Vec<&Arg> = command.get_arguments().filter(is_own).collect();
    if arguments.is_empty() {
        page.push_str("No options of its own.\n");
        return;
    }
    page.push_str("| option | meaning |\n| --- | --- |\n");
    for argument in arguments {
        let _ = writeln!(page, "| {} | {} |", written(argument), meaning(argument));
    }
}

/// As one types it, and whether one must or may do so again.
fn written(argument: &Arg) -> String {
    let value = argument.get_value_names().and_then(|names| names.first());
    let value = value.map(ToString::to_string);
    let takes_value = argument.get_action().takes_values();
    let text = match (argument.get_long(), value) {
        (Some(long), Some(value)) if takes_value => format!("`--{long} {value}`"),
        (Some(long), _) => format!("`--{long}`"),
        (None, Some(value)) => format!("`{value}`"),
        (None, None) => format!("`{}`", argument.get_id()),
    };
    let is_repeated = matches!(argument.get_action(), clap::ArgAction::Append);
    match (argument.is_required_set(), is_repeated) {
        (true, true) => format!("{text}, required, may be given several times"),
        (true, false) => format!("{text}, required"),
        (false, true) => format!("{text}, may be given several times"),
        (false, false) => text,
    }
}

fn meaning(argument: &Arg) -> String {
    let mut text = argument.get_help().map(ToString::to_string).unwrap_or_default();
    // A default is often "it is empty", which the text says better.
    let takes_value = argument.get_action().takes_values();
    let defaults = argument.get_default_values().iter().filter(|_| takes_value);
    for default in defaults {
        let _ = write!(text, " [default: {}]", default.to_string_lossy());
    }
    let values = argument.get_possible_values();
    if !values.is_empty() && takes_value {
        let names: Vec<String> =
            values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        let _ = write!(text, ": {}", names.join(", "));
    }
    text.replace('|', "\\|")
}
