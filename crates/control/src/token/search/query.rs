//! What is looked for.

use gatepass_model::{Access, InstanceName, Lifetime, Timestamp, TokenState};
use gatepass_store::EndFilter;

/// For how long a token has not been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedFilter {
    /// Not within this time, in all of which it was there.
    NotFor(Lifetime),
    /// Not once.
    Never,
}

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndsFilter {
    /// It lives, and ends by itself within this time.
    Within(Lifetime),
    /// It has ended so.
    Expired,
    /// Not by itself.
    Never,
}

impl EndsFilter {
    pub(super) const fn at(self, now: Timestamp) -> EndFilter {
        match self {
            Self::Within(time) => EndFilter::Until(now.plus(time)),
            Self::Expired => EndFilter::Expired,
            Self::Never => EndFilter::Never,
        }
    }
}

/// What tokens are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenSortBy {
    /// Their names.
    Name,
    /// Their owners' usernames.
    Owner,
    /// When they were made.
    #[default]
    Created,
    /// When they were used last; those that never were count as the longest ago.
    LastUsed,
    /// When they end; those that don't count as the latest.
    Expires,
}

/// Which tokens are looked for, in which order, and which page of them. A field that is `None` asks
/// nothing.
#[derive(Clone, Debug)]
pub struct TokenQuery {
    /// With this text in name, owner, integration, purpose or hint, letter case ignored.
    pub text: Option<String>,
    /// Of whom this is the username, in any directory, letter case ignored.
    pub owner: Option<String>,
    /// For this integration, by its exact name.
    pub integration: Option<String>,
    /// In this state now.
    pub state: Option<TokenState>,
    /// With this access.
    pub access: Option<Access>,
    /// Working on this instance.
    pub instance: Option<InstanceName>,
    /// Not used so long.
    pub used: Option<UsedFilter>,
    /// Ending so.
    pub ends: Option<EndsFilter>,
    /// Sorted by this,
    pub sort: TokenSortBy,
    /// the greatest first.
    pub descending: bool,
    /// Which page, from 1 on.
    pub page: u32,
    /// How many are on a page, 1 to 1,000; others are brought into that range.
    pub page_size: u32,
}

/// All of them, the newest first, 50 on a page.
impl Default for TokenQuery {
    fn default() -> Self {
        Self {
            text: None,
            owner: None,
            integration: None,
            state: None,
            access: None,
            instance: None,
            used: None,
            ends: None,
            sort: TokenSortBy::Created,
            descending: true,
            page: 1,
            page_size: 50,
        }
    }
}
