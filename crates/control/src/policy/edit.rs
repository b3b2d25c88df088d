//! Change the policy piece by piece: the modes of an instance, one rule.

use gatepass_model::audit::AuditSubject;
use gatepass_model::{Actor, InstanceName, Modes, PolicyDocument, Rule};
use gatepass_store::{Revision, StoreError};

use super::apply::{Applied, Run};
use super::diff::PolicyDiff;
use super::note::PolicyNote;
use crate::authorise::Ability;
use crate::control::Control;
use crate::error::{ControlError, Problem};
use crate::input::{reason, reason_words};
use crate::policy_file;

/// How a piece of the policy is changed.
#[derive(Clone, Copy, Debug)]
pub struct PolicyEdit<'a> {
    /// Whether to do it, or only to say what would be done.
    pub run: Run,
    /// The policy that whoever changes it has seen. `Conflict` when it is another one by now, in
    /// a dry run too: he would decide on what is not so any more.
    pub seen: Revision,
    /// Why, for the record.
    pub reason: Option<&'a str>,
}

/// A changed policy, and how it came to be.
struct Edited {
    document: PolicyDocument,
    /// A rule that has another name now: the old one and the new one.
    renamed: Option<(String, String)>,
    note: PolicyNote,
}

impl Control {
    /// Sets what happens to credentials that are not tokens at an instance. Its exemptions and
    /// limits stay as they are. `Invalid` where a kind may not have its mode.
    pub async fn set_modes(
        &self,
        actor: &Actor,
        instance: &InstanceName,
        modes: Modes,
        edit: PolicyEdit<'_>,
    ) -> Result<Applied, ControlError> {
        self.edit_policy(actor, edit, |policy, why| {
            if self.find_instance(instance).is_none() {
                return Err(ControlError::NotFound(format!("instance {instance}")));
            }
            if let Some(kind) = modes.misfit() {
                let words = format!("{:?} is a mode of sessions only", modes.of(kind).as_str());
                return Err(ControlError::Invalid(vec![Problem::new(kind.mode_key(), words)]));
            }
            let mut document = policy.clone();
            let before = document.instances.get(instance).map(|known| known.modes);
            // Without a change no section is made: it would be a difference.
            if before.unwrap_or_default() != modes {
                document.instances.entry(instance.clone()).or_default().modes = modes;
            }
            let note = PolicyNote {
                action: "policy.modes_set",
                subject: AuditSubject::Instance(instance.clone()),
                title: format!("modes of {instance}{why}"),
            };
            Ok(Edited { document, renamed: None, note })
        })
        .await
    }

    /// Puts `rule` in the place of the rule called `original`, which may have another name, or
    /// adds it where there is no `original`. `Invalid` with all that the reader of policy files
    /// finds wrong with it, each with its key there: `longest_lifetime`, `token_limits.rate`.
    pub async fn put_rule(
        &self,
        actor: &Actor,
        original: Option<&str>,
        rule: &Rule,
        edit: PolicyEdit<'_>,
    ) -> Result<Applied, ControlError> {
        self.edit_policy(actor, edit, |policy, why| {
            let place = original.map(|name| place_of(policy, name)).transpose()?;
            let mut document = policy.clone();
            let before = place.map(|place| document.rules.remove(place));
            let known: Vec<InstanceName> =
                self.instances.iter().map(|known| known.instance.name.clone()).collect();
            let rule = policy_file::check_rule(rule, &document, &known)?;
            let title = match &before {
                None => format!("new rule {:?}{why}", rule.name),
                Some(before) => format!("rule {:?}{why}", before.name),
            };
            let renamed = before.map(|before| (before.name, rule.name.clone()));
            document.rules.insert(place.unwrap_or(document.rules.len()), rule);
            let renamed = renamed.filter(|(before, after)| before != after);
            Ok(Edited { document, renamed, note: rule_note("policy.rule_put", title) })
        })
        .await
    }

    /// Takes the rule of this name away.
    pub async fn delete_rule(
        &self,
        actor: &Actor,
        name: &str,
        edit: PolicyEdit<'_>,
    ) -> Result<Applied, ControlError> {
        self.edit_policy(actor, edit, |policy, why| {
            let mut document = policy.clone();
            document.rules.remove(place_of(policy, name)?);
            let note = rule_note("policy.rule_deleted", format!("rule {name:?}{why}"));
            Ok(Edited { document, renamed: None, note })
        })
        .await
    }

    /// `make` is given the policy in force, and the reason in words.
    async fn edit_policy(
        &self,
        actor: &Actor,
        PolicyEdit { run, seen, reason: why }: PolicyEdit<'_>,
        make: impl FnOnce(&PolicyDocument, &str) -> Result<Edited, ControlError>,
    ) -> Result<Applied, ControlError> {
        self.authorise(actor, Ability::ChangePolicy).await?;
        let why = reason("reason", why).map_err(|problem| ControlError::Invalid(vec![problem]))?;
        let stored = self.store.load_policy().await?;
        if stored.revision != seen {
            return Err(ControlError::Conflict);
        }
        let Edited { document, renamed, note } =
            make(&stored.document, &reason_words(why.as_deref()))?;
        let diff = match &renamed {
            None => PolicyDiff::between(&stored.document, &document),
            Some((before, after)) => {
                PolicyDiff::with_renamed(&stored.document, &document, before, after)
            }
        };
        let non_compliance = self.non_compliance(&stored.document, &document).await?;
        let unchanged = Applied { diff, is_changed: false, non_compliance, effect: None, seen };
        if run == Run::Dry || unchanged.diff.is_empty() {
            return Ok(unchanged);
        }
        match self.write_policy(actor, seen, &document, note.with(&unchanged.diff)).await {
            Ok(effect) => Ok(Applied { is_changed: true, effect, ..unchanged }),
            Err(StoreError::Conflict) => Err(ControlError::Conflict),
            Err(error) => Err(error.into()),
        }
    }
}

fn place_of(policy: &PolicyDocument, name: &str) -> Result<usize, ControlError> {
    let place = policy.rules.iter().position(|rule| rule.name == name);
    place.ok_or_else(|| ControlError::NotFound(format!("rule {name:?}")))
}

const fn rule_note(action: &'static str, title: String) -> PolicyNote {
    PolicyNote { action, subject: AuditSubject::Policy, title }
}
