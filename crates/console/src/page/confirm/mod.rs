//! `GET /tokens/{id}/{rotate,suspend,resume,revoke}`: asked once more, by its name.
//!
//! Posts to the same path with `csrf`, `form_id`, `reason`, and `grace` when it rotates.

pub(crate) mod sample;
pub(crate) mod text;
mod words;

use crate::fault::FieldFault;
use crate::part::{TokenAction, TokenBrief};

crate::page::page!(Confirm, "page/confirm/template.html");

/// The names of the form's fields.
pub mod field {
    /// Optional, one line.
    pub const REASON: &str = "reason";
    /// `none`, `1h`, `24h` or `7d`.
    pub const GRACE: &str = "grace";
}

/// How long the secret before a rotation goes on working.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Grace {
    /// It stops at once.
    None,
    /// An hour.
    #[default]
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
}

impl Grace {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::None, Self::Hour, Self::Day, Self::Week];

    /// As the field writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// From the field.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grace| grace.as_str() == text)
    }
}

/// Something about to be done to one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// What.
    pub action: TokenAction,
    /// To which.
    pub token: TokenBrief,
    /// Whether it is a token of who is looking.
    pub is_own: bool,
    /// The reason as typed.
    pub reason: String,
    /// Chosen.
    pub grace: Grace,
    /// What is wrong with what was typed.
    pub faults: Vec<FieldFault>,
    /// For this form.
    pub form_id: String,
}
