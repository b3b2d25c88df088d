//! The use cases: issue, rotate, suspend, revoke, apply a policy.
