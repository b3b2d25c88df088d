//! The data plane: read strictly, decide, forward, account.
