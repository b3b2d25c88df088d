//! The nouns of Gatepass and their invariants.
