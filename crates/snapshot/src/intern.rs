//! Equal values, kept once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// Values of which there are few different ones: most of a million tokens share a grant.
#[derive(Debug)]
pub(crate) struct Interner<T: ?Sized>(HashSet<Arc<T>>);

impl Interner<str> {
    /// The one that is equal to `text`.
    pub(crate) fn share_text(&mut self, text: &str) -> Arc<str> {
        if let Some(shared) = self.0.get(text) {
            return shared.clone();
        }
        let shared: Arc<str> = text.into();
        self.0.insert(shared.clone());
        shared
    }
}

impl<T: Eq + Hash> Interner<T> {
    /// The one that is equal to `value`.
    pub(crate) fn share(&mut self, value: T) -> Arc<T> {
        if let Some(shared) = self.0.get(&value) {
            return shared.clone();
        }
        let shared = Arc::new(value);
        self.0.insert(shared.clone());
        shared
    }
}

impl<T: Eq + Hash + ?Sized> Interner<T> {
    pub(crate) fn new() -> Self {
        Self(HashSet::new())
    }

    /// Forgets what nobody uses any more.
    pub(crate) fn sweep(&mut self) {
        self.0.retain(|shared| Arc::strong_count(shared) > 1);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_and_unused_ones_go() {
        let mut interner = Interner::new();
        let one = interner.share("a".to_owned());
        assert!(Arc::ptr_eq(&one, &interner.share("a".to_owned())));
        interner.share("b".to_owned());
        assert_eq!(interner.len(), 2);
        interner.sweep();
        assert_eq!(interner.len(), 1);
    }
}
