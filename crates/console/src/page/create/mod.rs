//! `GET` and `POST /tokens/new`: what will this be able to do?
//!
//! The form posts to itself. `do` is `create` or `preview`; the names of its fields stand in
//! [`field`]. Of `expires`, `date` goes with `expires_date` (`2027-03-01`). Text areas hold one
//! entry a line. `instance` comes once for each box that is ticked; none: every instance.
//! A link may fill it in: `GET /tokens/new?name=…&access=read-write`.

mod bound;
mod choice;
mod labels;
pub(crate) mod sample;
mod text;

use gatepass_model::{DirectoryName, Lifetime, Limits, Timestamp};

use crate::fault::FieldFault;
use crate::part::{GrantFacts, Place, Who};

crate::page::page!(CreateToken, "page/create/template.html");

/// The names of the form's fields.
pub mod field {
    /// What its owner calls it.
    pub const NAME: &str = "name";
    /// Why it exists.
    pub const PURPOSE: &str = "purpose";
    /// `30d`, `90d`, `180d`, `365d`, `never` or `date`.
    pub const EXPIRES: &str = "expires";
    /// Where `expires` is `date`.
    pub const EXPIRES_DATE: &str = "expires_date";
    /// `read-only` or `read-write`.
    pub const ACCESS: &str = "access";
    /// One network a line.
    pub const NETWORKS: &str = "networks";
    /// The names of instances.
    pub const INSTANCE: &str = "instance";
    /// The script or third party.
    pub const INTEGRATION: &str = "integration";
    /// One pattern a line.
    pub const ALLOW: &str = "allow";
    /// One pattern a line.
    pub const DENY: &str = "deny";
    /// One `Name: value` a line.
    pub const HEADERS: &str = "headers";
    /// `yes` where ticked.
    pub const ADMIN: &str = "admin";
    /// `60/min`
    pub const RATE: &str = "rate";
    /// A count.
    pub const BURST: &str = "burst";
    /// A count.
    pub const CONCURRENCY: &str = "concurrency";
    /// `2GiB`
    pub const BYTES_PER_DAY: &str = "bytes_per_day";
    /// `10/min`
    pub const HEAVY_RATE: &str = "heavy_rate";
    /// A count.
    pub const HEAVY_CONCURRENCY: &str = "heavy_concurrency";
    /// A username: on behalf of whom.
    pub const OWNER: &str = "owner";
    /// His directory.
    pub const DIRECTORY: &str = "directory";
    /// Why it is made on behalf.
    pub const REASON: &str = "reason";
    /// Why policy is set aside.
    pub const OVERRIDE_REASON: &str = "override_reason";
}

/// The form for a new token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateToken {
    /// What is typed.
    pub values: CreateValues,
    /// What is wrong with it. A field that is [`crate::fault::FORM`] belongs to no single one.
    pub faults: Vec<FieldFault>,
    /// What policy lets the owner have.
    pub bounds: CreateBounds,
    /// The instances of the owner's directory.
    pub places: Vec<Place>,
    /// Who is looking; the owner, unless `values.owner` says another.
    pub me: Who,
    /// Set where he may create for others: the directories to choose from.
    pub on_behalf: Option<Vec<DirectoryName>>,
    /// Whether he may set policy aside.
    pub may_override: bool,
    /// Integrations that exist, as suggestions.
    pub integrations: Vec<String>,
    /// What the values come to, where they can be read; the summary sentence is made of it.
    pub summary: Option<GrantFacts>,
    /// For this form.
    pub form_id: String,
}

/// What is typed, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateValues {
    /// [`field::NAME`]
    pub name: String,
    /// [`field::PURPOSE`]
    pub purpose: String,
    /// [`field::EXPIRES`]
    pub expires: String,
    /// [`field::EXPIRES_DATE`]
    pub expires_date: String,
    /// [`field::ACCESS`]
    pub access: String,
    /// [`field::NETWORKS`]
    pub networks: String,
    /// [`field::INSTANCE`]
    pub instances: Vec<String>,
    /// [`field::INTEGRATION`]
    pub integration: String,
    /// [`field::ALLOW`]
    pub allow: String,
    /// [`field::DENY`]
    pub deny: String,
    /// [`field::HEADERS`]
    pub headers: String,
    /// [`field::ADMIN`]
    pub admin: bool,
    /// The limits.
    pub limits: LimitValues,
    /// [`field::OWNER`]
    pub owner: String,
    /// [`field::DIRECTORY`]
    pub directory: String,
    /// [`field::REASON`]
    pub reason: String,
    /// [`field::OVERRIDE_REASON`]
    pub override_reason: String,
}

/// An empty form: 90 days, reads only.
impl Default for CreateValues {
    fn default() -> Self {
        Self {
            name: String::new(),
            purpose: String::new(),
            expires: "90d".to_owned(),
            expires_date: String::new(),
            access: "read-only".to_owned(),
            networks: String::new(),
            instances: Vec::new(),
            integration: String::new(),
            allow: String::new(),
            deny: String::new(),
            headers: String::new(),
            admin: false,
            limits: LimitValues::default(),
            owner: String::new(),
            directory: String::new(),
            reason: String::new(),
            override_reason: String::new(),
        }
    }
}

/// Limits, as typed. Empty: no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitValues {
    /// [`field::RATE`]
    pub rate: String,
    /// [`field::BURST`]
    pub burst: String,
    /// [`field::CONCURRENCY`]
    pub concurrency: String,
    /// [`field::BYTES_PER_DAY`]
    pub bytes_per_day: String,
    /// [`field::HEAVY_RATE`]
    pub heavy_rate: String,
    /// [`field::HEAVY_CONCURRENCY`]
    pub heavy_concurrency: String,
}

/// A bound, and the rule that sets it; `None` where no rule allows more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled<T> {
    /// The bound.
    pub value: T,
    /// The rule.
    pub rule: Option<String>,
}

/// What policy lets the owner have. A field that is `None` bounds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateBounds {
    /// The longest life.
    pub longest_lifetime: Option<Ruled<Lifetime>>,
    /// Reads only, whatever is asked for.
    pub read_only: Option<Ruled<()>>,
    /// No administration.
    pub no_admin: Option<Ruled<()>>,
    /// Networks must be named.
    pub networks_required: Option<Ruled<()>>,
    /// A purpose must be given.
    pub purpose_required: Option<Ruled<()>>,
    /// The integration must be named.
    pub integration_required: Option<Ruled<()>>,
    /// It waits for approval.
    pub approval_required: Option<Ruled<()>>,
    /// Only these of `places`.
    pub instances: Option<Ruled<Vec<String>>>,
    /// How many tokens he may have.
    pub most_tokens: Option<Ruled<u32>>,
    /// What each may cause at most.
    pub limits: Option<Ruled<Limits>>,
}

impl CreateBounds {
    /// The latest end that a token made at `now` may have.
    pub fn latest_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.longest_lifetime.as_ref().map(|bound| now.plus(bound.value))
    }
}
