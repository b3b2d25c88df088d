//! Whether LDAP servers can be asked about people, each of them.

use gatepass_control::LdapDirectory;
use gatepass_identity::{Examined, InactiveSignal, LdapProblem};
use gatepass_model::DirectoryName;

use super::finding::{Findings, State};

/// Connects to each server, binds, and looks at somebody.
pub(super) async fn examine(
    name: &DirectoryName,
    directory: &LdapDirectory,
    findings: &mut Findings,
) {
    let check = format!("directory {name}");
    for (server, found) in directory.desk.examine().await {
        match found {
            Ok(examined) => tell(&check, &server, &examined, findings),
            // The words of one that is not reached begin with nothing else.
            Err(LdapProblem::Unreached(words)) => {
                findings.add(&check, State::Failed, format!("{server}: {words}"));
            }
            Err(problem) => findings.add(&check, State::Failed, format!("{server}: {problem}")),
        }
    }
}

fn tell(check: &str, server: &str, examined: &Examined, findings: &mut Findings) {
    let sample = &examined.sample;
    let called = sample.display_name.as_deref().unwrap_or("no display name");
    let words = format!(
        "{server} tells of people, such as {} ({called}), in groups: {}",
        sample.username, sample.groups
    );
    findings.add(check, State::Ok, words);
    let mut also = |state, words: &str| findings.add(check, state, format!("{server}: {words}"));
    if !sample.has_id {
        also(
            State::Failed,
            "what id_attribute names is not told, so nobody can be looked up; let the account see it, \
             or name another attribute",
        );
    }
    if sample.display_name.is_none() {
        also(State::Warning, "what display_name_attribute names is not told; usernames are shown");
    }
    if !examined.has_groups {
        also(
            State::Warning,
            "there is no group that group_filter matches, so no rule of policy that names groups will",
        );
    }
    match examined.inactive {
        InactiveSignal::AccountControl | InactiveSignal::Filter => {
            also(State::Ok, "tells who is gone, and who is deactivated");
        }
        InactiveSignal::AccountControlHidden => also(
            State::Failed,
            "the account may not see userAccountControl, so nobody can be looked up",
        ),
        InactiveSignal::FilterWithoutMatch => also(
            State::Warning,
            "inactive_filter matches nobody; if somebody is deactivated, it is wrong",
        ),
        InactiveSignal::None => also(
            State::Warning,
            "there is no inactive_filter, so tokens of people who are deactivated go on; only those \
             of people who are deleted end",
        ),
    }
}
