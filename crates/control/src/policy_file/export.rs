//! A policy as a file.

use std::fmt::{self, Write as _};

use gatepass_model::policy::LongestLifetime;
use gatepass_model::{
    Bounds, CredentialKind, Exemption, InstanceName, InstancePolicy, LimitName, Limits,
    NativeTokenPage, PolicyDocument, Rule, Say, Timestamp,
};

const HEADER: &str = "\
# The policy of Gatepass. `gatepass policy apply FILE` makes the store equal to this file, whole or
# not at all; with --dry-run it only says what would change.
#
# Modes of an instance: allow | observe | block; for sessions browser, too: with what a page sends.
# An instance that is missing has the defaults.
# Of all rules that match a person, one deny beats every allow, and no allow means no; of bounds,
# the strictest counts. A bound that is left out puts none.
#
# Limits: { rate = \"60/min\", burst = 10, concurrency = 4, bytes_per_day = \"2GiB\", heavy_rate = \"5/min\",
# heavy_concurrency = 1 }; those of an instance are for all its tokens together.
";

/// The file that [`super::parse`] makes `document` of.
pub fn export(document: &PolicyDocument) -> String {
    let mut file = File(HEADER.to_owned());
    for (name, instance) in &document.instances {
        file.instance(name, instance);
    }
    for rule in &document.rules {
        file.rule(rule);
    }
    file.0
}

struct File(String);

impl File {
    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a text can't fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(format_args!("{key} = {}", quoted(value)));
        }
    }

    fn flag(&mut self, key: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.line(format_args!("{key} = {value}"));
        }
    }

    fn texts<T: ToString>(&mut self, key: &str, values: &[T]) {
        let texts: Vec<String> = values.iter().map(|value| quoted(&value.to_string())).collect();
        self.line(format_args!("{key} = [{}]", texts.join(", ")));
    }

    fn texts_if_any<T: ToString>(&mut self, key: &str, values: &[T]) {
        if !values.is_empty() {
            self.texts(key, values);
        }
    }

    fn instance(&mut self, name: &InstanceName, instance: &InstancePolicy) {
        let InstancePolicy { modes, exemptions, limits, slow_above, native_token_page } = instance;
        self.line(format_args!("\n[instances.{name}]"));
        for kind in CredentialKind::ALL {
            self.text(kind.mode_key(), Some(modes.of(kind).as_str()));
        }
        if *native_token_page != NativeTokenPage::default() {
            self.text("native_token_page", Some(native_token_page.as_str()));
        }
        let slow_above =
            slow_above.map(|span| format!("slow_above = {}", quoted(&span.to_string())));
        self.limits("limits", limits, slow_above);
        for exemption in exemptions {
            self.line(format_args!("\n[[instances.{name}.exempt]]"));
            self.exemption(exemption);
        }
    }

    fn exemption(&mut self, exemption: &Exemption) {
        let Exemption { credentials, people, groups, networks, paths, until, reason } = exemption;
        let kinds: Vec<&str> = credentials.iter().map(CredentialKind::as_str).collect();
        self.texts("credentials", &kinds);
        self.texts_if_any("people", people);
        self.texts_if_any("groups", groups);
        self.texts_if_any("networks", networks);
        self.texts_if_any("paths", paths);
        self.text("until", until.map(exact).as_deref());
        self.text("reason", reason.as_deref());
    }

    fn rule(&mut self, rule: &Rule) {
        let Rule {
            name,
            groups,
            people,
            use_tokens,
            create,
            create_on_behalf,
            on_behalf_of_administrators,
            approve,
            administer,
            bounds,
        } = rule;
        self.line(format_args!("\n[[rules]]"));
        self.text("name", Some(name));
        self.texts_if_any("groups", groups);
        self.texts_if_any("people", people);
        let says: [(&str, &Say); 6] = [
            ("use", use_tokens),
            ("create", create),
            ("create_on_behalf", create_on_behalf),
            ("on_behalf_of_administrators", on_behalf_of_administrators),
            ("approve", approve),
            ("administer", administer),
        ];
        for (key, say) in says {
            self.text(key, say.as_str());
        }
        self.bounds(bounds);
    }

    fn bounds(&mut self, bounds: &Bounds) {
        let Bounds {
            instances,
            longest_lifetime,
            read_only,
            admin_operations,
            networks_required,
            purpose_required,
            integration_required,
            approval_required,
            most_tokens,
            token_limits,
            owner_limits,
            integration_limits,
        } = bounds;
        match instances {
            None => self.texts("instances", &["*"]),
            Some(names) => self.texts("instances", names),
        }
        self.text("longest_lifetime", longest_lifetime.map(lifetime_text).as_deref());
        self.flag("read_only", *read_only);
        self.flag("admin_operations", *admin_operations);
        self.flag("networks_required", *networks_required);
        self.flag("purpose_required", *purpose_required);
        self.flag("integration_required", *integration_required);
        self.flag("approval_required", *approval_required);
        if let Some(most) = most_tokens {
            self.line(format_args!("most_tokens = {most}"));
        }
        self.limits("token_limits", token_limits, None);
        self.limits("owner_limits", owner_limits, None);
        self.limits("integration_limits", integration_limits, None);
    }

    /// Limits in one line, which is how a difference names them.
    fn limits(&mut self, key: &str, limits: &Limits, more: Option<String>) {
        let Limits { rate, burst, concurrency, bytes_per_day, heavy_rate, heavy_concurrency } =
            limits;
        let text = |name: LimitName, value: Option<String>| {
            value.map(|value| format!("{} = {}", name.as_str(), quoted(&value)))
        };
        let count = |name: LimitName, value: &Option<u32>| {
            value.map(|value| format!("{} = {value}", name.as_str()))
        };
        let entries = [
            text(LimitName::Rate, rate.map(|rate| rate.to_string())),
            count(LimitName::Burst, burst),
            count(LimitName::Concurrency, concurrency),
            text(LimitName::BytesPerDay, bytes_per_day.map(|bytes| bytes.to_string())),
            text(LimitName::HeavyRate, heavy_rate.map(|rate| rate.to_string())),
            count(LimitName::HeavyConcurrency, heavy_concurrency),
            more,
        ];
        let entries: Vec<String> = entries.into_iter().flatten().collect();
        if !entries.is_empty() {
            self.line(format_args!("{key} = {{ {} }}", entries.join(", ")));
        }
    }
}

fn lifetime_text(lifetime: LongestLifetime) -> String {
    lifetime.to_string()
}

/// To the millisecond, where it does not fall on a second.
fn exact(moment: Timestamp) -> String {
    let text = moment.to_string();
    let millis = moment.as_millis() % 1000;
    match text.strip_suffix('Z') {
        Some(seconds) if millis != 0 => format!("{seconds}.{millis:03}Z"),
        _ => text,
    }
}

/// A text as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for found in text.chars() {
        match found {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            // Also what could hide or turn round what stands beside it in an editor.
            found if found.is_control() || is_invisible(found) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(found));
            }
            found => quoted.push(found),
        }
    }
    quoted.push('"');
    quoted
}

/// Marks that change how a line is shown (Unicode bidirectional controls, zero-width ones).
const fn is_invisible(found: char) -> bool {
    matches!(found, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
