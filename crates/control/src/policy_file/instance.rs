//! `[instances.NAME]` and its exemptions.

use gatepass_model::{
    CredentialKind, CredentialSet, Exemption, InstanceName, InstancePolicy, Mode, Modes,
    NativeTokenPage,
};

use super::fields::{Fields, Kind, Known, Located};
use super::{MAX_ENTRIES, Reader};
use crate::input;
use crate::nearest::{did_you_mean, listed};

const INSTANCE: &[Known] = &[
    Known { key: "passwords", kind: Kind::Text },
    Known { key: "native_tokens", kind: Kind::Text },
    Known { key: "sessions", kind: Kind::Text },
    Known { key: "oauth", kind: Kind::Text },
    Known { key: "anonymous", kind: Kind::Text },
    Known { key: "native_token_page", kind: Kind::Text },
    Known { key: "limits", kind: Kind::Table },
    Known { key: "exempt", kind: Kind::Tables },
];

const EXEMPT: &[Known] = &[
    Known { key: "credentials", kind: Kind::Texts },
    Known { key: "people", kind: Kind::Texts },
    Known { key: "groups", kind: Kind::Texts },
    Known { key: "networks", kind: Kind::Texts },
    Known { key: "paths", kind: Kind::Texts },
    Known { key: "until", kind: Kind::Moment },
    Known { key: "reason", kind: Kind::Text },
];

impl Reader<'_> {
    /// The name of an instance that is configured.
    pub(super) fn instance_name(
        &mut self,
        given: &str,
        line: usize,
        path: &str,
    ) -> Option<InstanceName> {
        if let Some(found) = self.known.iter().find(|name| name.as_str() == given) {
            return Some(found.clone());
        }
        let hint = did_you_mean(given, self.known.iter().map(InstanceName::as_str));
        let problem =
            format!("there is no instance {given:?}{hint}; there are: {}", listed(self.known));
        self.mistakes.add(Some(line), path, problem);
        None
    }

    pub(super) fn instance(&mut self, fields: Fields<'_>) -> InstancePolicy {
        fields.check_keys(INSTANCE, self);
        let modes = self.modes(fields);
        let mut exemptions = Vec::new();
        for (at, table, line) in fields.tables("exempt", MAX_ENTRIES, self) {
            let path = fields.path(&format!("exempt[{at}]"));
            exemptions.push(self.exemption(Fields::new(table, &path, line)));
        }
        let (limits, slow_above) = self.instance_limits(fields);
        let native_token_page = self.native_token_page(fields);
        InstancePolicy { modes, exemptions, limits, slow_above, native_token_page }
    }

    fn modes(&mut self, fields: Fields<'_>) -> Modes {
        let mut modes = Modes::default();
        for kind in CredentialKind::ALL {
            let Some(word) = fields.text(kind.mode_key()) else { continue };
            if let Some(mode) = Mode::find(kind, word) {
                *modes.of_mut(kind) = mode;
                continue;
            }
            let choices = Mode::choices(kind).iter().map(|mode| mode.as_str());
            let problem = if word == Mode::Browser.as_str() {
                format!("{word:?} is a mode of sessions only; these are: {}", listed(choices))
            } else {
                let hint = did_you_mean(word, choices.clone());
                format!("{word:?} is none of {}{hint}", listed(choices))
            };
            fields.wrong(kind.mode_key(), problem, self);
        }
        modes
    }

    fn native_token_page(&mut self, fields: Fields<'_>) -> NativeTokenPage {
        const KEY: &str = "native_token_page";
        let Some(word) = fields.text(KEY) else { return NativeTokenPage::default() };
        word.parse().unwrap_or_else(|()| {
            let pages = NativeTokenPage::ALL.map(NativeTokenPage::as_str);
            let hint = did_you_mean(word, pages);
            fields.wrong(KEY, format!("{word:?} is none of {}{hint}", listed(pages)), self);
            NativeTokenPage::default()
        })
    }

    fn exemption(&mut self, fields: Fields<'_>) -> Exemption {
        fields.check_keys(EXEMPT, self);
        let credentials = self.credentials(fields);
        let until = fields.moment("until").and_then(|text| {
            let parsed = text.parse();
            parsed
                .map_err(|error: gatepass_model::time::InvalidTime| {
                    fields.wrong("until", error, self);
                })
                .ok()
        });
        let reason = fields.text("reason").and_then(|text| {
            input::text("reason", text, input::MAX_REASON_CHARS)
                .map_err(|problem| fields.wrong("reason", problem.words, self))
                .ok()
        });
        Exemption {
            credentials,
            people: fields.list("people", self),
            groups: self.groups(fields),
            networks: fields.list("networks", self),
            paths: fields.list("paths", self),
            until,
            reason,
        }
    }

    fn credentials(&mut self, fields: Fields<'_>) -> CredentialSet {
        let names = CredentialKind::ALL.map(CredentialKind::as_str);
        let mut set = CredentialSet::EMPTY;
        let given = fields.texts("credentials", self);
        if given.is_empty() {
            let problem = format!("name at least one of {}", listed(names));
            fields.wrong("credentials", problem, self);
        }
        for Located { value, line } in given {
            let found = CredentialKind::ALL.into_iter().find(|kind| kind.as_str() == value);
            if let Some(kind) = found {
                set = set.with(kind);
            } else {
                let hint = did_you_mean(value, names);
                let problem = format!("{value:?} is none of {}{hint}", listed(names));
                self.mistakes.add(Some(line), &fields.path("credentials"), problem);
            }
        }
        set
    }

    /// Names of groups, each once. What groups there are only the directories know.
    pub(super) fn groups(&mut self, fields: Fields<'_>) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for Located { value, line } in fields.texts("groups", self) {
            let problem = if value.trim().is_empty() || value.chars().any(char::is_control) {
                format!("{value:?} is no name of a group")
            } else if groups.iter().any(|group| group == value) {
                format!("{value:?} stands there twice")
            } else {
                groups.push(value.to_owned());
                continue;
            };
            self.mistakes.add(Some(line), &fields.path("groups"), problem);
        }
        groups
    }
}
