//! What is wrong with a field, as values. The console has the words for each in its languages.

/// What a rule of policy speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKey {
    /// `use`
    Use,
    /// `create`
    Create,
    /// `create_on_behalf`
    CreateOnBehalf,
    /// `instances`
    Instances,
    /// `longest_lifetime`
    LongestLifetime,
    /// `read_only`
    ReadOnly,
    /// `admin_operations`
    AdminOperations,
    /// `networks_required`
    NetworksRequired,
    /// `purpose_required`
    PurposeRequired,
    /// `integration_required`
    IntegrationRequired,
    /// `approval_required`
    ApprovalRequired,
    /// `most_tokens`
    MostTokens,
    /// `token_limits`
    TokenLimits,
}

impl PolicyKey {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Use,
        Self::Create,
        Self::CreateOnBehalf,
        Self::Instances,
        Self::LongestLifetime,
        Self::ReadOnly,
        Self::AdminOperations,
        Self::NetworksRequired,
        Self::PurposeRequired,
        Self::IntegrationRequired,
        Self::ApprovalRequired,
        Self::MostTokens,
        Self::TokenLimits,
    ];

    /// The key in the policy file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Create => "create",
            Self::CreateOnBehalf => "create_on_behalf",
            Self::Instances => "instances",
            Self::LongestLifetime => "longest_lifetime",
            Self::ReadOnly => "read_only",
            Self::AdminOperations => "admin_operations",
            Self::NetworksRequired => "networks_required",
            Self::PurposeRequired => "purpose_required",
            Self::IntegrationRequired => "integration_required",
            Self::ApprovalRequired => "approval_required",
            Self::MostTokens => "most_tokens",
            Self::TokenLimits => "token_limits",
        }
    }

    /// From the key in the policy file.
    pub fn find(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == key)
    }
}

/// A rule of policy that something doesn't keep to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// What the rule speaks about.
    pub key: PolicyKey,
    /// The rule; `None` where no rule allows what was asked for.
    pub rule: Option<String>,
    /// The bound, where there is one to tell: `90d`, `20`, `60/min`, `jira, wiki`.
    pub bound: Option<String>,
}

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was typed where something must be.
    Missing,
    /// Too many characters.
    TooLong {
        /// How many there may be.
        most: usize,
    },
    /// A line break or another control character where none may be.
    ControlCharacter,
    /// Too many lines or entries.
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// An entry stands there twice.
    Twice {
        /// Which.
        given: String,
    },
    /// No network.
    NotANetwork {
        /// What was typed.
        given: String,
    },
    /// No pattern of requests.
    NotAPattern {
        /// What was typed.
        given: String,
    },
    /// No header line.
    NotAHeader {
        /// What was typed.
        given: String,
    },
    /// A header that the gate uses itself.
    ReservedHeader {
        /// Its name.
        given: String,
    },
    /// No date.
    NotADate {
        /// What was typed.
        given: String,
    },
    /// A date that is not in the future.
    NotInFuture,
    /// No duration such as `90d`.
    NotADuration {
        /// What was typed.
        given: String,
    },
    /// No rate such as `60/min`.
    NotARate {
        /// What was typed.
        given: String,
    },
    /// No whole number from 1 to a million.
    NotACount {
        /// What was typed.
        given: String,
    },
    /// No number of bytes such as `2GiB`.
    NotBytes {
        /// What was typed.
        given: String,
    },
    /// A burst without a rate.
    BurstWithoutRate,
    /// None of the choices.
    NotAChoice,
    /// No directory knows him.
    UnknownPerson {
        /// What was typed.
        given: String,
    },
    /// The directory doesn't let him sign in.
    InactivePerson {
        /// What was typed.
        given: String,
    },
    /// No instance of that name.
    UnknownInstance {
        /// What was typed.
        given: String,
    },
    /// An instance whose people come from another directory than the owner.
    OtherDirectory {
        /// The instance, as people call it.
        instance: String,
    },
    /// Something of that name exists already.
    Taken,
    /// Policy doesn't let it be.
    Policy(PolicyFault),
    /// Something else, in words that are shown as they are.
    Said(String),
}

/// A fault and the field that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name in the form.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

/// The field of a fault that belongs to the form as a whole.
pub const FORM: &str = "";
