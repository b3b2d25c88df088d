//! Whether a request may pass: a pure function of values.
