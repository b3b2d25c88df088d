//! Fake clock, builders, a gate in a test.
