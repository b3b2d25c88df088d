//! `GET` and `POST /settings/rules/new` and `/settings/rules/{name}`: one rule of policy.
//!
//! `do` is `preview` or `save`. The names of the fields stand in [`field`]; those of limits are
//! prefixed: `token_rate`, `owner_burst`, `integration_bytes_per_day` ([`LIMIT_PREFIXES`] before
//! the names of [`gatepass_model::LimitName`]). `noncompliant` (`leave`, `suspend`) is there
//! after a preview that found some, and `reason`.

mod labels;
pub(crate) mod sample;
mod table;
mod text;

use gatepass_model::Say;

use crate::fault::FieldFault;
use crate::page::create::LimitValues;
use crate::part::{DiffLine, NonCompliance, Place, Who};

crate::page::page!(RuleEditor, "page/rule/template.html");

/// The names of the form's fields.
pub mod field {
    /// Unique.
    pub const NAME: &str = "name";
    /// One group a line.
    pub const GROUPS: &str = "groups";
    /// One username a line.
    pub const PEOPLE: &str = "people";
    /// `allow`, `deny` or empty, as the five after it.
    pub const USE: &str = "use";
    /// Create for themselves.
    pub const CREATE: &str = "create";
    /// Create for others.
    pub const CREATE_ON_BEHALF: &str = "create_on_behalf";
    /// The same for owners whose rights at the product are higher.
    pub const ON_BEHALF_OF_ADMINISTRATORS: &str = "on_behalf_of_administrators";
    /// Approve.
    pub const APPROVE: &str = "approve";
    /// Administer Gatepass.
    pub const ADMINISTER: &str = "administer";
    /// The names of instances, once for each box that is ticked; none: every instance.
    pub const INSTANCES: &str = "instances";
    /// `365d`, `never`, or empty.
    pub const LONGEST_LIFETIME: &str = "longest_lifetime";
    /// `true`, `false` or empty, as the five after it.
    pub const READ_ONLY: &str = "read_only";
    /// Whether tokens may administer.
    pub const ADMIN_OPERATIONS: &str = "admin_operations";
    /// Whether networks must be named.
    pub const NETWORKS_REQUIRED: &str = "networks_required";
    /// Whether a purpose must be given.
    pub const PURPOSE_REQUIRED: &str = "purpose_required";
    /// Whether the integration must be named.
    pub const INTEGRATION_REQUIRED: &str = "integration_required";
    /// Whether somebody must approve.
    pub const APPROVAL_REQUIRED: &str = "approval_required";
    /// A count, or empty.
    pub const MOST_TOKENS: &str = "most_tokens";
    /// Why it is changed.
    pub const REASON: &str = "reason";
}

/// What stands before the name of a limit in a field's name: of each token, of all tokens of an
/// owner, of all tokens of an integration.
pub const LIMIT_PREFIXES: [&str; 3] = ["token_", "owner_", "integration_"];

/// The editor of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEditor {
    /// Its name as stored; `None`: a new one.
    pub original: Option<String>,
    /// What is typed.
    pub values: RuleValues,
    /// What is wrong with it.
    pub faults: Vec<FieldFault>,
    /// All instances.
    pub places: Vec<Place>,
    /// Whom it is about, as far as the values can be read.
    pub matched: Option<Matched>,
    /// After `do=preview`: what saving it changes.
    pub preview: Option<RulePreview>,
    /// The reason as typed.
    pub reason: String,
    /// For this form.
    pub form_id: String,
}

/// What is typed, as typed; choices as values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleValues {
    /// [`field::NAME`]
    pub name: String,
    /// [`field::GROUPS`]
    pub groups: String,
    /// [`field::PEOPLE`]
    pub people: String,
    /// [`field::USE`]
    pub use_tokens: Say,
    /// [`field::CREATE`]
    pub create: Say,
    /// [`field::CREATE_ON_BEHALF`]
    pub create_on_behalf: Say,
    /// [`field::ON_BEHALF_OF_ADMINISTRATORS`]
    pub on_behalf_of_administrators: Say,
    /// [`field::APPROVE`]
    pub approve: Say,
    /// [`field::ADMINISTER`]
    pub administer: Say,
    /// [`field::INSTANCES`]
    pub instances: Vec<String>,
    /// [`field::LONGEST_LIFETIME`]
    pub longest_lifetime: String,
    /// [`field::READ_ONLY`]
    pub read_only: Option<bool>,
    /// [`field::ADMIN_OPERATIONS`]
    pub admin_operations: Option<bool>,
    /// [`field::NETWORKS_REQUIRED`]
    pub networks_required: Option<bool>,
    /// [`field::PURPOSE_REQUIRED`]
    pub purpose_required: Option<bool>,
    /// [`field::INTEGRATION_REQUIRED`]
    pub integration_required: Option<bool>,
    /// [`field::APPROVAL_REQUIRED`]
    pub approval_required: Option<bool>,
    /// [`field::MOST_TOKENS`]
    pub most_tokens: String,
    /// `token_…`
    pub token_limits: LimitValues,
    /// `owner_…`
    pub owner_limits: LimitValues,
    /// `integration_…`
    pub integration_limits: LimitValues,
}

/// Whom a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// How many known people.
    pub count: u64,
    /// Some of them.
    pub people: Vec<Who>,
    /// Groups that nobody is in, and usernames that no directory knows.
    pub unknown: Vec<String>,
}

/// What a change of a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePreview {
    /// What is different; nothing: it would change nothing.
    pub changes: Vec<DiffLine>,
    /// Tokens that kept to the policy as it is, and would not to the new one.
    pub noncompliance: NonCompliance,
    /// Whether they are to be suspended.
    pub suspend: bool,
}

impl Matched {
    /// How many there are beside those that are named.
    fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.people.len() as u64)
    }
}
