//! Towards the product and back: what goes up, over which connection, and what comes down.

pub(crate) mod answer;
pub(crate) mod assertion;
pub(crate) mod cookie;
pub(crate) mod head;
pub(crate) mod pool;
pub(crate) mod resolve;
pub(crate) mod stream;
