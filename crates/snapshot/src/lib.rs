//! What a decision reads, kept fresh and published.
