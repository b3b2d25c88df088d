//! What just happened, said once at the top of a page.

/// How a notice looks, and how urgently it is read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// Done.
    Good,
    /// Done, but.
    Warn,
    /// Not done, or dangerous.
    Bad,
}

/// What just happened. The console has the words for each in its languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A token was suspended.
    TokenSuspended {
        /// Its name.
        name: String,
    },
    /// A token works again.
    TokenResumed {
        /// Its name.
        name: String,
    },
    /// A token was revoked.
    TokenRevoked {
        /// Its name.
        name: String,
    },
    /// A change is stored, but not every node has said that it holds there.
    NotConfirmed {
        /// Nodes on which it holds.
        on: u32,
        /// Nodes in all.
        of: u32,
    },
    /// A revocation holds on this node, but could not be stored: it ends with the process.
    NotDurable,
    /// The modes of an instance were saved.
    ModesSaved {
        /// What people call it.
        instance: String,
    },
    /// A rule was saved.
    RuleSaved {
        /// Its name.
        name: String,
    },
    /// A rule was deleted.
    RuleDeleted {
        /// Its name.
        name: String,
    },
    /// Tokens that don't comply were suspended.
    NonCompliantSuspended {
        /// How many.
        count: u64,
    },
    /// A session was ended.
    SessionEnded,
    /// All sessions but this were ended.
    OtherSessionsEnded {
        /// How many.
        count: u64,
    },
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// The gate can act as the owner at an instance again.
    IdentityMended {
        /// What people call it.
        instance: String,
    },
    /// It still can't.
    IdentityNotMended {
        /// What people call it.
        instance: String,
    },
    /// Whoever is signed in administers from now on.
    BecameAdministrator,
    /// The form had been sent before; this is what came of it then.
    DoneBefore,
    /// The store can't be reached: what is shown may be old, and nothing can be changed.
    StoreGone,
    /// Something else, in words that are shown as they are.
    Said {
        /// How it looks.
        kind: NoticeKind,
        /// The words.
        words: String,
    },
}

impl Notice {
    /// How it looks.
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::NotConfirmed { .. } | Self::DoneBefore | Self::StoreGone => NoticeKind::Warn,
            Self::NotDurable | Self::IdentityNotMended { .. } => NoticeKind::Bad,
            Self::Said { kind, .. } => *kind,
            _ => NoticeKind::Good,
        }
    }
}
