//! People, as far as the use cases ask about them.

use gatepass_model::{Person, PersonKey, Username};

/// Whom the directories know now. Answers from memory.
pub trait People: Send + Sync {
    /// The person, active or not; `None` when his directory does not know him.
    fn find(&self, key: &PersonKey) -> Option<Person>;

    /// A username of that directory that somebody may have meant by `key`. `None` where looking
    /// would cost too much.
    fn nearest(&self, key: &PersonKey) -> Option<Username> {
        let _ = key;
        None
    }
}
