//! `[[rules]]`.

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{Bounds, InstanceName, Lifetime, Rule, Say};

use super::Reader;
use super::fields::{Fields, Kind, Known, Located};
use crate::input;
use crate::nearest::did_you_mean;

pub(super) const RULE: &[Known] = &[
    Known { key: "name", kind: Kind::Text },
    Known { key: "groups", kind: Kind::Texts },
    Known { key: "people", kind: Kind::Texts },
    Known { key: "use", kind: Kind::Text },
    Known { key: "create", kind: Kind::Text },
    Known { key: "create_on_behalf", kind: Kind::Text },
    Known { key: "on_behalf_of_administrators", kind: Kind::Text },
    Known { key: "approve", kind: Kind::Text },
    Known { key: "administer", kind: Kind::Text },
    Known { key: "instances", kind: Kind::Texts },
    Known { key: "longest_lifetime", kind: Kind::Text },
    Known { key: "read_only", kind: Kind::Flag },
    Known { key: "admin_operations", kind: Kind::Flag },
    Known { key: "networks_required", kind: Kind::Flag },
    Known { key: "purpose_required", kind: Kind::Flag },
    Known { key: "integration_required", kind: Kind::Flag },
    Known { key: "approval_required", kind: Kind::Flag },
    Known { key: "most_tokens", kind: Kind::Number },
    Known { key: "token_limits", kind: Kind::Table },
    Known { key: "owner_limits", kind: Kind::Table },
    Known { key: "integration_limits", kind: Kind::Table },
];

/// Most characters of a rule's name.
const MAX_NAME_CHARS: usize = 100;
/// Stands for every instance.
const EVERY: &str = "*";

impl Reader<'_> {
    /// One rule; `before` are those that stand before it. `None` when it has no name.
    pub(super) fn rule(&mut self, fields: &Fields<'_>, at: usize, before: &[Rule]) -> Option<Rule> {
        let path = fields
            .text("name")
            .map_or_else(|| format!("rules[{at}]"), |name| format!("rules.{}", shown(name)));
        let fields = fields.called(&path);
        fields.check_keys(RULE, self);
        let name = self.rule_name(fields, before);
        let rule = Rule {
            name: String::new(),
            groups: self.groups(fields),
            people: fields.list("people", self),
            use_tokens: self.say(fields, "use"),
            create: self.say(fields, "create"),
            create_on_behalf: self.say(fields, "create_on_behalf"),
            on_behalf_of_administrators: self.say(fields, "on_behalf_of_administrators"),
            approve: self.say(fields, "approve"),
            administer: self.say(fields, "administer"),
            bounds: self.bounds(fields),
        };
        name.map(|name| Rule { name, ..rule })
    }

    fn rule_name(&mut self, fields: Fields<'_>, before: &[Rule]) -> Option<String> {
        let Some(name) = fields.text("name") else {
            if !fields.has("name") {
                let problem = "it is missing; each rule has a name, by which refusals call it";
                fields.wrong("name", problem, self);
            }
            return None;
        };
        match input::text("name", name, MAX_NAME_CHARS) {
            Err(problem) => fields.wrong("name", problem.words, self),
            Ok(trimmed) if trimmed != name => {
                fields.wrong("name", "it has spaces at its ends", self);
            }
            Ok(_) if before.iter().any(|rule| rule.name == name) => {
                fields.wrong("name", format_args!("two rules are called {name:?}"), self);
            }
            Ok(name) => return Some(name),
        }
        None
    }

    fn say(&mut self, fields: Fields<'_>, key: &str) -> Say {
        match fields.text(key) {
            None => Say::Nothing,
            Some("allow") => Say::Allow,
            Some("deny") => Say::Deny,
            Some(word) => {
                let hint = did_you_mean(word, ["allow", "deny"]);
                let problem = format!("{word:?} is neither allow nor deny{hint}; or leave it out");
                fields.wrong(key, problem, self);
                Say::Nothing
            }
        }
    }

    fn bounds(&mut self, fields: Fields<'_>) -> Bounds {
        Bounds {
            instances: self.rule_instances(fields),
            longest_lifetime: self.longest_lifetime(fields),
            read_only: fields.flag("read_only"),
            admin_operations: fields.flag("admin_operations"),
            networks_required: fields.flag("networks_required"),
            purpose_required: fields.flag("purpose_required"),
            integration_required: fields.flag("integration_required"),
            approval_required: fields.flag("approval_required"),
            most_tokens: fields.number("most_tokens"),
            token_limits: self.limits(fields, "token_limits"),
            owner_limits: self.limits(fields, "owner_limits"),
            integration_limits: self.limits(fields, "integration_limits"),
        }
    }

    /// `None` for every instance: left out, or `["*"]`.
    fn rule_instances(&mut self, fields: Fields<'_>) -> Option<Vec<InstanceName>> {
        const KEY: &str = "instances";
        let given = fields.texts(KEY, self);
        if !fields.has(KEY) || matches!(given.as_slice(), [only] if only.value == EVERY) {
            return None;
        }
        let mut names = Vec::new();
        for Located { value, line } in given {
            let path = fields.path(KEY);
            if value == EVERY {
                self.mistakes.add(Some(line), &path, "\"*\" stands alone, for every instance");
                continue;
            }
            let Some(name) = self.instance_name(value, line, &path) else { continue };
            if names.contains(&name) {
                let problem = format!("{value:?} stands there twice");
                self.mistakes.add(Some(line), &path, problem);
            } else {
                names.push(name);
            }
        }
        Some(names)
    }

    fn longest_lifetime(&mut self, fields: Fields<'_>) -> Option<LongestLifetime> {
        const KEY: &str = "longest_lifetime";
        let text = fields.text(KEY)?;
        if text == "never" {
            return Some(LongestLifetime::Unbounded);
        }
        match text.parse::<Lifetime>() {
            Ok(lifetime) if lifetime.as_millis() > 0 => Some(LongestLifetime::Within(lifetime)),
            Ok(_) => {
                fields.wrong(
                    KEY,
                    "no token could live; to forbid tokens, use create = \"deny\"",
                    self,
                );
                None
            }
            Err(error) => {
                fields.wrong(KEY, format_args!("{error}, nor the word never"), self);
                None
            }
        }
    }
}

/// A rule's name in a path: as it is when plain, else quoted.
pub(super) fn shown(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}
